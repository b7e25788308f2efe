#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/characters.h"
#include "core/csv.h"
#include "core/text.h"
#include "learning/dataset/json_fields.h"
#include "learning/dataset/readers.h"
#include "learning/dataset/text.h"

namespace croquis::dataset {
namespace {

constexpr std::size_t none = static_cast<std::size_t>(-1);

/// In English and French; "id" is the last.
const std::vector<std::string_view> path_names{
    "path",      "file", "filename",  "image",   "images",       "media",  "uri",
    "imagename", "url",  "imagepath", "fichier", "nomdefichier", "chemin", "id"};
const std::vector<std::string_view> label_names{
    "label",     "labelname", "class",   "classname", "classid",   "category",
    "tag",       "target",    "word",    "breed",     "étiquette", "Étiquette",
    "etiquette", "libellé",   "libelle", "classe",    "catégorie", "categorie"};

/// A heading as it is compared: without case, blanks and underscores.
std::string plain(std::string_view heading) {
    std::string text;
    for (const char c : trimmed(heading)) {
        if (c == '_' || c == ' ' || c == '-') continue;
        text.push_back(lower_case(c));
    }
    return text;
}

const std::vector<std::string_view> id_names{"externalid", "id", "keyid"};
const std::vector<std::string_view> date_names{"createdat",  "date",      "datecaptured",
                                               "capturedat", "timestamp", "datetime"};
const std::vector<std::string_view> pseudonym_names{"pseudonym", "authorid", "participant",
                                                    "participantid", "subjectid"};
/// These may hold names of people, which are not kept.
const std::vector<std::string_view> author_names{"author", "authorname", "artist"};

/// Where everything stands in a row; `none` where there is no such column.
struct Columns {
    std::size_t path = none;
    std::size_t label = none;
    std::size_t external_id = none, created_at = none, pseudonym = none;
    // Of an export of Croquis:
    std::size_t id = none, file_name = none, source = none, reviewed = none, tagged_by = none;
    std::size_t tagged_at = none, predicted = none, confidence = none, model = none;
    std::size_t kind = none, bulk = none;
};

std::size_t find_heading(const std::vector<std::string>& headings, std::string_view name) {
    const auto found = std::find_if(headings.begin(), headings.end(),
                                    [&](const auto& heading) { return plain(heading) == name; });
    return found == headings.end() ? none : static_cast<std::size_t>(found - headings.begin());
}

bool has_heading(const std::vector<std::string>& cells,
                 const std::vector<std::string_view>& names) {
    return std::any_of(cells.begin(), cells.end(), [&](const auto& cell) {
        return std::find(names.begin(), names.end(), plain(cell)) != names.end();
    });
}

/// "id" alone could be a value.
bool is_header(const std::vector<std::string>& cells) {
    const std::vector<std::string_view> sure(path_names.begin(), path_names.end() - 1);
    return has_heading(cells, sure) ||
           (has_heading(cells, path_names) && has_heading(cells, label_names));
}

/// The one column of several possible names; several are for a person to choose from.
Result<std::size_t> one_of(const std::vector<std::string>& headings,
                           const std::vector<std::string_view>& names, const std::string& chosen,
                           const char* option) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < headings.size(); ++i) {
        const auto name = plain(headings[i]);
        const bool wanted = chosen.empty()
                                ? std::find(names.begin(), names.end(), name) != names.end()
                                : trimmed(headings[i]) == chosen;
        if (wanted) found.push_back(i);
    }
    if (found.size() > 1) {
        // An id beside a path is no path.
        std::erase_if(found, [&](std::size_t i) { return plain(headings[i]) == "id"; });
        if (found.size() == 1) return found.front();
        return Error{ErrorKind::invalid,
                     fmt::format("The columns \"{}\" and \"{}\" could both be meant: say which "
                                 "with --{}.",
                                 headings[found[0]], headings[found[1]], option),
                     option};
    }
    if (found.empty() && !chosen.empty())
        return Error{ErrorKind::invalid, fmt::format("There is no column \"{}\".", chosen), option};
    return found.empty() ? none : found.front();
}

