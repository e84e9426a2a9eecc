#!/bin/bash
# headers.sh COMPILER ARGUMENT…: each header compiles alone.
set -u
cd "$(dirname "$0")/../src"
bad=0
for header in $(find . -name '*.h' | sed 's|^\./||' | sort); do
    # A name of its own, for a header may be nothing but macros.
    printf '#include "%s"\nstruct alone;\n' "$header" |
        (cd .. && "$@" -x c -fsyntax-only -) || {
        echo "src/$header does not compile alone"
        bad=1
    }
done
exit $bad
