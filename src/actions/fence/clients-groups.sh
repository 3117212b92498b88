# The clients that a fence on a worker rejects: CL_PATHS are cgroups below CL_ROOT, CL_UID a user.
# needs: common/systemd
# shellcheck shell=sh

CL_ROOT=$FX_ROOT/sys/fs/cgroup

clients_who() {
  CL_PATHS='' CL_UID=''
  case $P_USER in
    *[!0-9]*) CL_UID=$(id -u "$P_USER" 2>/dev/null) || fx_refuse no-user "there is no user $P_USER here" ;;
    *) CL_UID=$P_USER ;;
  esac
  [ -n "$P_ONLY$P_EXCEPT" ] || return 0
  # If v1 is mounted too, nft looks in the wrong place and finds nothing.
  [ -e "$CL_ROOT/cgroup.controllers" ] ||
    fx_refuse no-cgroup2 'this node has no cgroup v2 at /sys/fs/cgroup (v1 or hybrid): only a user can be fenced here'
  for CL_W in $P_ONLY $P_EXCEPT; do
    case $CL_W in
      /*) CL_P=${CL_W#/} ;;
      *) clients_unit "$CL_W" ;;
    esac
    [ -d "$CL_ROOT/$CL_P" ] || fx_refuse no-cgroup "there is no cgroup /sys/fs/cgroup/$CL_P here"
    CL_PATHS="$CL_PATHS${CL_PATHS:+ }$CL_P"
  done
}

# clients_unit UNIT: CL_P is where its processes are.
clients_unit() {
  fx_has systemctl || fx_refuse no-systemd "no systemd here: name $1 by its cgroup path"
  sd systemctl show --property=ControlGroup -- "$1" 2>/dev/null
  [ -z "$SD_DEAD" ] || fx_refuse no-systemd "systemd does not answer: name $1 by its cgroup path"
  CL_P=${SD_OUT#*ControlGroup=}
  CL_P=${CL_P%%"$FX_NL"*}
  case $CL_P in
    '' | /) fx_refuse not-found "$1 does not run here: it has no cgroup" ;;
    *[!A-Za-z0-9@._:/=+-]*) fx_refuse no-cgroup "cannot write the cgroup of $1 as a rule: $CL_P" ;;
  esac
  CL_P=${CL_P#/}
}

# clients_rules: CL_RULES is the body of the chain that finds the owner of a packet.
clients_rules() {
  CL_RULES='' CL_DO='goto out'
  [ -z "$P_EXCEPT" ] || CL_DO=accept
  for CL_P in $CL_PATHS; do
    clients_level "$CL_P"
    CL_RULES="$CL_RULES    socket cgroupv2 level $CL_LEVEL \"$CL_P\" $CL_DO$FX_NL"
  done
  [ -z "$CL_UID" ] || CL_RULES="$CL_RULES    meta skuid $CL_UID $CL_DO$FX_NL"
  [ -z "$P_EXCEPT" ] || CL_RULES="$CL_RULES    goto out$FX_NL"
}

# clients_level PATH: CL_LEVEL is its depth.
clients_level() {
  CL_LEVEL=1 CL_D=$1
  while :; do
    case $CL_D in */*) CL_LEVEL=$((CL_LEVEL + 1)) CL_D=${CL_D#*/} ;; *) return 0 ;; esac
  done
}
