#include "learning/dataset/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <memory>

namespace croquis::learning {
namespace {

constexpr std::size_t max_file_bytes = std::size_t{256} << 20U;
constexpr std::size_t block_bytes = std::size_t{64} << 10U;

using Reader = std::unique_ptr<::archive, decltype(&archive_read_free)>;

Error damaged(const std::filesystem::path& file, ::archive* reader) {
    const char* why = archive_error_string(reader);
    return {ErrorKind::malformed,
            fmt::format("{} cannot be read: {}.", file.string(), why == nullptr ? "damaged" : why),
            "data"};
}

Result<Bytes> content_of(const std::filesystem::path& file, ::archive* reader) {
    Bytes content;
    for (;;) {
        const auto before = content.size();
        content.resize(before + block_bytes);
        const auto got = archive_read_data(reader, content.data() + before, block_bytes);
        if (got < 0) return damaged(file, reader);
        content.resize(before + static_cast<std::size_t>(got));
        if (got == 0) return content;
        if (content.size() > max_file_bytes)
            return Error{
                ErrorKind::too_large,
                fmt::format("{} holds a file over {} bytes.", file.string(), max_file_bytes),
                "data"};
    }
}

}  // namespace

Result<void> read_archive(
    const std::filesystem::path& archive,
    const std::function<Result<void>(const std::string&, const Bytes&)>& take) {
    std::error_code failed;
    if (!std::filesystem::is_regular_file(archive, failed))
        return Error{ErrorKind::not_found, "There is no " + archive.string() + ".", "data"};
    const Reader reader(archive_read_new(), &archive_read_free);
    archive_read_support_filter_gzip(reader.get());
    archive_read_support_format_tar(reader.get());
    archive_read_support_format_raw(reader.get());
    if (archive_read_open_filename(reader.get(), archive.c_str(), block_bytes) != ARCHIVE_OK)
        return damaged(archive, reader.get());
    for (;;) {
        archive_entry* entry = nullptr;
        const int next = archive_read_next_header(reader.get(), &entry);
        if (next == ARCHIVE_EOF) return {};
        if (next < ARCHIVE_WARN) return damaged(archive, reader.get());
        if (archive_entry_filetype(entry) != AE_IFREG &&
            archive_format(reader.get()) != ARCHIVE_FORMAT_RAW)
            continue;
        const char* name = archive_entry_pathname(entry);
        const auto content = content_of(archive, reader.get());
        if (!content) return content.error();
        const auto taken = take(name == nullptr ? "" : name, *content);
        if (!taken) return taken;
    }
}

}  // namespace croquis::learning
