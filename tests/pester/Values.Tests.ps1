#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

# What the objects look like where no table shows them: Format-List, ConvertTo-Json, Export-Csv, and as a text.

BeforeDiscovery { . $PSScriptRoot/Setting/All.ps1 }

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage values
}

AfterAll { Exit-Storage }

Describe 'The types of what cmdlets return' {
    BeforeAll {
        # Each type of ours that a cmdlet returns, and those of their properties.
        $types = [Collections.Generic.List[type]]::new()
        $queue = [Collections.Generic.Queue[type]]::new()
        foreach ($type in (Get-Command -Module PSContainer).OutputType.Type) { if ($type.Namespace -like 'PSContainer.*') { $queue.Enqueue($type) } }
        while ($queue.Count) {
            $type = $queue.Dequeue()
            if ($type -in $types) { continue }
            $types.Add($type)
            foreach ($property in $type.GetProperties()) {
                foreach ($part in @($property.PropertyType) + $property.PropertyType.GenericTypeArguments) {
                    if ($part.Namespace -like 'PSContainer.*' -and -not $part.IsEnum -and -not $part.IsGenericType) { $queue.Enqueue($part) }
                }
            }
        }
    }

    It 'have a text of their own, not a record''s braces' {
        $types.Count | Should -BeGreaterThan 20
        $types | Where-Object {
            $method = $_.GetMethod('ToString', [type[]] @())
            $method.DeclaringType -eq [object] -or $method.IsDefined([Runtime.CompilerServices.CompilerGeneratedAttribute], $false)
        } | Should -BeNullOrEmpty
    }

    It 'have no properties that JSON and CSV spell out or show as a type''s name' {
        $plain = [string], [bool], [int], [uint], [long], [ulong], [double], [datetimeoffset], [object]
        foreach ($type in $types | Where-Object Namespace -ne PSContainer.Engine.Text) {
            $type.GetProperties() | Where-Object {
                $one = [Nullable]::GetUnderlyingType($_.PropertyType) ?? $_.PropertyType
                # Listing and Pairs, whose text is what is in them.
                $one -notin $plain -and -not $one.IsEnum -and $one -notin $types -and $one.Namespace -ne 'PSContainer.Engine.Text'
            } | ForEach-Object { "$type $_" } | Should -BeNullOrEmpty
        }
    }
}

Describe 'A container' -Tag Root -Skip:(-not $isRoot) {
    BeforeAll {
        $null = New-ContainerNetwork lan -Subnet 10.231.77.0/24
        $web = New-Container web -Memory 64MB -Cpus 0.5 -Network lan -Publish 127.0.0.1::80, 127.0.0.1::53/udp -Label team=data
        $free = New-Container free -Network None
        Set-ContainerLimit free -Memory max -PidsLimit -1
        $free = Get-Container free
    }
    AfterAll {
        Get-Container | Remove-Container -Force
        Get-ContainerNetwork | Remove-ContainerNetwork
    }

    It 'is a list that a person reads' {
        $list = $web | Format-List | Out-String -Width 200
        $list | Should -Match 'Limit +: Memory 64 MiB, .*Cpus 0\.5, .*PidsLimit 2048'
        $list | Should -Match 'Usage +: Memory [\d.]+ [KM]iB, Cpu [\d.]+ s, Pids 1'
        $list | Should -Not -Match ' = |System\.|`'
    }

    It 'is JSON as short and plain as docker''s' {
        $json = $web | ConvertTo-Json -Depth 4 -WarningVariable deeper
        $deeper | Should -BeNullOrEmpty
        ($json -split "`n").Count | Should -BeLessThan 120
        $json | Should -Not -Match 'ScopeId|Ticks|AddressFamily|9223372036854775807|"Controllers"'
        $read = $json | ConvertFrom-Json
        $read.IPAddress, $read.Endpoints[0].Gateway, $read.Ports[0].HostAddress, $read.Labels.team | Should -Be 10.231.77.2, 10.231.77.1, 127.0.0.1, data
        $read.Limit.Memory, $read.Limit.Cpus | Should -Be 64MB, 0.5
        ($web | ConvertTo-Json -Depth 4 -EnumsAsStrings | ConvertFrom-Json).Status | Should -Be Running
    }

    It 'is columns worth having' {
        $web, $free | Export-Csv "$folder/containers.csv"
        Get-Content -Raw "$folder/containers.csv" | Should -Not -Match 'System\.|PSContainer\.'
        $rows = Import-Csv "$folder/containers.csv"
        $rows[0].Networks, $rows[0].Labels, $rows[0].IPAddress | Should -Be lan, team=data, 10.231.77.2
        $rows[0].Ports | Should -Match '^127\.0\.0\.1:\d+:80/tcp, 127\.0\.0\.1:\d+:53/udp$'
    }

    It 'calls unlimited what is, and compares as if there were no end' {
        foreach ($limit in $free.Limit, (Get-ContainerLimit free)) {
            $limit.Memory, $limit.PidsLimit, $limit.Cpus | Should -Be ([double]::PositiveInfinity), ([double]::PositiveInfinity), ([double]::PositiveInfinity)
            $limit.Memory -gt 1PB | Should -BeTrue
            $limit | Format-List | Out-String | Should -Match '(?s)Memory +: unlimited.*PidsLimit +: unlimited'
            $limit | ConvertTo-Json | Should -Match '"Memory": "Infinity"'
        }
        @($web, $free | Where-Object { $_.Limit.Memory -lt 1GB }).Name | Should -Be web
        # Back it goes as it came.
        Set-ContainerLimit web -Memory $free.Limit.Memory -PidsLimit $free.Limit.PidsLimit -Cpus max
        $limit = (Get-Container web).Limit
        $limit.Memory, $limit.PidsLimit, $limit.Cpus | Should -Be ([double]::PositiveInfinity), ([double]::PositiveInfinity), ([double]::PositiveInfinity)
        (Measure-Container free).MemoryLimit | Should -Be ([double]::PositiveInfinity)
    }

    It 'leaves nothing ugly in any other object: <_>' -ForEach @(
        'Get-ContainerNetwork', 'Get-ContainerPort', 'Get-ContainerLimit', 'Measure-Container', 'Get-ContainerHost', 'Test-ContainerHost'
        'Get-Namespace -Container web', 'Get-ContainerNetwork lan | ForEach-Object Members') {
        $found = & ([scriptblock]::Create($_))
        $found | Should -Not -BeNullOrEmpty
        $found | Format-List * | Out-String -Width 200 | Should -Not -Match '\{ \w+ = |System\.|9223372036854775807'
        $found | ConvertTo-Csv | Out-String | Should -Not -Match 'System\.[A-Z]\w+[.[]|`\d|PSContainer\.Engine|9223372036854775807'
        $found | ConvertTo-Json -Depth 4 | Should -Not -Match 'ScopeId|"Ticks"|9223372036854775807'
    }
}
