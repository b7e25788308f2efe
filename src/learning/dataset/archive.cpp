#include "learning/dataset/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <clocale>
#include <fstream>
#include <limits>
#include <memory>
#include <optional>
#include <type_traits>
#include <vector>

#include "core/characters.h"
#include "core/text.h"
#include "learning/dataset/text.h"

namespace croquis::dataset {
namespace {

std::string too_many_entries(const ArchiveLimits& limits) {
    return fmt::format("The archive has more than {}.",
                       counted(limits.max_entries, "entry", "entries"));
}

namespace fs = std::filesystem;

constexpr std::size_t block_bytes = std::size_t{64} * 1024;
constexpr std::uint64_t ratio_from = std::uint64_t{64} << 20U;

struct FreeLocale {
    void operator()(locale_t made) const { freelocale(made); }
};

/// Made once: to make one reads files of the system.
locale_t utf8_locale() {
    static const std::unique_ptr<std::remove_pointer_t<locale_t>, FreeLocale> made(
        newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr));
    return made.get();
}

/// libarchive turns names into the locale's characters: for this thread and this long, UTF-8.
class Utf8Locale {
  public:
    Utf8Locale() : before_(utf8_locale() == nullptr ? nullptr : uselocale(utf8_locale())) {}
    ~Utf8Locale() {
        if (before_ != nullptr) uselocale(before_);
    }
    Utf8Locale(const Utf8Locale&) = delete;
    Utf8Locale& operator=(const Utf8Locale&) = delete;

  private:
    locale_t before_;
};

struct CloseReader {
    void operator()(archive* reader) const { archive_read_free(reader); }
};

std::string message_of(archive* handle) {
    const char* text = archive_error_string(handle);
    return text == nullptr ? "no reason given" : text;
}

Error damaged(archive* handle) {
    return {ErrorKind::malformed,
            fmt::format("The archive is damaged or cut short: {}.", message_of(handle))};
}

/// What may be printed of a name that is refused.
std::string printable(std::string_view name) {
    std::string text(name.substr(0, 200));
    if (!is_utf8(text))
        for (char& c : text)
            if (static_cast<unsigned char>(c) > 0x7e) c = '?';
    for (char& c : text)
        if (is_control(c)) c = '?';
    return text;
}

class ArchiveCursor final : public TreeCursor {
  public:
    enum class LoneFiles { refused, taken };  ///< one file in gzip, without an archive

    ArchiveCursor(const fs::path& path, const ArchiveLimits& limits,
                  LoneFiles lone_files = LoneFiles::refused)
        : limits_(limits), reader_(archive_read_new()) {
        std::error_code failed;
        packed_bytes_ = fs::file_size(path, failed);
        archive_read_support_filter_gzip(reader_.get());
        archive_read_support_format_tar(reader_.get());
        archive_read_support_format_zip_seekable(reader_.get());
        if (lone_files == LoneFiles::taken) archive_read_support_format_raw(reader_.get());
        const Utf8Locale utf8;
        opened_ =
            archive_read_open_filename(reader_.get(), path.c_str(), block_bytes) == ARCHIVE_OK;
    }

    Result<std::optional<TreeEntry>> next() override {
        if (!opened_) return damaged(reader_.get());
        if (ended_) return std::optional<TreeEntry>();
        const Utf8Locale utf8;
        const int code = archive_read_next_header(reader_.get(), &entry_);
        ended_ = code == ARCHIVE_EOF;
        if (ended_) return std::optional<TreeEntry>();
        if (code != ARCHIVE_OK && code != ARCHIVE_WARN) return damaged(reader_.get());
        if (++entries_ > limits_.max_entries)
            return Error{ErrorKind::too_large, too_many_entries(limits_)};
        declared_ = archive_entry_size_is_set(entry_) != 0
                        ? static_cast<std::uint64_t>(archive_entry_size(entry_))
                        : 0;
        if (const auto fits = count(declared_); !fits) return fits.error();
        return std::optional(describe());
    }

