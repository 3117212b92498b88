# Where the kubelet of this node reads its settings, by its own command line, or by its unit's files while it is stopped.
# needs: common/within common/proc common/result
# shellcheck shell=sh

# pace_unit: PC_STATE and PC_PID of the unit; refuses where there is none.
pace_unit() {
  within_by
  PC_OUT=$(within 5 systemctl show --property=LoadState,ActiveState,MainPID -- "$P_KUBELET" 2>/dev/null) || fx_fail no-systemd 'systemd does not answer'
  PC_LOAD='' PC_STATE='' PC_PID=0 FX_I=$IFS IFS=$FX_NL
  for FX_K in $PC_OUT; do
    case $FX_K in
      LoadState=*) PC_LOAD=${FX_K#*=} ;;
      ActiveState=*) PC_STATE=${FX_K#*=} ;;
      MainPID=[1-9]*) PC_PID=${FX_K#*=} ;;
    esac
  done
  IFS=$FX_I
}

# pace_runs: a kubelet that is being started again counts as one that runs.
pace_runs() { case $PC_STATE in inactive | failed) return 1 ;; esac }

# pace_words: the words of its command line, a line each; while it is stopped, of everything that it could be started with.
pace_words() {
  if [ "$PC_PID" != 0 ]; then
    tr '\0' '\n' <"$FX_ROOT/proc/$PC_PID/cmdline"
    return
  fi
  set +f
  # shellcheck disable=SC2020
  for FX_K in etc run usr/local/lib usr/lib lib; do
    cat "$FX_ROOT/$FX_K/systemd/system/$P_KUBELET" "$FX_ROOT/$FX_K/systemd/system/$P_KUBELET.d"/*.conf
  done | grep -v '^ *[#;]' | tr ' \t"'\' '\n\n\n\n'
  set -f
  # shellcheck disable=SC2020
  cat "$FX_ROOT/var/lib/kubelet/kubeadm-flags.env" "$FX_ROOT/etc/default/kubelet" "$FX_ROOT/etc/sysconfig/kubelet" | tr ' \t"'\' '\n\n\n\n'
} 2>/dev/null

# pace_find: PC_FILE is its file of settings, PC_DIR its folder of drop-ins, PC_BIN its program; refuses what could not work.
pace_find() {
  PC_FILE='' PC_DIR='' PC_BIN='' PC_NEXT='' PC_SEEN=''
  for FX_K in $(pace_words); do
    case $PC_NEXT in folder) PC_DIR=$FX_K ;; settings) PC_FILE=$FX_K ;; esac
    PC_NEXT=''
    case $FX_K in
      *--config-dir) PC_NEXT=folder ;;
      *--config) PC_NEXT=settings ;;
      *--config-dir=*) PC_DIR=${FX_K#*--config-dir=} ;;
      *--config=*) PC_FILE=${FX_K#*--config=} ;;
      *--registry-qps* | *--registry-burst* | *--serialize-image-pulls* | *--max-parallel-image-pulls*)
        fx_refuse odd-flags "the kubelet is started with $FX_K, which wins over its files: change it there"
        ;;
      ExecStart=/*/kubelet) [ "$PC_PID" != 0 ] || PC_BIN=${FX_K#ExecStart=} ;;
      # Of a running one, only the first word; a later one may be a folder of that name.
      /*/kubelet) [ "$PC_PID" = 0 ] || [ -n "$PC_SEEN" ] || PC_BIN=$FX_K ;;
    esac
    PC_SEEN=1
  done
  [ -n "$PC_BIN" ] || fx_refuse not-found "$P_KUBELET does not run a program of the name kubelet"
  case $PC_DIR in /*) ;; *) PC_DIR='' ;; esac
  [ -d "$FX_ROOT$PC_DIR" ] || PC_DIR=''
  case $PC_FILE in /*) ;; *) PC_FILE='' ;; esac
  [ -n "$PC_DIR" ] || [ -f "$FX_ROOT$PC_FILE" ] || fx_refuse no-config "the kubelet's settings are in no file: neither --config nor --config-dir"
  pace_version
}

# pace_version: a kubelet before 1.27 knows one pull at a time, or any number.
pace_version() {
  [ -z "$FX_ROOT" ] || PC_BIN=kubelet
  PC_OUT=$(within 5 "$PC_BIN" --version 2>/dev/null)
  FX_K=${PC_OUT#Kubernetes v1.}
  FX_K=${FX_K%%.*}
  case $FX_K in '' | *[!0-9]*) fx_refuse no-version "$PC_BIN does not tell its version" ;; esac
  PC_WANT="serializeImagePulls=false maxParallelImagePulls=$P_PULLS registryPullQPS=$P_QPS registryBurst=$P_BURST"
  [ "$FX_K" -lt 27 ] || return 0
  [ "$P_PULLS" = 1 ] || fx_refuse too-old "kubelet 1.$FX_K pulls one image at a time or any number: give --pulls 1"
  PC_WANT="serializeImagePulls=true registryPullQPS=$P_QPS registryBurst=$P_BURST"
}
