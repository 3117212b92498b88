# The part of a hold of pods that refuses before anything is changed.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154

HO_PODS=$P_PODS HO_API4=${P_API4-} HO_API6=${P_API6-} HO_PORTS=${P_PORTS-} HO_TABLE=fireaxe_pods_$P_KEY
# RKE2 and others keep crictl out of the way.
[ -n "$FX_ROOT" ] || PATH=$PATH:/var/lib/rancher/rke2/bin:/opt/bin

pods_ready() {
  [ -n "$HO_PODS" ] || return 0
  fx_need crictl
  if [ "$HO_HOW" = network ]; then
    fx_need nft
    # There, and a kernel without it, is not enough.
    FX_K=$(nft list tables 2>&1) || fx_refuse nft "nft does not answer: $FX_K"
  fi
  hold_own
  po_scan || fx_refuse no-runtime 'the container runtime does not answer crictl'
  [ -z "$PO_BAD" ] || fx_refuse protected "$PO_BAD"
}
