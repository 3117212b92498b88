# What the orders of apply and patch share: requests until the answer is certain, refusals, and fields that somebody else changed.
# needs: until kube/send
# shellcheck shell=sh

KO_DID='' KO_SENT=0 KO_LATE='' KO_SINCE=''

# ko_open: asks for the object until there is an answer, which tells address and credentials, and starts the proxy.
ko_open() {
  [ -z "$SE_AT" ] || return 0
  kc_until missing get "$KO_PATH" || kc_give_up
  kc_beside
  send_open
}

# ko_until METHOD HOW PATH: sends until the answer is certain or the time is up.
ko_until() {
  while :; do
    KO_SENT=$((KO_SENT + 1))
    send "$@" "$KO_BODY"
    [ "$SE_IS" = later ] || return 0
    KO_LATE=1
    [ "$(date +%s)" -lt "$KC_END" ] || break
    sleep 1
  done
  fx_data tries "$KO_SENT"
  send_word
  ko_fail no-answer "the API did not answer in time: ${SE_WORD:-no answer}"
}

# ko_refused: the server's refusal, by its code and in its words.
ko_refused() {
  send_word
  case $SE_IS in
    missing) ko_fail not-found "$SE_WORD" ;;
    denied) ko_fail denied "$SE_WORD" ;;
    conflict) ko_fail conflict "$SE_WORD" ;;
    differs) ko_fail rejected "$KO_PATH does not have what the patch expects" ;;
    *) ko_fail rejected "$SE_WORD" ;;
  esac
}

# ko_fail: by code and text; refused where it is certain that nothing was changed.
ko_fail() {
  case $FX_OP:$KO_DID$FX_REDO$KO_LATE in check:* | fetch: | apply:) fx_refuse "$1" "$2" ;; esac
  fx_fail "$1" "$2"
}

# ko_since: adds what KO_PATH has lost, for the end.
ko_since() { KO_SINCE=$KO_SINCE${KO_SINCE:+; }$1; }

# ko_field NAME PATH: where an object is not as it was left, whether it is for this field.
ko_field() {
  [ "$KO_STATE" = lost ] && [ "$(date +%s)" -lt "$KC_END" ] || return 0
  send PATCH json "$2" "$KO_BODY"
  [ "$SE_IS" != differs ] || KO_FIELDS=$KO_FIELDS${KO_FIELDS:+, }$1
}

# ko_settle: what is known of the object before, once the orders about it are over.
ko_settle() {
  [ "${KO_STATE-}" != lost ] || ko_since "$KO_LOST: ${KO_FIELDS:-fields that were changed}"
  KO_STATE='' KO_FIELDS='' KO_LOST=$KO_PATH
}

# ko_patch HOW PATH: sends a patch that the server carries out only where the fields are as they were left. True where they
# were; KO_STATE is `lost` where somebody changed them since.
ko_patch() {
  ko_settle
  ko_open
  ko_until PATCH "$1" "$2"
  case $SE_IS in
    ok) return 0 ;;
    missing) ;;
    differs) KO_STATE=lost ;;
    *) ko_refused ;;
  esac
  return 1
}
