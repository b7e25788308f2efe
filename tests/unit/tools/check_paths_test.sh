#!/bin/bash
# tools/check-paths fails on each thing that a document names and that is not there.
set -eu
. "$(dirname "$0")/repository.sh"
use check-paths
file src/core/error.h 'Result<int> read_all();'
file web/src/page.ts 'const isThere = 1;'
file tests/unit/core/error_test.cpp 'TEST(Error, SaysWhatIsWrong) {}'
file tests/contract/api/list.test.mjs "it('wants a token wherever the contract says so', run);"
file docs/guide.md '[up](../README.md), [top](guide.md#top), [away](https://localhost/src/none)'
file README.md '[guide](docs/guide.md), src/core, `core/error.h`, `core/error`, `src/*/error.h`, tests/unit/MODULE, /docs/none'
file SECURITY.md '`error_test.cpp`: `SaysWhatIsWrong`, `read_all()`, `isThere`; `list.test.mjs`: "wants a token wherever the contract says so"'
commit

run tools/check-paths
[ "$status" -eq 0 ] || fail "takes what is there"

refuses() {
    cp "$1" before
    printf '\n%s\n' "$2" >>"$1"
    run tools/check-paths
    [ "$status" -ne 0 ] && said "$1:3: " || fail "refuses $2 in $1"
    mv before "$1"
}
refuses README.md '[guide](docs/none.md)'
refuses docs/guide.md '[up](README.md)'
refuses README.md '`src/core/none.h`'
refuses README.md 'in src/core/none.h'
refuses README.md '`core/none.h`'
refuses README.md '`none_test.cpp`'
refuses README.md '`none.test.mjs`'
refuses SECURITY.md '`SaysWhatIsRight`'
refuses SECURITY.md '`read_none()`'
refuses SECURITY.md '`list.test.mjs`: "wants nothing"'
