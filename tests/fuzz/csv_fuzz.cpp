#include "core/csv.h"

#include <sstream>

#include "core/bytes.h"
#include "core/text.h"
#include "fuzz/target.h"

namespace {

std::string quoted(const croquis::CsvTable& table) {
    std::string text = std::string("sep=") + table.separator + "\n";
    for (const auto& row : table.rows) {
        for (std::size_t i = 0; i < row.fields.size(); ++i) {
            if (i > 0) text += table.separator;
            text += '"';
            for (const char c : row.fields[i])
                text += c == '"' ? std::string("\"\"") : std::string(1, c);
            text += '"';
        }
        text += "\r\n";
    }
    return text;
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
    const auto table = parse_csv(as_text({data, size}));
    (void)folded(as_text({data, size}));
    if (!table) {
        fuzz::require(table.error().kind == ErrorKind::malformed, "an error of another kind");
        return 0;
    }
    if (table->separator == '"' || table->separator == ' ') return 0;
    const auto again = parse_csv(quoted(*table));
    fuzz::require(again && again->rows.size() == table->rows.size(), "rows are lost");
    for (std::size_t i = 0; i < table->rows.size(); ++i)
        fuzz::require(again->rows[i].fields == table->rows[i].fields, "a row differs");
    return 0;
}
