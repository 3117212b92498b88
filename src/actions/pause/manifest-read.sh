# Reads a manifest, without a YAML parser: whether it is the component's, and its namespace.
# shellcheck shell=sh

# pause_read FILE: whether it is PA_WHO's manifest: by the pod's name, by what its container runs, or by its label together
# with a container of that name. PA_T_NS is its namespace.
# shellcheck disable=SC2094
pause_read() {
  PA_POD='' PA_NAMED='' PA_LABEL='' PA_BOX='' PA_RUNS='' PA_T_NS='' PA_PART='' PA_LEVEL='' PA_NEXT='' PA_LINES=0
  while IFS= read -r PA_T || [ -n "$PA_T" ]; do
    PA_LINES=$((PA_LINES + 1))
    [ "$PA_LINES" -le 3000 ] || break
    case $PA_LINES:$PA_T in
      1:'{'*)
        pause_json "$1"
        break
        ;;
    esac
    pause_line
  done <"$1"
  [ -n "$PA_POD" ] && { [ -n "$PA_NAMED$PA_RUNS" ] || { [ -n "$PA_LABEL" ] && [ -n "$PA_BOX" ]; }; }
}

# pause_line: one line of YAML in block style, as manifests are written.
pause_line() {
  PA_T=${PA_T%"$PA_CR"}
  PA_V=${PA_T%%[! ]*}
  PA_T=${PA_T#"$PA_V"}
  PA_D=${#PA_V}
  case $PA_T in '' | '#'*) return 0 ;; esac
  if [ "$PA_D" -eq 0 ]; then
    case $PA_T in -*) ;; *) PA_PART=${PA_T%%:*} PA_LEVEL='' PA_NEXT='' ;; esac
    case $PA_T in kind:*) pause_value && [ "$PA_V" = Pod ] && PA_POD=1 ;; esac
  fi
  case $PA_PART in
    metadata)
      [ "$PA_D" -gt 0 ] || return 0
      [ -n "$PA_LEVEL" ] || PA_LEVEL=$PA_D
      pause_value || return 0
      case $PA_T in
        name:*) [ "$PA_D" -ne "$PA_LEVEL" ] || [ "$PA_V" != "$PA_WHO" ] || PA_NAMED=1 ;;
        namespace:*) [ "$PA_D" -ne "$PA_LEVEL" ] || PA_T_NS=$PA_V ;;
        component:* | k8s-app:* | app:* | app.kubernetes.io/name:* | app.kubernetes.io/component:*)
          [ "$PA_V" != "$PA_WHO" ] || PA_LABEL=1
          ;;
      esac
      ;;
    spec)
      if [ -n "$PA_NEXT" ]; then
        PA_NEXT=''
        case $PA_T in '- '*) pause_value && pause_runs ;; esac
      fi
      while :; do case $PA_T in '- '*) PA_T=${PA_T#- } ;; ' '*) PA_T=${PA_T# } ;; *) break ;; esac done
      case $PA_T in
        name:*) pause_value && [ "$PA_V" = "$PA_WHO" ] && PA_BOX=1 ;;
        command:) PA_NEXT=1 ;;
        command:*)
          PA_T=${PA_T#*'['}
          PA_T=": ${PA_T%%[],]*}"
          pause_value && pause_runs
          ;;
      esac
      ;;
  esac
  return 0
}

# pause_value: PA_V is the plain value of `key: value  # comment`, or of a list's item.
pause_value() {
  case $PA_T in
    '- '*) PA_V=${PA_T#- } ;;
    *': '*) PA_V=${PA_T#*: } ;;
    *) return 1 ;;
  esac
  PA_V=${PA_V%%' #'*}
  while :; do case $PA_V in ' '*) PA_V=${PA_V# } ;; *' ') PA_V=${PA_V% } ;; *) break ;; esac done
  case $PA_V in \"*\") PA_V=${PA_V#\"} PA_V=${PA_V%\"} ;; \'*\') PA_V=${PA_V#\'} PA_V=${PA_V%\'} ;; esac
}

pause_runs() { case $PA_V in "$PA_WHO" | */"$PA_WHO") PA_RUNS=1 ;; esac }

# pause_json FILE: the same for JSON, in any order and at any depth: only the names are looked for.
pause_json() {
  PA_T=$(tr -d ' \t\r\n' <"$1")
  case $PA_T in *'"kind":"Pod"'*) PA_POD=1 ;; *) return 0 ;; esac
  case $PA_T in *"\"command\":[\"$PA_WHO\""* | *"\"command\":[\"/"*"/$PA_WHO\""*) PA_RUNS=1 ;; esac
  case $PA_T in *"\"name\":\"$PA_WHO\""*) PA_NAMED=1 ;; esac
  case $PA_T in *'"namespace":"'*) PA_T_NS=${PA_T#*'"namespace":"'} PA_T_NS=${PA_T_NS%%\"*} ;; esac
}
