# Text for the result line: JSON strings, cut to a length.
# needs: start
# shellcheck shell=sh

# fx_json TEXT: FX_J is the text as written inside a JSON string; bytes outside printable ASCII become `?`.
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

# fx_members LINES: FX_M is `"key":"value",…` of key=value lines.
fx_members() {
  FX_M='' FX_I=$IFS IFS=$FX_NL
  for FX_K in $1; do
    fx_json "${FX_K#*=}"
    FX_M=$FX_M${FX_M:+,}\"${FX_K%%=*}\":\"$FX_J\"
  done
  IFS=$FX_I
}
