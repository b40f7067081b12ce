# A root file system of one static program: small, and the same on every machine.

function New-BusyboxRoot([string] $Path) {
    $folders = 'bin', 'etc', 'tmp', 'proc', 'sys', 'dev', 'root', 'home' | ForEach-Object { Join-Path $Path $_ }
    $null = New-Item -ItemType Directory -Force $folders
    Copy-Item -LiteralPath (Get-Command busybox).Source "$Path/bin/busybox"
    foreach ($applet in 'sh', 'cat', 'echo', 'env', 'false', 'grep', 'hostname', 'id', 'ip', 'kill', 'ls', 'mount', 'nproc', 'ps', 'pwd', 'sleep', 'sort', 'touch', 'tr', 'true', 'wc') {
        $null = New-Item -ItemType SymbolicLink -Path "$Path/bin/$applet" -Value busybox
    }
    Set-Content "$Path/etc/passwd" 'root:x:0:0:root:/root:/bin/sh', 'app:x:1000:1001:app:/home:/bin/sh'
    Set-Content "$Path/etc/group" 'root:x:0:', 'app:x:1001:', 'video:x:44:app', 'wheel:x:10:root,app'
    $Path
}
