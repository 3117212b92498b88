# Queries to systemd, which may not answer, and detached processes for that case.
# needs: within tools
# shellcheck shell=sh

SD_DEAD=''

# fx_systemd: whether systemd runs this machine, and has not failed to answer yet.
fx_systemd() { [ -z "$SD_DEAD" ] && [ -d "$FX_ROOT/run/systemd/system" ] && fx_has systemd-run; }

# sd COMMAND…: SD_OUT is its output. Returns 124 if PID 1 does not answer in time; then it is not asked again.
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

# sd_reload: systemd refuses to reload with less than 16 MB free in /run. Then /run is enlarged for a moment, as otherwise a mask could not be removed.
sd_reload() {
  systemctl daemon-reload 2>/dev/null && return 0
  SD_OUT=$([ -n "$FX_ROOT" ] || df -Pk /run 2>/dev/null)
  # shellcheck disable=SC2086
  set -- ${SD_OUT##*"$FX_NL"}
  if [ $# -ne 6 ] || [ "$1 $6" != 'tmpfs /run' ] || [ "$4" -gt 16384 ] || ! mount -o "remount,size=$(($2 + 32768))k" /run; then
    systemctl daemon-reload
    return
  fi
  systemctl daemon-reload
  SD_R=$?
  mount -o "remount,size=$2k" /run || fx_say "/run is 32 MB larger than before: it filled up meanwhile"
  return "$SD_R"
}

# detach COMMAND…: runs it in its own session and not as a child, or the deadline would end it with this script; outside
# the login's cgroup too, which some machines clear when the login ends. When memory is short, others are killed first.
detach() {
  # shellcheck disable=SC2016
  (setsid /bin/sh -c '{
for g in "$0"/systemd "$0"/unified "$0"; do echo $$ >"$g/init.scope/cgroup.procs"; done
echo -1000 >/proc/self/oom_score_adj
} 2>/dev/null
exec "$@"' "$FX_ROOT/sys/fs/cgroup" "$@" </dev/null >/dev/null 2>&1 &)
}
