# The text of a set of nft.
# shellcheck shell=sh

# fence_set NAME TYPE WORDS: adds the text of a set to FN_SETS.
fence_set() {
  FN_E=''
  for FX_K in $3; do FN_E="$FN_E${FN_E:+, }$FX_K"; done
  FN_SETS="$FN_SETS  set $1 {$FX_NL    type $2$FX_NL    flags interval$FX_NL${FN_E:+    elements = { $FN_E \}$FX_NL}  }$FX_NL"
}
