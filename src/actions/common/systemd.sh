# Units and timers of systemd, and processes of our own where it is not there or does not answer.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154

SD_DEAD=''

# Whether systemd runs this machine, not only lies on its disk, and answers as far as we know.
fx_systemd() { [ -z "$SD_DEAD" ] && [ -d "$FX_ROOT/run/systemd/system" ] && fx_has systemd-run; }

# sd COMMAND…: SD_OUT is what it says; 124 where PID 1 does not answer in time, and then it is asked no more.
sd() {
  SD_OUT=''
  [ -z "$SD_DEAD" ] || return 124
  within_by
  SD_S=$((FX_DEADLINE / 4))
  [ "$SD_S" -le 5 ] || SD_S=5
  [ "$SD_S" -ge 1 ] || SD_S=1
  SD_OUT=$(within "$SD_S" "$@")
  SD_R=$?
  [ "$SD_R" -ne 124 ] || SD_DEAD=1
  return "$SD_R"
}

# detach COMMAND…: as a process of its own session, and no child of ours, or our deadline would end it with us; out of
# the login's control group too, which some machines empty when the login ends.
detach() {
  # shellcheck disable=SC2016
  (setsid /bin/sh -c 'for g in "$0"/systemd "$0"/unified "$0"; do
echo $$ >"$g/init.scope/cgroup.procs"
done 2>/dev/null
exec "$@"' "$FX_ROOT/sys/fs/cgroup" "$@" </dev/null >/dev/null 2>&1 &)
}
