#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <utility>

#include "learning/dataset/readers.h"
#include "learning/dataset/text.h"

namespace croquis::dataset {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_table_bytes = std::size_t{1} << 30U;

constexpr std::array format_words{
    std::pair{Format::image_folder, std::string_view("imagefolder")},
    std::pair{Format::csv, std::string_view("csv")},
    std::pair{Format::quickdraw, std::string_view("ndjson")},
    std::pair{Format::label_studio, std::string_view("labelstudio")},
};

Error not_read(const fs::path& path) {
    return {ErrorKind::unsupported_media,
            fmt::format("{} is none of what is read: a folder, zip or tar.gz of pictures, a .csv, "
                        "Quick, Draw!'s .ndjson, Label Studio's .json.",
                        path.string()),
            "path"};
}

/// What a file is, by its name; nothing where it holds no records.
std::optional<Format> format_of_name(std::string_view name) {
    const auto ending = extension(name);
    if (ending == ".ndjson" || ending == ".jsonl") return Format::quickdraw;
    if (ending == ".csv" || ending == ".tsv" || ending == ".txt") return Format::csv;
    if (ending == ".json") return Format::label_studio;
    return std::nullopt;
}

Result<std::unique_ptr<std::istream>> open_file(const fs::path& file) {
    auto in = std::make_unique<std::ifstream>(file, std::ios::binary);
    if (!*in)
        return Error{ErrorKind::unavailable, fmt::format("{} cannot be read.", file.string())};
    return std::unique_ptr<std::istream>(std::move(in));
}

std::uint64_t size_of(const fs::path& file) {
    std::error_code failed;
    const auto size = fs::file_size(file, failed);
    return failed ? 0 : size;
}

Result<Table> read_table(Format format, std::istream& in, std::string name,
                         const ReadOptions& options) {
    if (format == Format::csv) return read_csv_table(in, std::move(name), options);
    return read_label_studio_table(in, std::move(name));
}

/// A file of records by itself, its pictures beside it or where the options say.
Result<std::unique_ptr<RecordReader>> open_single(const fs::path& file, Format format,
                                                  const ReadOptions& options) {
    const std::string name = file.filename().string();
    if (format == Format::quickdraw)
        return read_quickdraw({{name, [file] { return open_file(file); }}}, size_of(file));
    auto in = open_file(file);
    if (!in) return in.error();
    auto table = read_table(format, **in, name, options);
    if (!table) return table.error();
    const auto beside = file.parent_path().empty() ? fs::path(".") : file.parent_path();
    auto pictures =
        open_tree(options.pictures.empty() ? beside : options.pictures, options.archive);
    if (!pictures) return pictures.error();
    return join_with_pictures(std::move(*table), format, std::move(*pictures), {name}, options);
}

/// The files of a tree that hold records, by format. Files below a label's folder do not count.
struct Contents {
    std::vector<std::string> csv, json, ndjson;
};

Result<Contents> look_into(const FileTree& tree) {
    constexpr auto deepest = 1;
    auto cursor = tree.open();
    if (!cursor) return cursor.error();
    Contents contents;
    for (;;) {
        const auto entry = (*cursor)->next();
        if (!entry && entry.error().kind != ErrorKind::malformed) return entry.error();
        if (!entry || !*entry) return contents;
        const auto& path = (*entry)->path;
        const auto depth = std::count(path.begin(), path.end(), '/');
        const bool counts = !(*entry)->is_folder && (*entry)->refused.empty() && !is_litter(path);
        if (!counts || depth > deepest) continue;
        const auto ending = extension(path);
        if (ending == ".csv" || ending == ".tsv") contents.csv.push_back(path);
        if (ending == ".json" && base_name(path) != "manifest.json") contents.json.push_back(path);
        if (ending == ".ndjson") contents.ndjson.push_back(path);
    }
}

Result<Bytes> read_from(const FileTree& tree, const std::string& path) {
    auto cursor = tree.open();
    if (!cursor) return cursor.error();
    for (;;) {
        const auto entry = (*cursor)->next();
        if (!entry) return entry.error();
        if (!*entry) return Error{ErrorKind::not_found, fmt::format("There is no {}.", path)};
        if ((*entry)->path == path && !(*entry)->is_folder) return (*cursor)->read(max_table_bytes);
    }
}

Result<std::unique_ptr<std::istream>> open_from(const FileTree& tree, const std::string& path) {
    const auto bytes = read_from(tree, path);
    if (!bytes) return bytes.error();
    return std::unique_ptr<std::istream>(
        std::make_unique<std::istringstream>(std::string(as_text(*bytes))));
}

Result<std::unique_ptr<RecordReader>> open_table_in(std::unique_ptr<FileTree> tree, Format format,
                                                    const std::vector<std::string>& files,
                                                    const ReadOptions& options) {
    if (files.size() != 1)
        return Error{
            ErrorKind::invalid,
            files.empty()
                ? fmt::format("There is no file of the format {} in it.", to_string(format))
                : fmt::format("Both {} and {} could be meant: give one of them, and the "
                              "pictures with --pictures.",
                              files[0], files[1]),
            "path"};
    auto in = open_from(*tree, files.front());
    if (!in) return in.error();
    auto table = read_table(format, **in, files.front(), options);
    if (!table) return table.error();
    if (!options.pictures.empty()) {
        auto pictures = open_tree(options.pictures, options.archive);
        if (!pictures) return pictures.error();
        return join_with_pictures(std::move(*table), format, std::move(*pictures), {}, options);
    }
    return join_with_pictures(std::move(*table), format, std::move(tree), files, options);
}

std::unique_ptr<RecordReader> open_lines_in(std::unique_ptr<FileTree> tree,
                                            const std::vector<std::string>& files) {
    const std::shared_ptr<FileTree> shared(std::move(tree));
    std::vector<TextSource> texts;
    for (const auto& file : files)
        texts.push_back({file, [shared, file] { return open_from(*shared, file); }});
    return read_quickdraw(std::move(texts), 0);
}

/// Lines of a folder's files are read as they are asked for; of an archive's, a file at a time.
std::unique_ptr<RecordReader> open_lines_of_folder(const fs::path& folder,
                                                   const std::vector<std::string>& files) {
    std::vector<TextSource> texts;
    std::uint64_t bytes = 0;
    for (const auto& file : files) {
        texts.push_back({file, [path = folder / file] { return open_file(path); }});
        bytes += size_of(folder / file);
    }
    return read_quickdraw(std::move(texts), bytes);
}

Format format_of(const Contents& contents) {
    if (!contents.ndjson.empty()) return Format::quickdraw;
    if (contents.csv.size() == 1) return Format::csv;
    if (contents.json.size() == 1) return Format::label_studio;
    return Format::image_folder;
}

}  // namespace