    Result<Bytes> read(std::size_t max_bytes) override {
        Bytes bytes;
        if (declared_ <= max_bytes) bytes.reserve(static_cast<std::size_t>(declared_));
        const auto read = read_parts(max_bytes, [&](BytesView part) {
            bytes.insert(bytes.end(), part.begin(), part.end());
        });
        if (!read) return read.error();
        return bytes;
    }

    Result<void> read_parts(std::size_t max_bytes,
                            const std::function<void(BytesView)>& take) override {
        for (std::size_t read = 0;;) {
            const auto room = std::min(block_.size(), max_bytes + 1 - read);
            const auto got = archive_read_data(reader_.get(), block_.data(), room);
            if (got < 0)
                return Error{ErrorKind::malformed,
                             fmt::format("It cannot be unpacked: {}.", message_of(reader_.get()))};
            read += static_cast<std::size_t>(got);
            if (const auto fits = count_beyond_declared(read); !fits) return fits.error();
            if (read > max_bytes) return larger_than(max_bytes);
            if (got == 0) return {};
            take(BytesView(block_).first(static_cast<std::size_t>(got)));
        }
    }

    std::uint64_t position() const override {
        return std::min(static_cast<std::uint64_t>(
                            std::max<la_int64_t>(archive_filter_bytes(reader_.get(), -1), 0)),
                        packed_bytes_);
    }

  private:
    Result<void> count(std::uint64_t bytes) {
        unpacked_ += std::min(bytes, limits_.max_unpacked_bytes + 1);
        if (unpacked_ > limits_.max_unpacked_bytes)
            return Error{ErrorKind::too_large,
                         fmt::format("The archive unpacks to more than {} bytes.",
                                     limits_.max_unpacked_bytes)};
        if (unpacked_ > ratio_from && unpacked_ / limits_.max_ratio > packed_bytes_)
            return Error{ErrorKind::too_large,
                         fmt::format("The archive unpacks to more than {} times its own size, as "
                                     "no drawings do.",
                                     limits_.max_ratio)};
        return {};
    }

    /// A zip may say less than it holds.
    Result<void> count_beyond_declared(std::uint64_t bytes) {
        if (bytes <= declared_) return {};
        const auto more = bytes - declared_;
        declared_ = bytes;
        return count(more);
    }

    TreeEntry describe() {
        const char* stored = archive_entry_pathname(entry_);
        const std::string name = stored == nullptr ? "" : stored;
        const auto utf8 = is_utf8(name) ? std::optional(name) : to_utf8(name, limits_.name_charset);
        TreeEntry found;
        found.is_folder = archive_entry_filetype(entry_) == AE_IFDIR;
        auto path = utf8 ? tree_path(*utf8) : tree_path(name);
        found.path = path ? *path : printable(name);
        if (!path)
            found.refused = path.error().detail;
        else if (archive_entry_hardlink(entry_) != nullptr ||
                 archive_entry_filetype(entry_) == AE_IFLNK)
            found.refused = "Links are not followed.";
        else if (!found.is_folder && archive_entry_filetype(entry_) != AE_IFREG)
            found.refused = "It is neither a file nor a folder.";
        else if (archive_entry_is_data_encrypted(entry_) != 0)
            found.refused = "It is encrypted.";
        return found;
    }

    const ArchiveLimits limits_;
    std::unique_ptr<archive, CloseReader> reader_;
    archive_entry* entry_ = nullptr;    ///< libarchive's own, until the next one
    Bytes block_ = Bytes(block_bytes);  ///< what is read next, before it is known how long it is
    bool opened_ = false;
    bool ended_ = false;
    std::uint64_t packed_bytes_ = 0;
    std::uint64_t entries_ = 0;
    std::uint64_t unpacked_ = 0;
    std::uint64_t declared_ = 0;  ///< of the present entry, or what was read of it where more
};

class ArchiveTree final : public FileTree {
  public:
    ArchiveTree(fs::path path, ArchiveLimits limits)
        : path_(std::move(path)), limits_(std::move(limits)) {}

