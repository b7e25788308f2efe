#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <utility>

#include "core/files.h"
#include "learning/dataset/archive.h"
#include "learning/dataset/json_fields.h"
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
    std::pair{Format::coco, std::string_view("coco")},
    std::pair{Format::datumaro, std::string_view("datumaro")},
    std::pair{Format::cvat, std::string_view("cvat")},
    std::pair{Format::imagenet, std::string_view("imagenet")},
    std::pair{Format::hugging_face, std::string_view("huggingface")},
};

Error not_read(const fs::path& path) {
    return {ErrorKind::unsupported_media,
            fmt::format("{} is none of what is read: a folder, zip or tar.gz of pictures, a .csv, "
                        "Quick, Draw!'s .ndjson, the .json of Label Studio, COCO or Datumaro, "
                        "CVAT's .xml.",
                        path.string()),
            "path"};
}

/// What a file is, by its name; nothing where it holds no records.
std::optional<Format> format_of_name(std::string_view name) {
    const auto ending = extension(name);
    if (ending == ".ndjson" || ending == ".jsonl") return Format::quickdraw;
    if (ending == ".csv" || ending == ".tsv" || ending == ".txt") return Format::csv;
    if (ending == ".json") return Format::label_studio;
    if (ending == ".xml") return Format::cvat;
    return std::nullopt;
}

