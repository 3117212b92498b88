# Common part: what a tool prints, and what it says beside it. A warning is no part of an object, a table or a list.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154

# apart COMMAND…: AP_OUT is its standard output, AP_SAID its standard error, both without a file. Its exit status.
# The output may be megabytes: it stands last, where no shell searches all of it.
apart() {
  AP_MARK="$FX_NL:$FX_NONCE:"
  AP_SAID=$({
    AP_OUT=$("$@" 2>&3 3>&-)
    printf '%s' "$AP_MARK$?:$AP_OUT"
  } 3>&1)
  AP_OUT=${AP_SAID#*"$AP_MARK"}
  AP_SAID=${AP_SAID%%"$AP_MARK"*}
  AP_SAID=${AP_SAID%"$FX_NL"}
  AP_RC=${AP_OUT%%:*}
  AP_OUT=${AP_OUT#*:}
  return "$AP_RC"
}
