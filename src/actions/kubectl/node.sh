# Objects of the API, read, deleted or changed from a control-plane node itself, in the moments when its server answers.
# needs: until follow common/room
# shellcheck shell=sh

act_look() {
  [ -z "$P_APPLY$P_PATCH" ] || { ko_look; return 0; }
  kc_ready
  FX_STATE=would
  KC_SEEN=$P_GET$P_DELETE
  [ -n "$KC_SEEN" ] || {
    fx_say "will delete the pods at $P_PODS"
    return 0
  }
  if kube get "$KC_SEEN"; then
    fx_before object present
    fx_say "will ${P_GET:+read}${P_DELETE:+delete} $KC_SEEN"
    kc_beside
  elif kube_missing; then
    fx_before object absent
    fx_say "$KC_SEEN is not there"
    [ -n "$P_PODS" ] || FX_STATE=already
  elif kube_denied; then
    kc_short
    kc_denied
  else
    # The deletion will show whether it was there; undo asks the API before it creates anything.
    fx_before object unknown
    kc_short
    fx_say "the API does not answer now: $FX_L"
  fi
}

act_apply() {
  [ -z "$P_APPLY$P_PATCH" ] || { ko_apply; return 0; }
  if [ -n "$P_GET" ]; then
    kc_until found get "$P_GET" || kc_give_up
    printf '%s\n' "$KC_OUT"
    FX_STATE=ok
    kc_beside
    return 0
  fi
  if [ -n "$P_DELETE" ]; then
    kc_until missing delete "$P_DELETE" || kc_give_up
    kc_beside
    kc_gone "$P_DELETE" || fx_fail not-gone "$P_DELETE was deleted and is still there (a finalizer?)"
    fx_say "$P_DELETE deleted"
  fi
  if [ -n "$P_PODS" ]; then
    kc_until missing delete "$P_PODS" || kc_give_up
    [ -n "$P_DELETE" ] || kc_beside
    case $KC_OUT in *'"items":[]'* | *'"items":null'*) fx_say "no pod matches: nothing is deleted at $P_PODS" ;; *) fx_say 'its pods are deleted' ;; esac
  fi
}

act_verify() {
  [ -z "$P_APPLY$P_PATCH" ] || { ko_verify; return 0; }
  kc_ready
  if [ -n "$P_DELETE" ]; then
    kc_gone "$P_DELETE" || {
      kc_short
      fx_fail not-gone "$P_DELETE: $FX_L"
    }
    fx_say "$P_DELETE is gone"
  fi
}

# act_undo: the saved object, or what restores the former fields, comes on standard input, prepared by the client.
act_undo() {
  [ -z "$P_APPLY$P_PATCH" ] || { ko_undo; return 0; }
  if [ -z "$P_DELETE" ] || [ "${B_object-}" = absent ]; then
    FX_STATE=already FX_NOTE='nothing to re-create'
    return 0
  fi
  kc_ready
  if kc_until missing get "$P_DELETE" && ! kube_missing; then
    FX_STATE=already FX_NOTE="$P_DELETE is there"
    return 0
  fi
  KC_OBJECT=$(cat)
  [ -n "$KC_OBJECT" ] || fx_refuse no-object 'the saved object did not arrive with the order (it travels over SSH only)'
  KC_DIR=$FX_DIR
  fx_room saved "$KC_OBJECT" || fx_fail no-receipt "cannot write the object in $FX_HOME, /dev/shm or /tmp"
  KC_SAVED=$FX_DIR/saved FX_DIR=$KC_DIR
  kc_until found create "${P_DELETE%/*}" -f "$KC_SAVED" || case $KC_SAID in
    *AlreadyExists*) ;;
    *) kc_forget && kc_give_up ;;
  esac
  kc_forget
  fx_say "$P_DELETE re-created"
}

kc_forget() {
  rm -f "$KC_SAVED"
  [ "${KC_SAVED%/*}" = "$FX_DIR" ] || rmdir "${KC_SAVED%/*}"
}

# act_fetch: prints the objects, which are saved before they are deleted or changed.
act_fetch() {
  [ "$FX_VIA" != ssm ] || fx_refuse needs-ssh 'an object does not fit into the output of SSM'
  [ -z "$P_APPLY$P_PATCH" ] || { ko_follow; return 0; }
  kc_ready
  if kc_until missing get "$P_DELETE"; then
    if kube_missing; then
      fx_data object absent
      fx_say "$P_DELETE is not there"
    else
      printf '%s\n' "$KC_OUT"
      fx_data object present
      kc_beside
    fi
  else
    kc_give_up
  fi
}

# The object is in the cluster, not on this node: if a reboot removed the receipt, the API is asked.
if [ "$FX_OP" = undo ] && [ ! -r "$FX_DIR/before" ]; then FX_HAS_BEFORE=1; fi
