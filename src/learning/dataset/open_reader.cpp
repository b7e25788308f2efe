#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <utility>

#include "learning/dataset/json_fields.h"
#include "learning/dataset/open_tree.h"
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

std::uint64_t size_of(const fs::path& file) {
    std::error_code failed;
    const auto size = fs::file_size(file, failed);
    return failed ? 0 : size;
}

/// A table, and what it turned out to be.
struct Found {
    Table table;
    Format format;
    bool one_task = false;  ///< of Label Studio, where any object could be meant
};

Result<Found> found(Format format, Result<Table> table) {
    if (!table) return table.error();
    return Found{std::move(*table), format};
}

Result<Found> read_tasks(const TextSource& text, const ReadOptions& options) {
    return found(Format::label_studio, read_through(text, [&](std::istream& in) {
                     begin_of_json(in);
                     return read_label_studio_table(in, text.name, options.label_column);
                 }));
}

/// COCO and Datumaro are one object each; so may Label Studio's single task be.
Result<Found> read_json(const TextSource& text, const ReadOptions& options) {
    const auto begin =
        read_through(text, [](std::istream& in) { return Result<int>(begin_of_json(in)); });
    if (!begin) return begin.error();
    if (*begin != '{') return read_tasks(text, options);
    const auto members =
        JsonMembers::of(text, {"items", "images", "annotations", "categories", "media_type"});
    if (!members) return members.error();
    if (members->has_list("items")) return found(Format::datumaro, read_datumaro_table(*members));
    if (members->has_list("images")) return found(Format::coco, read_coco_table(*members));
    auto task = read_tasks(text, options);
    if (task) task->one_task = true;
    return task;
}

/// The first line, as far as a head may go.
Result<std::string> first_line(const TextSource& text) {
    constexpr std::size_t longest = std::size_t{1} << 20U;
    return read_through(text, [](std::istream& in) -> Result<std::string> {
        std::string line;
        for (int c = in.get(); c != std::istream::traits_type::eof() && c != '\n' && c != '\r' &&
                               line.size() < longest;
             c = in.get())
            line.push_back(static_cast<char>(c));
        return line;
    });
}

Result<Found> read_csv(const TextSource& text, const ReadOptions& options) {
    const auto head = first_line(text);
    if (!head) return head.error();
    if (is_label_studio_csv(*head))
        return found(Format::label_studio, read_label_studio_csv(text, options.label_column));
    return found(Format::csv, read_csv_table(text, options));
}

Result<Found> read_table(const TextSource& text, const ReadOptions& options) {
    const auto ending = extension(text.name);
    if (ending == ".json") return read_json(text, options);
    if (ending != ".xml") return read_csv(text, options);
    return found(Format::cvat, read_through(text, [&](std::istream& in) {
                     return read_cvat_table(in, text.name);
                 }));
}

Result<Found> read_table_file(const fs::path& file, std::string name, const ReadOptions& options) {
    if (size_of(file) > max_table_bytes) return larger_than(max_table_bytes);
    return read_table(file_text(file, std::move(name)), options);
}

/// Files of Hugging Face's, and the folder that they and all else are in; empty where there is
/// none.
struct MetadataFiles {
    std::vector<std::string> paths;
    std::string wrapper;
    bool alone = false;  ///< named by themselves
};

Result<std::unique_ptr<RecordReader>> open_metadata(std::unique_ptr<FileTree> tree,
                                                    const MetadataFiles& files,
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
        return open_metadata(std::move(*tree), {{name}, {}, true}, options);
    }
    if (format == Format::quickdraw) return read_quickdraw({file_text(file, name)}, size_of(file));
    if (format == Format::csv && is_strokes(file)) return read_stroke_csv(file_text(file, name));
    auto read = read_table_file(file, name, options);
    if (!read) return read.error();
    auto pictures =
        open_tree(options.pictures.empty() ? beside : options.pictures, options.archive);
    if (!pictures) return pictures.error();
    read->table.only_named = options.pictures.empty();
    return join_with_pictures(std::move(read->table), read->format, std::move(*pictures), {name},
                              options);
}

/// The files of a tree that hold records, by format. Files below a label's folder do not count.
struct Contents {
    std::vector<std::string> csv, json, ndjson, xml, metadata, lists;
    std::string synsets;
    std::string wrapper;  ///< the one folder that all files are in; empty where there is none
};

