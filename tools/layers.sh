#!/bin/bash
# Fails when a file includes a folder that src/layers does not allow it, when
# src/layers looks up (a row may only name rows above it), or when the table in
# docs/tour.md is not that of src/layers. `layers.sh --write` draws the table.
set -u
cd "$(dirname "$0")/.."
bad=0

grep -rn --include='*.[ch]' --include='*.html' '^ *#include "' src |
    awk -F: '
    function folder(path) {
        return sub(/\/(pages\/)?[^\/]*$/, "", path) ? path : path
    }
    FILENAME == "src/layers" {
        if ($0 ~ /^#/ || !NF)
            next
        n = split($2, down, " ")
        for (i = 1; i <= n; i++) {
            if (!(down[i] in allowed)) {
                print "src/layers: " $1 " names " down[i] ", which is not above it"
                bad = 1
            }
        }
        allowed[$1] = " " $2 " " $1 " "
        next
    }
    {
        from = folder(substr($1, 5))
        split($3, quoted, "\"")
        to = folder(quoted[2])
        if (!(from in allowed)) {
            print $1 ":" $2 ": " from " has no row in src/layers"
            bad = 1
        } else if (!index(allowed[from], " " to " ")) {
            print $1 ":" $2 ": " from " may not include " to
            bad = 1
        }
    }
    END { exit bad }' src/layers - || bad=1

table() {
    echo "| folder | may include |"
    echo "|---|---|"
    sed -n 's/^\([^#:]*\): *\(.*\)$/| `src\/\1` | \2 |/p' src/layers
}
tour=docs/tour.md
if [ -f $tour ] && grep -q '^<!-- layers -->$' $tour; then
    drawn=$(table | awk -v tour=$tour '
        { rows = rows $0 "\n" }
        END {
            while ((getline line < tour) > 0) {
                if (line == "<!-- /layers -->")
                    inside = 0
                if (!inside)
                    print line
                if (line == "<!-- layers -->") {
                    inside = 1
                    printf "%s", rows
                }
            }
        }')
    if [ "${1-}" = --write ]; then
        printf '%s\n' "$drawn" >$tour
    elif [ "$drawn" != "$(cat $tour)" ]; then
        echo "$tour: its table is not that of src/layers: tools/layers.sh --write"
        bad=1
    fi
fi
exit $bad
