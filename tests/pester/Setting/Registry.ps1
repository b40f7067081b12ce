# Debian's docker-registry on a free port of this machine, with its data in the test's own folder.

# With a password, ann's is "s3cret-word" (htpasswd -nbB ann s3cret-word).
function Start-Registry([string] $Folder, [switch] $Password) {
    $null = New-Item -ItemType Directory -Force $Folder
    $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
    $listener.Start()
    $authority = "127.0.0.1:$($listener.LocalEndpoint.Port)"
    $listener.Stop()
    Set-Content "$Folder/users" 'ann:$2y$05$1wyxN31Xp3g78QqUE5I4I.l3IZLjxqes59M9OEEI4ziYYU/I9K016'
    $auth = $Password ? "auth: {htpasswd: {realm: here, path: $Folder/users}}" : ''
    Set-Content "$Folder/registry.yml" 'version: 0.1', "storage: {filesystem: {rootdirectory: $Folder/store}}", "http: {addr: $authority}", $auth
    $process = Start-Process docker-registry 'serve', "$Folder/registry.yml" -RedirectStandardOutput "$Folder/out" -RedirectStandardError "$Folder/log" -PassThru
    $null = Wait-Until -Seconds 60 {
        if ($process.HasExited) { throw "The registry has ended: $(Get-Content -Raw "$Folder/log")" }
        $client = [Net.Sockets.TcpClient]::new()
        try { $client.Connect([Net.IPEndPoint]::Parse($authority)); $true } catch { $false } finally { $client.Dispose() }
    }
    [pscustomobject]@{ Authority = $authority; Process = $process }
}

function Stop-Registry($Registry) {
    if (-not $Registry) { return }
    $Registry.Process.Kill()
    $Registry.Process.WaitForExit()
}

# A listener that takes connections and never says a word.
function Start-SilentServer {
    $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
    $listener.Start()
    $listener
}
