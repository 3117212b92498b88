# Requests that kubectl has no raw form of, such as PATCH: curl sends them through a proxy of kubectl, which holds the
# credentials. The socket is in a folder that only root can enter. `kube` must have been answered before.
# needs: api common/within common/tools
# shellcheck shell=sh

SE_AT='' SE_PID='' SE_DIR=''

# send_open: starts the proxy, with the address and the credentials by which `kube` was answered.
send_open() {
  [ -z "$SE_AT" ] || return 0
  fx_need curl
  within_by
  mkdir -p "$FX_HOME" 2>/dev/null
  for SE_K in run/fireaxe dev/shm tmp; do
    SE_DIR=$FX_ROOT/$SE_K/fireaxe-api.$$
    mkdir -m 700 "$SE_DIR" 2>/dev/null || continue
    FX_CLOSE=send_close
    if send_proxy; then
      SE_AT=$SE_DIR/socket
      return 0
    fi
    send_close
  done
  fx_refuse no-kubectl 'kubectl proxy did not start'
}

send_proxy() {
  kube_url
  # shellcheck disable=SC2086
  set -- "$KC_TOOL" --kubeconfig "$KC_CONFIG" --server "$KC_URL" $KC_TLS proxy --unix-socket="$SE_DIR/socket"
  # It must not outlive this script, even if that is killed.
  [ "$WI_BY" != timeout ] || set -- timeout -k 1 "$FX_DEADLINE" "$@"
  NO_PROXY="${NO_PROXY:+$NO_PROXY,}$KC_HOST" no_proxy="${no_proxy:+$no_proxy,}$KC_HOST" "$@" </dev/null >/dev/null 2>&1 &
  SE_PID=$! SE_N=$((KC_TIME * 5))
  until [ -e "$SE_DIR/socket" ]; do
    kill -0 "$SE_PID" 2>/dev/null && [ "$SE_N" -gt 0 ] || return 1
    SE_N=$((SE_N - 1))
    sleep 0.2 2>/dev/null || { sleep 1 && SE_N=$((SE_N - 4)); }
  done
}

send_close() {
  FX_CLOSE='' SE_AT=''
  kill "$SE_PID" 2>/dev/null
  rm -f "$SE_DIR/socket"
  rmdir "$SE_DIR" 2>/dev/null
}

# send METHOD HOW PATH BODY: one request. SE_OUT is the answer, SE_IS what it means. The body is in no process list.
send() {
  case $2 in
    apply) SE_K=application/apply-patch+yaml ;;
    merge) SE_K=application/merge-patch+json ;;
    strategic) SE_K=application/strategic-merge-patch+json ;;
    json) SE_K=application/json-patch+json ;;
    *) SE_K=application/json ;;
  esac
  # The API server writes JSON in many lines for what calls itself curl.
  SE_OUT=$(printf '%s' "$4" | curl -sS -A fireaxe --noproxy '*' --unix-socket "$SE_AT" --max-time "$KC_TIME" -X "$1" \
    -H "Content-Type: $SE_K" -H Expect: --data-binary @- -w '%{http_code}' "http://localhost$3" 2>&1)
  send_means
  SE_OUT=${SE_OUT%???}
  SE_OUT=${SE_OUT%"$FX_NL"}
}

# send_means: SE_IS is `ok`, `missing`, `differs` (a test of a JSON Patch failed), `conflict` (of field managers), `denied`,
# `rejected`, or `later` where the same request may succeed later or its answer was lost. SE_NEW is `created` if it created one.
send_means() {
  SE_NEW=''
  case $SE_OUT in
    *201) SE_IS=ok SE_NEW=created ;;
    *20[02]) SE_IS=ok ;;
    *404) SE_IS=missing ;;
    *'due to an error in our request'*422) SE_IS=differs ;;
    *'Apply failed'*409) SE_IS=conflict ;;
    *401 | *403) SE_IS=denied ;;
    *400 | *405 | *406 | *413 | *415 | *422) SE_IS=rejected ;;
    *) SE_IS=later ;;
  esac
}

# send_word: SE_WORD is the message of an error.
send_word() {
  SE_WORD=${SE_OUT%%"$FX_NL"*}
  case $SE_OUT in *'"message":"'*) SE_WORD=${SE_OUT#*'"message":"'} SE_WORD=${SE_WORD%%'","'*} ;; esac
  while :; do
    case $SE_WORD in
      *'\"'*) SE_WORD=${SE_WORD%%'\"'*}\"${SE_WORD#*'\"'} ;;
      *'\n'*) SE_WORD="${SE_WORD%%'\n'*} ${SE_WORD#*'\n'}" ;;
      *) break ;;
    esac
  done
}
