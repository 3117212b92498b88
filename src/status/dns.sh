# The cluster's DNS as this node sees it: each address is asked for the API's service, which caches know, and for a name that
# no cache has. Prints lines `dns ADDRESS KIND CODE CODE`; `dns - no-tool` where nothing here can ask.
# needs: dns/ask dns/places
# shellcheck shell=sh

# status_dns: asks all at once, in the background; DN_PIDS are the processes to wait for.
status_dns() {
  DN_PIDS='' DN_DONE=''
  dns_places
  [ -n "$DN_DONE" ] || return 0
  dns_by || { echo 'dns - no-tool' && return 0; }
  for DN_A in $DN_DONE; do
    dns_one "${DN_A#*=}" "${DN_A%%=*}" &
    DN_PIDS="$DN_PIDS $!"
  done
}

dns_wait() { for DN_A in $DN_PIDS; do wait "$DN_A" 2>/dev/null; done; }

dns_one() {
  DN_ONE=$(dns_ask "$1" "kubernetes.default.svc.$DN_DOMAIN")
  # A server that does not answer the first question is not waited for twice.
  DN_TWO=$DN_ONE
  case $DN_ONE in no-answer | unreachable) ;; *) DN_TWO=$(dns_ask "$1" "fireaxe-$FX_NONCE.default.svc.$DN_DOMAIN") ;; esac
  printf 'dns %s\n' "$1 $2 $DN_ONE $DN_TWO"
}
