#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstring>
#include <istream>
#include <optional>

#include "core/text.h"
#include "drawing/strokes.h"
#include "learning/dataset/json_fields.h"
#include "learning/dataset/readers.h"
#include "learning/dataset/text.h"

namespace croquis::dataset {
namespace {

namespace json = boost::json;

/// Of drawings with 1,000 strokes and 100,000 points, ten times as much as they need.
constexpr std::size_t max_line_bytes = std::size_t{16} << 20U;
/// Times above this are moments since 1970 and not since the drawing's start.
constexpr std::int64_t latest_start = 1'000'000'000;

Error wrong(std::string why) {
    return {ErrorKind::malformed, std::move(why)};
}

/// Subtracts the first moment from all, so that times count from the drawing's start.
void count_times_from_start(json::array& strokes) {
    std::optional<std::int64_t> start;
    for (auto& stroke : strokes) {
        auto* axes = stroke.if_array();
        if (axes == nullptr || axes->size() != 3 || !(*axes)[2].is_array()) continue;
        for (auto& time : (*axes)[2].get_array()) {
            if (!time.is_int64()) continue;
            if (!start) start = time.get_int64();
            if (*start <= latest_start) return;
            time = time.get_int64() - *start;
        }
    }
}

bool is_empty_stroke(const json::value& stroke) {
    const auto* axes = stroke.if_array();
    if (axes == nullptr) return false;
    for (const auto& axis : *axes)
        if (!axis.is_array() || !axis.get_array().empty()) return false;
    return true;
}

/// The strokes as they are kept, checked; takes out of the object those without a point.
Result<std::string> strokes_of(json::object& object) {
    auto* given = object.if_contains("drawing");
    if (given == nullptr) return wrong("There is no \"drawing\".");
    json::value& drawing = *given;
    if (drawing.is_string()) {
        json::error_code failed;
        auto told = json::parse(drawing.get_string(), failed);
        if (failed) return wrong("The drawing is a text that is not JSON.");
        drawing = std::move(told);
    }
    auto* strokes = drawing.if_array();
    if (strokes == nullptr) return wrong("The drawing is not a list of strokes.");
    for (auto at = strokes->begin(); at != strokes->end();)
        at = is_empty_stroke(*at) ? strokes->erase(at) : at + 1;
    if (strokes->empty()) return wrong("The drawing has no stroke.");
    count_times_from_start(*strokes);
    if (const auto checked = drawing::strokes_from_json(drawing); !checked) return checked.error();
    return json::serialize(drawing);
}

Result<Record> record_of(json::object object) {
    auto strokes = strokes_of(object);
    if (!strokes) return strokes.error();
    Record record;
    record.strokes = std::move(*strokes);
    record.external_id = id_in(object, "key_id");
    record.created_at = lenient_time(text_in(object, "timestamp"));
    const auto* own = object.if_contains("croquis");
    const bool is_own = own != nullptr && own->is_object();
    if (is_own) read_own_fields(own->get_object(), record);
    const auto* word = object.if_contains("word");
    if (word == nullptr) word = object.if_contains("label");  // as other programs call it
    if (word == nullptr || word->is_null()) return record;
    if (!word->is_string()) return wrong("The word is not a text.");
    auto label = to_label(word->get_string());
    if (!label) return wrong("The word is not UTF-8.");
    if (is_own)
        add_label_beside_own(record, *label);
    else if (!label->empty())
        record.labels.add(std::move(*label));
    return record;
}

/// Reads one line after the other in the same memory.
class LineParser {
  public:
    Result<Record> record_of_line(std::string_view line) {
        // A new one each time: what it takes beyond the room doubles, and release() keeps that.
        json::monotonic_resource memory(room_.data(), room_.size());
        json::error_code failed;
        parser_.reset(&memory);
        parser_.write(line.data(), line.size(), failed);
        auto value = failed ? json::value(&memory) : parser_.release();
        parser_.reset();
        if (failed) return wrong(fmt::format("It is not JSON: {}.", failed.message()));
        if (!value.is_object()) return wrong("It is not a JSON object.");
        return record_of(std::move(value.get_object()));
    }

  private:
    std::vector<unsigned char> room_ = std::vector<unsigned char>(std::size_t{64} << 10U);
    json::parser parser_;
};

/// The lines of a stream, read in blocks.
class LineReader {
  public:
    explicit LineReader(std::unique_ptr<std::istream> in) : in_(std::move(in)) {}

    /// Puts at most a little more than `most` bytes of the next line into `line`, and passes over
    /// the rest of a longer one. How many it took from the stream; 0 at its end.
    std::size_t read(std::string& line, std::size_t most) {
        line.clear();
        std::size_t taken = 0;
        for (bool ended = false; !ended && (at_ < end_ || fill());) {
            const char* const begin = block_.data() + at_;
            const auto* const newline =
                static_cast<const char*>(std::memchr(begin, '\n', end_ - at_));
            ended = newline != nullptr;
            const auto size = ended ? static_cast<std::size_t>(newline - begin) : end_ - at_;
            if (line.size() <= most) line.append(begin, size);
            const std::size_t passed = size + (ended ? 1 : 0);
            at_ += passed;
            taken += passed;
        }
        return taken;
    }

