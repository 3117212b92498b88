# Asks the API server again and again until it answers or the time is up.
# needs: kube/api common/lock
# shellcheck shell=sh

# Other steps need not wait for an API that answers one request in ten.
FX_LOCK=$FX_DIR/lock
KC_TIME=20
[ "$FX_DEADLINE" -gt 50 ] || KC_TIME=$((FX_DEADLINE / 3 + 1))

kc_ready() {
  kube_find || fx_refuse no-kubectl "$KC_WHY"
  KC_END=$((FX_NOW + FX_DEADLINE - KC_TIME / 2 - 3))
}

# kc_until OK VERB PATH…: tries until there is an answer (404 counts if OK is `missing`) or the time is up.
kc_until() {
  KC_OK=$1 KC_TRIES=0
  shift
  while :; do
    KC_TRIES=$((KC_TRIES + 1))
    ! kube "$@" || return 0
    if [ "$KC_OK" = missing ] && kube_missing; then return 0; fi
    ! kube_denied || break
    if kube_missing || kc_certain; then return 1; fi
    [ "$(date +%s)" -lt "$KC_END" ] || break
    sleep 1
  done
  fx_data tries "$KC_TRIES"
  return 1
}

# kc_certain: whether the same request would get the same answer again.
kc_certain() { case $KC_SAID in *'(AlreadyExists)'* | *'(Invalid)'* | *'(BadRequest)'* | *'(MethodNotAllowed)'*) ;; *) return 1 ;; esac }

kc_short() { kube_word && FX_L=$KC_WORD; }

# kc_beside: reports warnings of kubectl, and credentials that did not work. That there is no such object is an answer.
kc_beside() {
  [ -z "$KC_BAD" ] || fx_say "$KC_BAD"
  [ -z "$KC_SAID" ] || kube_missing || { kc_short && fx_say "kubectl says: $FX_L"; }
}

# kc_denied: refuses, with the reason of kc_short.
kc_denied() {
  ! kube_outdated || fx_refuse certificate-expired "$FX_L"
  fx_refuse denied "$FX_L"
}

kc_give_up() {
  kc_short
  ! kube_outdated || fx_fail certificate-expired "$FX_L"
  ! kube_denied || fx_fail denied "$FX_L"
  ! kube_missing || fx_fail not-found "$FX_L"
  ! kc_certain || fx_fail rejected "$FX_L"
  fx_fail no-answer "the API did not answer in time: $FX_L"
}

# kc_gone PATH: asks until the answer is 404.
kc_gone() {
  while :; do
    if ! kube get "$1" && kube_missing; then return 0; fi
    [ "$(date +%s)" -lt "$KC_END" ] || return 1
    sleep 1
  done
}
