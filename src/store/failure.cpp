#include "store/failure.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace croquis::store {
namespace {

struct Words {
    Fault fault;
    ErrorKind kind;
    const char* detail;
    int retry_after_s;
};

constexpr std::array table{
    Words{Fault::unreachable, ErrorKind::unavailable,
          "The store cannot be reached just now; try again shortly.", 1},
    Words{Fault::silent, ErrorKind::unavailable,
          "The store does not answer just now; try again shortly.", 1},
    Words{Fault::unsure, ErrorKind::unavailable,
          "The store did not answer in time, so it is not known whether this was stored. Send it "
          "again: with the same Idempotency-Key nothing is stored twice.",
          1},
    Words{Fault::busy, ErrorKind::unavailable, "The store is busy just now; try again shortly.", 1},
    Words{Fault::disk_full, ErrorKind::unavailable,
          "The store's disk is full: nothing can be stored or changed until there is room on it.",
          30},
    Words{Fault::read_only, ErrorKind::unavailable,
          "The store is read-only: nothing can be stored or changed until it may be written again.",
          30},
    Words{Fault::disk_failing, ErrorKind::unavailable,
          "The store's disk fails to read or to write; the server's log says how.", 30},
    Words{Fault::no_memory, ErrorKind::unavailable,
          "The store is out of memory just now; try again shortly.", 5},
    Words{Fault::no_files, ErrorKind::unavailable,
          "The server has no file descriptors left just now; try again shortly.", 5},
    Words{
        Fault::not_allowed, ErrorKind::unavailable,
        "The store does not let the server do this: its account or its files lack the permission.",
        30},
    Words{Fault::no_database, ErrorKind::invalid, "The store's file is not a database.", 0},
    Words{Fault::damaged, ErrorKind::internal,
          "The store is damaged: it must be mended, or restored from a backup.", 0},
    Words{Fault::clash, ErrorKind::conflict, "This clashes with what is stored already.", 0},
    Words{Fault::bad_value, ErrorKind::invalid, "The store cannot take this value.", 0},
    Words{Fault::ours, ErrorKind::internal, "The store could not do this.", 0},
};

struct SystemFault {
    int error;
    Fault fault;
};

/// By what the operating system said of a file that could not be opened, read or written.
constexpr std::array system_errors{
    SystemFault{ENOSPC, Fault::disk_full},   SystemFault{EDQUOT, Fault::disk_full},
    SystemFault{EFBIG, Fault::disk_full},    SystemFault{EROFS, Fault::read_only},
    SystemFault{EACCES, Fault::not_allowed}, SystemFault{EPERM, Fault::not_allowed},
    SystemFault{EMFILE, Fault::no_files},    SystemFault{ENFILE, Fault::no_files},
    SystemFault{ENOMEM, Fault::no_memory},
};

}  // namespace

std::optional<Fault> known_file_fault(int error) {
    for (const auto& each : system_errors)
        if (each.error == error) return each.fault;
    return std::nullopt;
}

Fault fault_of_file(int error) {
    return known_file_fault(error).value_or(Fault::disk_failing);
}

Error database_error(Fault fault) {
    const auto* const words = std::find_if(
        table.begin(), table.end(), [fault](const Words& each) { return each.fault == fault; });
    return {words->kind, words->detail, {}, words->retry_after_s};
}

void require(const std::error_code& failed, const char* doing, const std::filesystem::path& file) {
    if (failed)
        throw Failure(fault_of_file(failed.value()),
                      fmt::format("cannot {} {}: {}", doing, file.string(), failed.message()));
}

std::string in_full(const Failure& failure) {
    const auto fault = failure.fault();
    // Of what cannot be reached, the database's library says it better.
    if (!fault || fault == Fault::unreachable || fault == Fault::ours) return failure.what();
    return failure.error().detail + " (" + failure.what() + ")";
}

}  // namespace croquis::store
