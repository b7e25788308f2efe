#include "cli/output_file.h"

#include <fmt/format.h>

#include <iostream>
#include <system_error>
#include <utility>

namespace croquis::cli {
namespace {

/// Whether a file can take this name: nothing has it, or a file.
bool names_a_file(const std::filesystem::path& path) {
    std::error_code failed;
    const auto there = std::filesystem::status(path, failed);
    return !std::filesystem::exists(there) || std::filesystem::is_regular_file(there);
}

}  // namespace

OutputFile::OutputFile(std::filesystem::path path, NewFile::Readers readers)
    : path_(std::move(path)) {
    if (path_ == "-") return;
    if (!names_a_file(path_)) {
        file_.open(path_, std::ios::binary);
        return;
    }
    unfinished_.emplace(NewFile::unfinished(path_));
    made_.emplace(path_, readers);
    // Where it cannot be made, nothing is open, and what is written fails.
    if (!made_->make()) file_.open(made_->partial(), std::ios::binary);
}

Result<void> OutputFile::write(BytesView bytes) {
    auto& out = path_ == "-" ? static_cast<std::ostream&>(std::cout) : file_;
    out.write(reinterpret_cast<const char*>(bytes.data()),
              static_cast<std::streamsize>(bytes.size()));
    if (!out) return failed();
    return {};
}

Result<void> OutputFile::keep() {
    if (path_ == "-") {
        std::cout.flush();
        if (!std::cout) return failed();
        return {};
    }
    file_.close();
    if (!file_ || (made_ && made_->keep())) return failed();
    return {};
}

Error OutputFile::failed() const {
    return {ErrorKind::unavailable, fmt::format("Cannot write {}.", path_.string()), "output"};
}

Result<void> write_output(const std::filesystem::path& path, BytesView bytes) {
    OutputFile file(path);
    if (const auto written = file.write(bytes); !written) return written.error();
    return file.keep();
}

}  // namespace croquis::cli
