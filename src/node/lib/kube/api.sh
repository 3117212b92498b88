# Requests to the API server of this host, with its own admin credentials. Raw paths: no discovery before each.
# Where it answers, and with which credentials, is found once. KC_TIME are the seconds of a request.
# needs: credentials places listens common/apart common/tools
# shellcheck shell=sh

KC_TLS='' KC_AT='' KC_SURE='' KC_SPENT='' KC_OPEN=''

# kube VERB PATH [MORE]: one request. KC_OUT is its answer, KC_SAID a warning or the error.
kube() {
  [ -z "$KC_SPENT" ] || KC_SPENT='' KC_BAD='' KC_CONFIG=${KC_CONFIGS%% *}
  [ -n "$KC_SURE" ] || KC_LEFT="${IN_ADDRESS:+$IN_ADDRESS }127.0.0.1" KC_LOOKED=''
  [ -n "$KC_SURE" ] || kube_elsewhere
  while :; do
    ! kube_once "$@" || break
    # The server may listen on one of the machine's addresses only, and not on 127.0.0.1.
    if [ -z "$KC_SURE" ] && kube_refused; then
      ! kube_elsewhere || continue
      kube_ported
      break
    fi
    KC_SURE=1
    case $KC_TLS:$KC_SAID in
      # kubeadm does not put 127.0.0.1 into the certificate; the certificate of every API server contains this name.
      :*'x509: certificate is valid for'* | :*"doesn't contain any IP SANs"*) KC_TLS=--tls-server-name=kubernetes ;;
      *) kube_unfit && kube_next || break ;;
    esac
  done
  [ "$KC_RC" -ne 0 ] || KC_SURE=1
  return "$KC_RC"
}

# kube_elsewhere: KC_AT is the next address; false when all were asked.
kube_elsewhere() {
  if [ -z "$KC_LEFT" ] && [ -z "$KC_LOOKED" ]; then
    KC_LOOKED=1
    places_of "$IN_PORT"
    KC_LEFT=$PL_FOUND
  fi
  [ -n "$KC_LEFT" ] || return 1
  KC_AT=${KC_LEFT%% *}
  case $KC_LEFT in *' '*) KC_LEFT=${KC_LEFT#* } ;; *) KC_LEFT='' ;; esac
}

# kube_ported: where nothing answers at the kit's port, KC_SAID names the port that would.
kube_ported() {
  kube_listens "$IN_PORT"
  [ -z "$KL_PORT" ] ||
    KC_SAID="connection refused ($KC_HOST port $IN_PORT): kube-apiserver listens on port $KL_PORT here: set kubernetes.apiserverPort in kit.yaml"
}

# An IPv6 address of the kit comes without brackets.
kube_url() {
  KC_HOST=${KC_AT#'['} KC_HOST=${KC_HOST%']'} KC_URL=https://$KC_HOST:$IN_PORT
  case $KC_HOST in *:*) KC_URL=https://[$KC_HOST]:$IN_PORT ;; esac
}

kube_once() {
  kube_url
  KC_ASKED=$2
  if [ "$KC_CONFIG" = none ]; then
    kube_open "$2"
  else
    apart kube_ctl "$@"
    KC_RC=$? KC_OUT=$AP_OUT KC_SAID=$AP_SAID
  fi
  return "$KC_RC"
}

# kube_ctl VERB PATH [MORE]: by kubectl, past any proxy of the login's environment.
kube_ctl() {
  KC_VERB=$1 KC_ASKED=$2
  shift 2
  # shellcheck disable=SC2086
  NO_PROXY="${NO_PROXY:+$NO_PROXY,}$KC_HOST" no_proxy="${no_proxy:+$no_proxy,}$KC_HOST" "$KC_TOOL" --kubeconfig "$KC_CONFIG" \
    --server "$KC_URL" --request-timeout="${KC_TIME}s" $KC_TLS "$KC_VERB" --raw "$KC_ASKED" "$@" </dev/null
}

# kube_open PATH: reads without credentials, and does not check the server's certificate.
kube_open() {
  if fx_has curl; then
    apart curl -sSk --noproxy '*' --max-time "$KC_TIME" -w '%{http_code}' "$KC_URL$1"
    KC_RC=$? KC_SAID=$AP_SAID KC_OUT=${AP_OUT%???}
    case $AP_OUT in
      *000 | '') [ "$KC_RC" -ne 7 ] || KC_SAID="connection refused ($KC_HOST port $IN_PORT)" ;;
      *2[0-9][0-9]) ;;
      *401) KC_RC=1 KC_SAID='401 Unauthorized' ;;
      *403) KC_RC=1 KC_SAID='403 Forbidden' ;;
      *) KC_RC=1 KC_SAID="Error from server: ${AP_OUT#"${AP_OUT%???}"} $KC_OUT" ;;
    esac
  else
    KC_WAS_TLS=$KC_TLS KC_CONFIG=/dev/null
    # kubectl asks for a user name if it has none; a server without password logins treats this one as anonymous.
    KC_TLS='--insecure-skip-tls-verify --username=nobody --password=none'
    apart kube_ctl get "$1"
    KC_RC=$? KC_OUT=$AP_OUT KC_SAID=$AP_SAID KC_CONFIG=none KC_TLS=$KC_WAS_TLS
  fi
}
