#pragma once

#include <filesystem>
#include <string_view>
#include <system_error>
#include <vector>

#include "core/bytes.h"

namespace croquis {

/// A file that is made whole or not at all. While it is written it is called NAME.partial, and that
/// is gone with this object unless it was kept. Thread-compatible.
class NewFile {
  public:
    /// Who may read it, from its first byte on.
    enum class Readers {
        owner,
        as_usual,  ///< whomever the process's umask lets
    };

    /// Makes nothing yet.
    NewFile(std::filesystem::path path, Readers readers);
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;
    ~NewFile();

    /// What of a file of this name may be there while it is written: itself, and the logs that
    /// SQLite has beside it.
    static std::vector<std::filesystem::path> unfinished(const std::filesystem::path& path);

    /// Where it is written, once it was made.
    [[nodiscard]] const std::filesystem::path& partial() const { return partial_; }
    /// Makes it, empty. What an earlier one that was cut off left is removed. Returns what went
    /// wrong, as keep() does.
    [[nodiscard]] std::error_code make();
    /// Gives it its name, in place of a file that has it, once it is on disk.
    [[nodiscard]] std::error_code keep();

  private:
    void remove() noexcept;

    const std::filesystem::path path_;
    const std::filesystem::path partial_;
    const Readers readers_;
};

/// Writes a file of these bytes whole, or leaves what has its name as it is. Returns what went
/// wrong.
[[nodiscard]] std::error_code write_whole(const std::filesystem::path& path, BytesView bytes,
                                          NewFile::Readers readers);

}  // namespace croquis
