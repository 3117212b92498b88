# A server of a hold's own answers where its manifest is, its address on the node, and rules lead to it; on the loopback without rules.
# Other servers are folders coredns/ADDRESS: `Corefile` is what the server has read, `knows` are the names that it has from the API.
# One that `hangs` waits for another server, one that `refuses` is not there.
for word in "$@"; do
  case $word in
    @*) server=$SANDBOX/coredns/${word#@} ;;
    *.*) name=$word ;;
  esac
done
code=SERVFAIL
own=$SANDBOX/run/fireaxe/dns-hold/server/etc
if [ -e "$SANDBOX/etc/kubernetes/manifests/fireaxe-dns-hold.yaml" ] && [ ! -e "$SANDBOX/kubelet-stopped" ]; then
  case ${server##*/} in
    127.70.88.53) [ ! -e "$SANDBOX/addresses" ] || server=$own ;;
    *) ! grep -qsx "${server##*/}" "$SANDBOX/addresses" || ! grep -qs -e notrack "$SANDBOX/table" "$SANDBOX/iptables" || server=$own ;;
  esac
fi
# A firewall of the node drops what pods send to it, or another one what this node itself asks.
[ -z "${IN_POD-}" ] || [ ! -e "$SANDBOX/drops-pods" ] || server=''
[ -n "${IN_POD-}" ] || [ ! -e "$SANDBOX/drops-host" ] || server=''
# Each line of `lost` is a question to that address that gets no answer.
if grep -qsx "${server##*/}" "$SANDBOX/lost"; then
  awk -v at="${server##*/}" '$0 != at || done++' "$SANDBOX/lost" >"$SANDBOX/lost.new"
  mv "$SANDBOX/lost.new" "$SANDBOX/lost"
  server=''
fi
if [ ! -d "$server" ]; then
  echo ';; connection timed out; no servers could be reached'
  exit 9
elif grep -q " $name\$" "$server/Corefile"; then
  code=NOERROR
elif [ -e "$server/hangs" ]; then
  echo ';; connection timed out; no servers could be reached'
  exit 9
elif [ -e "$server/refuses" ]; then
  echo ';; communications error: connection refused'
  exit 9
elif [ -e "$server/knows" ]; then
  code=NXDOMAIN
  ! grep -qxF "$name" "$server/knows" || code=NOERROR
fi
echo ";; ->>HEADER<<- opcode: QUERY, status: $code, id: 4711"
