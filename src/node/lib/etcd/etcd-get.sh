# Asks the etcd member for its health.
# needs: common/apart common/tools
# shellcheck shell=sh

# etcd_get PATH: asks this machine, not a proxy from the login's environment.
etcd_get() {
  if fx_has curl; then
    apart curl -sS -m "$ET_TIME" "http://$ET_AT:2381$1" --noproxy '*'
  else
    apart etcd_wget "$1"
    # wget does not print the body of an error.
    case $AP_OUT:$AP_SAID in :*' 503'*) AP_OUT='{"health":"false"}' ;; esac
  fi
}

etcd_wget() { http_proxy='' wget -O - -T "$ET_TIME" "http://$ET_AT:2381$1"; }

# etcd_health: ET_SAYS of AP_OUT; ET_OK is set where all is well.
etcd_health() {
  ET_OK=''
  case $AP_OUT in
    *'"health":"true"'* | *'"health": "true"'* | *'"health":true'*) ET_SAYS=ok ET_OK=1 ;;
    *'"health"'*) ET_SAYS=failing ;;
  esac
  case $AP_OUT in *'"reason":"'*) ET_WHY=${AP_OUT#*'"reason":"'} && ET_WHY=${ET_WHY%%\"*} ;; esac
}
