#!/usr/bin/env bash
# run.sh [LANE...]
#
# Runs lanes of tests on what has been built (unit, system, pester, vm; all of them where none is named), then prints a
# table of them and, as the last line, "N passed, N failed, N skipped". Output of each lane: out/tests/LANE.log.
#
# A lane that this machine cannot run counts as one skipped and says why, in CI (CI=true) as one failed; but for the
# virtual machine, which not every machine can have. One that ended without having counted its tests counts as one failed. Ends with 1 where anything failed.
set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

readonly logs=${PSCONTAINER_TEST_LOGS:-$PWD/out/tests}
readonly pwsh=$PWD/build/powershell.sh
readonly in_vm=$([[ $(uname -n) == pscontainer-vm ]] && echo 1)
export DOTNET_CLI_UI_LANGUAGE=en DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 POWERSHELL_UPDATECHECK=Off NO_COLOR=1

rows=()
passed=0 failed=0 skipped=0
row() { # lane, passed, failed, skipped, note
    rows+=("$(printf '%-12s %6d %6d %7d  %s' "$@")")
    ((passed += $2, failed += $3, skipped += $4))
}
not_run() {
    [[ ${CI-} == true && $1 != vm ]] && { row "$1" 0 1 0 "not run: $2"; return; }
    row "$1" 0 0 1 "not run: $2"
}

# Runs the command for at most that many seconds, to the lane's log and from there to the screen: at a pipe's end one
# would wait for whatever a test has left running.
running=
run() { # lane, seconds, command...
    local log=$logs/$1.log
    : >"$log"
    echo
    echo "== $1"
    timeout --kill-after=30 "${@:2}" </dev/null >"$log" 2>&1 &
    running=$!
    tail -f -q -c +1 -s 0.2 --pid="$running" "$log"
    wait "$running"
}
trap 'kill "$running" 2>/dev/null; exit 130' INT
trap 'kill "$running" 2>/dev/null; exit 143' TERM

# Files the lane's row, given how its command ended.
conclude() { # lane, exit code, counts
    local lane=$1 code=$2 p f s note=
    read -r p f s <<<"$3"
    if [[ ! $p ]]; then
        p=0 f=1 s=0 note="ended with $code before its tests were counted"
        ((code == 124 || code == 137)) && note="stopped: it took too long"
    elif ((code != 0 && f == 0)); then
        f=1 note="ended with $code, though no test failed"
    fi
    row "$lane" "$p" "$f" "$s" "$note"
}

xunit() { # lane, seconds, assembly, more for dotnet test
    # "Total tests: 3", and below it those of "Passed: 1", "Failed: 1" and "Skipped: 1" that are not 0
    run "$1" "$2" dotnet test "$3" --logger "console;verbosity=normal" "${@:4}"
    conclude "$1" $? "$(awk '/^Total tests:/ { n["Passed:"] = n["Failed:"] = n["Skipped:"] = 0; end = 1 }
        end && $1 in n { n[$1] = $2 }
        END { if (end) print n["Passed:"], n["Failed:"], n["Skipped:"] }' "$logs/$1.log")"
}

assembly() { echo "tests/$1/bin/Release/$(sed -nE 's|.*<TargetFramework>(.*)</TargetFramework>.*|\1|p' Directory.Build.props)/$2.dll"; }

unit() { xunit unit 300 "$(assembly unit PSContainer.Tests.Unit)"; }

system() {
    ((EUID == 0)) || { not_run system "needs root"; return; }
    # In the virtual machine, where everything takes ten times as long, what cgroup v2 and another kernel may change.
    local only=()
    [[ $in_vm ]] && only=(--filter 'FullyQualifiedName~.Engine.|FullyQualifiedName~.Limits.|FullyQualifiedName~.Isolation.|FullyQualifiedName~.Verbs.|FullyQualifiedName~.Entry.|FullyQualifiedName~.Roots.LayerTests')
    xunit system 1200 "$(assembly system PSContainer.Tests.System)" "${only[@]}"
}

