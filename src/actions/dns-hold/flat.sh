# Shows a cache another Corefile where that lies in no volume, and its own again. What was put aside and what was shown are kept on the node,
# where only root may go: nothing that a container has is taken for the hold's own, and no name in it is written through.
# needs: dns/cache common/within
# shellcheck shell=sh

DH_HOME=$FX_ROOT/run/fireaxe/dns-hold

# dh_flat: DH_C is the folder of what the hold has of this cache, DH_BORN is this process; false where /proc does not tell it.
dh_flat() {
  DH_C=$DH_HOME/caches/$DS_FLAT DH_BORN=''
  { read -r DH_L <"$FX_ROOT/proc/$DS_FLAT/stat"; } 2>/dev/null || return 1
  # Its name may have spaces and brackets.
  # shellcheck disable=SC2086
  set -- ${DH_L##*) }
  DH_BORN=${20-}
  [ -n "$DH_BORN" ]
}

# dh_flat_copy FILE: its Corefile as it is now. A link is not followed (-P), a pipe not read (-R), and a text of more than some MB not taken.
dh_flat_copy() (
  umask 077 && rm -rf "$1" && dns_cache_cd "$DS_FLAT" && ulimit -f 8192 && within 5 cp -P -R "./$DS_NAME" "$1" && [ -f "$1" ] && [ ! -L "$1" ]
) 2>/dev/null

# dh_flat_put FILE: its Corefile is this text, by a rename. Nobody can make the new file first, as its name is not known before.
dh_flat_put() (
  dns_cache_cd "$DS_FLAT" && read -r DH_N </proc/sys/kernel/random/uuid && echo "./.fireaxe-$DH_N" >"$DH_C/new" && umask 022 && set -C &&
    cat "$1" >"./.fireaxe-$DH_N" && mv -f -T "./.fireaxe-$DH_N" "./$DS_NAME"
) 2>/dev/null

# dh_flat_keep: its own text is put aside, unless an older one is still to be put back.
dh_flat_keep() {
  dh_flat && [ ! -e "$DH_C" ] && (umask 077 && mkdir -p "$DH_C") && dh_flat_copy "$DH_C/own" && echo "$DH_BORN" >"$DH_C/born"
} 2>/dev/null

# dh_flat_show: after dh_flat_keep; the first line tells whose text it is.
dh_flat_show() {
  { echo '# fireaxe' && cat "$DH_HOME/Corefile"; } >"$DH_C/shown" && dh_flat_put "$DH_C/shown"
}

# dh_flat_straight: the file has its own text again, unless the cache itself wrote it meanwhile: then it is not what was shown.
# False where it cannot be written.
dh_flat_straight() {
  dh_flat
  [ -e "$DH_C" ] || return 0
  DH_L=''
  { read -r DH_L <"$DH_C/born"; } 2>/dev/null
  if [ -n "$DH_BORN" ] && [ "$DH_L" = "$DH_BORN" ] && [ -e "$DH_C/shown" ] && (dns_cache_cd "$DS_FLAT"); then
    dh_flat_rest
    dh_flat_copy "$DH_C/now" || return 1
    [ "$(cksum <"$DH_C/now")" != "$(cksum <"$DH_C/shown")" ] || dh_flat_put "$DH_C/own" || return 1
    dh_flat_rest
  fi
  rm -rf "$DH_C"
}

# dh_flat_rest: a new file of an attempt that was killed.
dh_flat_rest() (
  read -r DH_N <"$DH_C/new" && dns_cache_cd "$DS_FLAT" && rm -f "$DH_N"
) 2>/dev/null
