# Readmission into a fence by iptables: one rule a client, before the last rule, sends it to the chain with the rate.
# needs: firewall/iptables firewall/kept
# shellcheck shell=sh

readmit_no() {
  case $FX_OP in check | apply) fx_refuse no-tool "$1" ;; esac
  fx_fail no-tool "$1"
}

ipt_ports "$IN_PORTS"

# readmit_ipt_set 4|6: RE_HAVE are the readmitted clients of that family.
readmit_ipt_set() {
  IP_T=iptables RE_HAVE=''
  [ "$1" = 4 ] || IP_T=ip6tables
  case " $IP_TOOLS " in *" $IP_T "*) ;; *) return 0 ;; esac
  ipt_read "$IP_T" || return 0
  ipt_sources "-g $IP_CHAIN-IN"
  RE_HAVE=$IP_SET
}

# readmit_ipt_text add|delete 4|6 WORDS: IP_TEXT for IP_T.
readmit_ipt_text() {
  IP_T=iptables IP_TEXT="*filter$FX_NL" RE_AT="-D $IP_CHAIN"
  [ "$2" = 4 ] || IP_T=ip6tables
  case " $IP_TOOLS " in
    *" $IP_T "*) ;;
    *) readmit_no "$IP_T does not work here" ;;
  esac
  if [ "$1" = add ]; then
    ipt_read "$IP_T"
    RE_N=0 FX_I=$IFS IFS=$FX_NL
    for FX_K in $IP_NOW; do
      case $FX_K in "-A $IP_CHAIN "*) RE_N=$((RE_N + 1)) ;; esac
    done
    IFS=$FX_I
    RE_AT="-I $IP_CHAIN $RE_N"
  fi
  for FX_K in $3; do IP_TEXT="$IP_TEXT$RE_AT -s $FX_K -g $IP_CHAIN-IN$FX_NL"; done
  IP_TEXT=${IP_TEXT}COMMIT
}

# readmit_ipt OPERATION VERB: tries or loads RE_4 and RE_6, where there are any.
readmit_ipt() {
  for RE_F in 4 6; do
    eval "RE_SET=\$RE_$RE_F"
    [ -n "$RE_SET" ] || continue
    readmit_ipt_text "$2" "$RE_F" "$RE_SET"
    if [ "$1" = load ]; then
      ipt_load "$IP_T"
    else
      ipt_try "$IP_T" || fx_refuse iptables "$IP_T would refuse: $IP_OUT"
    fi
  done
}
