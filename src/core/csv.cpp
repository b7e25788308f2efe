#include "core/csv.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.h"

namespace croquis {
namespace {

constexpr std::array<char, 3> separators{',', ';', '\t'};

Error wrong(std::size_t line, const char* what) {
    return {ErrorKind::malformed, "line " + std::to_string(line) + ": " + what};
}

bool ends_line(char c) {
    return c == '\n' || c == '\r';
}

/// Takes a first line "sep=;" off the front; 0 where there is none.
char stated_separator(std::string_view& text, std::size_t& line) {
    constexpr std::string_view name = "sep=";
    if (!text.starts_with(name) || text.size() <= name.size()) return 0;
    const char separator = text[name.size()];
    std::string_view rest = text.substr(name.size() + 1);
    if (ends_line(separator) || (!rest.empty() && !ends_line(rest.front()))) return 0;
    if (rest.starts_with("\r\n"))
        rest.remove_prefix(2);
    else if (!rest.empty())
        rest.remove_prefix(1);
    ++line;
    text = rest;
    return separator;
}

/// How often a character stands outside quotes: at least in a row that holds something, and in all.
std::pair<std::size_t, std::size_t> uses_of(char separator, std::string_view text) {
    std::size_t least = std::string_view::npos, all = 0, here = 0;
    bool quoted = false, blank = true;
    const auto end_row = [&] {
        if (!blank) least = std::min(least, here);
        all += here;
        here = 0;
        blank = true;
    };
    for (const char c : text) {
        if (c == '"') quoted = !quoted;
        if (!quoted && ends_line(c)) {
            end_row();
            continue;
        }
        blank = blank && c == ' ';
        if (!quoted && c == separator) ++here;
    }
    end_row();
    return {least == std::string_view::npos ? 0 : least, all};
}

char likely_separator(std::string_view text) {
    return *std::max_element(separators.begin(), separators.end(),
                             [&](char a, char b) { return uses_of(a, text) < uses_of(b, text); });
}

class Reader {
  public:
    Reader(std::string_view text, char separator, std::size_t line)
        : text_(text), separator_(separator), line_(line) {}

    Result<std::vector<CsvRow>> run() {
        std::vector<CsvRow> rows;
        while (at_ < text_.size()) {
            CsvRow row{line_, {}};
            if (auto read = read_row(row); !read) return read.error();
            const bool holds_something =
                row.fields.size() > 1 || !trimmed(row.fields.front()).empty();
            if (holds_something) rows.push_back(std::move(row));
        }
        return rows;
    }

  private:
    [[nodiscard]] bool at_end() const { return at_ == text_.size() || ends_line(text_[at_]); }

    Result<void> read_row(CsvRow& row) {
        while (true) {
            auto field = read_field();
            if (!field) return field.error();
            row.fields.push_back(std::move(*field));
            if (at_end()) break;
            ++at_;  // the separator
        }
        if (at_ < text_.size()) take_line_end();
        return {};
    }

    Result<std::string> read_field() {
        const std::size_t begin = at_;
        skip_blanks();
        if (at_ < text_.size() && text_[at_] == '"') return read_quoted();
        at_ = begin;
        while (!at_end() && text_[at_] != separator_) ++at_;
        return std::string(text_.substr(begin, at_ - begin));
    }

    Result<std::string> read_quoted() {
        const std::size_t begun = line_;
        std::string field;
        ++at_;
        while (true) {
            if (at_ == text_.size()) return wrong(begun, "quotes that do not end");
            if (text_[at_] == '"') {
                if (at_ + 1 == text_.size() || text_[at_ + 1] != '"') break;
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
        if (!at_end() && text_[at_] != separator_) return wrong(line_, "text behind quotes");
        return field;
    }

    void skip_blanks() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t') &&
               text_[at_] != separator_)
            ++at_;
    }

    void take_line_end() {
        at_ += text_.substr(at_).starts_with("\r\n") ? 2 : 1;
        ++line_;
    }

    std::string_view text_;
    char separator_;
    std::size_t at_ = 0;
    std::size_t line_;
};

}  // namespace

Result<CsvTable> parse_csv(std::string_view text) {
    if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"))
        return wrong(1, "the text is in UTF-16; save it as UTF-8");
    text = without_byte_order_mark(text);
    std::size_t line = 1;
    CsvTable table;
    const char stated = stated_separator(text, line);
    table.separator = stated != 0 ? stated : likely_separator(text);
    auto rows = Reader(text, table.separator, line).run();
    if (!rows) return rows.error();
    table.rows = std::move(*rows);
    return table;
}

}  // namespace croquis
