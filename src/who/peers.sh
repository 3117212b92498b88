# The clients of this host's API server, by their addresses.
# needs: common/within common/result
# shellcheck shell=sh

WH_PEERS='/^[A-Z]/ {
  peer = ""
  if ($1 == "TIME-WAIT") next
  peer = $5; sub(/:[0-9]+$/, "", peer); gsub(/[][]/, "", peer); sub(/^::ffff:/, "", peer)
  n[peer]++; all++
  next
}
peer != "" && match($0, / bytes_acked:[0-9]+/) { bytes[peer] += substr($0, RSTART + 13, RLENGTH - 13) }
END {
  for (peer in n) { peers++; printf "%d %.0f %s\n", n[peer], bytes[peer], peer }
  printf "all %d %d\n", all, peers
}'

# who_peers: data peer1… are `connections bytes address`, the address with the most first.
who_peers() {
  WH_P=''
  for FX_K in $IN_SERVES; do WH_P="$WH_P${WH_P:+ or }sport = :$FX_K"; done
  WH_OUT=$(within 4 ss -Htni state connected "( $WH_P )" 2>/dev/null | awk "$WH_PEERS" | sort -k 1,1nr)
  WH_N=0 FX_I=$IFS IFS=$FX_NL
  for WH_L in $WH_OUT; do
    IFS=$FX_I
    case $WH_L in
      'all '*) fx_data served "${WH_L#all }" ;;
      *)
        WH_N=$((WH_N + 1))
        [ "$WH_N" -gt 4 ] || fx_data "peer$WH_N" "$WH_L"
        ;;
    esac
    IFS=$FX_NL
  done
  IFS=$FX_I
}
