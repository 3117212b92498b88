# fireaxe: completion for bash 3.2 and newer. Load it with: source <(fireaxe completion bash)
_fireaxe() {
  local word cur line value head open='' words=() i n=0
  # bash splits words at = and :, Fireaxe does not.
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if ((n > 0)) && [[ $word == [=:]* || ${words[n - 1]} == *[=:] && ${COMP_WORDS[i - 1]} == [=:]* ]]; then
      words[n - 1]+=$word
    else
      words[n]=$word
      n=$((n + 1))
    fi
  done
  cur=${words[n - 1]}
  # Only what is after the last of them is replaced.
  head=${cur%"${cur##*[=:]}"}
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :files)
        while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -f -- "${cur#"$head"}")
        compopt -o filenames 2>/dev/null
        ;;
      :open) open=1 ;;
      *)
        value=${line%%$'\t'*}
        COMPREPLY+=("${value#"$head"}")
        ;;
    esac
  done < <("$1" completion words -- "${words[@]}" 2>/dev/null)
  [[ -z $open ]] || compopt -o nospace 2>/dev/null
}
complete -F _fireaxe fireaxe
