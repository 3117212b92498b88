# The fence by iptables. What readmit adds goes to a chain of its own, where only the first packet of a connection is limited.
# needs: firewall/iptables-armed firewall/kept
# shellcheck shell=sh

ipt_ports "$IN_PORTS"

# ipt_body TOOL: IP_BODY is what the chains are to hold, in iptables' own spelling.
ipt_body() {
  FN_B=" --limit-burst $P_RATE" FN_A=$IN_ALLOW4 FN_L=32
  [ "$P_RATE" != 5 ] || FN_B=''
  [ "$1" = iptables ] || FN_A=$IN_ALLOW6 FN_L=128
  for FX_K in $FN_OPERATOR $FN_FORMER; do
    case $1:$FX_K in iptables:*:* | ip6tables:*.*) ;; *) FN_A="$FN_A $FX_K" ;; esac
  done
  IP_BODY="-A $IP_CHAIN-IN -p tcp -m tcp --tcp-flags ACK ACK -j RETURN
-A $IP_CHAIN-IN -m limit --limit $P_RATE/sec$FN_B -j RETURN
-A $IP_CHAIN-IN -j DROP
-A $IP_CHAIN -i lo -j RETURN
-A $IP_CHAIN -p tcp -m tcp --tcp-flags RST RST -j RETURN
"
  FN_D=' '
  for FX_K in $FN_A; do
    case $FX_K in */*) ;; *) FX_K=$FX_K/$FN_L ;; esac
    case $FN_D in *" $FX_K "*) continue ;; esac
    FN_D="$FN_D$FX_K " IP_BODY="$IP_BODY-A $IP_CHAIN -s $FX_K -j RETURN$FX_NL"
  done
  IP_BODY="$IP_BODY-A $IP_CHAIN -p tcp -j REJECT --reject-with tcp-reset$FX_NL"
}

fence_ipt_verify() {
  ipt_tools
  ipt_there || fx_fail gone 'no fence is here'
  for IP_T in $IP_TOOLS; do
    ipt_read "$IP_T"
    case $IP_NOW in *"-A $IP_CHAIN -p tcp -j REJECT --reject-with tcp-reset$FX_NL") ;; *) fx_fail changed 'the rules of the fence were changed' ;; esac
    ipt_first "$IP_T"
  done
  ipt_kept
}
