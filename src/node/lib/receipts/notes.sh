# Paused manifests whose receipt is gone, as after a reboot: the note beside the manifest tells of the step.
# needs: common/proc
# shellcheck shell=sh

# receipts_notes: prints them in the form of receipts_tell; a note of an early version has no order.
receipts_notes() {
  set +f
  set -- "$FX_ROOT"/etc/kubernetes/fireaxe-paused/.*.note "$FX_ROOT"/var/lib/rancher/rke2/agent/fireaxe-paused/.*.note
  set -f
  for RC_F in "$@"; do
    fx_line "$RC_F" && RC_K=$FX_L || continue
    RC_V=${RC_F##*/.}
    [ -e "${RC_F%/*}/${RC_V%.note}" ] && [ ! -e "$FX_HOME/$RC_K/intent" ] || continue
    { read -r RC_V && read -r RC_V && read -r RC_V && IFS= read -r RC_V; } <"$RC_F" || RC_V=-
    printf 'receipt %s\n' "$RC_K - changed kept - $RC_V"
  done
}
