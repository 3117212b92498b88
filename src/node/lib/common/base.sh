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
# With it systemctl takes an option after its verb for a unit, and a mask at run time would be one for ever.
[ -z "${POSIXLY_CORRECT-}" ] || case $(export -p) in
  *POSIXLY_CORRECT*)
    unset POSIXLY_CORRECT
    # shellcheck disable=SC3040
    [ -z "${BASH_VERSION-}" ] || set -o posix
    ;;
esac
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
IFS=" $FX_TAB$FX_NL"
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
  # Nothing is changed with a state before that does not fit.
  [ ${#FX_M} -le 1000 ] || FX_M=''
  FX_O="{\"fireaxe\":1,\"nonce\":\"$FX_NONCE\",\"op\":\"$FX_OP\",\"state\":\"$FX_STATE\""
  [ -z "$FX_M" ] || FX_O="$FX_O,\"before\":{$FX_M}"
  [ -z "$FX_CODE" ] || FX_O="$FX_O,\"code\":\"$FX_CODE\""
  [ -z "$FX_EXIT" ] || FX_O="$FX_O,\"exit\":$FX_EXIT"
  [ -z "$FX_DATA" ] || FX_O="$FX_O,\"data\":{$FX_DATA}"
  if [ -n "$FX_NOTE" ]; then
    fx_cut "$FX_NOTE" 8
    [ ${#FX_J} -le 500 ] || fx_cut "$FX_NOTE" 4
    [ $((${#FX_O} + ${#FX_J})) -le 2350 ] || fx_cut "$FX_NOTE" 2
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
