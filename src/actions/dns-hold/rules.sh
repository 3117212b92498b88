# The rules that lead questions to a server of the hold's own, as text.
# needs: common/has common/result
# shellcheck shell=sh

# serve_rules: SV_BY is the tool of the rules, SV_TEXT what it loads; with iptables, of one family each.
serve_rules() {
  SV_BY=nft SV_IN='' SV_OUT=''
  for SV_A in $SV_AT; do
    SV_F=ip
    case $SV_A in *:*) SV_F=ip6 ;; esac
    for SV_P in udp tcp; do
      SV_IN="$SV_IN$SV_F daddr $SV_A $SV_P dport 53 notrack$FX_NL"
      SV_OUT="$SV_OUT$SV_F saddr $SV_A $SV_P sport 53 notrack$FX_NL"
    done
  done
  SV_TEXT="table inet fireaxe_dns {
chain in {
type filter hook prerouting priority -300
$SV_IN}
chain out {
type filter hook output priority -300
$SV_IN$SV_OUT}
}"
  if fx_has nft && SV_K=$(printf '%s\n' "$SV_TEXT" | nft -c -f - 2>&1); then return 0; fi
  SV_BY=iptables
  fx_has iptables && fx_has iptables-restore || fx_refuse no-tool "neither nft nor iptables can lead questions to a server here${SV_K:+: $SV_K}"
}

# serve_tables TOOL: prints what iptables-restore or ip6tables-restore loads; nothing where no address is of its family. A firewall of
# this node that drops what comes in would drop the questions of pods, so they are accepted before it.
serve_tables() {
  SV_K='' SV_J=''
  for SV_A in $SV_AT; do
    case $1$SV_A in iptables*:* | ip6tables*.*) continue ;; esac
    for SV_P in udp tcp; do
      SV_IN="-d $SV_A -p $SV_P -m $SV_P --dport 53 -j" SV_OUT="-s $SV_A -p $SV_P -m $SV_P --sport 53 -j"
      SV_K="$SV_K-A FIREAXE-DNS $SV_IN CT --notrack$FX_NL-A FIREAXE-DNS $SV_OUT CT --notrack$FX_NL"
      SV_J="$SV_J-A FIREAXE-DNS-IN $SV_IN ACCEPT$FX_NL-A FIREAXE-DNS-IN $SV_OUT ACCEPT$FX_NL"
    done
  done
  [ -z "$SV_K" ] || printf '%s\n' '*raw' ':FIREAXE-DNS - [0:0]' "$SV_K-I PREROUTING 1 -j FIREAXE-DNS" '-I OUTPUT 1 -j FIREAXE-DNS' COMMIT \
    '*filter' ':FIREAXE-DNS-IN - [0:0]' "$SV_J-I INPUT 1 -j FIREAXE-DNS-IN" '-I OUTPUT 1 -j FIREAXE-DNS-IN' COMMIT
}
