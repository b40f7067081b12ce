#!/usr/bin/env bash
# Prints the folder that holds a Debian kernel (boot/vmlinux or boot/vmlinuz-*, lib/modules/*), fetching it first when
# the cache has none. The kernel is only unpacked, never installed: a host must not get a boot entry from a test.
# It stays until the cache folder is removed.
# Says "not available: <why>" on stderr and ends with 125 when there is none to be had.
set -euo pipefail

# The cloud flavour is smaller, but it is built without 9p, and the VM's root comes over 9p.
readonly meta=linux-image-amd64
readonly cache=${XDG_CACHE_HOME:-$HOME/.cache}/pscontainer-vm

# What no test can want: the drivers of hardware that qemu does not have are three quarters of the package.
readonly unwanted=(./usr/share '*/kernel/sound'
    '*/kernel/drivers/'{gpu,media,scsi,usb,infiniband,iio,hwmon,staging,hid,platform,input,mtd,comedi}
    '*/kernel/drivers/net/'{ethernet,wireless,usb,phy})

not_available() { echo "not available: $1" >&2; exit 125; }

newest() { find "$cache" -mindepth 1 -maxdepth 1 -name 'linux-image-*' | sort -V | tail -n 1; }

dependency() { LC_ALL=C apt-cache depends "$meta" 2>/dev/null | sed -n 's/^ *Depends: \(linux-image-.*\)/\1/p' | tail -n 1; }

download() { # into the folder $1, the package of the day
    local name
    name=$(dependency)
    [[ $name ]] || return 1
    (cd "$1" && apt-get -q download "$name") >&2
}

mkdir -p "$cache" || not_available "no folder to keep a kernel in"
kernel=$(newest)
[[ $kernel ]] && { echo "$kernel"; exit; }

[[ $(uname -m) == x86_64 ]] || not_available "the VM is made for x86_64, this is $(uname -m)"
command -v apt-get >/dev/null || not_available "no kernel in $cache, and no apt-get to fetch the package $meta with"
command -v dpkg-deb >/dev/null || not_available "no dpkg-deb to unpack the package $meta with"

exec 9>"$cache/lock"
flock 9 # two runs that both find the cache empty must not unpack into each other's folder
kernel=$(newest)
[[ $kernel ]] && { echo "$kernel"; exit; }

work=$(mktemp -d "$cache/new.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# A list older than the archive names a version that is gone from it, hence the second try.
download "$work" || { ((EUID == 0)) && apt-get -q update >&2 && download "$work"; } ||
    not_available "the package $meta cannot be downloaded"

deb=$(echo "$work"/*.deb)
name=$(basename "${deb%%_*}")
mkdir "$work/tree"
dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$work/tree" --no-same-owner "${unwanted[@]/#/--exclude=}" ||
    not_available "$deb cannot be unpacked"

# Newer packages have the modules under /usr and compressed, which busybox cannot load.
[[ -e $work/tree/lib ]] || ln -s usr/lib "$work/tree/lib"
find "$work/tree/lib/" -name '*.ko.xz' -exec xz -d {} + || not_available "no xz to decompress the kernel's modules with"

# The package's install script would have made modules.dep.
busybox depmod -b "$work/tree" "$(basename "$work"/tree/lib/modules/*)"

# Emulated, the kernel takes four seconds to decompress itself; qemu starts the plain one just as well. Only one of the
# places that look like the beginning of an xz stream is one, and without xz vmlinuz does it too.
while IFS=: read -r offset _; do
    xz -dc --single-stream < <(tail -c "+$((offset + 1))" "$work"/tree/boot/vmlinuz-*) >"$work/vmlinux" 2>/dev/null &&
        { mv "$work/vmlinux" "$work/tree/boot/vmlinux"; break; }
done < <(command -v xz >/dev/null && LC_ALL=C grep -obaP '\xfd7zXZ\x00' "$work"/tree/boot/vmlinuz-*)

chmod 755 "$work/tree"
mv -T "$work/tree" "$cache/$name"
echo "$cache/$name"
