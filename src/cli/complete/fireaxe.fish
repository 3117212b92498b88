# fireaxe: completion for fish. Load it with: fireaxe completion fish | source
function __fireaxe_complete
  set -l words (commandline -opc) (commandline -ct)
  for line in ($words[1] completion words -- $words[2..-1] 2>/dev/null)
    switch $line
      case ':files'
        __fish_complete_path (commandline -ct)
      case ':open'
      case '*'
        echo $line
    end
  end
end
complete -c fireaxe -f -a '(__fireaxe_complete)'
