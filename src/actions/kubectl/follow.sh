# The orders of apply and patch, which arrive on standard input: two lines each, `WORD HOW PATH` and a body. The client makes them
# of the change and of the saved objects, as a shell cannot compare JSON; the API server compares the fields itself.
# needs: orders change undo
# shellcheck shell=sh

# ko_follow: carries them out one by one; the last one is `end`.
ko_follow() {
  kc_ready
  # A dry run does not wait for an API that is down.
  [ "$FX_OP" != check ] || KC_END=0
  KO_END=''
  while IFS= read -r KO_LINE && IFS= read -r KO_BODY; do
    # shellcheck disable=SC2086
    set -- $KO_LINE
    KO_PATH=${3%%\?*}
    ko_one "$@"
  done
  [ -n "$KO_END" ] || fx_fail no-object 'the orders did not arrive whole (they travel over SSH only)'
}

ko_one() {
  case $1 in
    dry) ko_dry "$2" "$3" ;;
    same) fx_say "$KO_PATH is so already" ;;
    write) ko_write "$2" "$3" ;;
    written) ko_written "$2" "$3" ;;
    holds) ko_holds "$2" "$3" ;;
    back) ko_back "$2" "$3" ;;
    was) ko_was "$2" "$3" ;;
    ours) ko_ours "$2" "$3" ;;
    remove) ko_remove "$2" "$3" ;;
    field) ko_field "$2" "$3" ;;
    end) ko_settle && KO_END=1 ;;
  esac
}

ko_look() {
  FX_STATE=would
  # Before apply, the client has read the objects already.
  if [ "$FX_OP" = check ]; then ko_follow; else fx_before saved yes; fi
}

ko_apply() {
  ko_follow
  [ -n "$KO_DID" ] || FX_STATE=already
}

ko_verify() {
  ko_follow
  [ -z "$KO_SINCE" ] || fx_fail changed-since "somebody changed it since: $KO_SINCE"
}

ko_undo() {
  ko_follow
  [ -z "$KO_SINCE" ] || fx_fail changed-since "somebody changed it since, so it is left as it is: $KO_SINCE"
  [ -n "$KO_DID" ] || FX_STATE=already
}
