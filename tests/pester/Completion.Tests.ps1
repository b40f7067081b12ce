#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage completion
    $null = 'os1', 'os2', 'web.1', 'Big' | New-Container -NoStart
}

AfterAll { Exit-Storage }

Describe 'Names of containers' {
    It 'are offered by <_>' -ForEach 'Get-Container', 'Start-Container', 'Stop-Container', 'Remove-Container', 'Wait-Container',
        'Get-ContainerLog', 'Invoke-ContainerCommand', 'Enter-ContainerNamespace' {
        Complete "$_ " | Should -Be Big, os1, os2, web.1
        Complete "$_ os" | Should -Be os1, os2
        Complete "$_ -Container w" | Should -Be web.1
    }

    It 'are offered for -Name by <_>' -ForEach 'Get-Container', 'Start-Container', 'Stop-Container', 'Remove-Container', 'Wait-Container', 'Get-ContainerLog' {
        Complete "$_ -Name w" | Should -Be web.1
    }

    It 'are offered by Get-Namespace -Container' {
        Complete 'Get-Namespace -Container os' | Should -Be os1, os2
    }

    It 'are found whatever their case, and within quotes' {
        Complete 'Get-Container b' | Should -Be Big
        Complete 'Get-Container "os' | Should -Be os1, os2
    }

    It 'are offered one after another' {
        Complete 'Remove-Container os1, o' | Should -Be os1, os2
    }

    It 'are none for what is no beginning of any: <_>' -ForEach 'x', 'a[', '$(id)x' {
        @(Complete "Get-Container '$_") -match '^(os1|os2|web.1|Big)$' | Should -BeNullOrEmpty
    }

    It 'are none, without an error, where there is no storage' {
        $before = $env:PSCONTAINER_ROOT
        $env:PSCONTAINER_ROOT = "$folder/none"
        try { @(Complete 'Get-Container o') -match '^os\d' | Should -BeNullOrEmpty }
        finally { $env:PSCONTAINER_ROOT = $before }
    }

    It 'start no process' {
        $completer = [PSContainer.Cmdlets.Binding.ContainerNameCompleter]::new()
        # Every process started since boot has counted here.
        $forks = { [long]((Get-Content /proc/stat | Select-String '^processes ').Line -replace '\D') }
        $quiet = 1..50 | ForEach-Object {
            $before = & $forks
            $null = @($completer.CompleteArgument('Get-Container', 'Container', 'o', $null, @{}))
            (& $forks) - $before
        } | Measure-Object -Minimum
        $quiet.Minimum | Should -Be 0
    }
}

Describe 'Other values' {
    It 'complete -Type' {
        Complete 'Enter-ContainerNamespace os1 -Type n' | Should -Be Net
        Complete 'Get-Namespace -Type ' | Should -Be Cgroup, Ipc, Mnt, Net, Pid, Time, User, Uts
    }

    It 'complete -Signal' {
        Complete 'Stop-Container os1 -Signal T' | Should -Contain TERM
        Complete 'Stop-Container os1 -Signal hu' | Should -Be HUP
    }

    It 'complete -Network and -Status' {
        Complete 'New-Container x -Network ' | Should -Be Bridge, Host, None
        $null = New-ContainerNetwork web
        Complete 'New-Container x -Network ' | Should -Be Bridge, Host, None, web
        Complete 'New-Container x -Network container:o' | Should -Be container:os1, container:os2
        foreach ($command in 'Get-ContainerNetwork', 'Remove-ContainerNetwork', 'Connect-ContainerNetwork', 'Disconnect-ContainerNetwork') { Complete "$command w" | Should -Be web }
        Complete 'Connect-ContainerNetwork web os' | Should -Be os1, os2
        Complete 'Get-Container -Status R' | Should -Be Running
    }

    It 'complete parameters' {
        Complete 'New-Container -Mem' | Should -Be '-Memory'
        Complete 'Enter-ContainerNamespace -Pro' | Should -Contain '-ProcessId'
    }
}
