# Elements of the sets of a table.
# needs: nft
# shellcheck shell=sh

# nft_elements SET: NF_SET is the elements of a set of NF_NOW, as words.
nft_elements() {
  NF_SET=''
  case $NF_NOW in *"set $1 {"*) ;; *) return 0 ;; esac
  NF_T=${NF_NOW#*"set $1 {"}
  # The set ends where the next one or a chain begins.
  NF_T=${NF_T%%'set '*}
  NF_T=${NF_T%%'chain '*}
  case $NF_T in *'elements = {'*) ;; *) return 0 ;; esac
  NF_T=${NF_T#*'elements = {'}
  NF_T=${NF_T%%'}'*}
  FX_I=$IFS IFS=" ,$FX_TAB$FX_NL"
  # shellcheck disable=SC2086
  set -- $NF_T
  IFS=' '
  NF_SET="$*"
  IFS=$FX_I
}
