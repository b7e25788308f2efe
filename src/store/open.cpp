#include "store/failure.h"
#include "store/postgres/store.h"
#include "store/sqlite/store.h"
#include "store/sqlite_url.h"

namespace croquis::store {
namespace {

std::unique_ptr<Store> open(const std::string& url, const StoreOptions& options, Metrics& metrics) {
    if (url.starts_with(sqlite_scheme)) {
        const auto path = url.substr(sqlite_scheme.size());
        if (path.empty() || path == ":memory:")
            throw Failure(ErrorKind::invalid, "The store's URL names no file: sqlite:PATH.",
                          "store");
        return std::make_unique<sqlite::SqliteStore>(path, options, metrics);
    }
    if (url.starts_with("postgresql://") || url.starts_with("postgres://"))
        return std::make_unique<postgres::PostgresStore>(url, options, metrics);
    throw Failure(ErrorKind::invalid, "The store's URL must start with sqlite: or postgresql://.",
                  "store");
}

}  // namespace

Result<std::unique_ptr<Store>> open_store(const std::string& url, const StoreOptions& options,
                                          Metrics& metrics) {
    try {
        return open(url, options, metrics);
    } catch (const Failure& failure) {
        // Whoever starts the program needs to know why.
        Error error = failure.error();
        error.detail = in_full(failure);
        return error;
    }
}

}  // namespace croquis::store
