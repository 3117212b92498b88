# The API server may listen on another port than the kit names: a fence would then judge none of its clients.
# needs: kube/listens common/result
# shellcheck shell=sh

# fence_nothing: refuses where no connection at all would be fenced. A server that is down now may come back on any port.
fence_nothing() {
  kube_listens "$IN_PORTS"
  [ -z "$KL_PORT" ] || [ -n "$KL_ANY" ] ||
    fx_refuse other-port "kube-apiserver listens on port $KL_PORT here, and nothing on $FN_AT: set kubernetes.apiserverPort in kit.yaml"
}

elsewhere_say() {
  [ -n "$KL_PORT" ] || return 0
  fx_data unfenced "$KL_PORT"
  fx_say "kube-apiserver listens on port $KL_PORT, which is not fenced: set kubernetes.apiserverPort in kit.yaml"
}
