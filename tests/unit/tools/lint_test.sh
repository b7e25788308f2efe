#!/bin/sh
# What tools/lint compares with: the stated commit, else the last release, main, or the commit before; without one it fails.
set -eu
. "$(dirname "$0")/repository.sh"
use lint
mkdir -p build/dev bin
# Its compile commands know each file, whatever is configured; clang-tidy only says what it was asked about.
commands() { for name in "$@"; do printf '"file": "%s"\n' "$PWD/src/$name.cpp"; done >build/dev/compile_commands.json; }
printf '#!/bin/sh\nfor last; do :; done\necho "linted $last"\n' >bin/clang-tidy-14
printf '#!/bin/sh\n' >bin/cmake
chmod +x bin/clang-tidy-14 bin/cmake
PATH=$PWD/bin:$PATH
commands one two three
unset CROQUIS_LINT_SINCE

file src/one.cpp one
printf '/out\n/build/\n' >.gitignore
commit
run tools/lint --quick
[ "$status" -ne 0 ] && said "no commit to compare with" || fail "fails where there is nothing before"

file src/two.cpp two
commit
file src/three.cpp three
commit
run tools/lint --quick
[ "$status" -eq 0 ] && said "linted src/three.cpp" && ! said two.cpp || fail "on main, looks at the last commit"

export CROQUIS_LINT_SINCE=HEAD~2
run tools/lint --quick
[ "$status" -eq 0 ] && said "linted src/two.cpp" && ! said one.cpp || fail "looks at what came since the stated commit"
export CROQUIS_LINT_SINCE=0000000000000000000000000000000000000000
run tools/lint --quick
[ "$status" -eq 0 ] && said three.cpp && ! said two.cpp || fail "passes over a stated commit that is not there"
unset CROQUIS_LINT_SINCE

git tag v1 HEAD~2
run tools/lint --quick
[ "$status" -eq 0 ] && said two.cpp && ! said one.cpp || fail "looks at what came since the last release"

git clone -q --depth 1 "file://$PWD" shallow
cp -r build shallow/
cd shallow
run tools/lint --quick
[ "$status" -ne 0 ] && said "git fetch --unshallow" || fail "fails in a clone without history"
