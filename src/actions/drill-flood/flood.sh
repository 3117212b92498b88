# The flood: loops that call an API server and rest, apart from the node script. It has no credentials and changes nothing.
# Inputs: FX_ROOT FL_HOME FL_TELL FL_ID FL_END FL_CALLS FL_URLS.
# shellcheck shell=sh

LC_ALL=C PATH=${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
set -f
# A second start, by a systemd that was thought to have failed, must not double it.
mkdir "$FL_HOME/one" 2>/dev/null || exit 0
{ echo fireaxe-flood >/proc/$$/comm; } 2>/dev/null
# Where memory or time is short, it goes first.
{ echo 1000 >/proc/self/oom_score_adj; } 2>/dev/null

# fl_up: FL_UP are the seconds since boot: setting the date does not change it.
fl_up() {
  FL_UP=''
  { read -r FL_UP FL_K <"$FX_ROOT/proc/uptime" || read -r FL_UP FL_K </proc/uptime; } 2>/dev/null
  FL_UP=${FL_UP%%.*}
}

# fl_more: whether it goes on: its time is not over, nobody ended it, and nobody held it: one that is released stays quiet.
fl_more() {
  FL_WAS=$FL_UP FL_K=''
  { read -r FL_K <"$FL_HOME/who"; } 2>/dev/null
  [ "$FL_K" = "$FL_ID" ] || return 1
  fl_up
  [ "$FL_UP" -lt "$FL_END" ] && [ $((FL_UP - FL_WAS)) -le 20 ]
}

# fl_turns URL CALLS NAME: so many calls, then a second of rest: never more calls a second than that.
fl_turns() {
  FL_TOLD=$FL_TELL/told.$3 FL_ARGS='' FL_N=0 FL_SENT=0 FL_OK=0
  while [ "$FL_N" -lt "$2" ]; do
    FL_ARGS="$FL_ARGS -o /dev/null $1"
    FL_N=$((FL_N + 1))
  done
  while fl_more; do
    # -q comes first: a .curlrc of root may have credentials.
    # shellcheck disable=SC2086
    for FL_K in $("$FL_HOME/fireaxe-flood" -qskg --noproxy '*' --connect-timeout 2 --max-time 2 -w '%{http_code} ' $FL_ARGS </dev/null 2>/dev/null); do
      case $FL_K in 2[0-9][0-9]) FL_OK=$((FL_OK + 1)) ;; [0-9][0-9][0-9]) ;; *) continue ;; esac
      FL_SENT=$((FL_SENT + 1))
    done
    { echo "$FL_SENT $FL_OK" >"$FL_TOLD"; } 2>/dev/null
    sleep 1
  done
}

fl_up
# Five calls a turn each, the last one what is left; the addresses in turn.
FL_I=0
while [ "$FL_CALLS" -gt 0 ]; do
  FL_K=5
  [ "$FL_CALLS" -ge 5 ] || FL_K=$FL_CALLS
  FL_CALLS=$((FL_CALLS - FL_K)) FL_I=$((FL_I + 1)) FL_URL=${FL_URLS%% *}
  case $FL_URLS in *' '*) FL_URLS="${FL_URLS#* } $FL_URL" ;; esac
  fl_turns "$FL_URL" "$FL_K" "$FL_I" &
done
wait
