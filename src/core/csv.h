#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace croquis {

struct CsvRow {
    std::size_t line = 0;  ///< of the file, from 1, where the row begins
    std::vector<std::string> fields;
};

struct CsvTable {
    char separator = ',';
    std::vector<CsvRow> rows;  ///< without those that hold nothing
};

/// Reads CSV (RFC 4180): fields in quotes may hold separators, line ends and, doubled, quotes;
/// white space around the quotes is passed over. Rows may differ in length. Lines end in LF, CRLF
/// or CR, the last one or not; a byte order mark is passed over. The separator is what a first line
/// "sep=;" says, as Excel writes it, else the one of comma, semicolon and tab that the first row
/// has most of outside quotes. A quote inside a bare field is a letter like any other. Errors
/// (malformed, with the line): quotes that do not end, text behind them, text that is in UTF-16.
Result<CsvTable> parse_csv(std::string_view text);

}  // namespace croquis
