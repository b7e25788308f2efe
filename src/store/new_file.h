#pragma once

#include <filesystem>
#include <vector>

namespace croquis::store {

/// A file that is made whole or not at all. While it is written it is called NAME.partial, which
/// only its owner can read; it is gone with this object unless it was kept. All functions throw
/// Failure.
class NewFile {
  public:
    /// Makes it, empty. What an earlier one that was cut off left is removed, with the logs that
    /// SQLite had beside it.
    explicit NewFile(std::filesystem::path path);
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;
    ~NewFile();

    /// What of a file of this name may be there while it is written.
    static std::vector<std::filesystem::path> unfinished(const std::filesystem::path& path);

    [[nodiscard]] const std::filesystem::path& partial() const { return partial_; }
    /// Gives it its name once it is on disk.
    void keep();

  private:
    void remove() noexcept;

    std::filesystem::path path_;
    std::filesystem::path partial_;
};

}  // namespace croquis::store
