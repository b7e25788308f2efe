#pragma once

#include <cstddef>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace croquis {

struct CsvRow {
    std::size_t line = 0;  ///< of the file, from 1, where the row begins
    std::vector<std::string> fields;
};

/// The separator that CsvReader goes by in the text that is left of `in`, which is read to its end.
char csv_separator(std::istream& in);

/// Reads CSV (RFC 4180) row by row: fields in quotes may hold separators, line ends and, doubled,
/// quotes; white space around the quotes is passed over. Rows may differ in length; those that hold
/// nothing are passed over. Lines end in LF, CRLF, CR or, as programs on Windows write by mistake,
/// CR CR LF, the last one or not; a byte order mark is passed over. The separator is what a first
/// line "sep=;" says, as Excel writes it, else the one of comma, semicolon, tab and vertical bar
/// that every row has most of outside quotes. A quote inside a bare field is a letter like any
/// other.
class CsvReader {
  public:
    /// `text` is UTF-8, and stays while it is read.
    explicit CsvReader(std::string_view text);
    /// Reads `in` as it goes, of which it holds little more than a row. `separator` is its
    /// csv_separator(); `in` stays while it is read.
    CsvReader(std::istream& in, char separator);
    CsvReader(const CsvReader&) = delete;
    CsvReader& operator=(const CsvReader&) = delete;

    /// Nothing at the end. Errors (malformed): quotes that do not end, within 64 MiB; text behind
    /// quotes; bare fields beyond 64 MiB of a row. The line after the one where the row began,
    /// which line() tells, is read then, so that one wrong quote costs no other row.
    Result<std::optional<CsvRow>> next();

    [[nodiscard]] char separator() const { return separator_; }
    /// Where the row began that next() read last, also one that is an error.
    [[nodiscard]] std::size_t line() const { return row_line_; }

  private:
    bool has(std::size_t at) { return at < text_.size() || fill(at); }
    bool fill(std::size_t at);
    bool at_end();
    void drop_what_is_read();
    Result<CsvRow> read_row();
    Result<std::string> read_field();
    Result<std::string> read_quoted();
    void skip_blanks();
    void skip_line();
    void take_line_end();

    std::istream* in_ = nullptr;  ///< none where the text is there as a whole
    std::string held_;            ///< what text_ views of `in_`
    std::string_view text_;
    char separator_ = ',';
    std::size_t at_ = 0;  ///< of text_
    std::size_t row_begin_ = 0;
    std::size_t line_ = 1;
    std::size_t row_line_ = 0;
};

/// A row with its line end (CRLF); quotes stand where they are needed, also where another separator
/// than the comma could be meant.
std::string csv_row(const std::vector<std::string>& fields);

}  // namespace croquis
