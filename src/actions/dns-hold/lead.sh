# What leads the questions of this node to a server of the hold's own: its addresses on the loopback, and rules. After dv_read.
# needs: load common/has
# shellcheck shell=sh

DV_HOME=$DH_HOME/server

# dv_ip ARG…: by its path, as a shell of busybox takes its own tool first.
dv_ip() { fx_has ip && "$FX_P/ip" "$@"; }

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
    "$DV_T-restore" -w --noflush <"$DV_HOME/rules.$DV_T" || return 1
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
