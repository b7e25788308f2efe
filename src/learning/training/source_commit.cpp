#include "learning/training/source_commit.h"

#include "learning/training/commit.h"

namespace croquis::learning {

std::string_view source_commit() {
    return CROQUIS_COMMIT;
}

}  // namespace croquis::learning