void find_own_columns(const std::vector<std::string>& headings, Columns& columns) {
    columns.id = find_heading(headings, "croquisid");
    if (columns.id == none) return;
    columns.external_id = find_heading(headings, "externalid");
    columns.file_name = find_heading(headings, "filename");
    columns.created_at = find_heading(headings, "createdat");
    columns.source = find_heading(headings, "source");
    columns.pseudonym = find_heading(headings, "pseudonym");
    columns.reviewed = find_heading(headings, "reviewed");
    columns.tagged_by = find_heading(headings, "taggedby");
    columns.tagged_at = find_heading(headings, "taggedat");
    columns.predicted = find_heading(headings, "predicted");
    columns.confidence = find_heading(headings, "confidence");
    columns.model = find_heading(headings, "model");
    columns.kind = find_heading(headings, "kind");
    columns.bulk = find_heading(headings, "bulk");
}

/// The first of these that is a heading and is not taken yet.
std::size_t first_heading(const std::vector<std::string>& headings,
                          const std::vector<std::string_view>& names, const Columns& taken) {
    for (const auto name : names)
        if (const auto at = find_heading(headings, name);
            at != none && at != taken.path && at != taken.label)
            return at;
    return none;
}

Error no_path_column() {
    return {ErrorKind::invalid,
            "None of the columns is called as one of pictures is (path, file, image): say which "
            "with --path-column.",
            "path-column"};
}

Result<Columns> columns_of(const std::vector<std::string>& headings, const ReadOptions& options) {
    Columns columns;
    find_own_columns(headings, columns);
    if (columns.id != none) {
        columns.path = find_heading(headings, "path");
        columns.label = find_heading(headings, "label");
        return columns;
    }
    const auto path = one_of(headings, path_names, options.path_column, "path-column");
    if (!path) return path.error();
    const auto label = one_of(headings, label_names, options.label_column, "label-column");
    if (!label) return label.error();
    columns.path = *path;
    columns.label = *label;
    if (columns.path == none) return no_path_column();
    columns.external_id = first_heading(headings, id_names, columns);
    columns.created_at = first_heading(headings, date_names, columns);
    columns.pseudonym = first_heading(headings, pseudonym_names, columns);
    return columns;
}

std::string cell(const std::vector<std::string>& cells, std::size_t column) {
    return column < cells.size() ? std::string(trimmed(cells[column])) : std::string();
}

std::optional<float> share(const std::string& text) {
    float value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = failed == std::errc() && end == text.data() + text.size();
    return whole && value >= 0 && value <= 1 ? std::optional(value) : std::nullopt;
}

/// What an export of Croquis says besides. A label that nobody reviewed is the model's.
void read_own_cells(const std::vector<std::string>& cells, const Columns& columns, Record& record) {
    if (const auto id = Uuid::parse(cell(cells, columns.id))) record.id = *id;
    record.external_id = cell(cells, columns.external_id);
    record.file_name = cell(cells, columns.file_name);
    record.created_at = lenient_time(cell(cells, columns.created_at));
    record.source = cell(cells, columns.source);
    record.pseudonym = cell(cells, columns.pseudonym);
    const auto predicted = cell(cells, columns.predicted);
    if (!predicted.empty())
        record.suggestions.push_back(
            {predicted, share(cell(cells, columns.confidence)), cell(cells, columns.model)});
    if (cell(cells, columns.reviewed) == "true")
        record.reviewed =
            Reviewed{cell(cells, columns.tagged_by), lenient_time(cell(cells, columns.tagged_at)),
                     cell(cells, columns.kind), cell(cells, columns.bulk) == "true"};
    else
        record.labels.clear();
}

Result<Row> row_of(const std::vector<std::string>& cells, const Columns& columns,
                   const std::string& place) {
    Row row;
    row.record.place = place;
    row.picture = cell(cells, columns.path);
    if (row.picture.empty()) return Error{ErrorKind::invalid, "The line names no picture."};
    auto label = to_label(cell(cells, columns.label));
    if (!label || !is_utf8(row.picture))
        return Error{ErrorKind::malformed, "The line is not UTF-8."};
    if (!label->empty()) row.record.labels.add(std::move(*label));
    if (columns.id != none) {
        read_own_cells(cells, columns, row.record);
    } else {
        row.record.external_id = cell(cells, columns.external_id);
        row.record.created_at = lenient_time(cell(cells, columns.created_at));
        row.record.pseudonym = cell(cells, columns.pseudonym);
    }
    if (auto picture = embedded_picture(row.picture)) {
        if (!*picture) return picture->error();
        row.record.image = std::move(**picture);
    }
    return row;
}

