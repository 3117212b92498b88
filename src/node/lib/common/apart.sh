# A tool's standard output and its standard error, kept apart: a warning is not part of an object, a table or a list.
# needs: start
# shellcheck shell=sh

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
