# The cordon by iptables: where it can reject, kube-proxy has translated and Calico has accepted, so it drops before them.
# needs: firewall/iptables-armed
# shellcheck shell=sh

IP_TABLE=mangle IP_HOOK=PREROUTING IP_CHAIN=FIREAXE-CORDON IP_SUBS=''

ipt_body() {
  IP_BODY="-A $IP_CHAIN -i lo -j RETURN$FX_NL"
  FX_I=$IFS IFS=' ,'
  for FX_K in $P_PORT; do
    case $FX_K in *-*) FX_K=${FX_K%-*}:${FX_K#*-} ;; esac
    IP_BODY="$IP_BODY-A $IP_CHAIN -p tcp -m tcp --dport $FX_K --tcp-flags FIN,SYN,RST,ACK SYN -j DROP$FX_NL"
  done
  IFS=$FX_I
}

# cordon_ipt_verify: CO_N is how many packets it dropped.
cordon_ipt_verify() {
  ipt_tools
  ipt_there || fx_fail gone 'no cordon is here'
  ipt_same || fx_fail changed 'the cordon is for other ports'
  CO_N=0
  for IP_T in $IP_TOOLS; do
    ipt_first "$IP_T"
    for FX_K in $("$IP_T" -w -t "$IP_TABLE" -nvxL "$IP_CHAIN" 2>/dev/null | while read -r FX_K _ FX_L _; do [ "$FX_L" != DROP ] || echo "$FX_K"; done); do
      CO_N=$((CO_N + FX_K))
    done
  done
}
