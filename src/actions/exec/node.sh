# Runs the user's command once. Its output passes through; its exit status is in the result.
# shellcheck shell=sh

# The command may not be safe to run twice: a second delivery never runs it again,
# and other steps need not wait for it, so its lock is the step's own. It may be what frees /run: if that has no room,
# its receipt is kept elsewhere.
FX_ONCE=1
fx_aside
FX_LOCK=$FX_DIR/lock
EX_UMASK=$(umask)

# ex_by: a script whose first line names its interpreter is run by it, as the kernel would: EX_BY, with EX_ARG before the script.
ex_by() {
  EX_BY='' EX_ARG=''
  case $P_COMMAND in '#!'*) ;; *) return 0 ;; esac
  EX_ARG=${P_COMMAND%%"$FX_NL"*}
  # shellcheck disable=SC2086
  set -- ${EX_ARG#??}
  EX_BY=${1-} EX_ARG=''
  [ $# -eq 0 ] || shift
  EX_ARG="$*"
  case $EX_BY:$EX_ARG in
    : | /bin/sh:) EX_BY='' ;;
    *) [ -x "$EX_BY" ] || fx_refuse no-tool "$EX_BY, which the script's first line names, is not on this node" ;;
  esac
}

act_look() {
  ex_by
  FX_STATE=would
  fx_say 'what the command would change is unknown'
}

act_apply() {
  case $FX_DIR in "$FX_HOME"/*) ;; *) fx_say "cannot write in $FX_HOME: the receipt is in $FX_DIR" ;; esac
  set -- /bin/sh -c -- "$P_COMMAND" fireaxe
  if [ -n "$EX_BY" ]; then
    fx_write script "$P_COMMAND" || fx_fail no-receipt "cannot write $FX_DIR/script"
    set -- "$EX_BY" ${EX_ARG:+"$EX_ARG"} "$FX_DIR/script"
  fi
  # The command gets the login's locale and umask, as at a prompt.
  if [ -n "$FX_USER_LC" ]; then LC_ALL=$FX_USER_LC; else unset LC_ALL; fi
  umask "$EX_UMASK"
  if [ "$FX_VIA" = ssm ]; then ex_bounded "$@"; else "$@" </dev/null; fi
  FX_RC=$?
  umask 077
  LC_ALL=C
  [ -z "$EX_BY" ] || rm -f "$FX_DIR/script"
  FX_EXIT=$FX_RC
  case " $P_EXITS " in
    *" $FX_RC "* | ' any ') ;;
    *) fx_fail exit "exit status $FX_RC" ;;
  esac
}

# ex_bounded: SSM lists 2,500 characters in all: the head of the output, and room for the result line. It keeps 24,000:
# more output follows that line. What is left is read and dropped, so that the command never writes to a closed pipe.
ex_bounded() {
  mkfifo "$FX_DIR/pipe" || fx_fail no-receipt "cannot make $FX_DIR/pipe"
  # dd, as some versions of head read more than they print.
  {
    dd bs=1 count=1400 2>/dev/null
    { dd bs=1 count=20000 >"$FX_DIR/rest"; } 2>/dev/null
    [ "$(dd bs=1 count=1 2>/dev/null | wc -c)" -eq 0 ] || : >"$FX_DIR/cut"
    exec cat >/dev/null 2>&1
  } <"$FX_DIR/pipe" &
  FX_DRAIN=$! FX_REST=$FX_DIR/rest
  # The redirection is on the command alone: a deadline in the middle must find the script's own stdout in place.
  "$@" </dev/null >"$FX_DIR/pipe" 2>&1
  FX_RC=$? FX_N=0
  rm -f "$FX_DIR/pipe"
  # A background child of the command may hold the pipe forever.
  while kill -0 "$FX_DRAIN" 2>/dev/null && [ "$FX_N" -lt 20 ]; do
    sleep 0.1 2>/dev/null || sleep 1
    FX_N=$((FX_N + 1))
  done
  kill "$FX_DRAIN" 2>/dev/null
  [ ! -s "$FX_REST" ] || fx_data more 1
  [ ! -e "$FX_DIR/cut" ] || fx_data truncated 1
  return "$FX_RC"
}

act_verify() {
  fx_recall 2>/dev/null || fx_refuse nothing 'this node has no receipt of it'
  [ "$FX_STATE" = failed ] || FX_STATE=ok
}

act_undo() { fx_refuse irreversible 'a command cannot be undone'; }
