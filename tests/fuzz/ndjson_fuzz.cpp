#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "fuzz/target.h"
#include "learning/dataset/dataset.h"

/// Files of strokes, line by line, and the pictures made of them.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace croquis;
    static const int file = memfd_create("ndjson", 0);
    static const std::string path = "/proc/self/fd/" + std::to_string(file);
    fuzz::require(file >= 0 && ftruncate(file, 0) == 0 &&
                      pwrite(file, data, size, 0) == static_cast<ssize_t>(size),
                  "the file cannot be written");
    auto drawings = learning::load_strokes(path);
    if (!drawings) {
        fuzz::require(drawings.error().kind != ErrorKind::internal, "a file is our fault");
        return 0;
    }
    fuzz::require(!drawings->empty(), "no drawing, and no error");
    for (std::size_t i = 0; i < drawings->size() && i < 8; ++i)
        (void)learning::to_example(std::move((*drawings)[i]));
    return 0;
}
