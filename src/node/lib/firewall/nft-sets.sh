# Elements of the sets of a table, compared in any order.
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

# same_words A B: the same words in any order.
same_words() {
  # shellcheck disable=SC2086
  set -- "$1" "$2" $1
  FX_M=" $2 " FX_N=$1
  shift 2
  FX_K=$#
  for FX_P in "$@"; do case $FX_M in *" $FX_P "*) ;; *) return 1 ;; esac; done
  # shellcheck disable=SC2086
  set -- $FX_M
  [ $# -eq "$FX_K" ]
}
