# The watch: looks every second for processes that came back under a new id, until its time is over or it is ended.
# It runs in a transient unit of systemd; match.sh and its variables stand before it.
# shellcheck shell=sh
# shellcheck disable=SC2154

HO_OWN=$$
HO_TURN=0
while [ "$HO_TURN" -lt "$HO_FOR" ]; do
  ho_scan
  ho_seize
  HO_TURN=$((HO_TURN + 1))
  sleep 1
done
ho_release
