#!/usr/bin/env bash
# initramfs.sh KERNEL-FOLDER OUTPUT: packs busybox, our two scripts and the modules that reach the root.
# Made anew for every run: it takes a tenth of a second, and a cached one would outlive a change of the scripts.
set -euo pipefail

readonly kernel=$1 output=$2
readonly here=$(dirname "$(readlink -f "$0")")
readonly modules=$(echo "$kernel"/lib/modules/*)
readonly tree=$output.tree

# Everything else is loaded on demand, once the root with /lib/modules is there.
readonly wanted=(virtio_pci 9p 9pnet_virtio overlay virtio_rng)

dependencies() { # of the module $1 and itself, in the order insmod needs
    local line path
    line=$(grep -m 1 -E "/${1//_/[_-]}\.ko:" "$modules/modules.dep") || return 0 # built in
    for path in ${line#*:}; do
        path=${path##*/}
        dependencies "${path%.ko}"
    done
    echo "${line%%:*}"
}

trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree"/{bin,modules,proc,sys,dev,lower,upper,root}
cp "$(readlink -f "$(command -v busybox)")" "$tree/bin/busybox"
cp "$here/init" "$here/start" "$tree/"
chmod 755 "$tree/init"

for module in "${wanted[@]}"; do dependencies "$module"; done | awk '!seen[$0]++' >"$tree/modules/order.full"
while read -r path; do
    cp "$modules/$path" "$tree/modules/"
    basename "$path"
done <"$tree/modules/order.full" >"$tree/modules/order"

(cd "$tree" && find . | busybox cpio -o -H newc 2>/dev/null) >"$output"
