# The watch: looks every second for processes that came back under a new id, until its time is over or it is ended.
# It runs in a transient unit of systemd; match.sh and its variables stand before it.
# shellcheck shell=sh
# shellcheck disable=SC2154

set -f
HO_OWN=$$
HO_TURN=0
echo $$ >"$HO_HERE/watch"
while [ "$HO_TURN" -lt "$HO_FOR" ]; do
  ho_scan
  ho_seize
  # Tells whoever waits for it that one more look was taken.
  echo "$HO_TURN" >"$HO_HERE/pass"
  HO_TURN=$((HO_TURN + 1))
  sleep 1
done
ho_release
rm -f "$HO_HERE/watch"