std::size_t folders_of(std::string_view path) {
    return static_cast<std::size_t>(std::count(path.begin(), path.end(), '/'));
}

void look_at(const std::string& path, Contents& contents) {
    const std::size_t deepest = contents.wrapper.empty() ? 1 : 2;
    const auto name = base_name(path);
    if (is_metadata_name(name)) {
        contents.metadata.push_back(path);
        return;
    }
    if (folders_of(path) > deepest) return;
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

/// Finds the folder that all files seen are in.
class WrapperFinder {
  public:
    void see(std::string_view path) {
        const auto slash = path.find('/');
        const auto first =
            slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
        if (!any_) folder_ = first;
        if (first != folder_) folder_.clear();
        any_ = true;
    }
    [[nodiscard]] const std::string& folder() const { return folder_; }

  private:
    std::string folder_;
    bool any_ = false;
};

Result<Contents> look_into(const FileTree& tree) {
    constexpr std::size_t deepest = 2;
    auto cursor = tree.open();
    if (!cursor) return cursor.error();
    WrapperFinder wrapper;
    std::vector<std::string> candidates;
    for (;;) {
        const auto entry = (*cursor)->next();
        if (!entry && entry.error().kind != ErrorKind::malformed) return entry.error();
        if (!entry || !*entry) break;
        const auto& path = (*entry)->path;
        if ((*entry)->is_folder || !(*entry)->refused.empty() || is_litter(path)) continue;
        wrapper.see(path);
        const bool may_count = folders_of(path) <= deepest && !is_picture_name(path);
        if (may_count || is_metadata_name(base_name(path))) candidates.push_back(path);
    }
    Contents contents;
    contents.wrapper = wrapper.folder();
    for (const auto& path : candidates) look_at(path, contents);
    return contents;
}

Result<TextSource> text_from(const FileTree& tree, const std::string& path) {
    auto cursor = tree.open();
    if (!cursor) return cursor.error();
    for (;;) {
        const auto entry = (*cursor)->next();
        if (!entry) return entry.error();
        if (!*entry) return Error{ErrorKind::not_found, fmt::format("There is no {}.", path)};
        if ((*entry)->path == path && !(*entry)->is_folder)
            return packed_text(**cursor, path, max_table_bytes);
    }
}

Result<std::unique_ptr<std::istream>> open_from(const FileTree& tree, const std::string& path) {
    const auto text = text_from(tree, path);
    if (!text) return text.error();
    return text->open();
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

/// Whether any row is about what is a picture by its name.
bool any_names_picture(Rows& rows) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto row = rows.read(i);
        if (!row.record.image.empty() ||
            is_picture_name(row.picture.substr(0, row.picture.find('?'))))
            return true;
    }
    return false;
}

/// Whether one of several files of a kind is what holds the records, and not about something else.
bool lists_pictures(Found& found) {
    auto& table = found.table;
    if (found.format == Format::csv) return table.headed || any_names_picture(table.rows);
    if (found.format == Format::coco || found.format == Format::datumaro) return true;
    return !table.rows.empty() && !found.one_task;
}

/// The one that reads this kind of file.
Format kind_of(Format format) {
    return format == Format::coco || format == Format::datumaro ? Format::label_studio : format;
}

const std::vector<std::string>& files_of(const Contents& contents, Format format) {
    if (format == Format::csv) return contents.csv;
    return format == Format::cvat ? contents.xml : contents.json;
}

/// Reads all of a tree's files of one kind, in one pass, into one table.
class TableGatherer {
  public:
    TableGatherer(const std::vector<std::string>& files, const ReadOptions& options)
        : files_(files), options_(options) {}

    /// Nothing where no file lists pictures. A single file is taken for what it should be.
    Result<std::optional<Found>> read(const FileTree& tree) {
        auto cursor = tree.open();
        if (!cursor) return cursor.error();
        const std::set<std::string> wanted(files_.begin(), files_.end());
        for (std::size_t seen = 0; seen < files_.size();) {
            const auto entry = (*cursor)->next();
            if (!entry && all_) break;  // what comes before the damage is good
            if (!entry) return entry.error();
            if (!*entry) break;
            const auto& path = (*entry)->path;
            if ((*entry)->is_folder || !wanted.contains(path)) continue;
            ++seen;
            const auto text = packed_text(**cursor, path, max_table_bytes);
            if (!text) return text.error();
            if (seen == files_.size()) cursor->reset();  // the directory takes memory too
            if (const auto taken = take(path, read_table(*text, options_)); !taken)
                return taken.error();
        }
        if (all_) end();
        return std::move(all_);
    }

