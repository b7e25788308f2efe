#include "support/folders.h"

namespace croquis::testing_support {

std::string source_folder() {
    return CROQUIS_SOURCE_DIR;
}

std::string program_folder() {
    return CROQUIS_BIN_DIR;
}

}  // namespace croquis::testing_support
