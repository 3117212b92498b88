# The names of a pod, without the API: from the folder of its logs, its labels from the container runtime.
# needs: cri/crictl cri/path common/tools
# shellcheck shell=sh

WH_LABELS='' WH_MUTE=''
WH_SHAPE='{{range $k, $v := .status.labels}}{{$k}}={{$v}} {{end}}'

# who_pod LINE: WH_L is the line with `namespace/name` in place of the UID, WH_LABELS are its labels.
who_pod() {
  WH_LABELS=''
  WH_U=${1#*'|pod|'}
  WH_U=${WH_U%%'|'*}
  set +f
  set -- "$FX_ROOT"/var/log/pods/*_"$WH_U"
  set -f
  if [ -d "$1" ]; then
    WH_K=${1##*/}
    WH_K=${WH_K%_*}
    WH_L="${WH_L%%'|pod|'*}|pod|${WH_K%%_*}/${WH_K#*_}|${WH_L#*"|$WH_U|"}"
  fi
  # A runtime that did not answer is not asked again.
  [ -z "$WH_MUTE" ] && fx_has crictl || return 0
  WH_MUTE=1
  cri_any "$FX_ROOT" pods -q --state ready --label "io.kubernetes.pod.uid=$WH_U" || return 0
  for WH_K in $(cri inspectp -o go-template --template "$WH_SHAPE" "${CR_OUT%%"$FX_NL"*}" 2>/dev/null); do
    WH_MUTE=''
    case $WH_K in io.kubernetes.*) ;; *=*) WH_LABELS="$WH_LABELS${WH_LABELS:+,}$WH_K" ;; esac
  done
}
