# Where pods are meant, the hold looks for them instead of processes.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154

if [ -n "$HO_PODS" ]; then
  ho_scan() { po_scan; }
  ho_seize() { po_seize; }
  ho_release() { po_release; }
fi
