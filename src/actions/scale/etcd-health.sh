# Whether this machine's etcd member is healthy, as it says itself; see docs/actions/scale.md.
# shellcheck shell=sh
act_look() {
  FX_STATE=ok
  # A login may carry a proxy, which knows another 127.0.0.1.
  if fx_has curl; then
    eh_said=$(curl -sS -m 5 http://127.0.0.1:2381/health --noproxy '*' 2>&1)
  elif fx_has wget; then
    eh_said=$(http_proxy='' wget -q -O - -T 5 http://127.0.0.1:2381/health 2>&1)
  else
    fx_refuse no-tool 'neither curl nor wget is on this node'
  fi
  case $eh_said in
    *'"health":"true"'* | *'"health": "true"'*) fx_data etcd ok ;;
    *'"health"'*) fx_data etcd failing ;;
    *) fx_data etcd no-answer ;;
  esac
}
