#include "core/files.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

namespace croquis {

Result<std::string> read_file(const std::filesystem::path& path, std::uintmax_t limit,
                              std::string_view field) {
    std::error_code failed;
    const auto size = std::filesystem::file_size(path, failed);
    std::ifstream file(path, std::ios::binary);
    if (failed || !file)
        return Error{ErrorKind::not_found, fmt::format("Cannot read {}.", path.string()),
                     std::string(field)};
    if (size > limit)
        return Error{
            ErrorKind::too_large,
            fmt::format("{} has {} bytes; at most {} are taken.", path.string(), size, limit),
            std::string(field)};
    std::string content(std::istreambuf_iterator<char>(file), {});
    if (file.bad())
        return Error{ErrorKind::not_found, fmt::format("Cannot read {}.", path.string()),
                     std::string(field)};
    return content;
}

}  // namespace croquis
