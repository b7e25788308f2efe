#include "cli/open.h"

namespace croquis::cli {

Result<std::unique_ptr<store::Store>> open_quietly(const Config& config, Metrics& metrics) {
    store::StoreOptions options;
    options.readers = 1;
    options.writers = 1;
    return store::open_store(config.store, options, metrics);
}

}  // namespace croquis::cli
