# A CoreDNS of the hold's own, on a node where none lives: a static pod of the image that is here, in the host's network. It listens
# at the address that pods have for the cluster's DNS, which is on the loopback for that time, as NodeLocal DNSCache does it. Packets
# to it on port 53 are not tracked, so that kube-proxy's rules do not lead them away: also those of flows that were led before.
# What it is made of is in the folder `server`: `at` (addresses), `link` (the manifest), `by` (the tool of the rules), `etc`, `pod.json`,
# and `made` where the folder of the manifest was missing.
# needs: load dns/servers dns/ask cri/crictl common/has
# shellcheck shell=sh

DV_HOME=$DH_HOME/server
# The server listens here, too, and kube-proxy leads nothing of it elsewhere.
DV_LOOP=127.70.88.53

# dv_ip ARG…: by its path, as a shell of busybox takes its own tool first.
dv_ip() { fx_has ip && "$FX_P/ip" "$@"; }

# dv_here: `by` comes last, and whole.
dv_here() { [ -s "$DV_HOME/by" ]; }

# dv_read: DV_AT are its addresses, DV_LINK the manifest, DV_BY the tool, DV_DOMAIN the domain; DV_MADE is set where the folder of
# the manifest was missing.
dv_read() {
  DV_MADE=''
  [ ! -e "$DV_HOME/made" ] || DV_MADE=1
  { read -r DV_AT <"$DV_HOME/at" && read -r DV_LINK <"$DV_HOME/link" && read -r DV_BY <"$DV_HOME/by" && read -r DV_DOMAIN <"$DV_HOME/domain"; } 2>/dev/null
}

# dv_answers: whether each address answers by the table.
dv_answers() {
  for DV_A in $DV_AT; do dv_asked "$DV_A" || return 1; done
}

dv_asked() { [ "$(dns_ask "$1" "hold.fireaxe.svc.$DV_DOMAIN")" = NOERROR ]; }

# dv_lives: whether the server answers at an address that no rule leads elsewhere: asked twice, as the machine may be busy.
dv_lives() { dv_asked "$DV_LOOP" || dv_asked "$DV_LOOP"; }

# dv_take: the addresses are this node's, so that the server can listen there. Does nothing where it is so already.
dv_take() {
  for DV_A in $DV_AT; do
    case $DV_A in *:*) DV_L="$DV_A/128 dev lo nodad" ;; *) DV_L="$DV_A/32 dev lo" ;; esac
    # shellcheck disable=SC2086
    dv_has "$DV_A" || dv_ip addr add $DV_L 2>/dev/null || return 1
  done
}

# dv_lead: packets to the addresses are not tracked. Does nothing where it is so already.
dv_lead() {
  if [ "$DV_BY" = nft ]; then
    [ -n "$(nft list table inet fireaxe_dns 2>/dev/null)" ] || nft -f "$DV_HOME/rules.nft" 2>/dev/null
    return
  fi
  for DV_T in $(dv_tools); do
    $DV_T -w -t raw -C PREROUTING -j FIREAXE-DNS && $DV_T -w -t filter -C INPUT -j FIREAXE-DNS-IN && continue
    # What a reload of the node's firewall has left of them.
    dv_chains_end
    $DV_T-restore -w --noflush <"$DV_HOME/rules.$DV_T" || return 1
  done 2>/dev/null
}

dv_has() { [ -n "$(dv_ip -o addr show dev lo to "$1" 2>/dev/null)" ]; }

# dv_tools: those of iptables that have an address of their family.
dv_tools() {
  case $DV_AT in *.*) echo iptables ;; esac
  case $DV_AT in *:*) echo ip6tables ;; esac
}

# dv_unlead: packets go by kube-proxy's rules again. It asks nothing first: a list that fails would pass for one without these rules.
dv_unlead() {
  if [ "$DV_BY" = nft ]; then
    nft delete table inet fireaxe_dns
    return 0
  fi
  for DV_T in $(dv_tools); do dv_chains_end; done
} 2>/dev/null

# dv_chains_end: both chains of DV_T, and what leads to them.
dv_chains_end() {
  for DV_L in 'raw PREROUTING FIREAXE-DNS' 'raw OUTPUT FIREAXE-DNS' 'filter INPUT FIREAXE-DNS-IN' 'filter OUTPUT FIREAXE-DNS-IN'; do
    # shellcheck disable=SC2086
    set -- $DV_L
    while $DV_T -w -t "$1" -D "$2" -j "$3"; do :; done
  done
  for DV_L in 'raw FIREAXE-DNS' 'filter FIREAXE-DNS-IN'; do
    # shellcheck disable=SC2086
    set -- $DV_L
    $DV_T -w -t "$1" -F "$2"
    $DV_T -w -t "$1" -X "$2"
  done
}

# dv_unled: whether lists that did not fail show neither rules nor addresses.
dv_unled() {
  if [ "$DV_BY" = nft ]; then
    DV_L=$(nft list tables) || return 1
    case $DV_L in *'inet fireaxe_dns'*) return 1 ;; esac
  else
    for DV_T in $(dv_tools); do
      DV_L=$($DV_T -w -t raw -S && $DV_T -w -t filter -S) || return 1
      case $DV_L in *FIREAXE-DNS*) return 1 ;; esac
    done
  fi
  for DV_A in $DV_AT; do DV_L=$(dv_ip -o addr show dev lo to "$DV_A") && [ -z "$DV_L" ] || return 1; done
} 2>/dev/null

# dv_pod_end: by the runtime. A kubelet that started without the API ends no pod before it has it again.
dv_pod_end() {
  fx_has crictl && cri_any "$FX_ROOT" pods --name fireaxe-dns-hold -q || return 0
  for DV_P in $CR_OUT; do cri rmp -f "$DV_P" >/dev/null 2>&1; done
}

# dv_end: the pod and its manifest are gone, and packets go as before; false where something is left.
dv_end() {
  dv_here || return 0
  dv_read || return 1
  dv_drop && rm -rf "$DV_HOME"
}

# dv_drop: after dv_read, and also if the folder is gone since. The kubelet has some seconds to end the pod first.
dv_drop() {
  dv_unlead
  for DV_A in $DV_AT; do
    case $DV_A in *:*) DV_L=$DV_A/128 ;; *) DV_L=$DV_A/32 ;; esac
    dv_ip addr del "$DV_L" dev lo 2>/dev/null
  done
  rm -f "$DV_LINK"
  [ -z "$DV_MADE" ] || rmdir "${DV_LINK%/*}" 2>/dev/null
  DV_N=0
  while dns_servers && [ -n "$DS_OURS" ] && [ "$DV_N" -lt 30 ]; do
    DV_N=$((DV_N + 1))
    [ "$DV_N" -ne 8 ] || dv_pod_end
    [ "$DV_N" -lt 20 ] || kill -KILL "$DS_OURS" 2>/dev/null
    sleep 0.5 2>/dev/null || { sleep 1 && DV_N=$((DV_N + 1)); }
  done
  dv_pod_end
  dv_unled && [ ! -L "$DV_LINK" ] && [ -z "$DS_OURS" ]
}
