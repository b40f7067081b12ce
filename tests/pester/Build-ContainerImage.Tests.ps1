#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery {
    . $PSScriptRoot/Setting/All.ps1
    $canBuild = $isRoot -and $hasBusybox
    $hasDocker = [bool](Get-Command dockerd, docker -ErrorAction Ignore | Select-Object -Skip 1)
}

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage build-image

    # A context with a Containerfile of these lines; returns its path.
    function New-Context([string] $Name, [string[]] $Line, [hashtable] $File = @{}) {
        $context = New-Item -ItemType Directory -Force (Join-Path $folder $Name)
        Set-Content (Join-Path $context Containerfile) $Line
        foreach ($path in $File.Keys) {
            $null = New-Item -ItemType Directory -Force (Split-Path (Join-Path $context $path))
            Set-Content (Join-Path $context $path) $File[$path]
        }
        $context.FullName
    }
}

AfterAll { Exit-Storage }

Describe 'Build-ContainerImage' -Tag Root -Skip:(-not $canBuild) {
    BeforeAll { $null = New-BusyboxImage busybox }

    It 'builds stages, and returns the image' {
        $context = New-Context stages 'FROM busybox AS make', 'ARG WORD=hello', 'COPY src /src', 'RUN cat /src/a.txt > /out && echo $WORD >> /out', 'FROM busybox', 'COPY --from=make /out /app/', 'LABEL a=b', 'CMD ["cat", "/app/out"]' -File @{ 'src/a.txt' = 'from the context' }
        $image = Build-ContainerImage $context app:1, app:latest -BuildArgument @{ WORD = 'given' } -Label c=d
        $image | Should -BeOfType PSContainer.Engine.Images.ContainerImage
        $image.Names | Should -Be app:1, app:latest
        $image.Labels.a, $image.Labels.c | Should -Be b, d
        Invoke-Container -Image app | Should -Be 'from the context', given
        (Get-ContainerImage app:1).Id | Should -Be $image.Id
        (Get-ContainerImageHistory app:1).CreatedBy | Should -Contain 'LABEL a=b'
        Get-Container | Should -BeNullOrEmpty
    }

    It 'does nothing anew where nothing has changed' {
        $context = New-Context cached 'FROM busybox', 'RUN date +%N > /when'
        (Build-ContainerImage $context).Id | Should -Be (Build-ContainerImage $context).Id
        $anew = Build-ContainerImage $context -NoCache
        $anew.Layers[-1] | Should -Not -BeNullOrEmpty
        Build-ContainerImage $context -Verbose 4>&1 | Where-Object { "$_" -match 'cached' } | Should -Not -BeNullOrEmpty
    }

    It 'tells each step and what it prints with -Verbose' {
        $context = New-Context verbose 'FROM busybox', 'RUN echo said; echo complained >&2'
        $told = Build-ContainerImage $context -Verbose -NoCache 4>&1 | ForEach-Object { "$_" }
        $told | Should -Contain '[stage-0 2/2] RUN echo said; echo complained >&2'
        $told | Should -Contain '    said'
        $told | Should -Contain '    complained'
    }

    It 'says with -WhatIf what is to be done, and does nothing' {
        $null = New-Context whatif 'FROM busybox', 'RUN echo once > /first', 'ENV a=1'
        $context = "$folder/whatif"
        $null = Build-ContainerImage $context
        Add-Content "$context/Containerfile" 'RUN echo twice > /second'
        $before = Get-ChildItem -Recurse -File "$env:PSCONTAINER_ROOT/images/blobs" | Measure-Object | ForEach-Object Count
        $said = Invoke-Unseen "Build-ContainerImage '$context' whatif -WhatIf"
        $said | Should -Contain 'cached: [stage-0 2/4] RUN echo once > /first'
        $said | Should -Contain 'to do:  [stage-0 4/4] RUN echo twice > /second'
        Get-ChildItem -Recurse -File "$env:PSCONTAINER_ROOT/images/blobs" | Measure-Object | ForEach-Object Count | Should -Be $before
    }

    It 'names file and line of what fails, and goes on with the next context' {
        $bad = New-Context bad 'FROM busybox', '', 'RUN echo the reason; exit 7'
        $good = New-Context good 'FROM busybox', 'ENV a=1'
        $images = $bad, $good | Build-ContainerImage -ErrorVariable failure -ErrorAction SilentlyContinue
        @($images).Count | Should -Be 1
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'RunFailed,*'
        $failure[0].TargetObject | Should -Be $bad
        "$($failure[0])" | Should -Match '^Containerfile:3: (?s:.)*7(?s:.)*the reason'
        $failure[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        Get-Container | Should -BeNullOrEmpty
        Get-ChildItem "$env:PSCONTAINER_ROOT/builds/scratch" | Should -BeNullOrEmpty
    }

    It 'refuses <Id>' -ForEach @(
        @{ Id = 'ContainerfileNotFound'; Arguments = { @{ Path = $folder } } }
        @{ Id = 'ContextNotFound'; Arguments = { @{ Path = "$folder/absent" } } }
        @{ Id = 'InstructionUnknown'; Arguments = { @{ Path = New-Context unknown 'FROM busybox', 'COPPY a b' } } }
        @{ Id = 'StageUnknown'; Arguments = { @{ Path = New-Context unknown 'FROM busybox'; Target = 'x' } } }
        @{ Id = 'ImageNameInvalid'; Arguments = { @{ Path = New-Context unknown 'FROM busybox'; Name = 'UPPER' } } }
        @{ Id = 'EpochInvalid'; Arguments = { @{ Path = New-Context unknown 'FROM busybox'; BuildArgument = @{ SOURCE_DATE_EPOCH = 'now' } } } }
    ) {
        $given = & $Arguments
        Build-ContainerImage @given -ErrorVariable failure -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $failure[0].FullyQualifiedErrorId | Should -BeLike "$Id,*"
    }

    It 'takes another file, and warns of an argument that nobody asks for' {
        $context = New-Context other 'FROM missing'
        Set-Content "$context/app.Dockerfile" 'FROM busybox', 'ARG A', 'ENV a=$A'
        $image = Build-ContainerImage $context -File "$context/app.Dockerfile" -BuildArgument 'A=1', 'TYPO=2' -WarningVariable warning -WarningAction SilentlyContinue
        $image.Environment | Should -Contain 'a=1'
        $warning | Should -Match TYPO
    }

    It 'stops on Ctrl+C, and leaves nothing' {
        $context = New-Context stopped 'FROM busybox', 'RUN sleep 1000'
        $pipeline = Start-Pipeline "Build-ContainerImage '$context'"
        Wait-Until { Get-Container | Where-Object Pid } 30 | Should -BeTrue
        $null = Stop-Pipeline $pipeline
        Get-Container | Should -BeNullOrEmpty
        Get-ChildItem "$env:PSCONTAINER_ROOT/builds/scratch" | Should -BeNullOrEmpty
    }

    It 'clears what a killed PowerShell left' {
        $context = New-Context killed 'FROM busybox', 'RUN sleep 1000'
        $session = Start-Session "Build-ContainerImage '$context'"
        $session.StandardOutput.ReadLine() | Should -Be ready
        $session.StandardInput.WriteLine()
        Wait-Until { Get-Container | Where-Object Pid } 60 | Should -BeTrue
        $session.Kill()
        $session.WaitForExit()
        $null = Build-ContainerImage (New-Context after 'FROM busybox', 'ENV a=1')
        Get-Container | Should -BeNullOrEmpty
        Get-ChildItem "$env:PSCONTAINER_ROOT/builds/scratch" | Should -BeNullOrEmpty
    }

    It 'completes stages and names' {
        $context = New-Context completion 'FROM busybox AS make', 'FROM make AS test', 'FROM make'
        $line = "Build-ContainerImage '$context' -Target "
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be make, test
        $line = 'Build-ContainerImage . -Name busy'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Contain busybox:latest
    }
}

Describe 'An image beside docker build''s' -Tag Root, Docker -Skip:(-not ($isRoot -and $hasDocker)) {
    It 'has the same files and the same configuration' {
        $lines = 'ARG WORD=one', 'FROM busybox AS make', 'ARG WORD', 'WORKDIR /work', 'COPY src ./', 'RUN echo $WORD > made && chmod 640 made && rm sub/gone.txt && ln -s made link',
            'FROM busybox', 'ENV A=1 B="two words" C=${D:-three}', 'COPY --from=make /work /app', 'COPY --chown=1000:1001 src/run.sh /bin/', 'ADD packed.tar /packed/', 'COPY src/*.txt /texts/',
            'RUN rm -r /texts && mkdir /texts && echo $A > /texts/only', 'USER 1000', 'EXPOSE 8080 53/udp', 'VOLUME /data', 'LABEL x="a b" y=z', 'STOPSIGNAL SIGINT', 'HEALTHCHECK --interval=5s CMD true', 'ENTRYPOINT ["/bin/run.sh"]', 'CMD echo $A'
        $context = New-Context parity $lines -File @{ 'src/a.txt' = 'a'; 'src/sub/gone.txt' = 'x'; 'src/sub/b.txt' = 'b'; 'src/run.sh' = '#!/bin/sh'; 'src/ignored.log' = 'x' }
        Set-Content "$context/.dockerignore" '**/*.log'
        tar -C "$context/src" -cf "$context/packed.tar" a.txt sub
        $null = New-BusyboxImage busybox
        $ours = Build-ContainerImage $context app

        $docker = [IO.Directory]::CreateTempSubdirectory('pscontainer-docker-').FullName
        $daemon = Start-Docker $docker
        if (-not $daemon) { Set-ItResult -Skipped -Because 'no docker daemon comes up here' }
        try {
            Export-ContainerImage busybox -Path "$docker/busybox.tar" -Format Docker
            docker -H "unix://$docker/sock" load -qi "$docker/busybox.tar" | Out-Null
            docker -H "unix://$docker/sock" build -q -t app --network none -f "$context/Containerfile" $context 2>$null | Should -Not -BeNullOrEmpty
            $theirs = docker -H "unix://$docker/sock" image inspect app | ConvertFrom-Json | ForEach-Object Config
            $id = docker -H "unix://$docker/sock" create app
            docker -H "unix://$docker/sock" export $id -o "$docker/theirs.tar"
        }
        finally {
            Copy-Item "$docker/theirs.tar" "$folder/theirs.tar" -ErrorAction Ignore
            Stop-Docker $daemon $docker
        }

        # docker's export has files of its own for every container.
        $own = '^(dev/|etc/(hosts|hostname|resolv\.conf|mtab)|\.dockerenv|proc/|sys/|data/)'
        $container = New-Container parity app -NoStart
        Export-Container $container -Path "$folder/ours.tar"
        $container | Remove-Container
        function Get-Listing($archive) { tar -tvf $archive --numeric-owner --full-time | ForEach-Object { $mode, $owner, $size, $null, $null, $name = $_ -split '\s+', 6; if ($name -notmatch $own) { "$name $mode $owner $($mode.StartsWith('d') ? 0 : $size)" } } | Sort-Object }
        Get-Listing "$folder/ours.tar" | Should -Be (Get-Listing "$folder/theirs.tar")

        $ours.Environment | Sort-Object | Should -Be ($theirs.Env | Sort-Object)
        $ours.Command | Should -Be $theirs.Cmd
        $ours.Entrypoint | Should -Be $theirs.Entrypoint
        "$($ours.User)" | Should -Be $theirs.User
        "$($ours.WorkingDirectory)" | Should -Be "$($theirs.WorkingDir)"
        $ours.ExposedPorts | Sort-Object | Should -Be ($theirs.ExposedPorts.PSObject.Properties.Name | Sort-Object)
        $ours.Volumes | Should -Be $theirs.Volumes.PSObject.Properties.Name
        $ours.Labels.x, $ours.Labels.y | Should -Be 'a b', z
        $ours.StopSignal | Should -Be $theirs.StopSignal
        $ours.Healthcheck.Test | Should -Be $theirs.Healthcheck.Test
    }
}
