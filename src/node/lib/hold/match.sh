# Finds the processes to hold, and freezes or kills them. Used by the node script and by the watch that outlives it.
# P_PROCESS is an exact name (as in /proc/PID/comm), P_CMDLINE an exact command line, HO_UID a numeric owner, P_CGROUP a control
# group (a path, or the name of a unit or slice); an empty one means any.
# shellcheck shell=sh

# ho_scan: HO_FOUND is `pid:start:state` of every process meant, as words.
ho_scan() {
  HO_FOUND='' HO_SHORT=$P_PROCESS
  # The kernel keeps 15 bytes of a name.
  case $P_PROCESS in ????????????????*) HO_SHORT=${P_PROCESS%"${P_PROCESS#???????????????}"} ;; esac
  set +f
  set -- "$HO_ROOT"/proc/[0-9]*
  set -f
  for HO_P in "$@"; do ho_meant "$HO_P"; done 2>/dev/null
}

# ho_meant /proc/PID: adds it to HO_FOUND if it matches.
ho_meant() {
  HO_Q=$1
  ho_like "$1" "$1" || { [ -n "$HO_BARE" ] && ho_thread "$1" && ho_like "$1" "$HO_Q"; } || return 0
  # Never a process that this machine needs to run or to be reached, whatever was requested.
  case $HO_C in
    systemd | systemd-* | init | '(sd-pam)' | dbus-* | sshd | sshd-* | sudo | login | agetty) return 0 ;;
    *ssm-agen* | ssm-session* | ssm-document* | ssm-cli | dhclient | NetworkManager | tailscaled | teleport) return 0 ;;
  esac
  HO_PID=${1##*/}
  case " 1 2 $HO_OWN " in *" $HO_PID "*) return 0 ;; esac
  ho_stat "$1" || return 0
  # shellcheck disable=SC2086
  set -- $HO_L
  # It is dead already, a kernel thread, or a child of this shell.
  [ "$1" != X ] && [ "$2" != 2 ] || return 0
  case " $HO_OWN " in *" $2 "*) return 0 ;; esac
  HO_K="$HO_PID:${20}:" HO_S=$1
  [ "$HO_S" != Z ] || ho_thread "$HO_P" || return 0
  HO_K=$HO_K$HO_S
  # Fireaxe's own scripts run from there.
  read -r HO_L <"$HO_Q/cmdline" || [ -n "$HO_L" ] || return 0
  case $HO_L in */run/fireaxe/*) return 0 ;; esac
  HO_FOUND="$HO_FOUND $HO_K"
}

# ho_thread /proc/PID: HO_Q is a living thread of it, HO_S that one's state. When the first thread has ended, the others continue,
# and the kernel shows the process as a zombie, without command line or cgroup.
ho_thread() {
  set +f
  set -- "$1" "$1"/task/[0-9]*
  set -f
  [ $# -gt 2 ] || return 1
  shift
  for HO_Q in "$@"; do
    ho_stat "$HO_Q" || continue
    HO_S=${HO_L%% *}
    case $HO_S in Z | X) ;; *) return 0 ;; esac
  done
  return 1
}

# ho_stat /proc/PID: HO_L are the fields after the name. A name may contain newlines and brackets: only the last line counts.
ho_stat() {
  HO_L=''
  while read -r HO_M; do HO_L=$HO_M; done <"$1/stat" || return 1
  HO_L=${HO_L##*) }
  [ -n "$HO_L" ]
}

# ho_like /proc/PID FROM: whether it matches all that is asked for; HO_C is its name. FROM is the process or one of its
# threads; HO_BARE is set if FROM shows no command line or cgroup.
ho_like() {
  HO_C='' HO_L='' HO_M='' HO_BARE=''
  # A name of several lines never matches.
  { IFS= read -r HO_C && ! IFS= read -r HO_M; } <"$1/comm" || { [ -n "$HO_C$HO_M" ] && HO_C="$HO_C $HO_M" || return 1; }
  [ -z "$P_PROCESS" ] || { [ "$HO_C" = "$HO_SHORT" ] && ho_named "$2"; } || return 1
  [ -z "$P_CGROUP" ] || ho_grouped "$2" || return 1
  if [ -n "$P_CMDLINE" ]; then
    # Compared without spaces first, as `read` drops the NULs between arguments: so most processes cost no fork.
    read -r HO_L <"$2/cmdline" || [ -n "$HO_L" ] || { HO_BARE=1 && return 1; }
    ho_squash "$HO_L"
    HO_K=$HO_L
    ho_squash "$P_CMDLINE"
    [ "$HO_K" = "$HO_L" ] || return 1
    HO_L=$(tr '\000' ' ' <"$2/cmdline") || return 1
    # A process that renamed itself leaves several NULs behind.
    while [ "$HO_L" != "${HO_L% }" ]; do HO_L=${HO_L% }; done
    [ "$HO_L" = "$P_CMDLINE" ] || return 1
  fi
  [ -n "$HO_UID" ] || return 0
  HO_U=''
  while read -r HO_K HO_U HO_L; do [ "$HO_K" != Uid: ] || break; done <"$1/status"
  [ "$HO_K" = Uid: ] && [ "$HO_U" = "$HO_UID" ]
}

# ho_named FROM: a name longer than the kernel keeps is also compared with the command line and the program.
ho_named() {
  [ "$P_PROCESS" != "$HO_SHORT" ] || return 0
  read -r HO_L <"$1/cmdline" || [ -n "$HO_L" ] || return 0
  case $HO_L in *"$P_PROCESS"*) return 0 ;; *"$HO_SHORT"*) ;; *) return 0 ;; esac
  HO_L=$(readlink "$1/exe") || return 0
  case ${HO_L##*/} in "$P_PROCESS"*) return 0 ;; *) return 1 ;; esac
}

