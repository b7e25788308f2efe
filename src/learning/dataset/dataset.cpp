#include "learning/dataset/dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>

#include "core/bytes.h"
#include "core/csv.h"
#include "core/text.h"
#include "drawing/decode.h"
#include "drawing/strokes.h"
#include "learning/dataset/fingerprint.h"
#include "learning/dataset/open_tree.h"
#include "learning/dataset/reader.h"
#include "learning/dataset/text_source.h"

namespace croquis::learning {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

/// One line of Quick, Draw!'s form; nothing where the game did not recognise it and only what it
/// did is asked for.
Result<std::optional<LabelledDrawing>> parse_drawing(const std::string& line,
                                                     bool only_recognized) {
    json::error_code failed;
    const auto value = json::parse(line, failed);
    const auto* object = failed ? nullptr : value.if_object();
    const auto* word = object == nullptr ? nullptr : object->if_contains("word");
    const auto* drawn = object == nullptr ? nullptr : object->if_contains("drawing");
    if (word == nullptr || !word->is_string() || drawn == nullptr)
        return Error{ErrorKind::malformed, "not an object with \"word\" and \"drawing\""};
    const auto* recognized = object->if_contains("recognized");
    if (only_recognized && recognized != nullptr && recognized->is_bool() &&
        !recognized->get_bool())
        return std::optional<LabelledDrawing>();
    auto strokes = drawing::strokes_from_json(*drawn);
    if (!strokes) return strokes.error();
    const auto* id = object->if_contains("key_id");
    return std::optional<LabelledDrawing>(
        {id != nullptr && id->is_string() ? std::string(id->get_string()) : std::string(),
         std::string(word->get_string()), std::move(*strokes)});
}

/// Which columns of a CSV hold what.
struct Columns {
    std::size_t path = 0;
    std::size_t label = 1;
};

/// Nothing where the row is no head.
std::optional<Columns> head_of(const CsvRow& row) {
    static const std::set<std::string_view> paths{"path", "file", "filename", "image", "picture"};
    static const std::set<std::string_view> labels{"label", "class", "tag", "word"};
    std::optional<std::size_t> path, label;
    for (std::size_t i = 0; i < row.fields.size(); ++i) {
        const auto name = folded(row.fields[i]);
        if (!path && paths.contains(name)) path = i;
        if (!label && labels.contains(name)) label = i;
    }
    if (!path || !label) return std::nullopt;
    return Columns{*path, *label};
}

/// A path may hold separators without quotes where nothing but a label follows it.
void join_path(CsvRow& row, char separator) {
    while (row.fields.size() > 2) {
        row.fields[0] += separator + row.fields[1];
        row.fields.erase(row.fields.begin() + 1);
    }
}

class DatasetReader {
  public:
    explicit DatasetReader(const DatasetOptions& options) : options_(options) {
        for (const auto& label : options.labels) labels_.emplace(folded(label), label);
        for (const auto& [word, label] : options.map) map_.emplace(folded(word), label);
    }

    void read_ndjson(const fs::path& file) {
        std::ifstream in(file);
        std::size_t number = 0;
        for (std::string line; std::getline(in, line);) {
            ++number;
            if (number == 1) line = without_byte_order_mark(line);
            if (trimmed(line).empty()) continue;
            if (const auto read = read_drawing(line); !read)
                data.unreadable.push_back(fmt::format("{}:{}: {}", file.filename().string(), number,
                                                      read.error().detail));
        }
    }

    void read_picture(const fs::path& file, const std::string& label) {
        if (const auto read = decode_picture(file, label); !read)
            data.unreadable.push_back(fmt::format("{}: {}", file.string(), read.error().detail));
    }

    void read_csv(const fs::path& file) {
        const auto name = file.filename().string();
        const auto text = dataset::as_utf8(dataset::file_text(file, name));
        const auto read = text ? dataset::read_rows(
                                     *text, [&](CsvReader& rows) { return read_table(file, rows); })
                               : text.error();
        if (!read) data.unreadable.push_back(fmt::format("{}: {}", name, read.error().detail));
    }

