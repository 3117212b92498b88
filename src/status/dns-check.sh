# The cluster's DNS as this node sees it, each CoreDNS that runs here, and the names that its proxy rules know. Changes nothing.
# needs: dns left dns/servers dns/names
# shellcheck shell=sh

act_look() {
  status_dns
  if [ -n "${DN_BY-}" ] || dns_by; then
    dns_servers
    for DC_P in $DS_ALL; do
      # A Corefile at another place can be asked, too.
      DC_W=''
      dns_server "$DC_P" || DC_W=$DS_WHY
      [ -n "$DS_AT" ] || continue
      DS_DOMAIN=${DS_DOMAIN:-$DN_DOMAIN}
      if [ "$DS_KIND" = node-local ]; then check_cache "$DC_P" "$DC_W" & else check_one "$DS_AT" "$DS_DOMAIN" & fi
      DN_PIDS="$DN_PIDS $!"
    done
    # A server that a hold started here has the address of the service.
    for DC_A in ${DS_OURS:+$DN_DONE}; do
      case $DC_A in service=*) ;; *) continue ;; esac
      check_one "${DC_A#*=}" "$DN_DOMAIN" &
      DN_PIDS="$DN_PIDS $!"
    done
    for DC_A in $DN_DONE; do
      case $DC_A in service=* | node-local=*) ;; *) continue ;; esac
      for DC_N in $P_NAME; do
        check_name "${DC_A#*=}" "$DC_N" &
        DN_PIDS="$DN_PIDS $!"
      done
    done
  fi
  check_table
  dns_wait
}

# check_one ADDRESS DOMAIN: by a name that only the table of a hold has; one that knows the cluster's names says that it does not exist.
check_one() {
  printf 'coredns %s %s\n' "$1" "$(dns_ask "$1" "hold.fireaxe.svc.$2")"
}

# check_cache PID WHY: after dns_server, which says why its Corefile was not found. Where nothing behind it knows the cluster's names, the seconds that it still answers the API's
# service (`?` where nslookup asks, which does not tell), and whether it may answer that longer.
check_cache() {
  DC_C=$(dns_mark) DC_L='' DC_S=fresh
  case $DC_C$DN_BY in
    NOERROR* | NXDOMAIN*) ;;
    *nslookup) DC_L='?' ;;
    *) DC_L=$(dns_left "$DS_AT" "kubernetes.default.svc.$DS_DOMAIN") ;;
  esac
  [ -n "$2" ] || ! dns_cache_stale "$1" || DC_S=stale
  printf 'cache %s %s %s %s\n' "$DS_AT" "$DC_C" "${DC_L:--}" "$DC_S"
}

check_name() { printf 'name %s %s %s\n' "$1" "$2" "$(dns_ask "$1" "$2")"; }

# check_table: how many names the rules of kube-proxy here know, and a checksum: equal where they are the same.
check_table() {
  DC_T=$(dns_names '')
  DC_C=${DC_T##*= }
  # shellcheck disable=SC2086
  set -- $DC_C
  printf 'table %s %s %s\n' "$(($2 + $4))" "$(printf '%s\n' "${DC_T%%= *}" | cksum | cut -d ' ' -f 1)" "$6"
}
