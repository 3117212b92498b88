# The environment of a node script: locale, PATH, the step's folder, and the variables of its result.
# POSIX sh for dash, bash, busybox and macOS. The assignments of the inputs (FX_, P_, IN_, B_) stand before it.
# Builtins are preferred throughout: on thousands of nodes every fork is paid thousands of times.
# shellcheck shell=sh

# Only the user's command runs in the login's own locale.
# shellcheck disable=SC2034
FX_USER_LC=${LC_ALL-}
LC_ALL=C
export LC_ALL
set -f
# With POSIXLY_CORRECT, systemctl takes an option after its verb for a unit, and a runtime mask would become permanent.
[ -z "${POSIXLY_CORRECT-}" ] || case $(export -p) in
  *POSIXLY_CORRECT*)
    unset POSIXLY_CORRECT
    # shellcheck disable=SC3040
    [ -z "${BASH_VERSION-}" ] || set -o posix
    ;;
esac
FX_ROOT=${FIREAXE_ROOT:-}
# A login that is not interactive often lacks sbin. In the drill only the node's own tools may be found.
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
# Bytes of data in the result.
FX_MOST=800
FX_STATE=ok FX_CODE='' FX_NOTE='' FX_EXIT='' FX_BEFORE='' FX_DATA='' FX_REDO='' FX_LOCKED='' FX_DOG='' FX_RECORD=''
# The function that ends what a script has started for its own use.
FX_CLOSE=''
# A file with output that follows the result line: SSM lists what comes before it, and shows the rest to who asks for it.
FX_REST=''
# Set by an action that must never run twice, whatever became of the first run.
FX_ONCE=''
