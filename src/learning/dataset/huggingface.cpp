#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <istream>
#include <iterator>

#include "core/csv.h"
#include "core/text.h"
#include "learning/dataset/json_fields.h"
#include "learning/dataset/readers.h"
#include "learning/dataset/text.h"

/// Hugging Face's folders with metadata.jsonl or metadata.csv beside the pictures.
namespace croquis::dataset {
namespace {

namespace json = boost::json;

std::size_t indent_of(std::string_view line) {
    return std::min(line.find_first_not_of(' '), line.size());
}

std::string unquoted(std::string_view text) {
    text = trimmed(text);
    const bool quoted = text.size() > 1 && text.front() == text.back() &&
                        (text.front() == '\'' || text.front() == '"');
    return std::string(quoted ? text.substr(1, text.size() - 2) : text);
}

/// A label as text, or as the number of a class. Text that is a number stays text.
Result<std::string> label_of(const json::value& value, const std::vector<std::string>& classes) {
    if (value.is_null()) return std::string();
    if (value.is_string()) {
        auto label = to_label(value.get_string());
        if (label) return std::move(*label);
        return Error{ErrorKind::malformed, "The label is not UTF-8."};
    }
    if (!value.is_int64()) return Error{ErrorKind::malformed, "The label is no text."};
    const auto number = value.get_int64();
    if (number == -1) return std::string();  // datasets' own "no label"
    if (classes.empty()) return std::to_string(number);
    if (number < 0 || static_cast<std::size_t>(number) >= classes.size())
        return Error{ErrorKind::invalid, fmt::format("There is no class {}: README.md names {}.",
                                                     number, classes.size())};
    return classes[static_cast<std::size_t>(number)];
}

class Metadata {
  public:
    Metadata(std::string name, const std::vector<std::string>& classes,
             const std::string& label_column, Table& table)
        : name_(std::move(name)),
          folder_(parent_path(name_)),
          classes_(classes),
          label_column_(label_column),
          table_(table) {}

    void add(const std::string& file_name, const std::vector<json::value>& labels, std::size_t line,
             const json::object* own = nullptr) {
        const auto place = fmt::format("{}:{}", name_, line);
        const auto path = tree_path(file_name);
        if (file_name.empty()) return reject(place, "The line names no file.");
        if (!path) return reject(place, path.error().detail);
        Row row;
        row.record.place = place;
        row.picture = folder_.empty() ? *path : fmt::format("{}/{}", folder_, *path);
        if (own != nullptr) read_own_fields(*own, row.record);
        const bool is_own = row.record.id.has_value();
        for (const auto& value : labels) {
            const auto label = label_of(value, classes_);
            if (!label)
                table_.problems.add(
                    Remark{place, label.error().detail + " The drawing comes without it."});
            else if (is_own)
                add_label_beside_own(row.record, *label);
            else if (!label->empty())
                row.record.labels.add(*label);
        }
        table_.rows.add(row);
    }

    void reject(const std::string& place, std::string why) {
        table_.problems.add(Rejected{place, std::move(why)});
    }

    void read_lines(std::istream& in) {
        std::string line;
        for (std::size_t number = 1; std::getline(in, line); ++number) {
            const auto text = trimmed(without_byte_order_mark(line));
            if (text.empty()) continue;
            json::error_code failed;
            const auto value = json::parse(text, failed);
            if (failed || !value.is_object()) {
                reject(fmt::format("{}:{}", name_, number),
                       failed ? fmt::format("It is not JSON: {}.", failed.message())
                              : "It is not a JSON object.");
                continue;
            }
            const auto& object = value.get_object();
            std::vector<std::string> head;
            for (const auto& each : object) head.emplace_back(each.key());
            std::vector<json::value> labels;
            for (const auto& column : label_columns(head)) {
                const auto& said = object.at(column);
                if (const auto* several = said.if_array(); several != nullptr)
                    labels.insert(labels.end(), several->begin(), several->end());
                else
                    labels.push_back(said);
            }
            add(text_in(object, "file_name"), labels, number, object_in(object, "croquis"));
        }
        warn_of_no_label();
    }

