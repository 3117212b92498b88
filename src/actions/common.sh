# The common part of every node script; the protocol is told in docs/node-protocol.md.
# POSIX sh for dash, bash, busybox and macOS. Before it stand the assignments (FX_…, P_…, B_…),
# after it the action's functions act_look, act_apply, act_verify, act_undo (and act_keep, act_fetch), and the call of fx_main.
# Builtins wherever they do: on thousands of nodes every fork is paid for thousands of times.
# shellcheck shell=sh
# shellcheck disable=SC1003,SC2015,SC2016,SC2030,SC2031,SC2034,SC2153,SC2154

FX_USER_LC=${LC_ALL-}
LC_ALL=C
export LC_ALL
set -f
umask 077
FX_ROOT=${FIREAXE_ROOT:-}
# A login that is not interactive often lacks sbin. In the drill the node's own tools must stay alone.
[ -n "$FX_ROOT" ] || PATH=${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
FX_HOME=$FX_ROOT/run/fireaxe
FX_STEP=$FX_STEP${FX_SLOT-}
FX_DIR=$FX_HOME/$FX_RUN/$FX_STEP
FX_LOCK=$FX_HOME/lock
FX_NL='
'
FX_TAB='	'
FX_PLAIN='[!A-Za-z0-9 .,:;/@=+_%()<>#~-]*'
FX_Q50='??????????????????????????????????????????????????'
FX_STATE=ok FX_CODE='' FX_NOTE='' FX_EXIT='' FX_BEFORE='' FX_DATA='' FX_REDO='' FX_LOCKED='' FX_DOG='' FX_RECORD=''
# An action that must never run twice, whatever became of the first time, sets this.
FX_ONCE=''

# fx_json TEXT: FX_J is the text as it stands inside a JSON string; bytes that are no printable ASCII become `?`.
fx_json() {
  FX_J='' FX_T=$1
  while :; do
    # shellcheck disable=SC2295
    FX_H=${FX_T%%$FX_PLAIN}
    FX_J=$FX_J$FX_H
    FX_T=${FX_T#"$FX_H"}
    [ -n "$FX_T" ] || return 0
    FX_C=${FX_T%"${FX_T#?}"}
    FX_T=${FX_T#?}
    case $FX_C in
      '"' | '\') FX_J="$FX_J\\$FX_C" ;;
      "$FX_NL") FX_J="$FX_J\\n" ;;
      "$FX_TAB") FX_J="$FX_J\\t" ;;
      [!\ -~]) FX_J="$FX_J?" ;;
      *) FX_J=$FX_J$FX_C ;;
    esac
  done
}

