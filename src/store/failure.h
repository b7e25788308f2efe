#pragma once

#include <spdlog/spdlog.h>

#include <exception>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "core/error.h"

namespace croquis::store {

/// What is thrown inside the store, so that transactions end by RAII. It never leaves the store:
/// guarded() makes an Error of it. error() is what a caller may know; what() says why, for the log.
class Failure : public std::runtime_error {
  public:
    Failure(Error error, const std::string& why)
        : std::runtime_error(why), error_(std::move(error)) {}
    explicit Failure(const Error& error) : Failure(error, error.detail) {}
    Failure(ErrorKind kind, const std::string& detail, const std::string& field = {})
        : Failure(Error{kind, detail, field}) {}

    [[nodiscard]] const Error& error() const { return error_; }

  private:
    Error error_;
};

/// What a caller is told when a database fails with `kind`.
inline Error database_error(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::unavailable:
            return {kind, "The store cannot be reached just now; try again shortly.", {}, 1};
        case ErrorKind::conflict:
            return {kind, "This clashes with what is stored already."};
        case ErrorKind::invalid:
        case ErrorKind::too_large:
            return {kind, "The store cannot take this value."};
        default:
            return {kind, "The store could not do this."};
    }
}

/// The database cannot be reached or cannot write just now; what was asked may go through later.
inline Failure unavailable(const std::string& why) {
    return {database_error(ErrorKind::unavailable), why};
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
        const auto kind = failure.error().kind;
        const bool ours = kind == ErrorKind::internal || kind == ErrorKind::unavailable;
        spdlog::log(ours ? spdlog::level::err : spdlog::level::debug, "store: {}", failure.what());
        return failure.error();
    } catch (const std::exception& thrown) {
        spdlog::error("store: {}", thrown.what());
        return database_error(ErrorKind::internal);
    }
}

}  // namespace croquis::store