    void read_csv(CsvReader& rows) {
        std::vector<std::string> head;
        std::vector<std::string> columns;
        for (;;) {
            const auto row = rows.next();
            if (!row) {
                reject(fmt::format("{}:{}", name_, rows.line()), row.error().detail);
                continue;
            }
            if (!*row) return warn_of_no_label();
            if (head.empty()) {
                for (const auto& field : (*row)->fields) head.emplace_back(trimmed(field));
                columns = label_columns(head);
                continue;
            }
            const auto cell = [&](std::string_view column) {
                const auto at = std::find(head.begin(), head.end(), column) - head.begin();
                const auto index = static_cast<std::size_t>(at);
                return index < (*row)->fields.size() ? std::string(trimmed((*row)->fields[index]))
                                                     : std::string();
            };
            std::vector<json::value> labels;
            labels.reserve(columns.size());
            for (const auto& column : columns) labels.emplace_back(cell(column));
            add(cell("file_name"), labels, rows.line());
        }
    }

  private:
    /// Those of a line's columns that hold its labels.
    std::vector<std::string> label_columns(const std::vector<std::string>& head) {
        std::vector<std::string> columns;
        for (const auto& each : head) {
            const bool wanted =
                label_column_.empty() ? each == "label" || each == "labels" : each == label_column_;
            if (wanted) columns.push_back(each);
        }
        if (columns.empty() && label_column_.empty())
            std::copy_if(head.begin(), head.end(), std::back_inserter(columns), is_label_heading);
        if (columns.size() > 1 && columns.front() != "label" && columns.front() != "labels")
            columns.clear();
        has_labels_ = has_labels_ || !columns.empty();
        for (const auto& each : head)
            if (each != "file_name" && each != "croquis") add_other(each);
        return columns;
    }

    void add_other(const std::string& column) {
        if (others_.size() < most_columns_told &&
            std::find(others_.begin(), others_.end(), column) == others_.end())
            others_.push_back(column);
    }

    void warn_of_no_label() {
        if (has_labels_ || others_.empty()) return;
        const auto wanted = label_column_.empty() ? std::string("label") : label_column_;
        table_.problems.add(
            Remark{name_, fmt::format("There is no \"{}\" in it: the drawings come without a "
                                      "label. Say which of {} holds them with --label-column.",
                                      wanted, fmt::join(others_, ", "))});
    }

    std::string name_;
    std::string folder_;
    const std::vector<std::string>& classes_;
    const std::string& label_column_;
    Table& table_;
    bool has_labels_ = false;
    static constexpr std::size_t most_columns_told = 50;
    std::vector<std::string> others_;  ///< columns
};

}  // namespace

std::vector<std::string> read_class_names(std::istream& readme) {
    std::vector<std::string> names;
    std::optional<std::size_t> indent;  ///< of "names:", once seen
    std::string line;
    while (std::getline(readme, line)) {
        auto text = trimmed(line);
        if (!indent) {
            if (text == "names:") indent = indent_of(line);
            continue;
        }
        if (text.empty() || indent_of(line) < *indent || text == "---") break;
        if (text.starts_with("- ")) {
            names.push_back(unquoted(text.substr(2)));
            continue;
        }
        const auto colon = text.find(':');
        if (colon == std::string_view::npos || indent_of(line) == *indent) break;
        const auto key = unquoted(text.substr(0, colon));
        std::size_t number = 0;
        const auto [end, failed] = std::from_chars(key.data(), key.data() + key.size(), number);
        if (failed != std::errc() || end != key.data() + key.size() || number != names.size())
            break;
        names.push_back(unquoted(text.substr(colon + 1)));
    }
    return names;
}

Result<void> read_metadata(const TextSource& text, const std::vector<std::string>& classes,
                           const std::string& label_column, Table& table) {
    Metadata metadata(text.name, classes, label_column, table);
    if (extension(text.name) == ".csv")
        return read_rows(text, [&](CsvReader& rows) -> Result<void> {
            metadata.read_csv(rows);
            return {};
        });
    return read_through(text, [&](std::istream& in) -> Result<void> {
        metadata.read_lines(in);
        return {};
    });
}

}  // namespace croquis::dataset
