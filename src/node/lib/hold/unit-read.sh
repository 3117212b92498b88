# Reads a unit of systemd.
# needs: common/within common/result
# shellcheck shell=sh

# unit_read UNIT: UN_… are its properties.
unit_read() {
  UN_Id='' UN_Names='' UN_LoadState='' UN_ActiveState='' UN_UnitFileState='' UN_FragmentPath='' UN_TriggeredBy=''
  UN_RefuseManualStart='' UN_RefuseManualStop='' UN_KillMode='' UN_ControlGroup='' UN_NEEDED=''
  within_by
  UN_OUT=$(within $((FX_DEADLINE / 2)) systemctl show \
    --property=Id,Names,LoadState,ActiveState,UnitFileState,FragmentPath,TriggeredBy,RefuseManualStart,RefuseManualStop,KillMode,ControlGroup,RequiredBy,RequisiteOf,BoundBy,ConsistsOf,PropagatesStopTo -- "$1") || unit_mute
  FX_I=$IFS IFS=$FX_NL
  for FX_K in $UN_OUT; do
    case $FX_K in
      Id=* | Names=* | LoadState=* | ActiveState=* | UnitFileState=* | FragmentPath=* | TriggeredBy=* | \
        RefuseManualStart=* | RefuseManualStop=* | KillMode=* | ControlGroup=*)
        FX_L=${FX_K#*=}
        eval "UN_${FX_K%%=*}=\$FX_L"
        ;;
      RequiredBy=?* | RequisiteOf=?* | BoundBy=?* | ConsistsOf=?* | PropagatesStopTo=?*) UN_NEEDED="$UN_NEEDED ${FX_K#*=}" ;;
    esac
  done
  IFS=$FX_I
  unit_names "$UN_Names" && UN_Names=$UN_N
  unit_names "$UN_TriggeredBy" && UN_TriggeredBy=$UN_N
  unit_names "$UN_NEEDED" && UN_NEEDED=$UN_N
}

# unit_named: reads the unit that was asked for. For an alias of a masked unit systemd returns an error: the link names the unit.
unit_named() {
  unit_read "$P_UNIT"
  [ "$UN_LoadState" = error ] || return 0
  for FX_K in etc run usr/local/lib usr/lib lib; do
    FX_L=$(readlink "$FX_ROOT/$FX_K/systemd/system/$P_UNIT") || continue
    case ${FX_L##*/} in null | "$P_UNIT") ;; *) unit_read "${FX_L##*/}" ;; esac
    return 0
  done
}

unit_mute() {
  [ -z "$FX_RECORD" ] || fx_fail no-systemd 'systemd does not answer'
  fx_refuse no-systemd 'systemd does not answer'
}

# unit_names LIST: UN_N are the names in it. In lists, systemd quotes a name that contains a backslash, and doubles it.
unit_names() {
  UN_N=''
  for UN_W in $1; do
    case $UN_W in
      \"*\")
        UN_W=${UN_W#\"} UN_P=''
        UN_W=${UN_W%\"}
        while :; do
          case $UN_W in *'\\'*) UN_P=$UN_P${UN_W%%'\\'*}'\' UN_W=${UN_W#*'\\'} ;; *) break ;; esac
        done
        UN_W=$UN_P$UN_W
        ;;
    esac
    UN_N=$UN_N${UN_N:+ }$UN_W
  done
}

unit_down() { case $UN_ActiveState in inactive | failed) ;; *) return 1 ;; esac }

unit_transient() {
  case $UN_FragmentPath in "$FX_ROOT"/run/systemd/transient/* | /run/systemd/transient/*) UN_TRANSIENT="$UN_TRANSIENT $UN_FragmentPath" ;; esac
}
