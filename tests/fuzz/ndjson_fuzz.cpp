#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "fuzz/target.h"
#include "learning/dataset/dataset.h"

namespace {

/// A file in memory, with a name by whose ending it is read.
class MemoryFile {
  public:
    MemoryFile()
        : file_(memfd_create("ndjson", 0)),
          name_(std::filesystem::temp_directory_path() /
                ("croquis-fuzz-" + std::to_string(getpid()) + ".ndjson")) {
        std::filesystem::remove(name_);
        std::filesystem::create_symlink("/proc/self/fd/" + std::to_string(file_), name_);
    }
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;
    ~MemoryFile() {
        std::error_code ignored;
        std::filesystem::remove(name_, ignored);
    }

    const std::filesystem::path& holding(const std::uint8_t* data, std::size_t size) {
        croquis::fuzz::require(file_ >= 0 && ftruncate(file_, 0) == 0 &&
                                   pwrite(file_, data, size, 0) == static_cast<ssize_t>(size),
                               "the file cannot be written");
        return name_;
    }

  private:
    const int file_;
    const std::filesystem::path name_;
};

}  // namespace

/// Files of strokes, line by line, and the pictures made of them.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace croquis;
    static MemoryFile file;
    const auto dataset = learning::load_dataset(file.holding(data, size), {});
    if (!dataset) {
        fuzz::require(dataset.error().kind == ErrorKind::invalid, "a file is our fault");
        return 0;
    }
    fuzz::require(!dataset->examples.empty(), "no drawing, and no error");
    return 0;
}
