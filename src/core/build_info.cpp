#include "core/build_info.h"

namespace croquis {

std::filesystem::path source_folder() {
    return CROQUIS_SOURCE_DIR;
}

const char* version() {
    return CROQUIS_VERSION;
}

}  // namespace croquis
