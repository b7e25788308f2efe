#include <fmt/format.h>

#include "core/csv.h"
#include "core/text.h"
#include "learning/dataset/readers.h"
#include "learning/dataset/text.h"

namespace croquis::dataset {
namespace {

/// The game's strokes in a table, as Kaggle's Doodle contest gives them: read by the names of the
/// columns, in any order.
class StrokeCsvReader final : public RecordReader {
  public:
    StrokeCsvReader(std::unique_ptr<std::istream> in, char separator, std::string name)
        : in_(std::move(in)), name_(std::move(name)), rows_(*in_, separator) {
        if (auto head = rows_.next(); head && *head)
            for (const auto& field : (*head)->fields) head_.push_back(folded(field));
    }

    Result<std::optional<Item>> next() override {
        if (remark_) {
            std::optional<Item> item(std::move(*remark_));
            remark_.reset();
            return item;
        }
        const auto row = rows_.next();
        const auto place = fmt::format("{}:{}", name_, rows_.line());
        if (!row) return std::optional<Item>(Rejected{place, row.error().detail});
        if (!*row && in_->bad()) return unreadable(name_);
        if (!*row) return std::optional<Item>();
        read_ = rows_.line();
        StrokeFields fields;
        fields.drawing = cell((*row)->fields, "drawing");
        fields.word = cell((*row)->fields, "word");
        fields.key_id = cell((*row)->fields, "key_id");
        fields.timestamp = cell((*row)->fields, "timestamp");
        if (fields.key_id.find_first_not_of("0123456789") != std::string::npos) {
            // A spreadsheet made 5.15280E+15 of it, which is no one's id.
            remark_ = Remark{place,
                             fmt::format("The id {} is not whole and was dropped.", fields.key_id)};
            fields.key_id.clear();
        }
        auto record = record_of(fields);
        if (!record) {
            remark_.reset();
            return std::optional<Item>(Rejected{place, record.error().detail});
        }
        record->place = place;
        return std::optional<Item>(std::move(*record));
    }

    std::string format() const override { return "csv"; }
    std::uint64_t position() const override { return 0; }
    std::uint64_t extent() const override { return 0; }
    std::size_t litter() const override { return 0; }

  private:
    [[nodiscard]] std::string cell(const std::vector<std::string>& fields,
                                   std::string_view column) const {
        for (std::size_t i = 0; i < head_.size() && i < fields.size(); ++i)
            if (head_[i] == column) return std::string(trimmed(fields[i]));
        return {};
    }

    std::unique_ptr<std::istream> in_;
    std::string name_;
    CsvReader rows_;
    std::vector<std::string> head_;
    std::optional<Remark> remark_;
    std::size_t read_ = 0;
};

}  // namespace

bool is_stroke_csv(std::string_view beginning) {
    const auto line = beginning.substr(0, beginning.find_first_of("\r\n"));
    CsvReader reader(line);
    const auto head = reader.next();
    if (!head || !*head) return false;
    bool has_drawing = false;
    bool has_key = false;
    for (const auto& field : (*head)->fields) {
        has_drawing = has_drawing || folded(field) == "drawing";
        has_key = has_key || folded(field) == "key_id" || folded(field) == "word";
    }
    return has_drawing && has_key;
}

Result<std::unique_ptr<RecordReader>> read_stroke_csv(const TextSource& text) {
    const auto separator =
        read_through(text, [](std::istream& in) { return Result<char>(csv_separator(in)); });
    if (!separator) return separator.error();
    auto in = text.open();
    if (!in) return in.error();
    return std::unique_ptr<RecordReader>(
        std::make_unique<StrokeCsvReader>(std::move(*in), *separator, text.name));
}

}  // namespace croquis::dataset
