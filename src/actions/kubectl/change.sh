# Apply and patch: the dry run, the change, and whether it holds.
# needs: orders
# shellcheck shell=sh

# ko_dry HOW PATH: what the server would make of it. `fetch` prints the object as it is and as it would be.
ko_dry() {
  if ! kc_until missing get "$KO_PATH"; then
    [ "$FX_OP" = check ] || kc_give_up
    kc_short
    ! kube_denied || kc_denied
    fx_say "the API does not answer now: $FX_L"
    return 0
  fi
  KO_NOW=present
  ! kube_missing || KO_NOW=absent KC_OUT=absent
  [ "$1" = apply ] || [ "$KO_NOW" = present ] || fx_refuse not-found "$KO_PATH is not there"
  [ "$FX_OP" != fetch ] || printf '%s\n' "$KC_OUT"
  ko_open
  if [ "$FX_OP" = check ]; then
    send PATCH "$1" "$2" "$KO_BODY"
    [ "$SE_IS" != later ] || { fx_say 'the API does not answer now' && return 0; }
  else
    ko_until PATCH "$1" "$2"
  fi
  [ "$SE_IS" = ok ] || ko_refused
  [ "$FX_OP" != fetch ] || printf '%s\n' "$SE_OUT"
  if [ "$KO_NOW" = absent ]; then fx_say "will create $KO_PATH"; else fx_say "will change $KO_PATH"; fi
}

ko_write() {
  ko_open
  KO_STATE=''
  ko_until PATCH "$1" "$2"
  case $1:$SE_IS in
    *:ok) ko_did ;;
    # The fields differ from those that were saved; or an answer was lost, and this very request had changed them.
    json:differs) KO_STATE=differs ;;
    *) ko_refused ;;
  esac
}

# ko_written HOW PATH: after a patch, whether the object has its fields.
ko_written() {
  [ "$KO_STATE" = differs ] || return 0
  ko_until PATCH "$1" "$2"
  [ "$SE_IS" = ok ] || ko_fail changed-since "$KO_PATH was changed since it was saved: nothing was done"
  ko_did
}

ko_did() { KO_DID=1 && fx_say "$KO_PATH ${SE_NEW:-changed}"; }

# ko_holds HOW PATH: whether the object still has its fields.
ko_holds() {
  if ko_patch "$1" "$2"; then
    fx_say "$KO_PATH holds"
  elif [ "$SE_IS" = missing ]; then
    fx_fail gone "$KO_PATH is gone"
  fi
}
