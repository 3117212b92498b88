# Lists of words, compared in any order.
# shellcheck shell=sh

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