std::optional<Format> format_from(std::string_view word) {
    for (const auto& [format, name] : format_words)
        if (name == word) return format;
    return std::nullopt;
}

std::string_view to_string(Format format) {
    for (const auto& [each, name] : format_words)
        if (each == format) return name;
    return {};
}

Result<std::unique_ptr<RecordReader>> open_reader(const fs::path& path,
                                                  const ReadOptions& options) {
    std::error_code failed;
    const bool is_folder = fs::is_directory(path, failed);
    if (!is_folder && fs::exists(path, failed) && !is_archive(path)) {
        const auto format =
            options.format ? options.format : format_of_name(path.filename().string());
        if (!format || *format == Format::image_folder) return not_read(path);
        return open_single(path, *format, options);
    }
    auto tree = open_tree(path, options.archive);
    if (!tree) return tree.error();
    const auto contents = look_into(**tree);
    if (!contents) return contents.error();
    switch (options.format.value_or(format_of(*contents))) {
        case Format::csv:
            return open_table_in(std::move(*tree), Format::csv, contents->csv, options);
        case Format::label_studio:
            return open_table_in(std::move(*tree), Format::label_studio, contents->json, options);
        case Format::quickdraw:
            if (is_folder) return open_lines_of_folder(path, contents->ndjson);
            return open_lines_in(std::move(*tree), contents->ndjson);
        case Format::image_folder:
            break;
    }
    return read_image_folder(std::move(*tree), options);
}

}  // namespace croquis::dataset