/// Exactly these, as Hugging Face's datasets have it.
bool is_metadata_name(std::string_view name) {
    return name == "metadata.jsonl" || name == "metadata.csv";
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

/// A table, and what it turned out to be.
struct Found {
    Table table;
    Format format;
};

Result<Found> found(Format format, Result<Table> table) {
    if (!table) return table.error();
    return Found{std::move(*table), format};
}

/// The first byte that is neither blank nor a byte order mark; what was passed over may be so
/// everywhere.
int first_byte(std::istream& in) {
    while (in.peek() == 0xef || in.peek() == 0xbb || in.peek() == 0xbf || in.peek() == ' ' ||
           in.peek() == '\n' || in.peek() == '\r' || in.peek() == '\t')
        in.get();
    return in.peek();
}

/// COCO and Datumaro are one object each; so may Label Studio's single task be.
Result<Found> read_json(std::istream& in, std::string name) {
    if (first_byte(in) != '{')
        return found(Format::label_studio, read_label_studio_table(in, std::move(name)));
    const auto object = read_object(in);
    if (!object) return object.error();
    if (list_in(*object, "items") != nullptr)
        return found(Format::datumaro, read_datumaro_table(*object, std::move(name)));
    if (list_in(*object, "images") != nullptr)
        return found(Format::coco, read_coco_table(*object, std::move(name)));
    std::istringstream single(boost::json::serialize(*object));
    return found(Format::label_studio, read_label_studio_table(single, std::move(name)));
}

Result<Found> read_table(std::istream& in, std::string name, const ReadOptions& options) {
    const auto ending = extension(name);
    if (ending == ".json") return read_json(in, std::move(name));
    if (ending == ".xml") return found(Format::cvat, read_cvat_table(in, std::move(name)));
    const std::string text(std::istreambuf_iterator<char>(in), {});
    if (is_label_studio_csv(text))
        return found(Format::label_studio, read_label_studio_csv(text, std::move(name)));
    std::istringstream again(text);
    return found(Format::csv, read_csv_table(again, std::move(name), options));
}

Result<std::unique_ptr<RecordReader>> open_metadata(std::unique_ptr<FileTree> tree,
                                                    const std::vector<std::string>& files,
                                                    const ReadOptions& options);

bool is_strokes(const fs::path& file) {
    constexpr std::size_t head_bytes = 4096;
    std::ifstream in(file, std::ios::binary);
    std::string head(head_bytes, '\0');
    in.read(head.data(), head_bytes);
    head.resize(static_cast<std::size_t>(in.gcount()));
    return is_stroke_csv(head);
}

/// A file of records by itself, its pictures beside it or where the options say.
Result<std::unique_ptr<RecordReader>> open_single(const fs::path& file, Format format,
                                                  const ReadOptions& options) {
    const std::string name = file.filename().string();
    const auto beside = file.parent_path().empty() ? fs::path(".") : file.parent_path();
    if (is_metadata_name(name)) {
        auto tree = open_tree(beside, options.archive);
        if (!tree) return tree.error();
        return open_metadata(std::move(*tree), {name}, options);
    }
    if (format == Format::quickdraw)
        return read_quickdraw({{name, [file] { return open_file(file); }}}, size_of(file));
    if (format == Format::csv && is_strokes(file)) {
        auto text = read_file(file, max_table_bytes, "path");
        if (!text) return text.error();
        return read_stroke_csv(std::move(*text), name);
    }
    if (size_of(file) > max_table_bytes) return larger_than(max_table_bytes);
    auto in = open_file(file);
    if (!in) return in.error();
    auto read = read_table(**in, name, options);
    if (!read) return read.error();
    auto pictures =
        open_tree(options.pictures.empty() ? beside : options.pictures, options.archive);
    if (!pictures) return pictures.error();
    return join_with_pictures(std::move(read->table), read->format, std::move(*pictures), {name},
                              options);
}

/// The files of a tree that hold records, by format. Files below a label's folder do not count.
struct Contents {
    std::vector<std::string> csv, json, ndjson, xml, metadata, lists;
    std::string synsets;
};

void look_at(const std::string& path, Contents& contents) {
    constexpr auto deepest = 1;
    const auto name = base_name(path);
    if (is_metadata_name(name)) {
        contents.metadata.push_back(path);
        return;
    }
    if (std::count(path.begin(), path.end(), '/') > deepest) return;
    const auto ending = extension(path);
    if (ending == ".csv" || ending == ".tsv") contents.csv.push_back(path);
    if (ending == ".json" && name != "manifest.json" && name != "dataset_meta.json")
        contents.json.push_back(path);
    if (ending == ".ndjson") contents.ndjson.push_back(path);
    if (ending == ".xml" && name != "label_config.xml") contents.xml.push_back(path);
    if (name == "synsets.txt")
        contents.synsets = path;
    else if (ending == ".txt")
        contents.lists.push_back(path);
}

Result<Contents> look_into(const FileTree& tree) {
    auto cursor = tree.open();
    if (!cursor) return cursor.error();
    Contents contents;
    for (;;) {
        const auto entry = (*cursor)->next();
        if (!entry && entry.error().kind != ErrorKind::malformed) return entry.error();
        if (!entry || !*entry) return contents;
        const auto& path = (*entry)->path;
        if (!(*entry)->is_folder && (*entry)->refused.empty() && !is_litter(path))
            look_at(path, contents);
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

/// With the pictures of the tree, or those that the options name.
Result<std::unique_ptr<RecordReader>> join(Table table, Format format,
                                           std::unique_ptr<FileTree> tree,
                                           const std::vector<std::string>& skipped,
                                           const ReadOptions& options) {
    if (options.pictures.empty())
        return join_with_pictures(std::move(table), format, std::move(tree), skipped, options);
    auto pictures = open_tree(options.pictures, options.archive);
    if (!pictures) return pictures.error();
    return join_with_pictures(std::move(table), format, std::move(*pictures), {}, options);
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
    auto read = read_table(**in, files.front(), options);
    if (!read) return read.error();
    return join(std::move(read->table), read->format, std::move(tree), files, options);
}

/// Rows without a metadata file above them have the label of their folder.
std::string label_of_folder(std::string_view path, const std::vector<std::string>& metadata) {
    for (const auto& file : metadata) {
        const auto folder = parent_path(file);
        if (folder.empty() || path.starts_with(std::string(folder) + "/")) return {};
    }
    auto part = path.substr(0, path.find('/'));
    if (part.size() < path.size() && is_split_name(part)) {
        path.remove_prefix(part.size() + 1);
        part = path.substr(0, path.find('/'));
    }
    if (part.size() == path.size() || is_no_label(part)) return {};
    return to_label(part).value_or("");
}

Result<std::unique_ptr<RecordReader>> open_metadata(std::unique_ptr<FileTree> tree,
                                                    const std::vector<std::string>& files,
                                                    const ReadOptions& options) {
    std::vector<std::string> classes;
    if (const auto readme = open_from(*tree, "README.md")) classes = read_class_names(**readme);
    Table table{files.front(), {}, {}};
    for (const auto& file : files) {
        const auto in = open_from(*tree, file);
        if (!in) return in.error();
        read_metadata(**in, file, classes, table);
    }
    table.unlisted = [files](const std::string& path) { return label_of_folder(path, files); };
    return join(std::move(table), Format::hugging_face, std::move(tree), files, options);
}

/// CVAT's "ImageNet": lists of pictures and the numbers of their labels.
Result<std::unique_ptr<RecordReader>> open_lists(std::unique_ptr<FileTree> tree,
                                                 const Contents& contents,
                                                 const ReadOptions& options) {
    const auto synsets = open_from(*tree, contents.synsets);
    if (!synsets) return synsets.error();
    std::vector<std::string> labels;
    for (std::string line; std::getline(**synsets, line);)
        if (const auto label = to_label(line); label && !label->empty()) labels.push_back(*label);
    Table table{contents.synsets, {}, {}};
    for (const auto& file : contents.lists) {
        const auto in = open_from(*tree, file);
        if (!in) return in.error();
        read_imagenet_list(**in, file, labels, table);
    }
    auto skipped = contents.lists;
    skipped.push_back(contents.synsets);
    return join(std::move(table), Format::imagenet, std::move(tree), skipped, options);
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
    if (!contents.metadata.empty()) return Format::hugging_face;
    if (!contents.synsets.empty() && !contents.lists.empty()) return Format::imagenet;
    if (contents.xml.size() == 1) return Format::cvat;
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
        case Format::coco:
        case Format::datumaro:
            return open_table_in(std::move(*tree), Format::label_studio, contents->json, options);
        case Format::cvat:
            return open_table_in(std::move(*tree), Format::cvat, contents->xml, options);
        case Format::hugging_face:
            if (contents->metadata.empty()) return not_read(path);
            return open_metadata(std::move(*tree), contents->metadata, options);
        case Format::imagenet:
            if (contents->synsets.empty()) return not_read(path);
            return open_lists(std::move(*tree), *contents, options);
        case Format::quickdraw:
            if (is_folder) return open_lines_of_folder(path, contents->ndjson);
            return open_lines_in(std::move(*tree), contents->ndjson);
        case Format::image_folder:
            break;
    }
    return read_image_folder(std::move(*tree), options);
}

}  // namespace croquis::dataset
