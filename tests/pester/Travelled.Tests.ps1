#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

# Objects that have been elsewhere: what Import-Clixml (and so Start-Job and remote sessions), Select-Object, Import-Csv and ConvertFrom-Json give back.

BeforeDiscovery {
    . $PSScriptRoot/Setting/All.ps1
    $ways = @(
        @{ Way = 'Import-Clixml'; Travel = { param($Objects) $Objects | Export-Clixml "$folder/t.xml"; Import-Clixml "$folder/t.xml" } }
        @{ Way = 'Select-Object'; Travel = { param($Objects) $Objects | Select-Object * } }
        @{ Way = 'Import-Csv'; Travel = { param($Objects) $Objects | Export-Csv "$folder/t.csv"; Import-Csv "$folder/t.csv" } }
        @{ Way = 'Import-Csv, with its type'; Travel = { param($Objects) $Objects | Export-Csv -IncludeTypeInformation "$folder/t.csv"; Import-Csv "$folder/t.csv" } }
        @{ Way = 'ConvertFrom-Json'; Travel = { param($Objects) $Objects | ConvertTo-Json -Depth 4 | ConvertFrom-Json } }
    )
}

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage travelled
    if ($isRoot -and $hasBusybox) { $null = New-BusyboxImage app:1; $image = Get-ContainerImage app:1 }
}

AfterAll { Exit-Storage }

Describe 'What <Way> gives back' -Tag Root -Skip:(-not ($isRoot -and $hasBusybox)) -ForEach $ways {
    BeforeAll {
        $null = New-ContainerNetwork lan
        $web = New-Container web app:1 -Network lan -Publish 127.0.0.1::80 -Command sh -ArgumentList '-c', 'echo hello; sleep 1000'
        $null = New-Container other -Network None
        $null = Wait-Until { Get-ContainerLog web }
    }
    AfterAll {
        Get-Container | Remove-Container -Force
        Get-ContainerNetwork | Remove-ContainerNetwork
    }

    It 'is a container' {
        $back = & $Travel (Get-Container web)
        $back.GetType().FullName | Should -Not -Match '^PSContainer'
        ($back | Get-Container).Id | Should -Be $web.Id
        (Get-Container $back).Id | Should -Be $web.Id
        ($back | Get-ContainerLimit).ContainerId | Should -Be $web.Id
        ($back | Measure-Container).ContainerId | Should -Be $web.Id
        ($back | Get-ContainerLog).Text | Should -Be hello
        ($back | Get-ContainerPort).ContainerPort | Should -Be 80
        $back | Invoke-ContainerCommand -Command { echo inside } | Should -Be inside
        $back | Enter-ContainerNamespace -Command echo -ArgumentList inside | Should -Be inside
        ($back | Get-Namespace -Type uts).ContainerName | Should -Be web
        ($back | Get-ContainerImage).Id | Should -Be $image.Id
    }

    It 'is a container in what tells of one: <_>' -ForEach 'Get-ContainerPort web', 'Get-ContainerLog web', 'Get-ContainerLimit web', 'Measure-Container web' {
        $back = & $Travel (& ([scriptblock]::Create($_)))
        ($back | Get-Container).Id | Should -Be $web.Id
        $back | Invoke-ContainerCommand -Command { echo inside } | Should -Be inside
    }

    It 'is an image, and a network' {
        ((& $Travel (Get-ContainerImage app:1)) | Get-ContainerImage).Id | Should -Be $image.Id
        ((& $Travel (Get-ContainerNetwork lan)) | Get-ContainerNetwork).Name | Should -Be lan
        (Get-ContainerNetwork (& $Travel (Get-ContainerNetwork lan))).Name | Should -Be lan
    }

    It 'is the network that it was, not another one of its name' {
        $null = New-ContainerNetwork brief
        $back = & $Travel (Get-ContainerNetwork brief)
        Remove-ContainerNetwork brief
        $null = New-ContainerNetwork brief
        Assert-Failure { $back | Remove-ContainerNetwork } NetworkNotFound ObjectNotFound
        Remove-ContainerNetwork brief
    }

    It 'is a namespace' {
        $uts = Get-Namespace -Container web -Type uts
        ((& $Travel $uts) | Get-Namespace).Id | Should -Be $uts.Id
    }

    It 'is the container that it was, not another one of its name' {
        $back = & $Travel (Get-Container other)
        Remove-Container other -Force
        $null = New-Container other -Network None
        Assert-Failure { $back | Remove-Container -Force } ContainerNotFound ObjectNotFound
        Get-Container other | Should -Not -BeNullOrEmpty
    }

    It 'is no container where it was something else' {
        $null = New-Container (Get-Process -Id $PID).Name -Network None
        try {
            $process = & $Travel (Get-Process -Id $PID | Select-Object Id, Name)
            Get-ErrorId { $process | Remove-Container -Force } | Should -Be ContainerInputNotUnderstood
            $network = & $Travel (Get-ContainerNetwork lan)
            Get-ErrorId { $network | Remove-Container -Force } | Should -BeIn ContainerInputNotUnderstood, ContainerNotFound
            Get-Container | Should -HaveCount 3
        }
        finally { Remove-Container (Get-Process -Id $PID).Name -Force }
    }
}

Describe 'Input that names nothing' -Tag Root -Skip:(-not $isRoot) {
    It 'is an error that says so: <Shown>' -ForEach @(
        @{ Shown = 'a process'; Value = { Get-Process -Id $PID } }
        @{ Shown = 'a folder'; Value = { Get-Item / } }
        @{ Shown = 'a hashtable'; Value = { @{ Name = 'web' } } }
        @{ Shown = 'a row of something else'; Value = { [pscustomobject]@{ Size = 5 } } }
        @{ Shown = 'a process of a job'; Value = { Get-Process -Id $PID | Export-Clixml -Depth 1 "$folder/p.xml"; Import-Clixml "$folder/p.xml" } }
    ) {
        $given = & $Value
        Assert-Failure { $given | Get-Container } ContainerInputNotUnderstood InvalidArgument
        Assert-Failure { $given | Get-ContainerImage } ImageInputNotUnderstood InvalidArgument
        Assert-Failure { $given | Get-ContainerNetwork } NetworkInputNotUnderstood InvalidArgument
        Get-Failure { $given | Remove-Container } | Should -Match 'is no container'
    }

    It 'is meant as it stands in a row: no wildcard' {
        $null = New-Container one -NoStart
        try {
            Assert-Failure { [pscustomobject]@{ Name = '*' } | Remove-Container -Force } ContainerNotFound ObjectNotFound
            Get-Container one | Should -Not -BeNullOrEmpty
            $null = New-ContainerNetwork lan
            Assert-Failure { [pscustomobject]@{ Name = '*' } | Remove-ContainerNetwork } NetworkNotFound ObjectNotFound
            Get-ContainerNetwork lan | Should -Not -BeNullOrEmpty
        }
        finally {
            Remove-Container one -Force
            Get-ContainerNetwork | Remove-ContainerNetwork
        }
    }

    It 'comes from a job, too' {
        $null = New-Container one -NoStart
        try {
            $job = Start-Job { param($Module, $Root) Import-Module $Module; $env:PSCONTAINER_ROOT = $Root; Get-Container one } -ArgumentList $module, $env:PSCONTAINER_ROOT
            $back = $job | Receive-Job -Wait -AutoRemoveJob
            $back.pstypenames[0] | Should -Match '^Deserialized\.PSContainer'
            $back | Remove-Container
            Get-Container | Should -BeNullOrEmpty
        }
        finally { Get-Container | Remove-Container -Force }
    }
}
