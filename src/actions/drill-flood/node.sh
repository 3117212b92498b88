# Starts the flood of a drill, armed: two timers, each of which ends it by force, stand before the first call is made.
# needs: ending firewall/armed firewall/keep firewall/due common/systemd common/tools
# shellcheck shell=sh

FL_UNIT=fireaxe-flood
FL_ID=$FX_RUN/$FX_STEP
# If /run/fireaxe is removed, the loops end when they find their folder gone.
AR_ELSE="rm -rf $FL_HOME"

fl_mine() { fx_line "$FL_HOME/who" && [ "$FX_L" = "$FL_ID" ]; }

act_look() {
  [ -n "$IN_ALLOWED" ] || fx_refuse not-allowed 'the kit does not allow drills on this cluster (drills: allowed)'
  [ -n "$IN_URLS" ] || fx_refuse not-found 'the fleet has no control-plane node: no API server is known'
  fx_need curl
  arm_possible
  stack_clock || fx_refuse no-timer '/proc/uptime cannot be read: a flood would not know its end'
  fx_before flood none
  if fl_mine && fl_left; then
    FX_STATE=already
    fx_say 'floods already'
    return 0
  fi
  # One that is over may still be on its way out.
  if [ -e "$FL_HOME/who" ] && fl_left; then fx_refuse busy 'a flood of another drill runs here'; fi
  FX_STATE=would
  fx_say "will call the API at most $P_CALLS times a second for ${P_FOR}s, without credentials"
}

act_apply() {
  fl_end || fx_fail busy 'processes of an earlier flood cannot be ended'
  arm_back "FX_ROOT='$FX_ROOT'$FX_NL$IN_END${FX_NL}fl_end"
  arm $((P_FOR + IN_GRACE))
  stack_due $((P_FOR + IN_GRACE))
  stack_clock
  FL_END=$((ST_CLOCK / 100 + P_FOR))
  # Of an earlier attempt.
  set +f
  rm -f "$FX_DIR"/told.*
  set -f
  fl_files || fl_fail no-receipt "cannot write in $FL_HOME"
  fl_start
  arm_check
  FL_N=0
  until [ -e "$FL_HOME/one" ]; do
    FL_N=$((FL_N + 1))
    [ "$FL_N" -lt 50 ] || fl_fail not-started 'the flood does not run'
    sleep 0.2 2>/dev/null || sleep 1
  done
  fx_say "floods the API; ends by itself after ${P_FOR}s"
}

# fl_fail CODE WHY: nothing of it is left.
fl_fail() {
  fl_end
  arm_undo
  fx_fail "$1" "$2"
}

# fl_files: its inputs are plain words. Named so, the kernel and `ss` show curl under the flood's name; where /run is
# mounted noexec, the program itself is not.
fl_files() {
  {
    mkdir -p "$FL_HOME" && echo "$FL_ID" >"$FL_HOME/who" && ln -s "$(command -v curl)" "$FL_HOME/fireaxe-flood" &&
      printf '%s\n' "FX_ROOT='$FX_ROOT' FL_HOME='$FL_HOME' FL_TELL='$FX_DIR' FL_ID='$FL_ID' FL_END=$FL_END FL_CALLS=$P_CALLS FL_URLS='$IN_URLS'" \
        "$IN_FLOOD" >"$FL_HOME/flood.sh"
  } 2>/dev/null
}

# fl_start: as a unit that systemd ends too, with little of the machine; else as a detached process.
fl_start() {
  if fx_systemd; then
    sd systemctl reset-failed "$FL_UNIT.service" 2>/dev/null
    set -- --quiet --unit="$FL_UNIT" --description='Fireaxe floods the API servers for a drill'
    sd systemd-run --collect --property=RuntimeMaxSec=$((P_FOR + IN_GRACE)) --property=TimeoutStopSec=2 \
      --property=CPUWeight=10 --property=MemoryMax=512M --property=TasksMax=200 "$@" /bin/sh "$FL_HOME/flood.sh" 2>/dev/null ||
      sd systemd-run "$@" /bin/sh "$FL_HOME/flood.sh" 2>/dev/null || detach /bin/sh "$FL_HOME/flood.sh"
  else
    detach /bin/sh "$FL_HOME/flood.sh"
  fi
}

# fl_tally: how many calls were made so far, and how many of them were answered well. It outlives the flood: the loops
# write it beside the receipt.
fl_tally() {
  FL_SENT=0 FL_OK=0
  set +f
  set -- "$FX_DIR"/told.*
  set -f
  for FL_F in "$@"; do
    fx_line "$FL_F" || continue
    case $FX_L in *[!0-9\ ]* | ' '* | *' ' | '') continue ;; esac
    FL_SENT=$((FL_SENT + ${FX_L% *})) FL_OK=$((FL_OK + ${FX_L#* }))
  done
  fx_data calls "$FL_SENT"
  fx_data answered "$FL_OK"
}

act_verify() {
  fl_tally
  if fl_left; then
    fx_data running yes
    fx_say 'the flood runs'
  else
    fx_data running no
    fx_say 'the flood is over'
  fi
  arm_say
}

act_undo() {
  fl_tally
  if [ -e "$FL_HOME/who" ] && ! fl_mine; then
    FX_STATE=already
    fx_say 'the flood here is of another drill'
  elif fl_left; then
    fl_end || fx_fail still-held "processes$FL_FOUND cannot be ended"
    fx_say 'the flood is ended'
  else
    fl_end
    FX_STATE=already
    fx_say 'the flood was over'
  fi
  arm_undo
}