  private:
    bool fill() {
        in_->read(block_.data(), static_cast<std::streamsize>(block_.size()));
        at_ = 0;
        end_ = static_cast<std::size_t>(in_->gcount());
        return end_ > 0;
    }

    std::unique_ptr<std::istream> in_;
    std::vector<char> block_ = std::vector<char>(std::size_t{64} << 10U);
    std::size_t at_ = 0;  ///< of the block, what is not read yet
    std::size_t end_ = 0;
};

class QuickdrawReader final : public RecordReader {
  public:
    QuickdrawReader(std::vector<TextSource> texts, std::uint64_t extent)
        : texts_(std::move(texts)), extent_(extent) {}

    Result<std::optional<Item>> next() override {
        for (;;) {
            if (!in_) {
                if (next_text_ == texts_.size()) return std::optional<Item>();
                auto opened = texts_[next_text_].open();
                if (!opened) return opened.error();
                in_.emplace(std::move(*opened));
                ++next_text_;
                line_number_ = 0;
            }
            if (!read_line()) {
                in_.reset();
                continue;
            }
            if (!is_too_long() && trimmed(line_).empty()) continue;
            return std::optional(item());
        }
    }

    std::string format() const override { return "ndjson"; }
    std::uint64_t position() const override { return read_; }
    std::uint64_t extent() const override { return extent_; }
    std::size_t litter() const override { return 0; }

  private:
    bool read_line() {
        ++line_number_;
        const auto taken = in_->read(line_, max_line_bytes);
        read_ += taken;
        constexpr std::string_view mark = "\xef\xbb\xbf";
        if (line_number_ == 1 && line_.starts_with(mark)) line_.erase(0, mark.size());
        return taken > 0;
    }

    /// What of such a line was read may be spaces alone, and the rest is not.
    [[nodiscard]] bool is_too_long() const { return line_.size() > max_line_bytes; }

    Item item() {
        auto place = fmt::format("{}:{}", texts_[next_text_ - 1].name, line_number_);
        if (is_too_long())
            return Rejected{std::move(place),
                            fmt::format("The line has more than {} bytes.", max_line_bytes)};
        auto record = parser_.record_of_line(line_);
        if (!record) return Rejected{std::move(place), record.error().detail};
        record->place = std::move(place);
        return std::move(*record);
    }

    std::vector<TextSource> texts_;
    std::uint64_t extent_;
    std::size_t next_text_ = 0;
    std::optional<LineReader> in_;
    LineParser parser_;
    std::string line_;
    std::size_t line_number_ = 0;
    std::uint64_t read_ = 0;
};

}  // namespace

void read_own_fields(const json::object& own, Record& record) {
    record.suggestions.clear();
    if (const auto id = Uuid::parse(text_in(own, "id"))) record.id = *id;
    record.external_id = id_in(own, "external_id");
    record.file_name = text_in(own, "file_name");
    record.pseudonym = text_in(own, "pseudonym");
    record.source = text_in(own, "source");
    record.created_at = lenient_time(text_in(own, "created_at"));
    if (const auto* then = member(own, "label"); then != nullptr && then->is_string())
        record.label_then = text_in(own, "label");
    if (const auto* reviewed = own.if_contains("reviewed");
        reviewed != nullptr && reviewed->is_object())
        record.reviewed = Reviewed{text_in(reviewed->get_object(), "by"),
                                   lenient_time(text_in(reviewed->get_object(), "at")),
                                   text_in(reviewed->get_object(), "kind"),
                                   flag_in(reviewed->get_object(), "bulk")};
    if (const auto* said = own.if_contains("prediction"); said != nullptr && said->is_object()) {
        const auto& prediction = said->get_object();
        Suggestion suggestion{text_in(prediction, "label"), std::nullopt,
                              text_in(prediction, "model")};
        suggestion.confidence = share_in(prediction, "confidence");
        if (!suggestion.label.empty()) record.suggestions.push_back(std::move(suggestion));
    }
}

void add_label_beside_own(Record& record, const std::string& label) {
    if (label.empty()) return;
    const bool is_changed = record.label_then && label != *record.label_then;
    if (is_changed) record.reviewed.reset();
    if (record.reviewed || is_changed) record.labels.add(label);
}

Result<Record> record_of(const StrokeFields& fields) {
    return record_of(json::object{{"drawing", fields.drawing},
                                  {"word", fields.word},
                                  {"key_id", fields.key_id},
                                  {"timestamp", fields.timestamp}});
}

std::unique_ptr<RecordReader> read_quickdraw(std::vector<TextSource> texts, std::uint64_t extent) {
    return std::make_unique<QuickdrawReader>(std::move(texts), extent);
}

std::optional<Timestamp> lenient_time(std::string_view given) {
    std::string text(trimmed(given));
    if (text.size() < std::string_view("2017-03-01").size()) return std::nullopt;
    constexpr std::string_view utc = " UTC";
    if (text.ends_with(utc)) text.resize(text.size() - utc.size());
    if (text.size() == std::string_view("2017-03-01").size()) text += "T00:00:00";
    if (text[10] == ' ') text[10] = 'T';
    const auto time_of_day = std::string_view(text).substr(10);
    if (time_of_day.find_first_of("Zz+-") == std::string_view::npos) text += 'Z';
    const auto time = from_rfc3339(text);
    return time ? std::optional(*time) : std::nullopt;
}

}  // namespace croquis::dataset
