# Undo of apply and patch: field by field. A field that somebody else changed since is not overwritten.
# needs: orders
# shellcheck shell=sh

# ko_back HOW PATH: restores the fields, if all of them are as they were left.
ko_back() {
  if ko_patch "$1" "$2"; then
    KO_DID=1 && fx_say "$KO_PATH restored"
  elif [ "$SE_IS" = missing ]; then
    ko_since "$KO_PATH is gone"
  fi
}

# ko_was HOW PATH: fields that are not as they were left may have been restored before, by a request whose answer was lost, or
# never changed.
ko_was() {
  [ "$KO_STATE" = lost ] || return 0
  ko_until PATCH "$1" "$2"
  [ "$SE_IS" = ok ] || return 0
  KO_STATE=''
  [ -z "$KO_LATE" ] || KO_DID=1
  fx_say "$KO_PATH is as before"
}

# ko_ours HOW PATH: whether an object that apply created is as it was left.
ko_ours() {
  if ko_patch "$1" "$2"; then
    KO_STATE=ours
  elif [ "$SE_IS" = missing ]; then
    fx_say "$KO_PATH is not there"
  fi
}

ko_remove() {
  [ "$KO_STATE" = ours ] || return 0
  ko_until DELETE "$1" "$2"
  case $SE_IS in ok | missing) ;; *) ko_refused ;; esac
  kc_gone "$KO_PATH" || fx_fail not-gone "$KO_PATH was deleted and is still there (a finalizer?)"
  KO_DID=1
  fx_say "$KO_PATH deleted"
}
