# A CoreDNS of the hold's own, on a node where none lives: a static pod of the image that is here, in the host's network. It listens
# at the address that pods have for the cluster's DNS, which is on the loopback for that time, as NodeLocal DNSCache does it. Packets
# to it on port 53 are not tracked, so that kube-proxy's rules do not lead them away: also those of flows that were led before.
# What it is made of is in the folder `server`: `at` (addresses), `link` (the manifest), `by` (the tool of the rules), `etc`, `pod.json`,
# and `made` where the folder of the manifest was missing.
# needs: lead dns/servers dns/ask cri/crictl common/has
# shellcheck shell=sh

# The server listens here, too, and kube-proxy leads nothing of it elsewhere.
DV_LOOP=127.70.88.53

# dv_here: `by` comes last, and whole.
dv_here() { [ -s "$DV_HOME/by" ]; }

# dv_read: DV_AT are its addresses, DV_LINK the manifest, DV_BY the tool, DV_DOMAIN the domain; DV_MADE is set where the folder of
# the manifest was missing.
dv_read() {
  DV_MADE=''
  [ ! -e "$DV_HOME/made" ] || DV_MADE=1
  { read -r DV_AT <"$DV_HOME/at" && read -r DV_LINK <"$DV_HOME/link" && read -r DV_BY <"$DV_HOME/by" && read -r DV_DOMAIN <"$DV_HOME/domain"; } 2>/dev/null
}

# dv_answers: whether each address answers by the table.
dv_answers() {
  for DV_A in $DV_AT; do dv_asked "$DV_A" || return 1; done
}

dv_asked() { [ "$(dns_ask "$1" "hold.fireaxe.svc.$DV_DOMAIN")" = NOERROR ]; }

# dv_lives: whether the server answers at an address that no rule leads elsewhere: asked twice, as the machine may be busy.
dv_lives() { dv_asked "$DV_LOOP" || dv_asked "$DV_LOOP"; }

# dv_pod_end: by the runtime. A kubelet that started without the API ends no pod before it has it again.
dv_pod_end() {
  fx_has crictl && cri_any "$FX_ROOT" pods --name fireaxe-dns-hold -q || return 0
  for DV_P in $CR_OUT; do cri rmp -f "$DV_P" >/dev/null 2>&1; done
}

# dv_end: the pod and its manifest are gone, and packets go as before; false where something is left.
dv_end() {
  dv_here || return 0
  dv_read || return 1
  dv_drop && rm -rf "$DV_HOME"
}

# dv_drop: after dv_read, and also if the folder is gone since. The kubelet has some seconds to end the pod first.
dv_drop() {
  dv_unlead
  for DV_A in $DV_AT; do
    case $DV_A in *:*) DV_L=$DV_A/128 ;; *) DV_L=$DV_A/32 ;; esac
    dv_ip addr del "$DV_L" dev lo 2>/dev/null
  done
  rm -f "$DV_LINK"
  [ -z "$DV_MADE" ] || rmdir "${DV_LINK%/*}" 2>/dev/null
  DV_N=0
  while dns_servers && [ -n "$DS_OURS" ] && [ "$DV_N" -lt 30 ]; do
    DV_N=$((DV_N + 1))
    [ "$DV_N" -ne 8 ] || dv_pod_end
    [ "$DV_N" -lt 20 ] || kill -KILL "$DS_OURS" 2>/dev/null
    sleep 0.5 2>/dev/null || { sleep 1 && DV_N=$((DV_N + 1)); }
  done
  dv_pod_end
  dv_unled && [ ! -L "$DV_LINK" ] && [ -z "$DS_OURS" ]
}
