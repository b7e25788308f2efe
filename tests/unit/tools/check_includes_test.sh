#!/bin/sh
# tools/check-includes fails on each include that ARCHITECTURE.md forbids, and on no other.
set -eu
. "$(dirname "$0")/repository.sh"
use check-includes
cp "$source/CMakeLists.txt" .
mkdir -p src/learning src/service
cp "$source/src/learning/CMakeLists.txt" src/learning/
cp "$source/src/service/CMakeLists.txt" src/service/
file src/core/good.cpp '#include "core/error.h"'
file src/service/good.cpp '#include "learning/adaptation/gate.h"'
file src/service/review/good.cpp '#include "service/models/registry.h"'
file src/service/people/good.cpp '#include "service/reasons.h"'
file src/store/sqlite/good.cpp '#include "store/sqlite/connection.h"'
file src/learning/training/good.cpp '#include <torch/torch.h>'
commit

run tools/check-includes
[ "$status" -eq 0 ] || fail "takes what is allowed"

refuses() {
    file "src/$1/bad.cpp" "#include $2"
    git add -A
    run tools/check-includes
    [ "$status" -ne 0 ] && said "src/$1/bad.cpp:1: " || fail "refuses $2 in $1"
    git rm -qf "src/$1/bad.cpp"
}
refuses core '"drawing/strokes.h"'
refuses drawing '"recognition/recognizer.h"'
refuses recognition '"store/store.h"'
refuses store '"recognition/recognizer.h"'
refuses store/sqlite '"recognition/recognizer.h"'
refuses store '"http/message.h"'
refuses identity '"http/message.h"'
refuses learning/adaptation '"store/store.h"'
refuses learning/training '"store/store.h"'
refuses learning/synthesis '"learning/dataset/reader.h"'
refuses jobs '"service/models/registry.h"'
refuses service '"http/message.h"'
refuses service '"service/jobs/job_queue.h"'
refuses service/models '"service/training/teaching.h"'
refuses service/review '"http/message.h"'
refuses service/unlisted '"core/error.h"'
refuses http '"service/review/reviews.h"'
refuses api '"store/sqlite/connection.h"'
refuses portal '"api/api.h"'
refuses server '"cli/commands.h"'
refuses service '<torch/torch.h>'
refuses unlisted '"core/error.h"'

file src/api/routes/bad.cpp 'const auto job = api.store.job(id);'
git add -A
run tools/check-includes
[ "$status" -ne 0 ] && said "src/api/routes/bad.cpp:1: " || fail "refuses a route that calls a store"
file src/api/routes/bad.cpp 'return service::find_job(api.store, id);'

run tools/check-includes
[ "$status" -eq 0 ] || fail "takes what is left"

# Files that include each other: headers, or sources the headers of each other.
cycle() {
    git add -A
    run tools/check-includes
    [ "$status" -ne 0 ] || fail "refuses $1"
    shift
    for line; do said "$line" || fail "says $line"; done
    git rm -qf src/core/one.* src/core/two.* src/core/three.* 2>out || true
}
file src/core/one.h '#include "core/two.h"'
file src/core/two.h '#include "core/one.h"'
cycle "two headers" 'src/core/one.h:1: includes core/two.h' 'src/core/two.h:1: includes core/one.h'
file src/core/one.cpp '#include "core/two.h"'
file src/core/two.h '#include "core/three.h"'
file src/core/three.cpp '#include "core/one.h"'
cycle "a cycle by way of sources" 'src/core/one.cpp:1: includes core/two.h' 'src/core/two.h:1: includes core/three.h' \
    'src/core/three.cpp:1: includes core/one.h'

# A source and its own header, and two ways to one file, are no cycle.
file src/core/one.cpp '#include "core/one.h"'
file src/core/one.h '#include "core/three.h"'
file src/core/two.cpp '#include "core/one.h"
#include "core/three.h"'
git add -A
run tools/check-includes
[ "$status" -eq 0 ] || fail "takes two ways to one file"