# fx_cut TEXT N: FX_J is the JSON text of at most N times 50 bytes of TEXT.
fx_cut() {
  FX_T=$1 FX_Z=$2 FX_P=''
  while [ "$FX_Z" -gt 0 ]; do FX_P=$FX_P$FX_Q50 FX_Z=$((FX_Z - 1)); done
  # shellcheck disable=SC2295
  [ ${#FX_T} -le ${#FX_P} ] || FX_T=${FX_T%"${FX_T#$FX_P}"}
  fx_json "$FX_T"
}

# fx_before KEY VALUE: a part of the state found before the change; one line each, the way back.
fx_before() { FX_BEFORE=$FX_BEFORE$1=$2$FX_NL; }

# fx_data KEY VALUE: a measured value for people and programs.
fx_data() {
  fx_cut "$2" 4
  [ $((${#FX_DATA} + ${#FX_J})) -le 800 ] || return 0
  FX_DATA=$FX_DATA${FX_DATA:+,}\"$1\":\"$FX_J\"
}

# fx_say TEXT: adds to the one line for people.
fx_say() { FX_NOTE=$FX_NOTE${FX_NOTE:+; }$1; }

fx_refuse() { FX_STATE=refused FX_CODE=$1 FX_NOTE=$2 && fx_end; }
fx_fail() { FX_STATE=failed FX_CODE=$1 && fx_say "$2" && fx_end; }

# fx_has TOOL: whether the tool is there. In the drill a tool of the machine that carries it is none.
fx_has() {
  FX_I=$IFS IFS=:
  for FX_P in $PATH; do
    [ -x "$FX_P/$1" ] || continue
    IFS=$FX_I
    [ -n "$FX_ROOT" ] || return 0
    case $FX_P in /bin | /sbin | /usr/* | /opt/*) return 1 ;; esac
    return 0
  done
  IFS=$FX_I
  return 1
}
# Whether systemd runs this machine, not only lies on its disk.
fx_systemd() { [ -d "$FX_ROOT/run/systemd/system" ] && fx_has systemd-run; }
fx_need() { fx_has "$1" || fx_refuse no-tool "$1 is not on this node"; }

# fx_line FILE: FX_L is the file's first line; false when it cannot be read.
fx_line() {
  FX_L=''
  [ -r "$1" ] || return 1
  { read -r FX_L <"$1"; } 2>/dev/null || [ -n "$FX_L" ]
}

# fx_start PID: FX_L is when the process began, FX_P its state; false when there is no /proc to tell.
fx_start() {
  fx_line "$FX_ROOT/proc/$1/stat" || return 1
  # shellcheck disable=SC2086
  set -- ${FX_L##*) }
  FX_P=${1-} FX_L=${20-}
}

# fx_alive PID START: the same process still runs; a reused pid has another start.
fx_alive() {
  kill -0 "$1" 2>/dev/null || return 1
  fx_start "$1" || return 0
  [ "$FX_P" != Z ] && { [ -z "$2" ] || [ "$FX_L" = "$2" ]; }
}

# --- the way out ---

# The one result line, at most 2,400 characters, and the exit code.
fx_end() {
  trap '' ALRM
  [ -z "$FX_DOG" ] || kill "$FX_DOG" 2>/dev/null
  [ -z "$FX_RECORD" ] || fx_record
  [ -z "$FX_LOCKED" ] || rm -f "$FX_LOCK"
  fx_print
  case $FX_STATE in
    failed) exit 3 ;;
    refused) exit 4 ;;
    absent | interrupted) exit 5 ;;
    *) exit 0 ;;
  esac
}

fx_print() {
  fx_members "$FX_BEFORE"
  FX_O="{\"fireaxe\":1,\"nonce\":\"$FX_NONCE\",\"op\":\"$FX_OP\",\"state\":\"$FX_STATE\""
  [ -z "$FX_M" ] || FX_O="$FX_O,\"before\":{$FX_M}"
  [ -z "$FX_CODE" ] || FX_O="$FX_O,\"code\":\"$FX_CODE\""
  [ -z "$FX_EXIT" ] || FX_O="$FX_O,\"exit\":$FX_EXIT"
  [ -z "$FX_DATA" ] || FX_O="$FX_O,\"data\":{$FX_DATA}"
  if [ -n "$FX_NOTE" ]; then
    fx_cut "$FX_NOTE" 8
    [ ${#FX_J} -le 500 ] || fx_cut "$FX_NOTE" 4
    FX_O="$FX_O,\"note\":\"$FX_J\""
  fi
  printf '\n%s}\n' "$FX_O"
}

# fx_members LINES: FX_M is `"key":"value",…` of key=value lines.
fx_members() {
  FX_M='' FX_I=$IFS IFS=$FX_NL
  for FX_K in $1; do
    fx_json "${FX_K#*=}"
    FX_M=$FX_M${FX_M:+,}\"${FX_K%%=*}\":\"$FX_J\"
  done
  IFS=$FX_I
}

# --- the deadline ---

# A helper of this shell's own that ends it and its children. It holds no pipe: should the shell be killed,
# whoever waits for its output learns that at once.
fx_guard() {
  trap fx_late ALRM
  trap : HUP
  (
    # shellcheck disable=SC2064
    trap 'kill $! 2>/dev/null; exit 0' TERM
    sleep "$FX_DEADLINE" &
    wait $!
    trap '' TERM ALRM
    FX_O=" $$ "
    kill -ALRM $$ || exit 0
    fx_sweep TERM
    sleep 1
    fx_sweep KILL
    kill -0 $$ || exit 0
    # Stuck in the kernel, it dies as soon as it can.
    sleep 1
    kill -KILL $$
  ) </dev/null >/dev/null 2>&1 &
  FX_DOG=$!
}

fx_late() {
  FX_STATE=failed FX_CODE=deadline FX_EXIT='' FX_RECORD=''
  FX_NOTE="ended at its deadline of ${FX_DEADLINE}s"
  fx_end
}

# fx_sweep SIGNAL: to every descendant of the main shell but the helper that calls this; FX_O remembers them.
# Its own children are real ones, in the drill too: so the real /proc, or ps.
fx_sweep() {
  FX_T='' FX_ME='' FX_N=''
  if [ -r /proc/self/stat ]; then
    { read -r FX_ME FX_L </proc/self/stat; } 2>/dev/null
    set +f
    for FX_K in /proc/[0-9]*; do
      { read -r FX_L <"$FX_K/stat"; } 2>/dev/null || continue
      FX_L=${FX_L##*) }
      FX_L=${FX_L#? }
      FX_T="$FX_T ${FX_K#/proc/}:${FX_L%% *}"
    done
    set -f
  else
    FX_ME=$(sh -c 'echo "$PPID"')
    FX_P=''
    for FX_K in $(ps -A -o pid= -o ppid=); do
      if [ -z "$FX_P" ]; then FX_P=$FX_K; else FX_T="$FX_T $FX_P:$FX_K" FX_P=''; fi
    done
  fi
  while [ "$FX_N" != "$FX_O" ]; do
    FX_N=$FX_O
    for FX_K in $FX_T; do
      case $FX_O in
        *" ${FX_K%:*} "*) ;;
        *" ${FX_K#*:} "*) [ "${FX_K%:*}" = "$FX_ME" ] || FX_O="$FX_O${FX_K%:*} " ;;
      esac
    done
  done
  # shellcheck disable=SC2086
  kill -"$1" ${FX_O#" $$ "} 2>/dev/null
}

# --- the right machine, in time ---

fx_identity() {
  if [ -n "$FX_INSTANCE_ID" ]; then
    for FX_K in /sys/class/dmi/id/board_asset_tag /var/lib/cloud/data/instance-id; do
      fx_line "$FX_ROOT$FX_K" || continue
      [ "$FX_L" != "$FX_INSTANCE_ID" ] || return 0
      case $FX_L in i-*) fx_refuse wrong-machine "this is $FX_L, not $FX_INSTANCE_ID" ;; esac
    done
    # No instance id to be read here: the machine id must do.
    [ -n "$FX_MACHINE_ID" ] || fx_refuse wrong-machine "cannot tell that this is $FX_INSTANCE_ID"
  fi
  [ -n "$FX_MACHINE_ID" ] || return 0
  fx_line "$FX_ROOT/etc/machine-id" || fx_refuse wrong-machine 'cannot read /etc/machine-id'
  [ "$FX_L" = "$FX_MACHINE_ID" ] || fx_refuse wrong-machine "machine id $FX_L, not $FX_MACHINE_ID"
}

fx_time() {
  FX_NOW=$(date +%s)
  [ "$FX_NOW" -le "$FX_NOT_AFTER" ] ||
    fx_refuse too-late "not to begin any more: $((FX_NOW - FX_NOT_AFTER))s past its time by this node's clock"
}

# --- the lock: one change at a time on a node ---

fx_lock() {
  FX_WAIT=$((FX_DEADLINE / 2)) FX_EMPTY=0 FX_GONE=0
  [ "$FX_WAIT" -le 20 ] || FX_WAIT=20
  until fx_take; do
    if [ ! -e "$FX_LOCK" ]; then
      # Let go of just now; or nothing can be created here at all.
      FX_GONE=$((FX_GONE + 1))
      [ "$FX_GONE" -lt 5 ] || fx_refuse no-receipt "cannot write $FX_LOCK (disk full or read-only?)"
      continue
    fi
    if fx_stale; then
      # Whoever creates the mark, and nobody else, removes this one dead owner's lock.
      if fx_create "$FX_LOCK.$FX_OWNER" && fx_stale; then rm -f "$FX_LOCK"; fi
      rm -f "$FX_LOCK.$FX_OWNER"
      continue
    fi
    [ "$FX_WAIT" -gt 0 ] || fx_refuse locked "busy: held by process $FX_OWNER ($FX_LOCK)"
    FX_WAIT=$((FX_WAIT - 1))
    sleep 1
  done
}

fx_create() {
  set -C
  # Not `:`, a special builtin: its failed redirection would end the shell.
  { printf '' >"$1"; } 2>/dev/null
  FX_N=$?
  set +C
  return $FX_N
}

fx_take() {
  fx_create "$FX_LOCK" || return 1
  FX_LOCKED=1
  fx_start $$ || FX_L=''
  { printf '%s %s %s\n' $$ "${FX_L:-0}" "$FX_RUN/$FX_STEP" >"$FX_LOCK"; } 2>/dev/null ||
    fx_refuse no-receipt "cannot write $FX_LOCK"
}

# Whether the lock's owner is gone; FX_OWNER names it, FX_HOLDS its step.
fx_stale() {
  FX_OWNER='' FX_HOLDS=''
  fx_line "$FX_LOCK" || {
    # Just being written, or its writer died between the two steps.
    FX_OWNER=nobody FX_EMPTY=$((FX_EMPTY + 1))
    [ -e "$FX_LOCK" ] && [ "$FX_EMPTY" -gt 3 ]
    return
  }
  # shellcheck disable=SC2086
  set -- $FX_L
  FX_OWNER=$1 FX_HOLDS=${3-}
  [ "${2-0}" != 0 ] || set -- "$1" ''
  ! fx_alive "$1" "$2"
}

# --- receipts ---

fx_write() { { printf '%s\n' "$2" >"$FX_DIR/$1"; } 2>/dev/null; }

# The way back must reach the journal whole, or nothing is changed.
fx_intent() {
  fx_members "$FX_BEFORE"
  [ ${#FX_M} -le 1000 ] || fx_refuse before-too-large 'the state before does not fit the result line'
  { fx_write before "$FX_BEFORE" && fx_write intent "$FX_NONCE $FX_NOW" && printf '%s %s\n' "$FX_NONCE" "$FX_NOW" >>"$FX_DIR/ran"; } 2>/dev/null ||
    fx_refuse no-receipt "cannot write under $FX_DIR (disk full or read-only?)"
  FX_RECORD=1
}

fx_record() {
  fx_write "done" "$FX_STATE$FX_NL$FX_CODE$FX_NL$FX_EXIT$FX_NL${FX_NOTE%%"$FX_NL"*}$FX_NL$FX_DATA"
}

# Reads the recorded before-state into FX_BEFORE and B_…
fx_recall_before() {
  FX_BEFORE=''
  [ -r "$FX_DIR/before" ] || return 1
  while IFS= read -r FX_K; do
    [ -z "$FX_K" ] || fx_before "${FX_K%%=*}" "${FX_K#*=}"
  done <"$FX_DIR/before"
  fx_before_vars
}

fx_before_vars() {
  FX_I=$IFS IFS=$FX_NL
  for FX_K in $FX_BEFORE; do
    FX_L=${FX_K#*=}
    case ${FX_K%%=*} in *[!a-z0-9_]*) ;; *) eval "B_${FX_K%%=*}=\$FX_L" ;; esac
  done
  IFS=$FX_I
}

# The recorded result becomes this one's.
fx_recall() {
  { read -r FX_STATE && read -r FX_CODE && read -r FX_EXIT && read -r FX_NOTE && read -r FX_DATA; } <"$FX_DIR/done"
  fx_recall_before
}

# The first delivery decides. True when this one has nothing left to do.
fx_seen() {
  [ -e "$FX_DIR/intent" ] || return 1
  FX_AGAIN='' FX_UNDONE=''
  while read -r FX_K FX_L; do [ "$FX_K" != "$FX_NONCE" ] || FX_AGAIN=1; done <"$FX_DIR/ran"
  if [ -e "$FX_DIR/undone" ] || [ -e "$FX_DIR/fired" ]; then
    # Taken back since: a new order runs afresh, a late copy of the old one does not.
    if [ -z "$FX_AGAIN$FX_ONCE" ]; then
      for FX_K in intent before "done" undone fired kept timer back.nft added4 added6 control transient; do
        [ ! -e "$FX_DIR/$FX_K" ] || rm -f "$FX_DIR/$FX_K"
      done
      return 1
    fi
    FX_UNDONE=1
  fi
  if [ -e "$FX_DIR/done" ]; then
    fx_line "$FX_DIR/done"
    # What failed may be tried again by a new order, from the first one's before-state.
    if [ "$FX_L" = failed ] && [ -z "$FX_AGAIN$FX_ONCE" ]; then
      FX_REDO=1
      return 1
    fi
    fx_recall
  elif [ -z "$FX_AGAIN$FX_ONCE" ]; then
    FX_REDO=1
    return 1
  else
    fx_recall_before
    FX_STATE=interrupted FX_NOTE='began once and did not end; it is not run again'
  fi
  fx_data again 1
  [ -z "$FX_UNDONE" ] || fx_data undone 1
}

# --- the operations ---

fx_do_check() { act_look; }

fx_do_apply() {
  mkdir -p "$FX_DIR" 2>/dev/null || fx_refuse no-receipt "cannot make $FX_DIR (disk full or read-only?)"
  fx_lock
  ! fx_seen || return 0
  act_look
  if [ -n "$FX_REDO" ]; then fx_recall_before; else fx_before_vars; fi
  fx_intent
  [ "$FX_STATE" = would ] || return 0
  FX_STATE=changed FX_NOTE='' FX_DATA=''
  act_apply
}

fx_do_verify() { act_verify; }

fx_do_undo() {
  if [ -e "$FX_DIR/undone" ]; then
    FX_STATE=already FX_NOTE='taken back before'
    fx_data again 1
    return
  fi
  if [ -n "${FX_HAS_BEFORE-}" ]; then :; elif ! fx_recall_before; then
    FX_STATE=already FX_NOTE='nothing is recorded of this step on this node'
    return
  fi
  FX_BEFORE=''
  mkdir -p "$FX_DIR" 2>/dev/null || fx_refuse no-receipt "cannot make $FX_DIR"
  fx_lock
  FX_STATE=changed
  act_undo
  case $FX_STATE in changed | already) fx_write undone "$FX_NONCE $FX_NOW" ;; esac
}

fx_do_keep() {
  fx_lock
  FX_STATE=changed
  act_keep
}

fx_do_fetch() { act_fetch; }

fx_do_receipt() {
  if [ ! -e "$FX_DIR/intent" ]; then
    FX_STATE=absent FX_NOTE='nothing is known of this step here'
  elif [ -e "$FX_DIR/done" ]; then
    fx_recall
    fx_data state "$FX_STATE"
    FX_STATE=ok
    [ ! -e "$FX_DIR/undone" ] || fx_data undone 1
    [ ! -e "$FX_DIR/fired" ] || fx_data fired 1
    [ ! -e "$FX_DIR/kept" ] || fx_data kept 1
  else
    fx_recall_before
    FX_EMPTY=0
    FX_STATE=interrupted FX_NOTE='began and did not end'
    if [ -e "$FX_LOCK" ] && ! fx_stale && [ "$FX_HOLDS" = "$FX_RUN/$FX_STEP" ]; then
      FX_CODE=running FX_NOTE='still running'
    fi
  fi
}

fx_main() {
  fx_guard
  fx_identity
  fx_time
  "fx_do_$FX_OP"
  fx_end
}
