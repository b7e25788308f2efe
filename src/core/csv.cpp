#include "core/csv.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "core/text.h"

namespace croquis {
namespace {

constexpr std::array<char, 4> separators{',', ';', '\t', '|'};
constexpr std::size_t max_row_bytes = std::size_t{64} << 20U;

Error wrong(std::string what) {
    return {ErrorKind::malformed, std::move(what)};
}

Error too_long() {
    return wrong("The line has more than " + std::to_string(max_row_bytes) + " bytes.");
}

bool ends_line(char c) {
    return c == '\n' || c == '\r';
}

/// What a first line "sep=;" says, and how long it is; nothing where there is none.
struct Statement {
    char separator = 0;
    std::size_t bytes = 0;
};

Statement stated_separator(std::string_view text) {
    constexpr std::string_view name = "sep=";
    if (!text.starts_with(name) || text.size() <= name.size()) return {};
    const char separator = text[name.size()];
    const auto rest = text.substr(name.size() + 1);
    if (ends_line(separator) || (!rest.empty() && !ends_line(rest.front()))) return {};
    const std::size_t line_end = rest.starts_with("\r\n") ? 2 : rest.empty() ? 0 : 1;
    return {separator, name.size() + 1 + line_end};
}

/// Counts how often each separator stands outside quotes: at least in a row that holds something,
/// and in all.
class SeparatorCounts {
  public:
    /// The text's next part.
    void see(std::string_view part) {
        for (const char c : part) {
            if (c == '"') quoted_ = !quoted_;
            if (!quoted_ && ends_line(c)) {
                end_row();
                continue;
            }
            blank_ = blank_ && c == ' ';
            if (quoted_) continue;
            for (std::size_t i = 0; i < separators.size(); ++i) here_[i] += c == separators[i];
        }
    }

    /// The one that is used most in all that was seen.
    char most_used() {
        end_row();
        std::size_t best = 0;
        const auto uses = [&](std::size_t i) {
            return std::pair(any_row_ ? least_[i] : 0, all_[i]);
        };
        for (std::size_t i = 1; i < separators.size(); ++i)
            if (uses(best) < uses(i)) best = i;
        return separators[best];
    }

  private:
    void end_row() {
        for (std::size_t i = 0; i < separators.size(); ++i) {
            if (!blank_) least_[i] = any_row_ ? std::min(least_[i], here_[i]) : here_[i];
            all_[i] += here_[i];
            here_[i] = 0;
        }
        any_row_ = any_row_ || !blank_;
        blank_ = true;
    }

