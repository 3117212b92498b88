# Which disks hold etcd's data: the serial number of an NVMe disk is the volume's id, others have the device's name.
# needs: common/result common/tools
# shellcheck shell=sh

act_look() {
  FX_STATE=ok EV_ALL=''
  fx_has df || fx_refuse no-tool 'df is not on this node'
  set +f
  # kOps has an etcd for events, too, each on a volume of its own.
  for EV_DIR in "$FX_ROOT"/var/lib/etcd "$FX_ROOT"/var/lib/rancher/*/server/db/etcd "$FX_ROOT"/mnt/master-vol-*; do
    [ -d "$EV_DIR" ] || continue
    volume_of "$EV_DIR"
    case " $EV_ALL " in *" $EV_DISK "*) ;; *) EV_ALL="$EV_ALL${EV_ALL:+ }$EV_DISK" ;; esac
    case $EV_DIR in */master-vol-*) ;; *) break ;; esac
  done
  set -f
  [ -n "$EV_ALL" ] || fx_refuse not-found 'no folder of etcd data in /var/lib/etcd, /var/lib/rancher or /mnt/master-vol-*'
  fx_data disks "$EV_ALL"
}

# volume_of FOLDER: EV_DISK is the volume's id, or the device under which EC2 may know it.
volume_of() {
  EV_L=$(df -P "$1" 2>/dev/null) || fx_refuse not-found "df does not show the disk of $1"
  EV_L=${EV_L##*"$FX_NL"}
  EV_DISK=${EV_L%% *}
  case $EV_DISK in
    /dev/mapper/* | /dev/dm-* | /dev/md*) fx_refuse not-found "etcd's data is on $EV_DISK, made of other disks" ;;
    /dev/*) EV_DISK=${EV_DISK##*/} ;;
    *) fx_refuse not-found "etcd's data is on $EV_DISK, not on a disk" ;;
  esac
  EV_BLOCK=$FX_ROOT/sys/class/block
  if [ -e "$EV_BLOCK/$EV_DISK/partition" ]; then
    EV_L=$(readlink -f "$EV_BLOCK/$EV_DISK") && EV_L=${EV_L%/*} && EV_DISK=${EV_L##*/}
  fi
  EV_L=''
  [ ! -r "$EV_BLOCK/$EV_DISK/device/serial" ] || read -r EV_L <"$EV_BLOCK/$EV_DISK/device/serial"
  case $EV_L in
    vol-*) EV_DISK=$EV_L ;;
    vol*) EV_DISK=vol-${EV_L#vol} ;;
    *) EV_DISK=/dev/$EV_DISK ;;
  esac
}