    /// Why no file was taken, where one could not be read.
    [[nodiscard]] const std::optional<Error>& failed() const { return failed_; }

  private:
    Result<void> take(const std::string& path, Result<Found> found) {
        const bool alone = files_.size() == 1;
        if (!found) {
            auto error = found.error();
            if (alone) return error;
            error.detail = fmt::format("{}: {}", path, error.detail);
            if (error.kind == ErrorKind::invalid) return error;  // an option is asked for
            problems_.add(Rejected{path, found.error().detail});
            if (!failed_) failed_ = std::move(error);
            return {};
        }
        const bool is_other = options_.format &&
                              kind_of(*options_.format) == Format::label_studio &&
                              found->format != *options_.format;
        if (!alone && (is_other || !lists_pictures(*found))) {
            passed_over_.push_back(path);
            return {};
        }
        if (all_ && all_->format != found->format)
            return Error{ErrorKind::invalid,
                         fmt::format("Both {} ({}) and {} ({}) could be meant: give one of them, "
                                     "and the pictures with --pictures.",
                                     all_->table.name, to_string(all_->format), path,
                                     to_string(found->format)),
                         "path"};
        if (all_)
            add(std::move(found->table));
        else
            all_ = std::move(*found);
        all_->table.files.push_back({path, all_->table.rows.size()});
        return {};
    }

    void add(Table more) {
        auto& table = all_->table;
        table.rows.add(std::move(more.rows));
        table.problems.add(std::move(more.problems));
        for (const auto& label : more.empty_labels) table.empty_labels.add(label);
    }

    void end() {
        auto& table = all_->table;
        table.problems.add(std::move(problems_));
        if (!passed_over_.empty())
            table.problems.add(
                Remark{passed_over_.front(),
                       passed_over_.size() == 1
                           ? "It lists no pictures and was passed over."
                           : fmt::format("It and {} more list no pictures and were passed over.",
                                         passed_over_.size() - 1)});
        if (table.files.size() < 2) return;
        table.name = fmt::format("{} and {} more", table.name, table.files.size() - 1);
        if (table.empty_labels.empty()) return;
        // What one file has no picture of may be in another.
        std::set<std::string> used;
        for (std::size_t i = 0; i < table.rows.size(); ++i)
            for (const auto& label : table.rows.read(i).record.labels) used.insert(label);
        Labels unused;
        for (const auto& label : table.empty_labels)
            if (!used.contains(label)) unused.add(label);
        table.empty_labels = std::move(unused);
    }

    const std::vector<std::string>& files_;
    const ReadOptions& options_;
    std::optional<Found> all_;
    Problems problems_;
    std::vector<std::string> passed_over_;
    std::optional<Error> failed_;
};

/// A tree of which it is said what is in it.
Result<std::unique_ptr<RecordReader>> open_table_in(std::unique_ptr<FileTree> tree, Format format,
                                                    const std::vector<std::string>& files,
                                                    const ReadOptions& options) {
    TableGatherer gatherer(files, options);
    auto found = gatherer.read(*tree);
    if (!found) return found.error();
    if (!*found && gatherer.failed()) return *gatherer.failed();
    if (!*found)
        return Error{ErrorKind::invalid,
                     fmt::format("There is no file of the format {} in it.", to_string(format)),
                     "path"};
    return join(std::move((*found)->table), (*found)->format, std::move(tree), files, options);
}

/// Rows without a metadata file above them have the label of their folder.
std::string label_of_folder(std::string_view path, const MetadataFiles& metadata) {
    for (const auto& file : metadata.paths) {
        const auto folder = parent_path(file);
        if (folder.empty() || path.starts_with(fmt::format("{}/", folder))) return {};
    }
    if (!metadata.wrapper.empty()) path.remove_prefix(metadata.wrapper.size() + 1);
    auto part = path.substr(0, path.find('/'));
    if (part.size() < path.size() && is_split_name(part)) {
        path.remove_prefix(part.size() + 1);
        part = path.substr(0, path.find('/'));
    }
    if (part.size() == path.size() || is_no_label(part)) return {};
    return to_label(part).value_or("");
}

