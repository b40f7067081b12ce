#!/usr/bin/env bash
# run.sh [--timeout SECONDS] -- COMMAND [ARG...]
#
# Runs COMMAND as root in a small virtual machine that has cgroup v2 only, every capability and a kernel of its own. It
# sees this machine's files, in the caller's current directory; what it writes is gone with the VM. No input, no network.
# Of the environment only PATH, TERM, the locale and what concerns .NET and PSContainer goes along.
#
# Ends with COMMAND's exit code; 124 when the time is up (default 1800 s); 125 when the VM could not be made, and then
# stderr has "not available: <why>" where this machine lacks something; 2 for a wrong call.
set -uo pipefail

readonly here=$(dirname "$(readlink -f "$0")")
timeout=1800

usage() { echo "usage: run.sh [--timeout SECONDS] -- COMMAND [ARG...]" >&2; exit 2; }
not_available() { echo "not available: $1" >&2; exit 125; }
failed() { echo "run.sh: $1" >&2; exit 125; }

while (($#)); do
    case $1 in
        --timeout) [[ ${2-} =~ ^[1-9][0-9]*$ ]] || usage; timeout=$2; shift 2 ;;
        --timeout=*) [[ ${1#*=} =~ ^[1-9][0-9]*$ ]] || usage; timeout=${1#*=}; shift ;;
        --) shift; break ;;
        *) usage ;;
    esac
done
(($#)) || usage

need() { # a program $1, from the package $2
    command -v "$1" >/dev/null && return
    if ((EUID == 0)) && command -v apt-get >/dev/null; then
        DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "$2" >&2 ||
            { apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "$2"; } >&2
    fi
    command -v "$1" >/dev/null || not_available "no $1 (package $2)"
}

need qemu-system-x86_64 qemu-system-x86
need busybox busybox-static
[[ " $(busybox --list | tr '\n' ' ') " == *" depmod "* ]] || not_available "this busybox has no depmod, busybox-static has"
kernel=$("$here/kernel.sh") || exit 125

temporary=$(mktemp -d "${TMPDIR:-/tmp}/pscontainer-vm.XXXXXX") || failed "no temporary folder"
machine=
tails=()
clean_up() {
    [[ $machine ]] && kill "$machine" 2>/dev/null # timeout, which ends qemu first, if need be by force
    wait 2>/dev/null
    rm -rf "$temporary"
}
interrupted() { ((${#tails[@]})) && kill "${tails[@]}" 2>/dev/null; exit "$1"; }
trap clean_up EXIT
trap 'interrupted 129' HUP
trap 'interrupted 130' INT
trap 'interrupted 143' TERM

share=$temporary/share
mkdir "$share"
touch "$share/stdout" "$share/stderr"

# Two streams would arrive in the order in which two readers happen to run, so where the caller has made one of them
# it stays one.
merge=
[[ /dev/fd/1 -ef /dev/fd/2 ]] && merge=1

path=$PATH
for folder in /usr/local/sbin /usr/local/bin /usr/sbin /usr/bin /sbin /bin; do
    [[ :$path: == *:$folder:* ]] || path+=:$folder
done
# What .NET gains elsewhere by mapping its code twice and by instrumenting it costs emulated processors half their time.
environment=("PATH=$path" HOME=/root USER=root LOGNAME=root "LANG=${LANG:-C.UTF-8}"
    DOTNET_EnableWriteXorExecute=0 DOTNET_TieredPGO=0)
while IFS= read -r name; do
    case $name in CI | TERM | NO_COLOR | LC_* | TZ | DOTNET_* | NUGET_* | PSCONTAINER_* | PSModulePath) environment+=("$name=${!name}") ;; esac
done < <(compgen -e)
directory=$(pwd -P)

unseen="run.sh: the VM does not see $directory: its /tmp, /run, /proc, /sys and /dev are its own"

busybox=$(command -v busybox)
cat >"$share/settings" <<END
KERNEL=${kernel@Q} BUSYBOX=${busybox@Q} BASH_PATH=${BASH@Q} MERGE=$merge
END
cat >"$share/command" <<END
cd ${directory@Q} 2>/dev/null || { echo ${unseen@Q} >&2; exit 125; }
exec env -i ${environment[*]@Q} ${*@Q}
END

"$here/initramfs.sh" "$kernel" "$temporary/initramfs" || failed "the initramfs could not be made"

# TCG even where there is a /dev/kvm: inside another VM that may open and then hang. Nehalem, since what later
# processors add is slow to emulate, and the kernel would use it. A comma in an option's value has to be doubled.
# pdeathsig: not even a SIGKILL of this script leaves a machine running.
SECONDS=0
setpriv --pdeathsig KILL timeout --kill-after=5 "$timeout" \
    setpriv --pdeathsig KILL qemu-system-x86_64 -M q35 -accel tcg -cpu Nehalem -smp 2 -m 2G \
    -display none -monitor none -no-reboot -nodefaults -no-user-config \
    -serial "file:$temporary/console" \
    -kernel "$(ls -1 "$kernel"/boot/vmlinu[xz]* | head -n 1)" -initrd "$temporary/initramfs" \
    -append "console=ttyS0 quiet loglevel=4 panic=-1 tsc=reliable no_timer_check mitigations=off cgroup_no_v1=all" \
    -virtfs local,mount_tag=root,path=/,security_model=none,readonly=on,multidevs=remap \
    -virtfs "local,mount_tag=share,path=${share//,/,,},security_model=none,multidevs=remap" \
    -device virtio-rng-pci \
    </dev/null >"$temporary/qemu" 2>&1 &
machine=$!

setpriv --pdeathsig KILL tail -q -c +1 -s 0.1 -f --pid="$machine" "$share/stdout" &
tails+=($!)
setpriv --pdeathsig KILL tail -q -c +1 -s 0.1 -f --pid="$machine" "$share/stderr" >&2 &
tails+=($!)

wait -n "$machine" "${tails[@]}" 2>/dev/null # where bash would report a killed job
kill -0 "$machine" 2>/dev/null && interrupted 141 # nobody reads the output any more, as with a pipe
machine=
wait "${tails[@]}" 2>/dev/null # they end by themselves, once they have written the last of its output
tails=()

[[ -s $share/status ]] && exit "$(<"$share/status")"
((SECONDS >= timeout)) && { echo "run.sh: stopped after $timeout seconds" >&2; exit 124; }
tail -n 60 "$temporary/qemu" "$temporary/console" >&2
failed "the virtual machine ended before the command did"
