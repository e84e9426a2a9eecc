#!/bin/bash
# symbols.sh BUILD: reads what each object asks of the outside, and fails where
# tools/symbols does not let it. It sees what a macro or a header hides.
set -u
cd "$(dirname "$0")/.."
build=$1
find "$build/src" "$build/gen" -name '*.o' 2>/dev/null | sort |
    xargs -r nm -A -u | sed "s|^$build/||" | awk -F '\t' '
    FILENAME == "tools/symbols" {
        if ($0 ~ /^#/ || !NF)
            next
        n++
        name[n] = "^" $1 "$"
        who[n] = $2
        next
    }
    {
        object = $0
        sub(/:.*/, "", object)
        symbol = $0
        sub(/.* /, "", symbol)
        sub(/@.*/, "", symbol)
        for (i = 1; i <= n; i++) {
            if (symbol ~ name[i]) {
                if (object !~ who[i]) {
                    print object " may not use " symbol
                    bad = 1
                }
                break
            }
        }
    }
    END { exit bad }' tools/symbols -
