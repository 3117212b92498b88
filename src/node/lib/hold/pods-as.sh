# For pods, the hold looks for them instead of processes.
# needs: match pods
# shellcheck shell=sh

if [ -n "$P_PODS" ]; then
  ho_scan() { po_scan; }
  ho_seize() { po_seize; }
  ho_release() { po_release; }
fi
