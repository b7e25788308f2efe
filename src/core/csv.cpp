#include "core/csv.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.h"

namespace croquis {
namespace {

constexpr std::array<char, 4> separators{',', ';', '\t', '|'};

Error wrong(std::string what) {
    return {ErrorKind::malformed, std::move(what)};
}

Error wrong_at(std::size_t line, const std::string& what) {
    return wrong("line " + std::to_string(line) + ": " + what);
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

}  // namespace

CsvReader::CsvReader(std::string_view text) : text_(without_byte_order_mark(text)) {
    const char stated = stated_separator(text_, line_);
    separator_ = stated != 0 ? stated : likely_separator(text_);
}

Result<std::optional<CsvRow>> CsvReader::next() {
    while (at_ < text_.size()) {
        row_line_ = line_;
        auto row = read_row();
        if (!row) return row.error();
        const bool holds_something =
            row->fields.size() > 1 || !trimmed(row->fields.front()).empty();
        if (holds_something) return std::optional(std::move(*row));
    }
    return std::optional<CsvRow>();
}

bool CsvReader::at_end() const {
    return at_ == text_.size() || ends_line(text_[at_]);
}

Result<CsvRow> CsvReader::read_row() {
    const std::size_t begin = at_;
    CsvRow row{line_, {}};
    while (true) {
        auto field = read_field();
        if (!field) {
            // Quotes may have taken in lines that are rows of their own: those are read then.
            at_ = begin;
            line_ = row.line;
            while (!at_end()) ++at_;
            if (at_ < text_.size()) take_line_end();
            return field.error();
        }
        row.fields.push_back(std::move(*field));
        if (at_end()) break;
        ++at_;  // the separator
    }
    if (at_ < text_.size()) take_line_end();
    return row;
}

Result<std::string> CsvReader::read_field() {
    const std::size_t begin = at_;
    skip_blanks();
    if (at_ < text_.size() && text_[at_] == '"') return read_quoted();
    at_ = begin;
    while (!at_end() && text_[at_] != separator_) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
}

Result<std::string> CsvReader::read_quoted() {
    std::string field;
    ++at_;
    while (true) {
        if (at_ == text_.size()) return wrong("quotes that do not end");
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
    if (!at_end() && text_[at_] != separator_) return wrong("text behind quotes");
    return field;
}

void CsvReader::skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t') &&
           text_[at_] != separator_)
        ++at_;
}

void CsvReader::take_line_end() {
    const auto rest = text_.substr(at_);
    at_ += rest.starts_with("\r\r\n") ? 3 : rest.starts_with("\r\n") ? 2 : 1;
    ++line_;
}

Result<CsvTable> parse_csv(std::string_view text) {
    if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"))
        return wrong_at(1, "the text is in UTF-16; save it as UTF-8");
    CsvReader reader(text);
    CsvTable table{reader.separator(), {}};
    while (true) {
        auto row = reader.next();
        if (!row) return wrong_at(reader.line(), row.error().detail);
        if (!*row) return table;
        table.rows.push_back(std::move(**row));
    }
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
