#!/usr/bin/env bash
# A first container without PowerShell: makes an OCI bundle out of busybox, runs it through pscontainer with 40 MB of
# memory, looks at it from inside and from outside, and removes it again.
set -euo pipefail
readonly pscontainer=$(dirname "$(readlink -f "$0")")/../out/PSContainer/pscontainer

((EUID == 0)) || { echo "A container takes root: sudo $0" >&2; exit 1; }
busybox=$(command -v busybox) || { echo "The bundle is made of busybox (package busybox-static), which is missing." >&2; exit 1; }

folder=$(mktemp -d)
export PSCONTAINER_ROOT=$folder/store
trap '"$pscontainer" delete --force first >/dev/null 2>&1 || true; rm -rf "$folder"' EXIT

bundle=$folder/bundle
mkdir -p "$bundle/rootfs"/{bin,dev,proc,sys,tmp}
cp "$(readlink -f "$busybox")" "$bundle/rootfs/bin/busybox"
for name in $("$busybox" --list); do
    ln -s busybox "$bundle/rootfs/bin/$name" 2>/dev/null || true
done
cat >"$bundle/config.json" <<'END'
{
  "ociVersion": "1.2.0",
  "hostname": "first",
  "root": { "path": "rootfs", "readonly": true },
  "process": {
    "args": ["sleep", "600"], "cwd": "/", "env": ["PATH=/bin"], "user": { "uid": 0, "gid": 0 }, "noNewPrivileges": true,
    "capabilities": { "bounding": ["CAP_KILL"], "effective": ["CAP_KILL"], "permitted": ["CAP_KILL"] }
  },
  "mounts": [
    { "destination": "/proc", "type": "proc", "source": "proc", "options": ["nosuid", "noexec", "nodev"] },
    { "destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755", "size=64k"] },
    { "destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["nosuid", "noexec", "nodev", "ro"] },
    { "destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup", "options": ["nosuid", "noexec", "nodev", "ro"] }
  ],
  "linux": {
    "namespaces": [
      { "type": "pid" }, { "type": "mount" }, { "type": "uts" }, { "type": "ipc" }, { "type": "network" }, { "type": "cgroup" }
    ],
    "resources": { "memory": { "limit": 41943040 } }
  }
}
END

inside() { "$pscontainer" exec first "$@"; }
row() { printf '%-20s %-20s %s\n' "$@"; }

echo
echo '$ pscontainer run --detach --bundle bundle first'
"$pscontainer" run --detach --bundle "$bundle" first
"$pscontainer" list

echo
row aspect inside outside
row "host name" "$(inside hostname)" "$(uname -n)"
row processes "$(inside ls /proc | grep -c '^[0-9]')" "$(ls /proc | grep -c '^[0-9]')"
row "network interfaces" "$(inside ls /sys/class/net | xargs)" "$(ls /sys/class/net | xargs)"
for namespace in /proc/self/ns/{mnt,uts,ipc,pid,net,cgroup,user,time}; do
    [[ -e $namespace ]] || continue
    in=$(inside readlink "$namespace") out=$(readlink "$namespace")
    [[ $in == "$out" ]] && shared=" (shared)" || shared=
    row "$(basename "$namespace") namespace" "${in//[^0-9]/}" "${out//[^0-9]/}$shared"
done

pid=$("$pscontainer" state first | sed -n 's/.*"pid": *\([0-9]*\).*/\1/p')
group=$(sed -nE '/^([0-9]+:memory|0:):/{s/^[^:]*:[^:]*://p;q}' "/proc/$pid/cgroup")
echo
echo "The limit, as the kernel holds it"
grep -H . "/sys/fs/cgroup$group/memory.max" "/sys/fs/cgroup/memory$group/memory.limit_in_bytes" 2>/dev/null || true

if command -v lsns >/dev/null; then
    echo
    echo "\$ lsns -p $pid"
    lsns -p "$pid"
fi

echo
echo '$ pscontainer exec first ps'
inside ps

echo
echo '$ pscontainer delete --force first'
"$pscontainer" delete --force first
left=
[[ -e /proc/$pid/exe ]] && left+=" a process"
grep -q "$bundle" /proc/self/mountinfo && left+=" a mount"
[[ $(find /sys/fs/cgroup -path "*$group" -print -quit) ]] && left+=" a cgroup"
echo "Left of it:${left:- no process, no mount, no cgroup}."
