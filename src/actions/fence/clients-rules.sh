# The rules of a fence on a worker. They judge once before the service address is translated (-100), and once after.
# needs: set firewall/nft-sets common/words firewall/nft-armed
# shellcheck shell=sh

clients_text() {
  FN_PORTS=''
  for FX_K in $IN_PORTS; do FN_PORTS="$FN_PORTS${FN_PORTS:+, }$FX_K"; done
  FN_SETS=''
  fence_set servers4 ipv4_addr "$IN_SERVERS4"
  fence_set servers6 ipv6_addr "$IN_SERVERS6"
  fence_set services4 ipv4_addr "$IN_SERVICES4"
  fence_set services6 ipv6_addr "$IN_SERVICES6"
  # Before and after translation: an unknown address may become the API server's. Resets pass: they tell the server that the connection is closed.
  NF_RULES="$FN_SETS  chain out {
    meta l4proto tcp counter reject with tcp reset comment \"$CL_MARK\"
  }
  chain who {
$CL_RULES  }
  chain fence {
    type filter hook output priority -150; policy accept;
    meta l4proto != tcp accept
    tcp flags & rst == rst accept
    ip daddr @servers4 tcp dport { $FN_PORTS } goto who
    ip6 daddr @servers6 tcp dport { $FN_PORTS } goto who
    ip daddr @services4 tcp dport { $FN_PORTS } goto who
    ip6 daddr @services6 tcp dport { $FN_PORTS } goto who
  }
  chain late {
    type filter hook output priority 0; policy accept;
    meta l4proto != tcp accept
    tcp flags & rst == rst accept
    ip daddr @servers4 tcp dport { $FN_PORTS } goto who
    ip6 daddr @servers6 tcp dport { $FN_PORTS } goto who
  }
"
  nft_text
  nft_replace "$NF_BODY"
}

# clients_same: whether the table fences exactly these clients. nft shows a number for a cgroup that was created again since.
clients_same() {
  case $NF_NOW in *'chain who {'*"dport { $FN_PORTS }"*) ;; *"dport $FN_PORTS goto"*) ;; *) return 1 ;; esac
  FX_T=${NF_NOW#*'chain who {'}
  clients_words "${FX_T%%'}'*}"
  CL_T=$CL_W
  clients_words "$CL_RULES"
  [ "$CL_T" = "$CL_W" ] || return 1
  nft_elements servers4 && same_words "$NF_SET" "$IN_SERVERS4" || return 1
  nft_elements servers6 && same_words "$NF_SET" "$IN_SERVERS6" || return 1
  nft_elements services4 && same_words "$NF_SET" "$IN_SERVICES4" || return 1
  nft_elements services6 && same_words "$NF_SET" "$IN_SERVICES6"
}

# clients_words TEXT: CL_W is the text with single spaces.
clients_words() {
  FX_I=$IFS IFS=" $FX_TAB$FX_NL"
  # shellcheck disable=SC2086
  set -- $1
  IFS=' '
  CL_W="$*"
  IFS=$FX_I
}
