# The admin credentials on this host: the kit's kubeconfigs in turn, and why one of them is of no use.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154

# kube_find: KC_TOOL and KC_CONFIG, the first; false with the reason in KC_WHY.
kube_find() {
  KC_TOOL='' KC_CONFIGS='' KC_BAD=''
  if fx_has kubectl; then
    KC_TOOL=kubectl
  elif [ -z "$FX_ROOT" ] && [ -x /var/lib/rancher/rke2/bin/kubectl ]; then
    KC_TOOL=/var/lib/rancher/rke2/bin/kubectl
  fi
  for FX_K in $P_KUBECONFIGS; do
    [ ! -r "$FX_ROOT$FX_K" ] || KC_CONFIGS="$KC_CONFIGS${KC_CONFIGS:+ }$FX_ROOT$FX_K"
  done
  KC_CONFIG=${KC_CONFIGS%% *}
  KC_WHY="no admin credentials here (looked for $P_KUBECONFIGS)"
  [ -n "$KC_CONFIG" ] || return 1
  KC_WHY='kubectl is not on this node'
  [ -n "$KC_TOOL" ]
}

# The server does not take these credentials: it did nothing.
kube_denied() { case $KC_SAID in *Forbidden* | *Unauthorized* | *'must be logged in'* | *x509:*) ;; *) return 1 ;; esac }

# Another kubeconfig may do. A certificate of the server's own that has expired is the same for all of them.
kube_unfit() {
  case $KC_SAID in
    *'x509: certificate has expired'*) return 1 ;;
    *'getting credentials'* | *'loading config file'* | *'unable to read client-'* | *'invalid configuration'* | *'tls: private key'* | *'find any PEM data'*) return 0 ;;
  esac
  kube_denied
}

# kube_next: KC_CONFIG is the next one, with what was wrong with those before in KC_BAD. The last is `none` where KC_OPEN
# allows to ask without credentials. False when all were tried: KC_SAID tells of each, and the next request begins anew.
kube_next() {
  kube_blame
  KC_TLS=''
  FX_L=" $KC_CONFIGS "
  case $FX_L in
    *" $KC_CONFIG "?*)
      FX_L=${FX_L#*" $KC_CONFIG "}
      KC_CONFIG=${FX_L%% *}
      ;;
    *)
      if [ -z "$KC_OPEN" ] || [ "$KC_CONFIG" = none ]; then
        KC_SAID=$KC_BAD KC_SPENT=1
        return 1
      fi
      KC_CONFIG=none
      ;;
  esac
}

kube_blame() {
  kube_word
  case $KC_SAID in *Unauthorized* | *'must be logged in'*) KC_WORD='401 Unauthorized' ;; esac
  if [ "$KC_CONFIG" != none ]; then
    kube_ends "$KC_CONFIG"
    KC_WORD="${KC_CONFIG#"$FX_ROOT"}: $KC_WORD${KC_ENDS:+, $KC_ENDS}"
  else
    KC_WORD="without credentials: $KC_WORD"
  fi
  KC_BAD=$KC_BAD${KC_BAD:+; }$KC_WORD
}

# kube_ends FILE: KC_ENDS tells the day on which its client certificate ends; empty where there is none to read.
# By coreutils alone: in DER the two times of its validity are plain digits, and stand before all other text of that form.
kube_ends() {
  KC_ENDS='' FX_N=0
  for FX_K in $(kube_certificate "$1" 2>/dev/null | tr -c '0-9Z' '\n'); do
    case $FX_K in
      [0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]Z*) ;;
      [0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]Z*) FX_K=20$FX_K ;;
      *) continue ;;
    esac
    FX_N=$((FX_N + 1))
    [ "$FX_N" -eq 2 ] || continue
    FX_K=${FX_K%%Z*} FX_L=$(date -u +%Y%m%d%H%M%S)
    KC_ENDS='its client certificate is valid until '
    [ "$FX_K" -gt "$FX_L" ] || KC_ENDS='its client certificate expired on '
    FX_K=${FX_K%??????}
    FX_L=${FX_K#??????} FX_K=${FX_K%??}
    KC_ENDS=$KC_ENDS${FX_K%??}-${FX_K#????}-$FX_L
    return 0
  done
}

# kube_certificate FILE: its client certificate as DER.
kube_certificate() {
  while read -r FX_K FX_L; do
    FX_L=${FX_L#[\"\']} FX_L=${FX_L%[\"\']}
    case $FX_K in
      client-certificate-data:) printf '%s\n' "$FX_L" | base64 -d | kube_der ;;
      client-certificate:)
        case $FX_L in /*) FX_L=$FX_ROOT$FX_L ;; *) FX_L=${1%/*}/$FX_L ;; esac
        kube_der <"$FX_L"
        ;;
      *) continue ;;
    esac
    return
  done <"$1"
}

kube_der() { sed -n '/-BEGIN CERTIFICATE-/,/-END CERTIFICATE-/{/-BEGIN/d;/-END/q;p;}' | base64 -d; }
