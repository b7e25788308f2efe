#pragma once

#include <spdlog/spdlog.h>

#include <exception>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>

#include "core/error.h"

namespace croquis::store {

/// Why a database did not do what it was asked. What each means to a caller is in failure.cpp.
enum class Fault {
    unreachable,   ///< no connection opens, or it was lost
    silent,        ///< it does not answer in time
    unsure,        ///< it did not say in time whether a submission was stored
    busy,          ///< locked, out of connections, a deadlock: what passes by itself
    disk_full,     ///< no room, or a quota is used up
    read_only,     ///< a standby, a read-only file system, files that may not be written
    disk_failing,  ///< reading or writing fails
    no_memory,
    no_files,     ///< no file descriptors are left
    not_allowed,  ///< wrong account or missing permissions
    no_database,  ///< the file is something else
    damaged,      ///< what it reads contradicts itself
    clash,        ///< a constraint objects
    bad_value,    ///< a value that it cannot take
    ours,         ///< a mistake of this program, or something not known here
};

/// What a caller is told of `fault`.
Error database_error(Fault fault);

/// What an error of the operating system (errno) with a file of the store means.
Fault fault_of_file(int error);
/// The same, or nothing where it says nothing of its own.
std::optional<Fault> known_file_fault(int error);

/// What is thrown inside the store, so that transactions end by RAII. It never leaves the store:
/// guarded() makes an Error of it. error() is what a caller may know; what() says why, for the log.
class Failure : public std::runtime_error {
  public:
    Failure(Error error, const std::string& why)
        : std::runtime_error(why), error_(std::move(error)) {}
    explicit Failure(const Error& error) : Failure(error, error.detail) {}
    Failure(ErrorKind kind, const std::string& detail, const std::string& field = {})
        : Failure(Error{kind, detail, field}) {}
    Failure(Fault fault, const std::string& why) : Failure(database_error(fault), why) {
        fault_ = fault;
    }

    [[nodiscard]] const Error& error() const { return error_; }
    /// None where it was no database that failed.
    [[nodiscard]] std::optional<Fault> fault() const { return fault_; }

  private:
    Error error_;
    std::optional<Fault> fault_;
};

/// Throws Failure where something went wrong with a file of the store: "cannot make x.db.partial".
void require(const std::error_code& failed, const char* doing, const std::filesystem::path& file);

/// The failure in the words of whoever runs the program: what is wrong and why.
std::string in_full(const Failure& failure);

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
        spdlog::log(ours ? spdlog::level::err : spdlog::level::debug, "store: {}",
                    in_full(failure));
        return failure.error();
    } catch (const std::exception& thrown) {
        spdlog::error("store: {}", thrown.what());
        return database_error(Fault::ours);
    }
}

}  // namespace croquis::store