/// Reads the rows of a text, the first of which may be its head.
class PathLabelTable final {
  public:
    PathLabelTable(std::string name, const ReadOptions& options)
        : options_(options), table_{std::move(name), {}, {}} {}

    Result<Table> read(CsvReader& rows) {
        for (;;) {
            const auto row = rows.next();
            const auto place = fmt::format("{}:{}", table_.name, rows.line());
            if (!row) {
                table_.problems.add(Rejected{place, row.error().detail});
                continue;
            }
            if (!*row) break;
            if (const auto read = take((*row)->fields, place); !read) return read.error();
        }
        warn_of_dates();
        return std::move(table_);
    }

  private:
    Result<void> take(const std::vector<std::string>& cells, const std::string& place) {
        // Where a column is named, there is a head.
        const bool told = !options_.path_column.empty() || !options_.label_column.empty();
        if (!columns_ && (told || is_header(cells))) return begin(cells, place);
        if (!columns_) columns_ = Columns{.path = 0, .label = 1};
        const auto row = row_of(cells, *columns_, place);
        if (!row) {
            table_.problems.add(Rejected{place, row.error().detail});
            return {};
        }
        if (const auto date = cell(cells, columns_->created_at);
            !date.empty() && !row->record.created_at && bad_dates_++ == 0)
            bad_date_ = {place, date};
        table_.rows.add(*row);
        return {};
    }

    Result<void> begin(const std::vector<std::string>& head, const std::string& place) {
        const auto found = columns_of(head, options_);
        if (!found) return found.error();
        columns_ = *found;
        table_.headed = true;
        if (columns_->id != none) return {};
        std::vector<std::string> others;
        for (std::size_t i = 0; i < head.size(); ++i) {
            if (i != columns_->path && i != columns_->label && !trimmed(head[i]).empty())
                others.emplace_back(trimmed(head[i]));
            const bool is_author = std::find(author_names.begin(), author_names.end(),
                                             plain(head[i])) != author_names.end();
            if (is_author && columns_->pseudonym == none && i != columns_->label)
                table_.problems.add(Remark{
                    place,
                    fmt::format("\"{}\" may hold people's names and was passed over; call it "
                                "\"pseudonym\" to keep it.",
                                trimmed(head[i]))});
        }
        if (columns_->label == none && !others.empty())
            table_.problems.add(Remark{
                place, fmt::format("None of the columns is called as one of labels is (label, "
                                   "class, tag): the drawings come without a label. Say which of "
                                   "{} holds them with --label-column.",
                                   fmt::join(others, ", "))});
        return {};
    }

    void warn_of_dates() {
        if (bad_dates_ > 0)
            table_.problems.add(
                Remark{bad_date_.first,
                       fmt::format("\"{}\" is no date that is read (2026-07-31, or with "
                                   "T10:00:00Z); the drawing comes without it, and {} more.",
                                   bad_date_.second, bad_dates_ - 1)});
    }

    const ReadOptions& options_;
    Table table_;
    std::optional<Columns> columns_;
    std::size_t bad_dates_ = 0;
    std::pair<std::string, std::string> bad_date_;  ///< the first's place and text
};

}  // namespace

bool is_label_heading(std::string_view heading) {
    return std::find(label_names.begin(), label_names.end(), plain(heading)) != label_names.end();
}

Result<Table> read_csv_table(const TextSource& text, const ReadOptions& options) {
    const auto utf8 = as_utf8(text);
    if (!utf8) return utf8.error();
    return read_rows(
        *utf8, [&](CsvReader& rows) { return PathLabelTable(utf8->name, options).read(rows); });
}

}  // namespace croquis::dataset
