#!/usr/bin/env bash
# needs.sh sdk|build|try|test
#
# Sees to it that this machine has what the task takes. As root on Debian and its kin it installs what is missing;
# elsewhere it names it. Ends with 1 where the task cannot be done without it, with 0 where a few tests will be skipped.
set -uo pipefail

missing=() # packages

has() { command -v "$1" >/dev/null; }
package() { [[ " ${missing[*]-} " == *" $1 "* ]] || missing+=("$1"); }
program() { has "$1" || package "$2"; }

# The executable is linked by clang, else gcc; each comes without the C library's headers and start files.
links() {
    local compiler
    compiler=$(command -v clang || command -v gcc) || return
    has objcopy && "$compiler" -x c - -lm -o /dev/null <<<'int main(void) { return 0; }' 2>/dev/null
}
linker() { links || { has clang || package gcc; package libc6-dev; package binutils; }; }

# Its archive, libseccomp.a, becomes a part of the executable.
filters() { [[ -e /usr/include/seccomp.h ]]; }

for_build() { linker; filters || package libseccomp-dev; }
for_try() { for_build; program ps procps; program busybox busybox-static; program nft nftables; }
for_test() {
    for_try
    program gcc gcc # the constants are checked against the C headers
    [[ -e /usr/include/linux/bpf.h ]] || package libc6-dev
    program lsns util-linux
    program ip iproute2
    program strace strace
    program runc runc
    program skopeo skopeo
    program umoci umoci
    program curl curl
    program xz xz-utils
    [[ $(uname -m) == x86_64 ]] && program qemu-system-x86_64 qemu-system-x86 # the virtual machine lane
}

install() {
    local apt=(apt-get -qq -o Dpkg::Use-Pty=0)
    echo "Installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    "${apt[@]}" install -y --no-install-recommends "${missing[@]}" >/dev/null 2>&1 ||
        # A list older than the archive names versions that are gone from it.
        { "${apt[@]}" update >/dev/null && "${apt[@]}" install -y --no-install-recommends "${missing[@]}" >/dev/null; }
}

task=${1-}
case $task in sdk | build | try | test) ;; *) echo "usage: needs.sh sdk|build|try|test" >&2; exit 2 ;; esac

has dotnet || { echo "The .NET 10 SDK is missing: https://dotnet.microsoft.com/download" >&2; exit 1; }
sdk=$(dotnet --version 2>/dev/null)
((${sdk%%.*} >= 10)) 2>/dev/null || { echo "The .NET 10 SDK is missing, dotnet has ${sdk:-a runtime alone}: https://dotnet.microsoft.com/download" >&2; exit 1; }
[[ $task == sdk ]] && exit
"for_$task"
if ((${#missing[@]})); then
    if ((EUID == 0)) && has apt-get; then
        install </dev/null
        missing=()
        "for_$task"
    fi
    ((${#missing[@]})) && echo "Missing, and to be installed by root: ${missing[*]}" >&2
fi
links || { echo "The executable cannot be linked without clang or gcc, the C library's headers, and binutils." >&2; exit 1; }
filters || { echo "The executable cannot be linked without libseccomp's archive and header (libseccomp-dev)." >&2; exit 1; }
