# What a hold tells of the kit's snapshot of services, which the plan hands over as IN_KIT: its time, then `ADDRESS NAME.NAMESPACE`.
# needs: common/result
# shellcheck shell=sh

# kit_say NAMES MOVED ABSENT: how many names are the kit's, and what this node knows otherwise.
kit_say() {
  [ -n "$IN_KIT" ] || return 0
  fx_data kit "$1"
  [ "$2" -eq 0 ] || fx_data moved "$2"
  [ "$3" -eq 0 ] || fx_data absent "$3"
  KT_AT=${IN_KIT%%"$FX_NL"*}
  [ "$1" -eq 0 ] || fx_say "$1 names by the kit as of ${KT_AT#\# }"
  [ "$(($2 + $3))" -eq 0 ] || fx_say "of the kit's names $2 have another address here, which counts, and $3 are not here and not served"
}
