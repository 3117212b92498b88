# Names and addresses of services, by the rules of kube-proxy: iptables has the names in comments, nftables in chains and
# comments of elements. IPVS has addresses only; services without an address of their own (headless, ExternalName) have no rule.
# needs: common/within common/has
# shellcheck shell=sh

# dns_names [TABLE]: prints sorted lines `ADDRESS NAME.NAMESPACE`, and at the end `= SOURCE N …`. TABLE has such lines from elsewhere.
dns_names() {
  {
    dns_rules
    # TABLE must not stand in for rules that are there, and that nft did not tell in time.
    [ -z "${1-}" ] || [ -z "$DN_HUNG" ] || DN_WELL='= cut'
    echo "$DN_WELL"
    [ -z "${1-}" ] || {
      echo '= ipvs'
      dns_ipvs
      printf '= kit\n%s\n' "$1"
    }
  } | dns_table
}

# dns_ipvs: with IPVS, kube-proxy gives the node the address of each service, without its name. TABLE must not stand in for addresses
# that are there and cannot be read.
dns_ipvs() {
  DN_R=1
  if fx_has ip; then
    within 5 "$FX_P/ip" -o addr show dev kube-ipvs0 2>/dev/null && return 0
    DN_R=$?
  fi
  if [ "$DN_R" -eq 124 ] || [ -d "$FX_ROOT/sys/class/net/kube-ipvs0" ]; then echo '= cut'; fi
}

# dns_rules: the rules as the tools print them. What kube-proxy left when its mode was changed comes last.
dns_rules() {
  DN_WELL='= whole' DN_HUNG=''
  if fx_has nft; then
    for DN_T in ip ip6; do
      for DN_V in 'set cluster-ips' 'map service-ips' 'map no-endpoint-services'; do
        within 5 nft list "${DN_V% *}" $DN_T kube-proxy "${DN_V#* }" 2>/dev/null || [ $? -ne 124 ] || DN_HUNG=1
      done
    done
  fi
  echo '= iptables'
  for DN_T in iptables-save ip6tables-save iptables-legacy-save ip6tables-legacy-save; do
    ! fx_has $DN_T || within 5 $DN_T 2>/dev/null || [ $? -ne 124 ] || DN_WELL='= cut'
  done
}

# dns_table: from the text of the tools to lines. A name that two sources give different addresses has that of the first.
dns_table() {
  awk '
    function tell(address, who, part, family, name) {
      sub(/:.*/, "", who)
      if (who !~ /^[a-z0-9]([a-z0-9-]*[a-z0-9])?\/[a-z0-9]([a-z0-9-]*[a-z0-9])?$/ || address !~ /^[0-9a-f.:]+$/) return
      split(who, part, "/")
      family = index(address, ":") ? 6 : 4
      name = part[2] "." part[1]
      if (mark(name)) return
      if (!((name, family) in has)) {
        has[name, family] = address
        count[source]++
        print address " " name | by
      } else if (has[name, family] != address) differ++
    }
    # The hold has names of its own, by which it is known.
    function mark(name) { return name ~ /^(hold|cache)\.fireaxe$/ }
    # What the node itself knows is newer: a name is taken from elsewhere only where the node knows no names, and not against IPVS.
    function told(address, name, family) {
      if (address !~ /^[0-9a-f.:]+$/ || name !~ /^[a-z0-9-]+\.[a-z0-9-]+$/ || mark(name)) return
      family = index(address, ":") ? 6 : 4
      if (count["nft"] + count["iptables"]) {
        if (!((name, family) in has)) absent++
        else if (has[name, family] != address) moved++
      } else if (addresses && !(address in ipvs)) absent++
      else if (!((name, family) in has)) {
        has[name, family] = address
        count["kit"]++
        print address " " name | by
      }
    }
    BEGIN { source = "nft"; by = "LC_ALL=C sort" }
    $0 == "= iptables" { source = "iptables"; next }
    $0 == "= ipvs" { source = "ipvs"; next }
    $0 == "= kit" { source = "kit"; next }
    source == "kit" { told($1, $2) }
    source == "ipvs" && $3 ~ /^inet6?$/ {
      sub(/\/.*/, "", $4)
      ipvs[$4] = 1
      addresses++
    }
    $0 == "= cut" { cut = 1; next }
    # The set of cluster addresses comes before the maps, which have other addresses, too.
    source == "nft" && /^\tset cluster-ips/ { inside = 1 }
    source == "nft" && /^\t}/ { inside = 0 }
    inside {
      text = $0
      while (match(text, /[0-9a-f]+[.:][0-9a-f.:]*/)) {
        cluster[substr(text, RSTART, RLENGTH)] = 1
        text = substr(text, RSTART + RLENGTH)
      }
      next
    }
    source == "nft" && / \. (tcp|udp|sctp) \. / {
      sub(/^[ \t]*elements = [{] */, "")
      n = split($0, element, /, */)
      for (i = 1; i <= n; i++) {
        text = element[i]
        sub(/^[ \t]+/, "", text)
        address = text
        sub(/ .*/, "", address)
        if (!(address in cluster)) continue
        if (match(text, /goto service-[A-Z0-9]+-[^ }]+/)) {
          who = substr(text, RSTART + 13, RLENGTH - 13)
          sub(/^[A-Z0-9]+-/, "", who)
          split(who, path, "/")
          tell(address, path[1] "/" path[2])
        } else if (match(text, /comment "[^"]+"/)) tell(address, substr(text, RSTART + 9, RLENGTH - 10))
      }
      next
    }
    source == "iptables" && /^-A KUBE-SERVICES -d .* --comment "[^" ]+ (cluster IP|has no (local )?endpoints)"/ {
      address = $4
      sub(/\/(32|128)$/, "", address)
      match($0, /--comment "[^" ]+/)
      tell(address, substr($0, RSTART + 11, RLENGTH - 11))
    }
    END {
      close(by)
      print "= nft " count["nft"] + 0 " iptables " count["iptables"] + 0 " differ " differ + 0 " cut " cut + 0 (source == "kit" ? " kit " count["kit"] + 0 " moved " moved + 0 " absent " absent + 0 : "")
    }
  '
}
