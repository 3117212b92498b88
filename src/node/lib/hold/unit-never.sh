# Units that are never stopped: those that this machine needs to run or to be reached, and those that systemd refuses to
# stop or start.
# needs: unit-read own
# shellcheck shell=sh

# unit_reached: whether this machine needs the unit that was read to run or to be reached, under any of its names, or this
# login came by one of its processes. FX_K is its name.
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

unit_guard() {
  ! unit_reached || fx_refuse protected "$FX_K is never stopped: this machine needs it to run or to be reached"
  for FX_K in $UN_Id $UN_Names; do
    case $FX_K in
      *.service | *.socket | *.timer | *.path) ;;
      *) fx_refuse protected "$FX_K is not a service, socket, timer or path" ;;
    esac
  done
}

# unit_manual: refuses units that systemd would not stop, or not start again, before anything is masked.
unit_manual() {
  ! unit_down || return 0
  [ "$UN_RefuseManualStop" != yes ] || fx_refuse protected "$UN_Id cannot be stopped by hand (RefuseManualStop): hold its processes by --cgroup"
  [ "$UN_RefuseManualStart" != yes ] || fx_refuse protected "$UN_Id could not be started again (RefuseManualStart): hold its processes by --cgroup"
}