    Result<std::unique_ptr<TreeCursor>> open() const override {
        return std::unique_ptr<TreeCursor>(std::make_unique<ArchiveCursor>(path_, limits_));
    }
    std::uint64_t extent() const override {
        std::error_code failed;
        const auto size = fs::file_size(path_, failed);
        return failed ? 0 : size;
    }

  private:
    fs::path path_;
    ArchiveLimits limits_;
};

std::uint64_t little_endian(const std::string& bytes, std::size_t at, std::size_t count) {
    std::uint64_t value = 0;
    for (std::size_t i = count; i > 0; --i)
        value = value << 8U | static_cast<std::uint8_t>(bytes[at + i - 1]);
    return value;
}

/// Where a zip's directory begins (PKWARE's APPNOTE, 4.3.14 to 4.3.16); nothing where it has none.
std::optional<std::uint64_t> directory_offset(std::ifstream& file, std::uint64_t size) {
    constexpr std::size_t end_bytes = 22;
    constexpr std::size_t locator_bytes = 20;
    constexpr std::uint64_t farthest = end_bytes + 65535 + locator_bytes;
    const auto span = static_cast<std::size_t>(std::min(size, farthest));
    std::string tail(span, '\0');
    file.seekg(static_cast<std::streamoff>(size - span));
    if (!file.read(tail.data(), static_cast<std::streamsize>(span))) return std::nullopt;
    const auto end = tail.rfind("PK\x05\x06");
    if (end == std::string::npos || end + end_bytes > tail.size()) return std::nullopt;
    const auto offset = little_endian(tail, end + 16, 4);
    if (offset != 0xffffffff) return offset;
    if (end < locator_bytes || tail.compare(end - locator_bytes, 4, "PK\x06\x07") != 0)
        return std::nullopt;
    std::string zip64(56, '\0');
    file.seekg(static_cast<std::streamoff>(little_endian(tail, end - locator_bytes + 8, 8)));
    if (!file.read(zip64.data(), 56)) return std::nullopt;
    return little_endian(zip64, 48, 8);
}

/// libarchive reads a zip's whole directory before its first entry, however long it is. So it is
/// walked here first, entry by entry.
bool has_more_entries(const fs::path& path, std::uint64_t limit) {
    constexpr std::size_t header_bytes = 46;
    std::ifstream file(path, std::ios::binary);
    std::error_code failed;
    const auto size = fs::file_size(path, failed);
    const auto offset = failed ? std::nullopt : directory_offset(file, size);
    if (!offset) return false;
    file.clear();
    file.seekg(static_cast<std::streamoff>(*offset));
    std::string header(header_bytes, '\0');
    for (std::uint64_t count = 0; file.read(header.data(), header_bytes); ++count) {
        if (!header.starts_with("PK\x01\x02")) return false;
        if (count >= limit) return true;
        file.ignore(static_cast<std::streamsize>(little_endian(header, 28, 2) +
                                                 little_endian(header, 30, 2) +
                                                 little_endian(header, 32, 2)));
    }
    return false;
}

}  // namespace

Result<std::unique_ptr<FileTree>> open_archive(const fs::path& path, const ArchiveLimits& limits) {
    if (has_more_entries(path, limits.max_entries))
        return Error{ErrorKind::too_large, too_many_entries(limits), "path"};
    return std::unique_ptr<FileTree>(std::make_unique<ArchiveTree>(path, limits));
}

Result<void> read_archive(
    const fs::path& archive,
    const std::function<Result<void>(const std::string&, const Bytes&)>& take) {
    constexpr std::size_t max_file_bytes = std::size_t{256} << 20U;
    constexpr auto no_limit = std::numeric_limits<std::uint64_t>::max() / 2;
    const ArchiveLimits trusted{no_limit, no_limit, no_limit, "UTF-8"};
    std::error_code failed;
    if (!fs::is_regular_file(archive, failed))
        return Error{ErrorKind::not_found, "There is no " + archive.string() + ".", "data"};
    const auto in_file = [&](const Error& error) {
        return Error{error.kind, fmt::format("{}: {}", archive.string(), error.detail), "data"};
    };
    ArchiveCursor cursor(archive, trusted, ArchiveCursor::LoneFiles::taken);
    for (;;) {
        const auto entry = cursor.next();
        if (!entry) return in_file(entry.error());
        if (!*entry) return {};
        if ((*entry)->is_folder || !(*entry)->refused.empty()) continue;
        const auto content = cursor.read(max_file_bytes);
        if (!content) return in_file(content.error());
        if (auto taken = take((*entry)->path, *content); !taken) return taken;
    }
}

