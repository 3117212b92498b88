# The rules of the fence by nft, and whether the table found is the same fence.
# needs: set firewall/nft-sets firewall/kept common/words firewall/nft-armed
# shellcheck shell=sh

# fence_ports: FN_AT are the ports for people, FN_PORTS for nft.
fence_ports() {
  FN_PORTS=''
  for FX_K in $IN_PORTS; do FN_PORTS="$FN_PORTS${FN_PORTS:+, }$FX_K"; done
  FN_AT=$FN_PORTS
  case $FN_PORTS in *,*) FN_PORTS="{ $FN_PORTS }" ;; esac
}

fence_rules() {
  FN_SETS=''
  fence_set allow4 ipv4_addr "$IN_ALLOW4"
  fence_set allow6 ipv6_addr "$IN_ALLOW6"
  FN_T=''
  for FX_K in $FN_OPERATOR $FN_FORMER; do
    case $FX_K in *:*) FN_F=ip6 ;; *) FN_F=ip ;; esac
    FN_T="$FN_T    $FN_F saddr $FX_K accept$FX_NL"
  done
  # Resets of fenced clients pass: they tell the server that the connection is closed. Readmitted clients are limited by the first
  # packet, the one without ACK: that needs no connection tracking.
  NF_RULES="$FN_SETS  set readmit4 {
    type ipv4_addr
    flags interval
  }
  set readmit6 {
    type ipv6_addr
    flags interval
  }
  chain readmit {
    tcp flags ack accept
    limit rate $P_RATE/second burst $P_RATE packets accept
    drop
  }
  chain fence {
    type filter hook input priority -150; policy accept;
    meta l4proto != tcp accept
    tcp dport != $FN_PORTS accept
    iifname \"lo\" accept
    tcp flags rst accept
    ip saddr @allow4 accept
    ip6 saddr @allow6 accept
$FN_T    ip saddr @readmit4 goto readmit
    ip6 saddr @readmit6 goto readmit
    meta l4proto tcp counter reject with tcp reset
  }
"
  nft_text
  nft_replace "$NF_BODY"
}

# fence_same: whether the table is the same fence, with no client readmitted yet.
fence_same() {
  case $NF_NOW in *"tcp dport != $FN_PORTS accept"*'reject with tcp reset'*) ;; *) return 1 ;; esac
  case $NF_NOW in *"limit rate $P_RATE/second"*) ;; *) return 1 ;; esac
  case "$NF_NOW " in *" saddr ${FN_OPERATOR:-@allow4} accept"*) ;; *) return 1 ;; esac
  nft_elements allow4 && same_words "$NF_SET" "$IN_ALLOW4" || return 1
  nft_elements allow6 && same_words "$NF_SET" "$IN_ALLOW6" || return 1
  nft_elements readmit4
  [ -z "$NF_SET" ] || return 1
  nft_elements readmit6
  [ -z "$NF_SET" ]
}

# fence_former: FN_FORMER are the addresses of other operators that an earlier order let in.
fence_former() {
  FN_FORMER=''
  table_operators
  for FX_K in $TB_OPERATORS; do [ "$FX_K" = "$FN_OPERATOR" ] || FN_FORMER="$FN_FORMER $FX_K"; done
}
