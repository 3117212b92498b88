# When the client certificate of a kubeconfig expires.
# shellcheck shell=sh

# kube_ends FILE: KC_ENDS tells when its client certificate expires; empty if it cannot be read.
kube_ends() {
  KC_ENDS=''
  kube_until "$1" || return 0
  FX_L=$(date -u +%Y%m%d%H%M%S)
  KC_ENDS='its client certificate is valid until '
  [ "$KC_UNTIL" -gt "$FX_L" ] || KC_ENDS='its client certificate expired on '
  FX_K=${KC_UNTIL%??????}
  FX_L=${FX_K#??????} FX_K=${FX_K%??}
  KC_ENDS=$KC_ENDS${FX_K%??}-${FX_K#????}-$FX_L
}

# kube_until FILE: KC_UNTIL is the last second of its client certificate, as 14 digits in UTC; false if it cannot be read.
# By coreutils alone: in DER, the two times of its validity are plain digits, and come before all other text of that form.
kube_until() {
  KC_UNTIL='' FX_N=0
  for FX_K in $(kube_certificate "$1" 2>/dev/null | tr -c '0-9Z' '\n'); do
    case $FX_K in
      [0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]Z*) ;;
      [0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]Z*) FX_K=20$FX_K ;;
      *) continue ;;
    esac
    FX_N=$((FX_N + 1))
    [ "$FX_N" -eq 2 ] || continue
    KC_UNTIL=${FX_K%%Z*}
    return 0
  done
  return 1
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
