#include "store/failure.h"
#include "store/postgres/store.h"
#include "store/postgres/transfer.h"
#include "store/sqlite/store.h"
#include "store/sqlite/transfer.h"
#include "store/sqlite_url.h"
#include "store/transfer.h"

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

std::unique_ptr<Transfer> open(const std::string& url) {
    if (url.starts_with(sqlite_scheme))
        return sqlite::open_transfer(url.substr(sqlite_scheme.size()));
    return postgres::open_transfer(url);
}

/// What `work` opens. Whoever starts the program needs to know why it cannot.
template <class Work>
auto opened(const Work& work) -> Result<decltype(work())> {
    try {
        return work();
    } catch (const Failure& failure) {
        Error error = failure.error();
        error.detail = in_full(failure);
        return error;
    }
}

}  // namespace

Result<std::unique_ptr<Store>> open_store(const std::string& url, const StoreOptions& options,
                                          Metrics& metrics) {
    return opened([&] { return open(url, options, metrics); });
}

Result<std::unique_ptr<Transfer>> open_transfer(const std::string& url) {
    return opened([&] { return open(url); });
}

}  // namespace croquis::store
