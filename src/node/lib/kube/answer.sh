# What an answer of the API server means.
# needs: common/start
# shellcheck shell=sh

kube_refused() { case $KC_SAID in *'onnection refused'* | *'was refused'*) ;; *) return 1 ;; esac }

# kube_missing: only by the server's own answer: a credential helper may be "not found" as well.
kube_missing() {
  [ "$KC_RC" -ne 0 ] || return 1
  case $KC_SAID in *'(NotFound)'* | *'could not find the requested resource'*) ;; *) return 1 ;; esac
}

# kube_word: KC_WORD is the most telling line of KC_SAID: the error, after what a wrapper printed before it.
kube_word() {
  KC_WORD='' FX_I=$IFS IFS=$FX_NL
  for FX_K in $KC_SAID; do
    KC_WORD=$FX_K
    case $FX_K in [Ee]rror* | Unable* | 'The connection'*) break ;; esac
  done
  IFS=$FX_I
}

# kube_denied: whether the server rejected these credentials; then it did nothing.
kube_denied() { case $KC_SAID in *Forbidden* | *Unauthorized* | *'must be logged in'* | *x509:*) ;; *) return 1 ;; esac }

# kube_outdated: whether the server's own certificate has expired. It is the same for all credentials.
kube_outdated() { case $KC_SAID in *'x509: certificate has expired'*) ;; *) return 1 ;; esac }
