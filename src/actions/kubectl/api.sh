# Requests to the API server of this very host, with its own admin credentials. Raw paths: no discovery before each.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154

# kube_find: KC_CONFIG and KC_TOOL; false with FX_NOTE's reason in KC_WHY.
kube_find() {
  KC_CONFIG='' KC_TOOL='' KC_TLS=''
  for FX_K in $P_KUBECONFIGS; do
    if [ -r "$FX_ROOT$FX_K" ]; then
      KC_CONFIG=$FX_ROOT$FX_K
      break
    fi
  done
  KC_WHY="no admin credentials here (looked for $P_KUBECONFIGS)"
  [ -n "$KC_CONFIG" ] || return 1
  if fx_has kubectl; then
    KC_TOOL=kubectl
  elif [ -z "$FX_ROOT" ] && [ -x /var/lib/rancher/rke2/bin/kubectl ]; then
    KC_TOOL=/var/lib/rancher/rke2/bin/kubectl
  fi
  KC_WHY='kubectl is not on this node'
  [ -n "$KC_TOOL" ]
}

# kube VERB PATH [MORE]: one request; KC_OUT is its answer or error.
kube() {
  KC_VERB=$1 KC_PATH=$2
  shift 2
  # shellcheck disable=SC2086
  KC_OUT=$("$KC_TOOL" --kubeconfig "$KC_CONFIG" --server "https://127.0.0.1:$P_PORT" --request-timeout="${KC_TIME}s" $KC_TLS \
    "$KC_VERB" --raw "$KC_PATH" "$@" 2>&1)
  KC_RC=$?
  case $KC_RC:$KC_TLS:$KC_OUT in
    0:*)
      # The server's warnings come first, and are no part of an object.
      while :; do case $KC_OUT in 'Warning: '*"$FX_NL"*) KC_OUT=${KC_OUT#*"$FX_NL"} ;; *) return 0 ;; esac done
      ;;
    # kubeadm does not put 127.0.0.1 into the certificate; every API server's own holds this name.
    *::*'x509: certificate is valid for'* | *::*"doesn't contain any IP SANs"*)
      KC_TLS=--tls-server-name=kubernetes
      kube "$KC_VERB" "$KC_PATH" "$@"
      return
      ;;
  esac
  return "$KC_RC"
}

# The server's own answer, and no more: an object may hold these words, and a credentials' helper may not be found either.
kube_missing() {
  [ "$KC_RC" -ne 0 ] || return 1
  case $KC_OUT in *'(NotFound)'* | *'could not find the requested resource'*) ;; *) return 1 ;; esac
}

# No use in trying again.
kube_denied() { case $KC_OUT in *Forbidden* | *Unauthorized* | *'must be logged in'* | *x509:*) ;; *) return 1 ;; esac }
