#compdef fireaxe
# fireaxe: completion for zsh. Load it with: source <(fireaxe completion zsh)
_fireaxe() {
  local line files='' tab=$'\t'
  local -a values shown space
  for line in "${(@f)$("${words[1]}" completion words -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
    case $line in
      ('') ;;
      (:files) files=1 ;;
      (:open) space=(-S '') ;;
      (*)
        values+=("${line%%$tab*}")
        if [[ $line == *$tab* ]]; then shown+=("${line%%$tab*}  -- ${line#*$tab}"); else shown+=("$line"); fi
        ;;
    esac
  done
  (( $#values )) && compadd -l -d shown "${space[@]}" -a values
  [[ -z $files ]] || _files
}
if [[ ${funcstack[1]} == _fireaxe ]]; then
  _fireaxe "$@"
else
  compdef _fireaxe fireaxe
fi