# In the virtual machine the four main cmdlets. Not what reads a screen: it would have to guess how slow the machine is.
pester() {
    ((EUID == 0)) || { not_run pester "needs root"; return; }
    local why
    why=$("$pwsh" -Version 2>&1) || { not_run pester "$why"; return; }

    local files=
    [[ $in_vm ]] && files="-ExcludeTag Terminal -Path (Get-Item tests/pester/New-Container.Tests.ps1, tests/pester/Get-Namespace.Tests.ps1, tests/pester/Enter-ContainerNamespace.Tests.ps1, tests/pester/Set-ContainerLimit.Tests.ps1, tests/pester/Set-ContainerLimit.Process.Tests.ps1)"
    run pester 1200 "$pwsh" -NoProfile -NonInteractive -Command "& tests/pester/run.ps1 $files; exit \$LASTEXITCODE"
    conclude pester $? "$(sed -nE 's/^([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$/\1 \2 \3/p' "$logs/pester.log")"
}

# The same lanes in a virtual machine with cgroup v2 alone; its table becomes rows of this one.
vm() {
    local code reason lane p f s note found= seen=$PWD
    ((EUID == 0)) || { not_run vm "needs root"; return; }
    case $PWD/ in
        /tmp/* | /run/* | /dev/*) # the virtual machine has its own
            seen=$(mktemp -d /var/tmp/pscontainer-vm.XXXXXX) && chmod 755 "$seen" # a test is nobody
            cp -a PSContainer.sln Directory.Build.props .config build out tests "$seen" ;;
    esac
    run vm 1800 env -C "$seen" tests/vm/run.sh --timeout 1790 -- \
        env PSCONTAINER_TEST_LOGS=/tmp tests/run.sh system pester
    code=$?
    [[ $seen == "$PWD" ]] || rm -rf "$seen"
    reason=$(sed -n 's/^not available: //p' "$logs/vm.log" | tail -n 1)
    ((code == 125)) && [[ $reason ]] && { not_run vm "$reason"; return; }
    while read -r lane p f s note; do
        row "vm: $lane" "$p" "$f" "$s" "$note"
        found=1
    done < <(sed -n '/^lane  *passed/,$p' "$logs/vm.log" | grep -E '^[a-z]+ +[0-9]+ +[0-9]+ +[0-9]+( |$)')
    [[ $found ]] || conclude vm "$code" ""
}

# The failed tests once more, each with what it said: whoever reads only the end of a long output shall see them.
failures() { # lanes
    local lane
    ((failed)) || return
    for lane in "$@"; do
        [[ -f $logs/$lane.log ]] || continue
        sed -nE '/^ *(\[-\]|Failed PSContainer)/,/^ *(\[\+\]|Passed |Skipped |Stack Trace:|at <ScriptBlock>)/p' "$logs/$lane.log" |
            grep -vE '^ *(\[\+\]|Passed |Skipped |Stack Trace:)' | head -n 80 | sed "s/^/$lane: /"
    done
}

main() {
    local lane lanes=("$@")
    ((${#lanes[@]})) || lanes=(unit system pester vm)
    for lane in "${lanes[@]}"; do
        case $lane in unit | system | pester | vm) ;; *) echo "run.sh: no lane is called $lane" >&2; exit 2 ;; esac
    done

    mkdir -p "$logs"
    for lane in "${lanes[@]}"; do "$lane"; done

    failures "${lanes[@]}"
    echo
    printf '%-12s %6s %6s %7s\n' lane passed failed skipped
    printf "%s\n" "${rows[@]}" | sed "s, *$,,"
    echo
    echo "$passed passed, $failed failed, $skipped skipped"
    ((failed == 0))
}
# In one go with its end, since bash reads on in a file that may have changed by then.
main "$@"; exit