    /// All of what open_reader() reads; what has no label there has `label`, where that is not
    /// empty.
    Result<void> read_records(const fs::path& file, const std::string& label = {}) {
        const auto records = dataset::open_reader(file, {});
        if (!records) return records.error();
        for (;;) {
            const auto item = (*records)->next();
            if (!item) return item.error();
            if (!*item) return {};
            if (const auto* rejected = std::get_if<dataset::Rejected>(&**item))
                tell_unreadable(file, rejected->place, rejected->reason);
            if (const auto* record = std::get_if<dataset::Record>(&**item); record != nullptr)
                if (const auto read = read_record(file, *record, label); !read)
                    tell_unreadable(file, record->place, read.error().detail);
        }
    }

    Dataset data;

  private:
    /// What a word stands for, which is one of the labels where it means one.
    [[nodiscard]] std::string mapped(const std::string& word) const {
        const auto found = map_.find(folded(word));
        const std::string meant = found == map_.end() ? word : found->second;
        const auto label = labels_.find(folded(meant));
        return label == labels_.end() ? std::string(trimmed(meant)) : label->second;
    }

    Result<void> read_table(const fs::path& file, CsvReader& rows) {
        std::optional<Columns> columns;
        bool may_join = true;
        for (;;) {
            auto row = rows.next();
            if (!row) {
                data.unreadable.push_back(fmt::format("{}:{}: {}", file.filename().string(),
                                                      rows.line(), row.error().detail));
                continue;
            }
            if (!*row) return {};
            if (!columns) {
                const auto head = head_of(**row);
                columns = head.value_or(Columns{});
                // Which fields are the path's is plain where the head names two columns, or there
                // is none.
                may_join = !head || ((*row)->fields.size() == 2 && columns->path == 0);
                if (head) continue;
            }
            if (may_join) join_path(**row, rows.separator());
            read_row(file, **row, *columns);
        }
    }

    void read_row(const fs::path& file, const CsvRow& row, const Columns& columns) {
        if (std::max(columns.path, columns.label) >= row.fields.size()) {
            data.unreadable.push_back(
                fmt::format("{}:{}: a line is path,label", file.filename().string(), row.line));
            return;
        }
        read_picture(file.parent_path() / trimmed(row.fields[columns.path]),
                     row.fields[columns.label]);
    }

    Result<void> read_drawing(const std::string& line) {
        auto read = parse_drawing(line, options_.only_recognized);
        if (!read) return read.error();
        if (!*read) return {};
        auto& drawn = **read;
        const auto image = drawing::on_canvas(drawn.strokes);
        return add(std::move(drawn.id), drawn.word, image);
    }

    Result<void> decode_picture(const fs::path& file, const std::string& label) {
        std::ifstream in(file, std::ios::binary);
        if (!in) return Error{ErrorKind::not_found, "cannot be read"};
        const Bytes bytes(std::istreambuf_iterator<char>(in), {});
        const auto decoded = drawing::decode(bytes);
        if (!decoded) return decoded.error();
        return add(file.string(), label, decoded->image);
    }

    void tell_unreadable(const fs::path& file, const std::string& place,
                         const std::string& reason) {
        data.unreadable.push_back(
            fmt::format("{}: {}: {}", file.filename().string(), place, reason));
    }

    Result<void> read_record(const fs::path& file, const dataset::Record& record,
                             const std::string& otherwise) {
        const auto labels = record.labels.empty() && !otherwise.empty() ? dataset::Labels{otherwise}
                                                                        : record.labels;
        if (labels.size() != 1 || record.disagreed) {
            ++data.not_one_label;
            return {};
        }
        auto id = record.external_id.empty() ? file.filename().string() + ":" + record.place
                                             : record.external_id;
        if (!record.image.empty()) {
            const auto decoded = drawing::decode(record.image);
            return decoded ? add(std::move(id), labels.front(), decoded->image) : decoded.error();
        }
        const auto strokes = drawing::parse_strokes(record.strokes);
        return strokes ? add(std::move(id), labels.front(), drawing::on_canvas(*strokes))
                       : strokes.error();
    }

