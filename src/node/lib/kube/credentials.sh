# The admin credentials on this host: the kubeconfigs of the kit in turn, and why one of them is of no use.
# needs: answer certificate common/tools
# shellcheck shell=sh

# kube_find: KC_TOOL and KC_CONFIG, the first; false with the reason in KC_WHY.
kube_find() {
  KC_TOOL='' KC_CONFIGS='' KC_BAD=''
  if fx_has kubectl; then
    KC_TOOL=kubectl
  elif [ -z "$FX_ROOT" ] && [ -x /var/lib/rancher/rke2/bin/kubectl ]; then
    KC_TOOL=/var/lib/rancher/rke2/bin/kubectl
  fi
  for FX_K in $IN_KUBECONFIGS; do
    [ ! -r "$FX_ROOT$FX_K" ] || KC_CONFIGS="$KC_CONFIGS${KC_CONFIGS:+ }$FX_ROOT$FX_K"
  done
  KC_CONFIG=${KC_CONFIGS%% *}
  KC_WHY="no admin credentials here (looked for $IN_KUBECONFIGS)"
  [ -n "$KC_CONFIG" ] || return 1
  KC_WHY='kubectl is not on this node'
  [ -n "$KC_TOOL" ]
}

# kube_unfit: whether another kubeconfig may work.
kube_unfit() {
  ! kube_outdated || return 1
  case $KC_SAID in
    *'getting credentials'* | *'loading config file'* | *'unable to read client-'* | *'invalid configuration'* | *'tls: private key'* | *'find any PEM data'*) return 0 ;;
  esac
  kube_denied
}

# kube_next: KC_CONFIG is the next one; KC_BAD tells what was wrong with those before. The last is `none` where KC_OPEN
# allows a request without credentials. False when all were tried: then KC_SAID has the answer to each, and the next request starts over.
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
