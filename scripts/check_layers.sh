#!/usr/bin/env bash
# Checks every #include of the project against scripts/layers.txt: no room includes a higher one, or a library that belongs
# to another room. Prints each offence and fails if there is one.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
table="${1:-$root/scripts/layers.txt}"
tree="${2:-$root}"

cd "$tree"
grep -rnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]' --include='*.h' --include='*.cpp' include src apps 2>/dev/null |
  awk -v table="$table" '
  BEGIN {
    while ((getline line < table) > 0) {
      sub(/#.*/, "", line); if (line !~ /[^ \t]/) continue
      count = split(line, word, /[ \t]+/)
      if (word[1] == "outside") {
        owners = " "; for (i = 3; i <= count; ++i) owners = owners word[i] " "
        outside[word[2]] = owners
      } else {
        level[word[1]] = word[2] + 0
        uses = " "; for (i = 3; i <= count; ++i) uses = uses word[i] " "
        allowed[word[1]] = uses
      }
    }
    for (room in allowed) {
      count = split(allowed[room], used, " ")
      for (i = 1; i <= count; ++i) {
        if (used[i] == "*") continue
        if (!(used[i] in level)) { print "layers.txt: " room " uses " used[i] ", which has no line"; bad = 1 }
        else if (level[used[i]] > level[room] || (level[used[i]] == level[room] && !(room == "architecture" && used[i] == "space"))) {
          print "layers.txt: " room " uses " used[i] ", which is not below it"; bad = 1
        }
      }
    }
  }
  function room_of(path) {
    if (path ~ /^include\/nascent\//) { sub(/^include\/nascent\//, "", path); sub(/\/.*/, "", path); return path }
    if (path ~ /^src\//) { sub(/^src\//, "", path); sub(/\/.*/, "", path); return path }
    return "apps"
  }
  {
    file = $0; sub(/:.*/, "", file)
    place = $0; sub(/:[ \t]*#.*/, "", place)
    header = $0; sub(/^[^<"]*[<"]/, "", header); sub(/[>"].*/, "", header)
    room = room_of(file)
    if (!(room in level)) { print place ": room " room " has no line in layers.txt"; bad = 1; next }
    for (pattern in outside)
      if (index(header, pattern) == 1 && index(outside[pattern], " " room " ") == 0) {
        print place ": " room " includes <" header ">, which belongs to" outside[pattern]; bad = 1
      }
    target = header; sub(/^nascent\//, "", target)
    if (target !~ /\//) next
    sub(/\/.*/, "", target)
    if (!(target in level) || target == room || allowed[room] == " * ") next
    if (index(allowed[room], " " target " ") == 0) { print place ": " room " must not include " header; bad = 1 }
  }
  END { exit bad ? 1 : 0 }'
echo "layers: every include is allowed"
