#!/bin/sh
# unified.sh PORT: shows a machine with cgroups v1 as one with v2, until it gets SIGTERM. Puts each process into the group of v2
# that is named as its group of v1, as systemd and the container runtime do on a node with v2, and serves SSH at PORT in a mount
# namespace where /sys/fs/cgroup is that tree.
set -e
mount --make-rprivate /
mount -t cgroup2 cgroup2 /sys/fs/cgroup
# PID 1 sees v1, so a watch that it started would find no group. Without this the watch is a process of the session.
mount --bind /bin/false /usr/bin/systemd-run
/usr/sbin/sshd -D -p "$1" -o PidFile=none &
cd /sys/fs/cgroup

# A group without processes is gone, as on a node with v2.
sweep() { find . -mindepth 1 -depth -type d -exec rmdir {} + || :; }

# join PID GROUP
join() { mkdir -p "./$2" && echo "$1" >"./$2/cgroup.procs"; }

back() {
  find . -mindepth 2 -name cgroup.procs -exec cat {} + | while read -r pid; do join "$pid" . || :; done
  sweep
  exit 0
}
trap back TERM

known=' '
while sleep 0.2; do
  seen=' '
  for dir in /proc/[0-9]*; do
    pid=${dir#/proc/} group=''
    while IFS=: read -r _ tree path; do [ "$tree" != name=systemd ] || group=$path; done <"$dir/cgroup" || continue
    case $known in
      *" $pid:$group "*) ;;
      *) join "$pid" "$group" || continue ;;
    esac
    seen="$seen$pid:$group "
  done
  known=$seen
  sweep
done 2>/dev/null
