# Health checks of the API server.
# needs: kube/api
# shellcheck shell=sh

# probe_ask PATH: PR_SAYS is ok, failing, denied (it answers, but refuses) or no-answer; KC_OUT or KC_SAID is the text.
probe_ask() {
  PR_SAYS=ok
  ! kube get "$1" || return 0
  case $KC_SAID in
    *'onnection refused'* | *'was refused'* | *'deadline exceeded'* | *'Client.Timeout'* | *'i/o timeout'* | *'onnection reset'* | *EOF*) PR_SAYS=no-answer ;;
    *'x509: certificate has expired'*) PR_SAYS=failing ;;
    *Forbidden* | *Unauthorized* | *'must be logged in'*) PR_SAYS=denied ;;
    *'[-]'* | *'Error from server'* | *failed*) PR_SAYS=failing ;;
    *) PR_SAYS=no-answer ;;
  esac
}

# probe_failing: PR_F are the failing checks, which are listed as `[-]name failed`.
probe_failing() {
  PR_F='' PR_T=$KC_SAID
  while :; do
    case $PR_T in *'[-]'*) ;; *) break ;; esac
    PR_T=${PR_T#*'[-]'}
    PR_F="$PR_F${PR_F:+ }${PR_T%% *}"
  done
}
