#!/usr/bin/env bash
# powershell.sh [ARG...]
#
# Becomes the PowerShell that this project is built and tested with: the one in $PSCONTAINER_PSHOME, where one PowerShell
# starts another like itself; else pwsh on the path, if it is new enough; else the .NET tool of .config/dotnet-tools.json,
# fetched first where need be. Ends with 127 and one sentence where there is none.
set -uo pipefail

readonly here=$(dirname "$(dirname "$(readlink -f "$0")")")
readonly oldest=7.6

# Microsoft's package has an executable beside its assemblies; the .NET tool has the assemblies alone.
become() { # in the folder $1
    local home=$1
    shift
    [[ -x $home/pwsh ]] && exec "$home/pwsh" "$@"
    exec dotnet "$home/pwsh.dll" "$@"
}
none() { echo "There is no PowerShell $oldest here: $1" >&2; exit 127; }

[[ ${PSCONTAINER_PSHOME-} ]] && become "$PSCONTAINER_PSHOME" "$@"

if command -v pwsh >/dev/null; then
    version=$(pwsh --version 2>/dev/null)
    version=${version#PowerShell }
    [[ $version && $(printf '%s\n' "$oldest" "$version" | sort -V | head -n 1) == "$oldest" ]] && exec pwsh "$@"
fi

wanted=$(sed -nE '/"powershell"/,/\}/s/.*"version": "(.*)".*/\1/p' "$here/.config/dotnet-tools.json")
packages=$(dotnet nuget locals global-packages --list 2>/dev/null) || none "dotnet does not say where its packages are."
packages=${packages#*: }
package=${packages%/}/powershell/$wanted
tool=$package/tools/net10.0/any/unix
if [[ ! -e $tool/pwsh.dll ]]; then
    [[ -e $package ]] && none "the .NET tool in $package is not whole. Remove that folder, and run this again."
    # Where nothing answers, NuGet would try for many minutes.
    said=$(cd "$here" && timeout 300 dotnet tool restore 2>&1) ||
        none "the .NET tool $wanted can't be fetched ($(grep -m 1 -oE 'error.*|Unable.*' <<<"$said" || echo "no answer"))"
    [[ -e $tool/pwsh.dll ]] || none "the .NET tool $wanted was fetched, and is not in $package. Clear the tool cache: dotnet nuget locals all --clear"
fi
become "$tool" "$@"