    using Counts = std::array<std::size_t, separators.size()>;
    Counts least_{}, all_{};
    Counts here_{};         ///< in the row that has begun
    bool any_row_ = false;  ///< that holds something
    bool quoted_ = false, blank_ = true;
};

/// Puts the next bytes of `in` behind those of `text`; false where there are none.
bool append_part(std::istream& in, std::string& text) {
    constexpr std::size_t part_bytes = std::size_t{64} << 10U;
    const auto before = text.size();
    text.resize(before + part_bytes);
    in.read(text.data() + before, part_bytes);
    text.resize(before + static_cast<std::size_t>(in.gcount()));
    return text.size() > before;
}

}  // namespace

char csv_separator(std::istream& in) {
    std::string part;
    append_part(in, part);
    const auto begin = without_byte_order_mark(part);
    if (const auto stated = stated_separator(begin); stated.separator != 0) {
        in.ignore(std::numeric_limits<std::streamsize>::max());
        return stated.separator;
    }
    SeparatorCounts counts;
    counts.see(begin);
    for (part.clear(); append_part(in, part); part.clear()) counts.see(part);
    return counts.most_used();
}

CsvReader::CsvReader(std::string_view text) : text_(without_byte_order_mark(text)) {
    const auto stated = stated_separator(text_);
    if (stated.separator != 0) {
        separator_ = stated.separator;
        at_ = stated.bytes;
        ++line_;
        return;
    }
    SeparatorCounts counts;
    counts.see(text_);
    separator_ = counts.most_used();
}

CsvReader::CsvReader(std::istream& in, char separator) : in_(&in), separator_(separator) {
    fill(0);
    at_ = text_.size() - without_byte_order_mark(text_).size();
    const auto stated = stated_separator(text_.substr(at_));
    if (stated.separator == 0) return;
    at_ += stated.bytes;
    ++line_;
}

Result<std::optional<CsvRow>> CsvReader::next() {
    for (;;) {
        drop_what_is_read();
        if (!has(at_)) return std::optional<CsvRow>();
        row_line_ = line_;
        auto row = read_row();
        if (!row) return row.error();
        const bool holds_something =
            row->fields.size() > 1 || !trimmed(row->fields.front()).empty();
        if (holds_something) return std::optional(std::move(*row));
    }
}

/// Whether there is something at `at` now.
bool CsvReader::fill(std::size_t at) {
    while (in_ != nullptr && at >= text_.size()) {
        const bool more = append_part(*in_, held_);
        text_ = held_;
        if (!more) in_ = nullptr;
    }
    return at < text_.size();
}

void CsvReader::drop_what_is_read() {
    if (in_ == nullptr || at_ < held_.size() / 2) return;
    held_.erase(0, at_);
    text_ = held_;
    at_ = 0;
}

bool CsvReader::at_end() {
    return !has(at_) || ends_line(text_[at_]);
}

Result<CsvRow> CsvReader::read_row() {
    row_begin_ = at_;
    CsvRow row{line_, {}};
    while (true) {
        auto field = read_field();
        if (!field) {
            // Quotes may have taken in lines that are rows of their own: those are read then.
            at_ = row_begin_;
            line_ = row.line;
            skip_line();
            return field.error();
        }
        row.fields.push_back(std::move(*field));
        if (at_end()) break;
        ++at_;  // the separator
    }
    if (has(at_)) take_line_end();
    return row;
}

void CsvReader::skip_line() {
    while (!at_end()) {
        ++at_;
        if (at_ == text_.size()) drop_what_is_read();
    }
    if (has(at_)) take_line_end();
}

Result<std::string> CsvReader::read_field() {
    const std::size_t begin = at_;
    skip_blanks();
    if (has(at_) && text_[at_] == '"') return read_quoted();
    at_ = begin;
    while (!at_end() && text_[at_] != separator_)
        if (++at_ - row_begin_ > max_row_bytes) return too_long();
    return std::string(text_.substr(begin, at_ - begin));
}

Result<std::string> CsvReader::read_quoted() {
    std::string field;
    ++at_;
    while (true) {
        if (!has(at_) || at_ - row_begin_ > max_row_bytes) return wrong("quotes that do not end");
        if (text_[at_] == '"') {
            if (!has(at_ + 1) || text_[at_ + 1] != '"') break;
            ++at_;
        }
        if (ends_line(text_[at_])) {
            const std::size_t from = at_;
            take_line_end();
            field += text_.substr(from, at_ - from);
        } else {
            field += text_[at_++];
        }
    }
    ++at_;
    skip_blanks();
    if (!at_end() && text_[at_] != separator_) return wrong("text behind quotes");
    return field;
}

void CsvReader::skip_blanks() {
    while (has(at_) && (text_[at_] == ' ' || text_[at_] == '\t') && text_[at_] != separator_) ++at_;
}

void CsvReader::take_line_end() {
    has(at_ + 2);
    const auto rest = text_.substr(at_, 3);
    at_ += rest.starts_with("\r\r\n") ? 3 : rest.starts_with("\r\n") ? 2 : 1;
    ++line_;
}

std::string csv_row(const std::vector<std::string>& fields) {
    std::string row;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (i > 0) row += ',';
        const auto& field = fields[i];
        const bool plain = field.find_first_of(",;\t|\"\r\n") == std::string::npos &&
                           !field.starts_with(' ') && !field.ends_with(' ');
        if (plain) {
            row += field;
            continue;
        }
        row += '"';
        for (const char c : field) row.append(c == '"' ? 2 : 1, c);
        row += '"';
    }
    return row + "\r\n";
}

}  // namespace croquis