# ho_grouped FROM: whether it is in P_CGROUP or below it, in any hierarchy.
ho_grouped() {
  while read -r HO_L; do
    # The name of a unit or slice matches at any depth.
    case ${P_CGROUP%%/*}:${HO_L#*:*:}/ in
      :"$P_CGROUP"/* | "$P_CGROUP":*/"$P_CGROUP"/*) return 0 ;;
    esac
    case $HO_L in 0::/ | *:name=systemd:/) HO_BARE=1 ;; esac
  done <"$1/cgroup"
  return 1
}

# ho_squash TEXT: HO_L is the text without spaces.
ho_squash() {
  # shellcheck disable=SC2086
  set -- $1
  HO_I=$IFS IFS=''
  HO_L="$*"
  IFS=$HO_I
}

# ho_seize: freezes or kills every process found that runs; the file `frozen` lists those that this hold froze.
ho_seize() {
  for HO_P in $HO_FOUND; do
    case $P_HOW:$HO_P in
      freeze:*:[Tt]) ;;
      freeze:*)
        # Noted first: without a note, undo would not thaw it.
        printf '%s\n' "${HO_P%:*}" >>"$HO_HERE/frozen" && HO_LIST="$HO_LIST ${HO_P%:*}" && kill -STOP "${HO_P%%:*}" 2>/dev/null
        ;;
      *) kill -KILL "${HO_P%%:*}" 2>/dev/null && : >"$HO_HERE/killed" ;;
    esac
  done
}

# ho_release: resumes what was frozen here and is still the same process. HO_N counts them.
ho_release() {
  HO_N=0
  [ -r "$HO_HERE/frozen" ] || return 0
  while IFS=: read -r HO_P HO_K; do
    ho_stat "$HO_ROOT/proc/$HO_P" || continue
    # shellcheck disable=SC2086
    set -- $HO_L
    [ "${20}" = "$HO_K" ] && kill -CONT "$HO_P" && HO_N=$((HO_N + 1))
  done <"$HO_HERE/frozen" 2>/dev/null
  rm -f "$HO_HERE/frozen" 2>/dev/null
}
