# A Corefile with a table of names: CoreDNS answers them itself, before it asks the API, and passes on what the table lacks.
# shellcheck shell=sh

# corefile_with DOMAIN TABLE [stale|plain]: from the Corefile on standard input; false where no server block has the plugin kubernetes.
# With a third word it is that of a cache: its block is the one whose zone is nearest to the names, and which forwards; `stale` also lets
# it answer by what it had, where nothing else answers. Its table has another mark, as a CoreDNS that it asks may be held, too.
# TABLE is a file of lines `ADDRESS NAME.NAMESPACE`. The plugin reload would read the kubelet's file again, so it is left out.
corefile_with() {
  awk -v domain="$1" -v table="$2" -v cache="${3-}" '
    function names() {
      while ((getline line <table) > 0) if (split(line, word, " ") == 2) {
        if (cache != "" && word[2] == "hold.fireaxe") word[2] = "cache.fireaxe"
        print "        " word[1] " " word[2] ".svc." domain
      }
      close(table)
    }
    # How near the zones of a server block on port 53 are to the names of services; 0 where none of them has these names.
    function near(head, zone, n, i, best, port, tail, whole) {
      whole = "." tolower("svc." domain)
      sub(/[ \t]*[{][ \t]*$/, "", head)
      n = split(head, zone, /[ \t,]+/)
      for (i = 1; i <= n; i++) {
        sub(/^dns:\/\//, "", zone[i])
        port = 53
        if (match(zone[i], /:[0-9]+$/)) {
          port = substr(zone[i], RSTART + 1)
          zone[i] = substr(zone[i], 1, RSTART - 1)
        }
        if (zone[i] == "" || port != 53) continue
        sub(/\.$/, "", zone[i])
        tail = "." tolower(zone[i])
        if ((tail == "." || substr(whole, length(whole) - length(tail) + 1) == tail) && length(tail) > best) best = length(tail)
      }
      return best + 0
    }
    function mine() { return serves[server] && reach[server] + 0 >= nearest }
    # A server block may have a plugin once: what it lacks is added to its own.
    function within_own(bare, what) {
      print bare ~ /[{][ \t]*$/ ? bare : bare " {"
      if (what == "") names()
      else print "        " what
      if (bare !~ /[{][ \t]*$/) print "    }"
    }
    function block() {
      print "    hosts /dev/null {"
      names()
      print "        ttl 5\n        no_reverse\n        fallthrough\n    }"
    }
    BEGIN { nearest = 0 }
    { text[NR] = $0 }
    END {
      plugin = cache == "" ? "kubernetes" : "forward"
      # Which server block has which plugins: known before it is written.
      for (pass = 1; pass <= 2; pass++) {
        depth = server = 0
        for (n = 1; n <= NR; n++) {
          bare = text[n]
          sub(/(^|[ \t])#.*/, "", bare)
          split(bare, word, " ")
          if (depth == 0 && bare ~ /[{][ \t]*$/) {
            server++
            if (pass == 1 && cache != "") reach[server] = near(bare)
          }
          at = depth
          if (bare ~ /[{][ \t]*$/) depth++
          if (bare ~ /^[ \t]*[}][ \t]*$/) depth--
          if (pass == 1) {
            if (at == 1 && word[1] == plugin && (cache == "" || reach[server] > 0)) {
              serves[server] = 1
              found = 1
              if (reach[server] > nearest) nearest = reach[server]
            }
            if (at == 2 && word[1] == "serve_stale") has_stale[server] = 1
            if (at == 1 && word[1] == "hosts") has[server] = 1
            continue
          }
          if (at == 1 && word[1] == "reload") continue
          if (at == 1 && word[1] == "hosts" && mine()) {
            within_own(bare, "")
            continue
          }
          if (at == 1 && word[1] == "cache" && cache == "stale" && mine() && !has_stale[server]) {
            within_own(bare, "serve_stale")
            continue
          }
          # A cache may forward in more than one line.
          if (at == 1 && word[1] == plugin && mine() && !has[server]) {
            block()
            has[server] = 1
          }
          print text[n]
        }
      }
      exit !found
    }'
}
