# FX_BOOT names this boot of the node: the kernel's boot id, and when PID 1 began, which a container's restart changes.
# shellcheck shell=sh
# shellcheck disable=SC2034

fx_boot() {
  FX_BOOT='' FX_INIT=''
  { read -r FX_BOOT <"${FIREAXE_ROOT:-}/proc/sys/kernel/random/boot_id"; } 2>/dev/null
  { read -r FX_INIT <"${FIREAXE_ROOT:-}/proc/1/stat"; } 2>/dev/null
  # shellcheck disable=SC2086
  set -- ${FX_INIT##*) }
  FX_BOOT=$FX_BOOT${20:+.${20}}
}
