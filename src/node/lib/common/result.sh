# The one result line: state before the change, data, note, and the end of the script.
# needs: start text write
# shellcheck shell=sh

# fx_before KEY VALUE: a part of the before-state, one line each.
fx_before() { FX_BEFORE=$FX_BEFORE$1=$2$FX_NL; }

# fx_data KEY VALUE: a measured value for people and programs.
fx_data() {
  fx_cut "$2" 4
  [ $((${#FX_DATA} + ${#FX_J})) -le "$FX_MOST" ] || return 0
  FX_DATA=$FX_DATA${FX_DATA:+,}\"$1\":\"$FX_J\"
}

# fx_say TEXT: adds to the note, the one line for people.
fx_say() { FX_NOTE=$FX_NOTE${FX_NOTE:+; }$1; }

fx_refuse() { FX_STATE=refused FX_CODE=$1 FX_NOTE=$2 && fx_end; }
fx_fail() { FX_STATE=failed FX_CODE=$1 && fx_say "$2" && fx_end; }

# fx_end: prints the one result line, at most 2,400 characters, and exits.
fx_end() {
  trap '' ALRM
  [ -z "$FX_CLOSE" ] || "$FX_CLOSE"
  [ -z "$FX_DOG" ] || kill "$FX_DOG" 2>/dev/null
  [ -z "$FX_RECORD" ] || fx_record
  [ -z "$FX_LOCKED" ] || rm -f "$FX_LOCK"
  fx_print
  if [ -n "$FX_REST" ]; then
    cat "$FX_REST" 2>/dev/null
    rm -f "$FX_REST"
  fi
  case $FX_STATE in
    failed) exit 3 ;;
    refused) exit 4 ;;
    absent | interrupted) exit 5 ;;
    *) exit 0 ;;
  esac
}

fx_print() {
  fx_members "$FX_BEFORE"
  # With a before-state that does not fit, nothing was changed.
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
