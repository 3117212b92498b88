# What an answer of the API server means.
# needs: common/start
# shellcheck shell=sh

kube_refused() { case $KC_SAID in *'onnection refused'* | *'was refused'*) ;; *) return 1 ;; esac }

# The server's own answer, and no more: a credentials' helper may not be found either.
kube_missing() {
  [ "$KC_RC" -ne 0 ] || return 1
  case $KC_SAID in *'(NotFound)'* | *'could not find the requested resource'*) ;; *) return 1 ;; esac
}

# kube_word: KC_WORD is the line of KC_SAID that tells most: the error, after whatever a wrapper said before it.
kube_word() {
  KC_WORD='' FX_I=$IFS IFS=$FX_NL
  for FX_K in $KC_SAID; do
    KC_WORD=$FX_K
    case $FX_K in [Ee]rror* | Unable* | 'The connection'*) break ;; esac
  done
  IFS=$FX_I
}

# The server does not take these credentials: it did nothing.
kube_denied() { case $KC_SAID in *Forbidden* | *Unauthorized* | *'must be logged in'* | *x509:*) ;; *) return 1 ;; esac }
