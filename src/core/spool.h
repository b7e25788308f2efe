#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/mutex.h"

namespace croquis {

class Spool;

/// The code of the error where its bound is reached: nothing of the bytes was written.
inline constexpr std::string_view spool_is_full = "uploads_full";

/// A file that is being written, its owner's alone, gone with this object unless it was kept. All
/// functions block; not thread-safe.
class SpoolFile {
  public:
    ~SpoolFile();
    SpoolFile(SpoolFile&& other) noexcept;
    SpoolFile& operator=(SpoolFile&&) = delete;
    SpoolFile(const SpoolFile&) = delete;
    SpoolFile& operator=(const SpoolFile&) = delete;

    /// Errors: unavailable (the disk or, code spool_is_full, the spool is full).
    Result<void> write(std::string_view bytes);
    [[nodiscard]] std::uint64_t size() const { return size_; }
    /// Leaves the file, its bytes on disk, as `name` in the folder that Spool has for `id`; that it
    /// is there outlives a loss of power after Spool::sync. `name` is a path within it, whose
    /// folders are made. Errors: invalid (the name, or it is taken), unavailable.
    Result<void> keep(const std::string& id, const std::string& name);

  private:
    friend class Spool;
    SpoolFile(std::shared_ptr<Spool> spool, std::filesystem::path path, int descriptor)
        : spool_(std::move(spool)), path_(std::move(path)), descriptor_(descriptor) {}
    Error failed() const;

    std::shared_ptr<Spool> spool_;
    std::filesystem::path path_;
    int descriptor_;
    std::uint64_t size_ = 0;
    bool kept_ = false;
};

/// A folder for what is uploaded and too large for memory, its owner's alone and bounded as a
/// whole. What a process that died was writing is removed by the next that opens it; processes on
/// one machine may share it. Thread-safe.
class Spool : public std::enable_shared_from_this<Spool> {
  public:
    /// The folder is made when the first file is.
    static std::shared_ptr<Spool> open(std::filesystem::path folder, std::uint64_t max_bytes);

    /// Errors: unavailable (the folder cannot be written to).
    Result<SpoolFile> create();
    /// Has what is kept under `id` outlive a loss of power.
    void sync(const std::string& id) const;
    /// Keeps under `to` what was kept under `from`. Errors: not_found; invalid (something is kept
    /// under `to`), unavailable.
    Result<void> move(const std::string& from, const std::string& to);
    /// Held by whoever moves files together with another write, so that two who want the same files
    /// do it one after the other.
    [[nodiscard]] Mutex& moving() { return moving_; }
    /// Where the files kept under `id` are. Errors: not_found.
    [[nodiscard]] Result<std::filesystem::path> find(const std::string& id) const;
    /// Removes what is kept under `id`, if anything is, so that there is room again.
    void remove(const std::string& id);
    /// The ids under which files are kept.
    [[nodiscard]] std::vector<std::string> kept() const;
    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

  private:
    friend class SpoolFile;
    Spool(std::filesystem::path folder, std::uint64_t max_bytes)
        : folder_(std::move(folder)), max_bytes_(max_bytes) {}
    void sweep() const;
    bool take(std::uint64_t bytes);
    void give_back(std::uint64_t bytes) { held_ -= static_cast<std::int64_t>(bytes); }
    void count() CROQUIS_REQUIRES(creating_);
    [[nodiscard]] std::uint64_t bytes_on_disk() const;

    const std::filesystem::path folder_;
    const std::uint64_t max_bytes_;
    Mutex moving_;
    Mutex creating_;
    std::chrono::steady_clock::time_point count_again_at_ CROQUIS_GUARDED_BY(creating_);
    std::atomic<std::int64_t> held_{0};  ///< may be off by what is being written
};

}  // namespace croquis
