#!/bin/bash
# A systemd of its own over a copy-on-write view of this machine: process 1 of
# namespaces of its own, in a root that no change leaves. Called by unshare (see
# test/http/scenario_systemd.mjs) with an empty folder, the program and the unit.
set -e
place=$1 root=$1/root
mount --make-rprivate /
mkdir -p "$place/changes" "$root"
mount -t tmpfs tmpfs "$place/changes"
mkdir "$place/changes/upper" "$place/changes/work"
mount -t overlay overlay -o "lowerdir=/,upperdir=$place/changes/upper,workdir=$place/changes/work" "$root"

# Nothing of this machine is started but what every boot needs.
rm -rf "${root:?}/etc/systemd/system" && mkdir -p "$root/etc/systemd/system" "$root/old"
cp "$3" "$root/etc/systemd/system/essaim.service"
cp "$2" "$root/usr/local/bin/essaim"
printf '[Unit]\nRequires=basic.target\nAfter=basic.target\n' >"$root/etc/systemd/system/essaim-test.target"
chroot "$root" useradd --system --no-create-home essaim

mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t tmpfs tmpfs "$root/sys/fs/cgroup"
mkdir "$root/sys/fs/cgroup/systemd" "$root/sys/fs/cgroup/unified"
mount -t cgroup -o none,name=systemd cgroup "$root/sys/fs/cgroup/systemd"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup/unified"
for at in dev run tmp; do mount -t tmpfs tmpfs "$root/$at"; done
mknod -m 666 "$root/dev/null" c 1 3
mknod -m 666 "$root/dev/zero" c 1 5
mknod -m 666 "$root/dev/full" c 1 7
mknod -m 666 "$root/dev/random" c 1 8
mknod -m 666 "$root/dev/urandom" c 1 9
mknod -m 666 "$root/dev/tty" c 5 0
ln -s /proc/self/fd "$root/dev/fd"
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ip link set lo up
# Not chroot: from there the unit could have no users of its own.
cd "$root" && pivot_root . old && umount -l /old
exec env -i container=essaim-test PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  /lib/systemd/systemd --system --unit=essaim-test.target --log-target=null --show-status=no
