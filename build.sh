#!/usr/bin/env bash
# build.sh [TASK [NAME...]]: Build, Test, Try, Bench, Help or Package, in any case; Build by default.
#
# Hands over to build.ps1 in the PowerShell that build/powershell.sh finds or fetches. Where there is none to be had, it
# does what needs none and says what it left out.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# .NET does not start without ICU unless it is told to; nothing here needs it.
[[ $(ldconfig -p 2>/dev/null || /sbin/ldconfig -p 2>/dev/null) == *libicuuc* ]] || export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 POWERSHELL_TELEMETRY_OPTOUT=1 POWERSHELL_UPDATECHECK=Off

build/needs.sh sdk
why=$(build/powershell.sh -NoProfile -Version 2>&1) && exec build/powershell.sh -NoProfile -NonInteractive -File build.ps1 "$@"

task=${1-build}
task=${task,,}
(($#)) && shift
module() { build/needs.sh "$1" && dotnet msbuild build/module.targets -restore -nologo -verbosity:quiet "-target:$2"; }

echo "$why"
echo "What needs none goes on without it."
case $task in
    build)
        module build Module
        echo "out/PSContainer is built. It takes a PowerShell, 7.6 or later, to import it; out/PSContainer/pscontainer takes none."
        ;;
    test)
        module test Tests
        exec tests/run.sh "$@"
        ;;
    try)
        module try Module
        examples/first-container.sh
        echo
        echo "Left out: the cmdlets. The same with them: examples/first-container.ps1"
        ;;
    bench | help | package) echo "Left out: $task, which is made of PowerShell." >&2; exit 1 ;;
    *) sed -n 's/^# \(build.sh \[.*\)/usage: \1/p' build.sh >&2; exit 2 ;;
esac
