# Which addresses the fence lets in as it stands, whichever step made it.
# needs: nft-sets iptables
# shellcheck shell=sh

# table_operators: TB_OPERATORS are the addresses that rules of NF_NOW let in, besides the sets.
table_operators() {
  TB_OPERATORS='' TB_T=$NF_NOW
  while :; do
    case $TB_T in *' saddr '*) TB_T=${TB_T#*' saddr '} ;; *) return 0 ;; esac
    case ${TB_T%%"$FX_NL"*} in
      @*) ;;
      *' accept') TB_OPERATORS="$TB_OPERATORS${TB_OPERATORS:+ }${TB_T%% *}" ;;
    esac
  done
}

# table_kept: TB_KEPT are all addresses that NF_NOW lets in, the readmitted ones too.
table_kept() {
  table_operators
  TB_KEPT=$TB_OPERATORS
  for TB_S in allow4 allow6 readmit4 readmit6; do
    nft_elements "$TB_S"
    TB_KEPT="$TB_KEPT $NF_SET"
  done
}

# ipt_sources TARGET: IP_SET are the addresses that the chain of IP_NOW sends there.
ipt_sources() {
  IP_SET=''
  FX_I=$IFS IFS=$FX_NL
  for FX_K in $IP_NOW; do
    case $FX_K in
      "-A $IP_CHAIN -s "*" $1")
        FX_K=${FX_K#"-A $IP_CHAIN -s "}
        FX_K=${FX_K%% *}
        FX_K=${FX_K%/32}
        IP_SET="$IP_SET${IP_SET:+ }${FX_K%/128}"
        ;;
    esac
  done
  IFS=$FX_I
}

# ipt_kept: TB_KEPT are all addresses that the fence lets in.
ipt_kept() {
  TB_KEPT=''
  for IP_T in $IP_TOOLS; do
    ipt_read "$IP_T" || continue
    ipt_sources '-j RETURN'
    TB_KEPT="$TB_KEPT $IP_SET"
    ipt_sources "-g $IP_CHAIN-IN"
    TB_KEPT="$TB_KEPT $IP_SET"
  done
}
