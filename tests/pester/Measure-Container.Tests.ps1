#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery { . $PSScriptRoot/Setting/All.ps1 }

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage measure-container
    if ($isRoot -and $hasBusybox) { $root = New-BusyboxRoot "$folder/root" }
    $bb = @{ RootFs = $root }
}

AfterAll { Exit-Storage }

Describe 'Measure-Container' -Tag Root -Skip:(-not ($isRoot -and $hasBusybox)) {
    AfterEach { Get-Container | Remove-Container -Force }

    It 'counts what a container uses, and what came in and went out' {
        $a = New-Container a @bb -Memory 64MB
        $null = New-Container b @bb -Network None
        $before = Measure-Container a
        $before.Name | Should -Be a
        $before.ContainerId | Should -Be $a.Id
        $before.MemoryLimit | Should -Be 64MB
        $before.Memory | Should -BeGreaterThan 0
        $before.Pids | Should -Be 1
        $before.CpuPercent | Should -BeNullOrEmpty
        $null = Read-Inside a "busybox ping -c 3 -s 1000 -W 5 $((Get-ContainerNetwork bridge).Gateway)"
        $after = Measure-Container a
        $after.Rx - $before.Rx | Should -BeGreaterThan 3000
        $after.Tx - $before.Tx | Should -BeGreaterThan 3000
        (Measure-Container b).Rx | Should -BeNullOrEmpty
    }

    It 'measures all that run, and percent over an interval' {
        $null = New-Container busy @bb -Command sh -ArgumentList '-c', 'while :; do :; done'
        $null = New-Container idle @bb
        $null = New-Container never @bb -NoStart
        $all = Measure-Container -Interval 0.5
        $all.Name | Sort-Object | Should -Be busy, idle
        ($all | Where-Object Name -eq busy).CpuPercent | Should -BeGreaterThan 1
        ($all | Where-Object Name -eq busy).Interval | Should -BeGreaterThan 0.4
    }

    It 'says so for one that does not run' {
        $null = New-Container never @bb -NoStart
        Assert-Failure { Measure-Container never } ContainerNotRunning InvalidOperation
        Assert-Failure { Measure-Container nobody } ContainerNotFound ObjectNotFound
    }
}
