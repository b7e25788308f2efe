#include "store/postgres/copy_reader.h"

#include <algorithm>
#include <charconv>

namespace croquis::store::postgres {
namespace {

/// Of a line, so much is kept.
constexpr std::size_t most_of_a_line = 1024;

std::string_view field(std::string_view line, int number) {
    for (; number > 0; --number) line.remove_prefix(std::min(line.find('\t'), line.size() - 1) + 1);
    return line.substr(0, line.find('\t'));
}

AppliedMigration migration_of(std::string_view line) {
    AppliedMigration applied;
    const auto number = field(line, 0);
    std::from_chars(number.data(), number.data() + number.size(), applied.version);
    applied.checksum = field(line, 2);
    return applied;
}

}  // namespace

void CopyReader::add(std::string_view part) {
    while (!part.empty()) {
        const auto end = part.find('\n');
        const auto piece = part.substr(0, end);
        line_ += piece.substr(0, most_of_a_line - std::min(most_of_a_line, line_.size()));
        if (end == std::string_view::npos) return;
        end_line();
        line_.clear();
        part.remove_prefix(end + 1);
    }
}

void CopyReader::end_line() {
    if (table_.empty()) return begin_table();
    if (line_ == "\\.") return table_.clear();
    ++rows_[table_];
    if (table_ == "schema_migration" && !line_.empty()) migrations_.push_back(migration_of(line_));
}

/// COPY public.drawing (id, …) FROM stdin;
void CopyReader::begin_table() {
    constexpr std::string_view copy = "COPY ";
    if (!line_.starts_with(copy) || !line_.ends_with(" FROM stdin;")) return;
    const auto full = line_.substr(copy.size(), line_.find(" (") - copy.size());
    table_ = full.substr(full.rfind('.') + 1);
    names_[table_] = full;
    rows_[table_];
}

}  // namespace croquis::store::postgres
