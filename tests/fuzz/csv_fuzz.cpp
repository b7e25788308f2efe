#include "core/csv.h"

#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/text.h"
#include "fuzz/target.h"

namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string quoted(const Rows& rows, char separator) {
    std::string text = std::string("sep=") + separator + "\n";
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (i > 0) text += separator;
            text += '"';
            for (const char c : row[i]) text += c == '"' ? std::string("\"\"") : std::string(1, c);
            text += '"';
        }
        text += "\r\n";
    }
    return text;
}

/// Nothing where a row cannot be read.
std::optional<Rows> rows_of(croquis::CsvReader& reader) {
    Rows rows;
    for (;;) {
        auto row = reader.next();
        if (!row) {
            croquis::fuzz::require(row.error().kind == croquis::ErrorKind::malformed,
                                   "an error of another kind");
            return std::nullopt;
        }
        if (!*row) return rows;
        rows.push_back(std::move((*row)->fields));
    }
}

/// Rows and errors, with their lines.
std::string all_of(croquis::CsvReader& reader) {
    std::string told(1, reader.separator());
    for (;;) {
        const auto row = reader.next();
        if (row && !*row) return told;
        told += "\n" + std::to_string(reader.line()) + ":";
        if (!row) told += row.error().detail;
        for (std::size_t i = 0; row && i < (*row)->fields.size(); ++i)
            told += "[" + (*row)->fields[i] + "]";
    }
}

}  // namespace

/// CSV: what was read, written with every field in quotes, is read the same; a stream is read as
/// its text.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace croquis;
    const std::string text(as_text({data, size}));
    std::istringstream for_separator(text);
    std::istringstream for_rows(text);
    CsvReader parts(for_rows, csv_separator(for_separator));
    CsvReader whole(text);
    fuzz::require(all_of(parts) == all_of(whole), "a stream is read otherwise");
    (void)folded(text);
    CsvReader reader(text);
    const auto rows = rows_of(reader);
    const char separator = reader.separator();
    if (!rows || separator == '"' || separator == ' ') return 0;
    const auto rewritten = quoted(*rows, separator);
    CsvReader again(rewritten);
    fuzz::require(rows_of(again) == rows, "what was read is read otherwise when written again");
    return 0;
}
