#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

# Every example of every page of help, run as it stands where it needs nothing from outside. Its reader has what it speaks of: containers, images and files.
BeforeDiscovery {
    . $PSScriptRoot/Setting/All.ps1
    # What a machine may lack, or no test may ask for.
    $outside = [ordered]@{
        'registry\.example|Request-ContainerImage|apt-get|images\.txt' = 'a registry or an archive on the net'
        '-Credential' = 'a person who types a password'
        'Invoke-Command -HostName' = 'another machine'
        '(?m)^Enter-ContainerNamespace (os1|-ProcessId \(docker .*)$|-Interactive' = 'a terminal'
        ' -Wait$' = 'Ctrl+C'
        'Get-Process (-Name )?(nginx|cron)' = 'a service of that name'
        '/dev/vda' = 'a disk of that name'
        'Invoke-RestMethod' = 'a web server in the container'
    }
    $examples = foreach ($page in Get-ChildItem $PSScriptRoot/../../docs/help -Filter *-*.md) {
        foreach ($match in [regex]::Matches((Get-Content -Raw $page), '(?ms)^### (Example \d+): (.+?)$(.*?)(?=^##)')) {
            $lines = [regex]::Matches($match.Groups[3].Value, '(?m)^PS> (.+)$').ForEach({ $_.Groups[1].Value })
            $script = $lines -join "`n"
            $programs = [regex]::Matches($script, '\b(docker|skopeo|debootstrap|zstd|git|python3|make|ping|Get-Process) ').ForEach({ $_.Groups[1].Value }) -ne 'Get-Process'
            $lacks = @($programs.Where{ -not (Test-Program $_) }) + $outside.Keys.Where{ $script -match $_ }.ForEach{ $outside[$_] }
            # What the page itself shows as an error, red in a terminal.
            $fails = $match.Groups[3].Value -match '(?m)^\w+-\w+: '
            @{ Fails = $fails; Page = $page.BaseName; Number = $match.Groups[1].Value; Title = $match.Groups[2].Value; Text = $script; Lacks = $lacks -join ', ' }
        }
    }
}

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage examples
    # What is loaded by name alone, as from where it is installed.
    $pathBefore = $env:PSModulePath
    $env:PSModulePath = "$(Split-Path (Split-Path $module)):$pathBefore"
    $names = 'os1', 'os2', 'web', 'build', 'db', 'job', 'voice'

    # A folder with the files that the examples name, to stand in while they run.
    function New-Desk([string] $Path) {
        $null = New-Item -ItemType Directory "$Path/site", "$Path/source", "$Path/service", "$Path/backup", "$Path/exports", "$Path/packages"
        'nginx.conf', 'motd', 'site/index.html', 'package.json', 'server.js' | ForEach-Object { Set-Content "$Path/$_" $_ }
        Set-Content "$Path/source/configure" "#!/bin/sh`nexit 0"
        chmod +x "$Path/source/configure"
        Set-Content "$Path/source/Makefile" 'all:'
        Set-Content "$Path/Containerfile" 'FROM base', 'COPY server.js /', 'CMD ["sh"]'
        Set-Content "$Path/service/Containerfile" 'FROM base AS test', 'ARG VERSION', 'RUN echo $VERSION >/version'
        $null = New-BusyboxRoot "$Path/rootfs"
    }

    function New-Household([string] $Text) {
        foreach ($name in $names.Where{ $Text -match "\b$_\b" -or $Text -match "(\||Get-Container|Measure-Container|\*|ContainerLimit|ContainerNetwork|6ced)" }) {
            if ($Text -match "New-Container $name\b|Remove-ContainerImage|-Parallel") { continue }
            $wish = @{ Name = $name; Image = 'app:1' }
            if ($name -eq 'job') { $null = New-Container @wish -Command { echo working; echo wrong > /dev/stderr } | Wait-Container }
            elseif ($Text -match "Start-Container $name|Remove-Container $name$") { $null = New-Container @wish -NoStart }
            else { $null = New-Container @wish -Idle -Publish :8080 }
        }
        foreach ($network in 'back', 'web') {
            if ($Text -match "Network '?$network\b" -and $Text -notmatch "New-ContainerNetwork $network") { $null = New-ContainerNetwork $network }
        }
        if ($Text -match 'Disconnect-ContainerNetwork back') { Connect-ContainerNetwork back web }
        if ($Text -match 'Unpublish-ContainerPort web 8080|Get-ContainerPort web 80') { Publish-ContainerPort web "$(Get-FreePort):8080" }
    }

    function Reset-Image {
        if (-not (Get-ContainerImage base*)) {
            $null = New-BusyboxImage base:latest @({
                    $null = New-Item -ItemType Directory -Force "$($args[0])/bin", "$($args[0])/etc/nginx", "$($args[0])/srv/www", "$($args[0])/out", "$($args[0])/usr/local/bin", "$($args[0])/var/lib/app"
                    Set-Content "$($args[0])/out/app" app; Set-Content "$($args[0])/etc/motd" motd; Set-Content "$($args[0])/etc/debian_version" 12.5
                    Set-Content "$($args[0])/bin/node" "#!/bin/sh`necho v18"; chmod +x "$($args[0])/bin/node"; foreach ($name in 'rm', 'uname', 'uptime') { $null = New-Item -ItemType SymbolicLink "$($args[0])/bin/$name" -Target busybox }
                    Set-Content "$($args[0])/etc/passwd" 'root:x:0:0:root:/root:/bin/sh', 'nobody:x:65534:65534:nobody:/:/bin/sh'
                }) @{ Cmd = @('sh') }
        }
        foreach ($name in 'app:1', 'app:1.4', 'debian:latest', 'debian:12', 'nodejsapp:latest', 'nodejsapp:1.2') { Add-ContainerImageTag base $name }
    }
}

AfterAll {
    $env:PSModulePath = $pathBefore
    Exit-Storage
}

Describe '<Page>, <Number>: <Title>' -Tag Root -Skip:(-not $isRoot) -ForEach $examples {
    It 'runs as it stands' {
        if ($Lacks) { Set-ItResult -Skipped -Because "it needs $Lacks"; return }
        Reset-Image
        New-Household $Text
        $desk = "$folder/desk"
        New-Desk $desk
        if ($Text -match 'app\.tar' -and $Text -notmatch 'Export-ContainerImage') { Export-ContainerImage app:1 -Path "$desk/app.tar" }
        if ($Text -match '\./layout' -and $Text -notmatch '-Path \./layout|oci:layout') { Export-ContainerImage app:1 -Path "$desk/layout/" }
        # Numbers of somebody's own machine.
        $here = $Text -replace '4204', $PID -replace '\b6ced\b', { "'$((Get-Container os1).ShortId)'" } -replace '\b(8080|9090):', { "$(Get-FreePort):" } -replace 'web 8080$', { "web $(@(Get-ContainerPort web)[-1].HostPort)" }
        Push-Location $desk
        try {
            $ErrorActionPreference = 'Stop'
            $run = { $null = & ([scriptblock]::Create($here)) *>&1 | Out-String }
            if ($Fails) { $run | Should -Throw } else { & $run }
        }
        finally {
            Pop-Location
            $ErrorActionPreference = 'Continue'
            Get-Container | Remove-Container -Force
            Get-ContainerNetwork | Where-Object Name -ne Bridge | Remove-ContainerNetwork
            Get-Job | Remove-Job -Force
            if ($job -is [Diagnostics.Process]) { $job | Stop-Process }
            Remove-Item -Recurse -Force $desk
        }
    }
}
