#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "drawing/decode.h"
#include "drawing/strokes.h"
#include "learning/dataset/archive.h"

namespace croquis::dataset {

inline void write_file(const std::filesystem::path& file, const std::string& bytes) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << bytes;
}

/// A small picture, another for each number.
inline std::string picture(int number = 0) {
    const auto at = static_cast<float>(number);
    const drawing::Strokes strokes{{{0, 0}, {100, at}, {50, 80}, {at / 2, 20}}};
    const auto png = drawing::encode_png(drawing::rasterise(strokes, 24, drawing::Pen{2}, 2));
    return std::string(as_text(png.value()));
}

class FileSink final : public ZipWriter::Sink {
  public:
    explicit FileSink(const std::filesystem::path& file) : out_(file, std::ios::binary) {}
    Result<void> write(BytesView bytes) override {
        out_ << as_text(bytes);
        return {};
    }

  private:
    std::ofstream out_;
};

struct Member {
    std::string name;
    std::string bytes;
    bool deflated = false;
};

inline void make_zip(const std::filesystem::path& file, const std::vector<Member>& members) {
    FileSink sink(file);
    ZipWriter zip(sink);
    for (const auto& [name, bytes, deflated] : members)
        zip.add(name, as_bytes(bytes),
                deflated ? ZipWriter::Packing::deflated : ZipWriter::Packing::stored)
            .value();
    zip.finish().value();
}

/// A tar.gz with entries of any kind: type is libarchive's, a link's bytes are where it leads.
class TarGz {
  public:
    explicit TarGz(const std::filesystem::path& file) : tar_(archive_write_new()) {
        archive_write_add_filter_gzip(tar_);
        archive_write_set_format_pax_restricted(tar_);
        archive_write_open_filename(tar_, file.c_str());
    }
    ~TarGz() { archive_write_free(tar_); }
    TarGz(const TarGz&) = delete;
    TarGz& operator=(const TarGz&) = delete;

    void add(const std::string& name, const std::string& bytes, unsigned type = AE_IFREG) {
        archive_entry* entry = archive_entry_new();
        archive_entry_set_pathname(entry, name.c_str());
        archive_entry_set_perm(entry, 0644);
        archive_entry_set_filetype(entry, type);
        const bool is_file = type == AE_IFREG;
        archive_entry_set_size(entry, is_file ? static_cast<la_int64_t>(bytes.size()) : 0);
        if (type == AE_IFLNK) archive_entry_set_symlink(entry, bytes.c_str());
        archive_write_header(tar_, entry);
        if (is_file) archive_write_data(tar_, bytes.data(), bytes.size());
        archive_entry_free(entry);
    }
    void add_hard_link(const std::string& name, const std::string& to) {
        archive_entry* entry = archive_entry_new();
        archive_entry_set_pathname(entry, name.c_str());
        archive_entry_set_perm(entry, 0644);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_hardlink(entry, to.c_str());
        archive_write_header(tar_, entry);
        archive_entry_free(entry);
    }

  private:
    archive* tar_;
};

}  // namespace croquis::dataset