class ZipWriter::Impl {
  public:
    explicit Impl(Sink& sink) : sink_(sink), writer_(archive_write_new()) {
        const Utf8Locale utf8;  // what names are converted from is settled with the option
        archive_write_set_format_zip(writer_);
        archive_write_set_options(writer_, "zip:hdrcharset=UTF-8");
        archive_write_set_bytes_per_block(writer_, 0);
        opened_ = archive_write_open2(writer_, this, nullptr, &Impl::pass_on, nullptr, nullptr) ==
                  ARCHIVE_OK;
    }
    ~Impl() {
        // Freeing closes what is open; of what is not finished the end is not written, so that it
        // is no zip. (archive_write_fail would leave libarchive's own buffers behind.)
        abandoned_ = true;
        archive_write_free(writer_);
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    Result<void> begin(const std::string& path, std::uint64_t size, Packing packing) {
        if (!opened_) return failed();
        const Utf8Locale utf8;
        if (packing == Packing::deflated)
            archive_write_zip_set_compression_deflate(writer_);
        else
            archive_write_zip_set_compression_store(writer_);
        const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(
            archive_entry_new(), archive_entry_free);
        archive_entry_set_pathname_utf8(entry.get(), path.c_str());
        archive_entry_set_filetype(entry.get(), AE_IFREG);
        archive_entry_set_perm(entry.get(), 0644);
        archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
        // No time: libarchive then writes zip's first moment, whatever the machine's time zone.
        if (archive_write_header(writer_, entry.get()) != ARCHIVE_OK) return failed();
        return sunk();
    }

    Result<void> append(BytesView bytes) {
        const auto written = archive_write_data(writer_, bytes.data(), bytes.size());
        if (written != static_cast<la_ssize_t>(bytes.size())) return failed();
        return sunk();
    }

    Result<void> finish() {
        if (archive_write_close(writer_) != ARCHIVE_OK) return failed();
        return sunk();
    }

  private:
    Error failed() {
        if (sink_error_) return *sink_error_;
        return {ErrorKind::unavailable,
                fmt::format("The archive cannot be written: {}.", message_of(writer_))};
    }

    Result<void> sunk() const {
        if (sink_error_) return *sink_error_;
        return {};
    }

    /// A sink's error is kept for the caller. libarchive, which would not free everything after
    /// one, does not hear of it.
    static la_ssize_t pass_on(archive* /*writer*/, void* self, const void* data, std::size_t size) {
        auto& impl = *static_cast<Impl*>(self);
        if (!impl.sink_error_ && !impl.abandoned_) {
            const auto written = impl.sink_.write({static_cast<const std::uint8_t*>(data), size});
            if (!written) impl.sink_error_ = written.error();
        }
        return static_cast<la_ssize_t>(size);
    }

    Sink& sink_;
    archive* writer_;
    bool opened_ = false;
    bool abandoned_ = false;
    std::optional<Error> sink_error_;
};

ZipWriter::ZipWriter(Sink& sink) : impl_(std::make_unique<Impl>(sink)) {}

ZipWriter::~ZipWriter() = default;

Result<void> ZipWriter::add(const std::string& path, BytesView bytes, Packing packing) {
    if (const auto begun = begin(path, bytes.size(), packing); !begun) return begun.error();
    return append(bytes);
}

Result<void> ZipWriter::begin(const std::string& path, std::uint64_t size, Packing packing) {
    return impl_->begin(path, size, packing);
}

Result<void> ZipWriter::append(BytesView bytes) {
    return impl_->append(bytes);
}

Result<void> ZipWriter::finish() {
    return impl_->finish();
}

}  // namespace croquis::dataset
