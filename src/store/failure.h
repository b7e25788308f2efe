#pragma once

#include <spdlog/spdlog.h>

#include <exception>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "core/error.h"

namespace croquis::store {

/// What the database drivers throw inside the store, so that transactions end by RAII. It never
/// leaves the store: guarded() makes an Error of it.
class Failure : public std::runtime_error {
  public:
    explicit Failure(Error what) : std::runtime_error(what.detail), error_(std::move(what)) {}
    Failure(ErrorKind kind, const std::string& detail, const std::string& field = {})
        : Failure(Error{kind, detail, field}) {}

    [[nodiscard]] const Error& error() const { return error_; }

  private:
    Error error_;
};

/// The database cannot be reached or cannot write just now; what was asked may go through later.
inline Failure unavailable(const std::string& detail) {
    return Failure(Error{ErrorKind::unavailable, detail, {}, 1});
}

/// The store's boundary: runs `work` and returns what it returns, or the error that it threw.
template <class Work>
auto guarded(Work&& work) -> Result<std::decay_t<std::invoke_result_t<Work&>>> {
    try {
        if constexpr (std::is_void_v<std::invoke_result_t<Work&>>) {
            work();
            return {};
        } else {
            return work();
        }
    } catch (const Failure& failure) {
        if (failure.error().kind == ErrorKind::internal ||
            failure.error().kind == ErrorKind::unavailable)
            spdlog::error("store: {}", failure.what());
        return failure.error();
    } catch (const std::exception& thrown) {
        spdlog::error("store: {}", thrown.what());
        return Error{ErrorKind::internal, "The store could not do this."};
    }
}

}  // namespace croquis::store