Result<std::unique_ptr<RecordReader>> open_metadata(std::unique_ptr<FileTree> tree,
                                                    const MetadataFiles& files,
                                                    const ReadOptions& options) {
    const auto wrapper = files.wrapper.empty() ? "" : files.wrapper + "/";
    std::vector<std::string> classes;
    if (const auto readme = open_from(*tree, wrapper + "README.md"))
        classes = read_class_names(**readme);
    Table table{files.paths.front(), {}, {}};
    for (const auto& file : files.paths) {
        const auto text = text_from(*tree, file);
        if (!text) return text.error();
        const auto read = read_metadata(*text, classes, options.label_column, table);
        if (!read) return read.error();
    }
    table.only_named = files.alone && options.pictures.empty();
    table.unlisted = [files](const std::string& path) { return label_of_folder(path, files); };
    return join(std::move(table), Format::hugging_face, std::move(tree), files.paths, options);
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
    texts.reserve(files.size());
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
        texts.push_back(file_text(folder / file, file));
        bytes += size_of(folder / file);
    }
    return read_quickdraw(std::move(texts), bytes);
}

/// What a tree could be, in the order in which it is tried.
std::vector<Format> formats_in(const Contents& contents) {
    if (!contents.metadata.empty()) return {Format::hugging_face};
    if (!contents.synsets.empty() && !contents.lists.empty()) return {Format::imagenet};
    std::vector<Format> formats;
    if (!contents.xml.empty()) formats.push_back(Format::cvat);
    if (!contents.ndjson.empty()) formats.push_back(Format::quickdraw);
    if (!contents.csv.empty()) formats.push_back(Format::csv);
    if (!contents.json.empty()) formats.push_back(Format::label_studio);
    formats.push_back(Format::image_folder);
    return formats;
}

bool is_table(Format format) {
    return format == Format::csv || format == Format::cvat ||
           kind_of(format) == Format::label_studio;
}

Result<std::unique_ptr<RecordReader>> open_as(Format format, const fs::path& path,
                                              std::unique_ptr<FileTree> tree,
                                              const Contents& contents,
                                              const ReadOptions& options) {
    if (is_table(format))
        return open_table_in(std::move(tree), format, files_of(contents, format), options);
    if (format == Format::hugging_face) {
        if (contents.metadata.empty()) return not_read(path);
        return open_metadata(std::move(tree), {contents.metadata, contents.wrapper}, options);
    }
    if (format == Format::imagenet) {
        if (contents.synsets.empty()) return not_read(path);
        return open_lists(std::move(tree), contents, options);
    }
    if (format == Format::quickdraw) {
        std::error_code failed;
        if (fs::is_directory(path, failed)) return open_lines_of_folder(path, contents.ndjson);
        return open_lines_in(std::move(tree), contents.ndjson);
    }
    return read_image_folder(std::move(tree), options);
}

/// Tries one after the other. What holds no records is told by the reader that is left.
Result<std::unique_ptr<RecordReader>> open_found_out(const fs::path& path,
                                                     std::unique_ptr<FileTree> tree,
                                                     const Contents& contents,
                                                     const ReadOptions& options) {
    for (const auto format : formats_in(contents)) {
        if (!is_table(format)) return open_as(format, path, std::move(tree), contents, options);
        const auto& files = files_of(contents, format);
        TableGatherer gatherer(files, options);
        auto found = gatherer.read(*tree);
        if (!found) return found.error();
        if (!*found && gatherer.failed()) {
            // Else the folders of its pictures would be taken for labels.
            auto error = *gatherer.failed();
            error.detail += " With the format imagefolder the folders are the labels.";
            return error;
        }
        if (*found)
            return join(std::move((*found)->table), (*found)->format, std::move(tree), files,
                        options);
    }
    return not_read(path);
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
    if (!fs::is_directory(path, failed) && fs::exists(path, failed) && !is_archive(path)) {
        const auto format =
            options.format ? options.format : format_of_name(path.filename().string());
        if (!format || *format == Format::image_folder) return not_read(path);
        return open_single(path, *format, options);
    }
    auto tree = open_tree(path, options.archive);
    if (!tree) return tree.error();
    const auto contents = look_into(**tree);
    if (!contents) return contents.error();
    if (options.format) return open_as(*options.format, path, std::move(*tree), *contents, options);
    return open_found_out(path, std::move(*tree), *contents, options);
}

}  // namespace croquis::dataset
