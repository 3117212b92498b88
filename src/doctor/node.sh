# What doctor asks of a node: its time, where its cluster's DNS is, which resolvers it has itself, and whether the admin
# credentials here need a helper.
# needs: dns
# shellcheck shell=sh

act_look() {
  fx_data clock "$(date +%s)"
  dns_places
  [ -z "$DN_DONE" ] || fx_data dns "$DN_DONE"
  fx_data domain "$DN_DOMAIN"
  fx_data resolvers "$(within 2 sed -n 's/^nameserver  *\([0-9a-fA-F.:]*\).*/\1/p' "$FX_ROOT/etc/resolv.conf" 2>/dev/null | tr '\n' ' ')"
  doctor_helper
  FX_STATE=ok
}

# doctor_helper: the command that the first kubeconfig of the kit that is here runs for its keys.
doctor_helper() {
  for DO_K in $IN_KUBECONFIGS; do
    [ -r "$FX_ROOT$DO_K" ] || continue
    DO_C=$(within 2 sed -n '/^ *exec:/,/^[^ ]/s/^ *command: *//p' "$FX_ROOT$DO_K" 2>/dev/null | head -n 1)
    [ -z "$DO_C" ] || fx_data helper "$DO_K $DO_C"
    return 0
  done
}