    [[nodiscard]] bool is_left_out(const std::string& id, const drawing::Image& image) const {
        const auto& known = options_.leave_out;
        return !known.empty() &&
               (known.contains(id) || known.contains(fingerprint(dark_on_light(image))));
    }

    Result<void> add(std::string id, const std::string& word, const drawing::Image& image) {
        if (is_left_out(id, image)) {
            ++data.left_out;
            return {};
        }
        const auto input = drawing::normalise(image);
        if (!input) return input.error();
        data.examples.push_back({std::move(id), mapped(word), *input});
        return {};
    }

    const DatasetOptions& options_;
    std::map<std::string, std::string> labels_;  ///< by folded name
    std::map<std::string, std::string> map_;     ///< by folded word
};

std::vector<fs::path> sorted_entries(const fs::path& folder) {
    std::vector<fs::path> entries;
    for (const auto& entry : fs::directory_iterator(folder)) entries.push_back(entry.path());
    std::sort(entries.begin(), entries.end());
    return entries;
}

/// One of a folder's. Where it cannot be read it is named, and the others are read.
void read_archive(const fs::path& file, DatasetReader& reader) {
    const auto name = file.filename().string();
    if (const auto read = reader.read_records(file, name.substr(0, name.find('.'))); !read)
        reader.data.unreadable.push_back(file.filename().string() + ": " + read.error().detail);
}

void read_folder(const fs::path& folder, DatasetReader& reader) {
    for (const auto& entry : sorted_entries(folder)) {
        if (entry.extension() == ".ndjson") reader.read_ndjson(entry);
        if (fs::is_regular_file(entry) && dataset::is_archive(entry)) read_archive(entry, reader);
        if (!fs::is_directory(entry)) continue;
        for (const auto& picture : sorted_entries(entry))
            if (fs::is_regular_file(picture))
                reader.read_picture(picture, entry.filename().string());
    }
}

}  // namespace

Result<Dataset> load_dataset(const fs::path& path, const DatasetOptions& options) {
    std::error_code failed;
    if (!fs::exists(path, failed))
        return Error{ErrorKind::not_found, "There is no " + path.string() + ".", "data"};
    DatasetReader reader(options);
    if (fs::is_directory(path, failed))
        read_folder(path, reader);
    else if (path.extension() == ".ndjson")
        reader.read_ndjson(path);
    else if (path.extension() == ".csv")
        reader.read_csv(path);
    else if (const auto read = reader.read_records(path); !read)
        return Error{read.error().kind, read.error().detail, "data"};
    if (reader.data.examples.empty() && reader.data.left_out > 0)
        return Error{ErrorKind::invalid,
                     fmt::format("The model has learnt from {} in {}.",
                                 reader.data.left_out == 1
                                     ? "the only drawing"
                                     : fmt::format("all {} drawings", reader.data.left_out),
                                 path.string()),
                     "data"};
    if (reader.data.examples.empty()) {
        const auto& why = reader.data.unreadable;
        return Error{ErrorKind::invalid,
                     fmt::format("There is not one readable drawing in {}{}.", path.string(),
                                 why.empty() ? "" : ": " + why.front()),
                     "data"};
    }
    return std::move(reader.data);
}

Result<Example> to_example(LabelledDrawing drawn) {
    const auto input = drawing::normalise(drawing::on_canvas(drawn.strokes));
    if (!input) return input.error();
    return Example{std::move(drawn.id), std::move(drawn.word), *input};
}

}  // namespace croquis::learning
