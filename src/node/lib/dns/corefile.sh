# A Corefile with a table of names: CoreDNS answers them itself, before it asks the API, and passes on what the table lacks.
# shellcheck shell=sh

# corefile_with DOMAIN TABLE: from the Corefile on standard input; false where no server block has the plugin kubernetes.
# TABLE is a file of lines `ADDRESS NAME.NAMESPACE`. The plugin reload would read the kubelet's file again, so it is left out.
corefile_with() {
  awk -v domain="$1" -v table="$2" '
    function names() {
      while ((getline line <table) > 0) if (split(line, word, " ") == 2) print "        " word[1] " " word[2] ".svc." domain
      close(table)
    }
    function block() {
      print "    hosts /dev/null {"
      names()
      print "        ttl 5\n        no_reverse\n        fallthrough\n    }"
    }
    { text[NR] = $0 }
    END {
      # Which server block has which plugins: known before it is written.
      for (pass = 1; pass <= 2; pass++) {
        depth = server = 0
        for (n = 1; n <= NR; n++) {
          bare = text[n]
          sub(/(^|[ \t])#.*/, "", bare)
          split(bare, word, " ")
          if (depth == 0 && bare ~ /[{][ \t]*$/) server++
          at = depth
          if (bare ~ /[{][ \t]*$/) depth++
          if (bare ~ /^[ \t]*[}][ \t]*$/) depth--
          if (pass == 1) {
            if (at == 1 && word[1] == "kubernetes") { serves[server] = 1; found = 1 }
            if (at == 1 && word[1] == "hosts") has[server] = 1
            continue
          }
          if (at == 1 && word[1] == "reload") continue
          if (at == 1 && word[1] == "hosts" && serves[server]) {
            # A server block may have this plugin once.
            open = bare ~ /[{][ \t]*$/
            print open ? bare : bare " {"
            names()
            if (!open) print "    }"
            continue
          }
          if (at == 1 && word[1] == "kubernetes" && !has[server]) block()
          print text[n]
        }
      }
      exit !found
    }'
}
