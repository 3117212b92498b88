# Who keeps the API by the fence as it stands, whoever made it.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154

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

# table_kept: TB_KEPT are all whom NF_NOW lets in, the readmitted too.
table_kept() {
  table_operators
  TB_KEPT=$TB_OPERATORS
  for TB_S in allow4 allow6 readmit4 readmit6; do
    nft_elements "$TB_S"
    TB_KEPT="$TB_KEPT $NF_SET"
  done
}
