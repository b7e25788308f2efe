#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "core/bytes.h"
#include "core/error.h"
#include "learning/dataset/file_tree.h"

/// Zip and tar.gz, through libarchive.
namespace croquis::dataset {

/// Opens an archive for reading. A zip's directory is counted first, so that one of too many
/// entries costs nothing; zip's entries are those of its directory. Errors: as open_tree().
Result<std::unique_ptr<FileTree>> open_archive(const std::filesystem::path& path,
                                               const ArchiveLimits& limits);

/// Reads a trusted .tar, .tar.gz or .zip, or one .gz file, and gives each file in it, in order, to
/// `take`: its name inside, and what it holds. Stops at the first error, of `take` or its own:
/// not_found, malformed, too_large (a file over 256 MiB).
Result<void> read_archive(
    const std::filesystem::path& archive,
    const std::function<Result<void>(const std::string&, const Bytes&)>& take);

/// Writes a zip whose bytes depend on nothing but what is put in: no times, no owners. Holds one
/// entry at a time. Not thread-safe.
class ZipWriter {
  public:
    /// Where the bytes go; what it throws or refuses ends the writing.
    class Sink {
      public:
        Sink() = default;
        Sink(const Sink&) = delete;
        Sink& operator=(const Sink&) = delete;
        virtual ~Sink() = default;
        virtual Result<void> write(BytesView bytes) = 0;
    };

    explicit ZipWriter(Sink& sink);
    ~ZipWriter();
    ZipWriter(const ZipWriter&) = delete;
    ZipWriter& operator=(const ZipWriter&) = delete;

    enum class Packing {
        stored,   ///< for pictures, which are packed already
        deflated  ///< for text
    };

    /// `path` is relative, with '/'.
    Result<void> add(const std::string& path, BytesView bytes, Packing packing);

    /// The same in parts, of which there are `size` bytes together.
    Result<void> begin(const std::string& path, std::uint64_t size, Packing packing);
    Result<void> append(BytesView bytes);

    /// Writes the directory. Without it the file is no zip.
    Result<void> finish();

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace croquis::dataset
