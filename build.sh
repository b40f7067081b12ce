#!/usr/bin/env bash
# The thin bootstrap: finds pwsh and hands over to build.ps1; where there is none, runs what needs no PowerShell and says
# what it left out.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
task="${1:-build}"

build() {
    local out=out/PSContainer
    mkdir -p "$out"
    dotnet publish src/PSContainer/Runtime/PSContainer.Runtime.csproj -c Release -r "linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')" -o "$out/publish" -v q --nologo
    dotnet build src/PSContainer/Cmdlets/PSContainer.csproj -c Release -v q --nologo
    cp -f src/PSContainer/Cmdlets/bin/Release/net8.0/PSContainer*.dll src/PSContainer/Cmdlets/Formats/*.ps1xml PSContainer.psd1 "$out/"
    mv -f "$out/publish/pscontainer" "$out/pscontainer"
    rm -rf "$out/publish"
}
build
