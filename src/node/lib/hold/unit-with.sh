# What a stop takes down besides: units that need the one that is held, and those that need them. And what is never stopped.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154

# unit_reached: whether this machine is run and reached by the unit that was read, under any of its names, or this very login
# by one of its processes. FX_K is its name.
unit_reached() {
  for FX_K in $UN_Id $UN_Names; do
    case $FX_K in
      ssh.* | sshd.* | ssh@* | sshd@* | dropbear* | *ssm-agent* | tailscaled.* | teleport.* | zerotier-one* | wg-quick@* | openvpn* | \
        sssd* | nslcd* | winbind* | systemd-* | dbus.* | dbus-broker.* | dbus-daemon.* | init.* | getty* | serial-getty* | cloud-* | \
        fireaxe-* | iscsi* | open-iscsi* | NetworkManager* | networking.* | network.* | ifup@* | netctl* | wicked* | dhcpcd* | \
        dhclient* | connman* | wpa_supplicant* | openvswitch* | ovs-*)
        return 0
        ;;
    esac
  done
  FX_K=$UN_Id
  case $UN_ControlGroup in '' | /) return 1 ;; esac
  for HO_P in $HO_WAY; do
    while read -r FX_L; do
      case ${FX_L#*:*:}/ in *"$UN_ControlGroup"/*) return 0 ;; esac
    done <"$FX_ROOT/proc/$HO_P/cgroup"
  done 2>/dev/null
  return 1
}

# unit_with: UN_WITH are the running units that systemd stops with those of UN_ALL, from UN_NEED on, the nearest first.
unit_with() {
  UN_SEEN=" $UN_ALL "
  while [ -n "$UN_NEED" ]; do
    UN_T=$UN_NEED UN_NEED=''
    for UN_K in $UN_T; do
      case $UN_SEEN in *" $UN_K "*) continue ;; esac
      UN_SEEN="$UN_SEEN$UN_K "
      unit_read "$UN_K"
      # One that is down passes the stop on.
      UN_NEED="$UN_NEED${UN_NEED:+ }$UN_NEEDED"
      ! unit_down || continue
      ! unit_reached || fx_refuse protected "$FX_K would end with it: this machine is run or reached by that"
      case $UN_RefuseManualStart:$UN_K in
        yes:* | *.scope) fx_refuse protected "$UN_K would end with it, and could not be started again: hold its processes by --cgroup" ;;
      esac
      unit_transient
      UN_WITH="$UN_WITH $UN_K"
    done
  done
}

# unit_with_note: a few of them stand in the state before; of many the number (`@40 units`), and the receipt has the names.
unit_with_note() {
  # shellcheck disable=SC2086
  [ ${#UN_WITH} -le 400 ] || { set -- $UN_WITH && fx_before with "@$# units" && return; }
  fx_before with "${UN_WITH# }"
}

unit_with_keep() {
  case $B_with in @*) ;; *) return 0 ;; esac
  # An attempt that was cut off saw all of them.
  [ -s "$FX_DIR/with" ] || fx_write with "${UN_WITH# }" || fx_fail no-receipt "cannot write $FX_DIR/with"
}

unit_with_found() {
  case $B_with in @*) ;; *) return 0 ;; esac
  # Gone with a reboot: what is enabled was started by that.
  fx_line "$FX_DIR/with" || fx_say "which ${B_with#@} ended with it is not recorded here any more"
  B_with=$FX_L
}

# unit_with_back: a target on its own, or it would start all else that it wants.
unit_with_back() {
  UN_T='' UN_K=''
  for FX_K in $B_with; do
    case $FX_K in *.target) UN_T="$UN_T $FX_K" ;; *) UN_K="$UN_K $FX_K" ;; esac
  done
  # shellcheck disable=SC2086
  [ -z "$UN_K" ] || systemctl start -- $UN_K || FX_CODE=not-started
  # shellcheck disable=SC2086
  [ -z "$UN_T" ] || systemctl start --job-mode=ignore-dependencies -- $UN_T || FX_CODE=not-started
  [ -z "$FX_CODE" ] || fx_fail not-started "cannot start $B_with, which ended with $UN_START"
}
