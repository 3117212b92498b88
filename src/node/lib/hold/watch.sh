# The watch: looks every second for processes that came back under a new id, until its time is over or it is ended.
# It runs apart from the node script, as a transient unit of systemd or a detached process.
# needs: match
# shellcheck shell=sh

set -f
HO_OWN=$$
HO_TURN=0

# ho_more: whether its time is not over, by the time since boot, as each look takes time too:
# if it counted turns, systemd's limit would end it before it releases what it holds.
ho_more() {
  HO_N=''
  { read -r HO_N HO_L <"$HO_ROOT/proc/uptime" || read -r HO_N HO_L </proc/uptime; } 2>/dev/null
  HO_N=${HO_N%%.*}
  [ -n "$HO_N" ] || HO_N=$HO_TURN
  # If it was killed and started again, its time continues; a later order may have changed it.
  HO_K=''
  { read -r HO_K <"$HO_HERE/until"; } 2>/dev/null
  case $HO_K in '' | *[!0-9]*) ;; *) HO_END=$HO_K ;; esac
  [ -n "${HO_END-}" ] || { HO_END=$((HO_N + P_FOR)) && echo "$HO_END" >"$HO_HERE/until"; }
  [ "$HO_N" -lt "$HO_END" ]
}

# ho_wanted: whether this watch is the current one: not if systemd started it late, or its hold was undone.
ho_wanted() {
  HO_K=''
  { read -r HO_K <"$HO_HERE/who"; } 2>/dev/null
  [ "$HO_K" = "${HO_ID-}" ]
}

# ho_again: writes the folder again if it was removed: the hold continues until its time is over, and undo must find what it froze.
ho_again() {
  (umask 077 && mkdir -p "$HO_HERE")
  { for HO_K in $HO_LIST; do echo "$HO_K"; done >"$HO_HERE/frozen" && echo "$HO_END" >"$HO_HERE/until" &&
    echo $$ >"$HO_HERE/watch" && echo "$HO_ID" >"$HO_HERE/who"; } 2>/dev/null
  # The rules of a network hold are noted when they are loaded.
  # shellcheck disable=SC2034
  PO_LAST=''
}

ho_wanted || exit 0
echo $$ >"$HO_HERE/watch"
# What a watch that was killed has frozen.
HO_LIST=''
while read -r HO_L; do HO_LIST="$HO_LIST $HO_L"; done 2>/dev/null <"$HO_HERE/frozen"
while ho_more; do
  [ -d "$HO_HERE" ] || ho_again
  ho_wanted || exit 0
  ho_scan
  ho_seize
  # Tells the script that waits for it that one more look was taken.
  { echo "$HO_TURN" >"$HO_HERE/pass"; } 2>/dev/null
  HO_TURN=$((HO_TURN + 1))
  sleep 1
done
ho_release
rm -f "$HO_HERE/watch"
