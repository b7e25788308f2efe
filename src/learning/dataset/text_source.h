#pragma once

#include <filesystem>
#include <functional>
#include <istream>
#include <memory>
#include <string>
#include <type_traits>

#include "core/csv.h"
#include "core/error.h"
#include "learning/dataset/file_tree.h"

/// Texts that are read a part at a time, however long they are.
namespace croquis::dataset {

/// A text, and what its place is called in reports. It can be read from its beginning as often as
/// it is asked for, by one after the other.
struct TextSource {
    std::string name;
    /// Errors: unavailable.
    std::function<Result<std::unique_ptr<std::istream>>()> open;
};

/// A file, opened for each reading.
TextSource file_text(const std::filesystem::path& file, std::string name);

/// What is left of `in`, packed in memory.
TextSource packed_text(std::istream& in, std::string name);
/// The file that `cursor` returned last, packed in memory. Errors: those of TreeCursor::read.
Result<TextSource> packed_text(TreeCursor& cursor, std::string name, std::size_t max_bytes);

/// The same text as UTF-8, whichever Unicode form its byte order mark says that it is in. Errors:
/// unavailable; malformed, where it is not what the mark says.
Result<TextSource> as_utf8(TextSource source);

Error unreadable(const std::string& name);

/// What `read`, which returns a Result, makes of the text. Errors: its own; unavailable.
template <class Read>
std::invoke_result_t<Read, std::istream&> read_through(const TextSource& source, Read read) {
    const auto in = source.open();
    if (!in) return in.error();
    auto result = read(**in);
    if ((*in)->bad()) return unreadable(source.name);
    return result;
}

/// What `read`, which returns a Result, makes of the rows of a CSV. Errors: its own; unavailable.
template <class Read>
std::invoke_result_t<Read, CsvReader&> read_rows(const TextSource& text, Read read) {
    const auto separator =
        read_through(text, [](std::istream& in) { return Result<char>(csv_separator(in)); });
    if (!separator) return separator.error();
    return read_through(text, [&](std::istream& in) {
        CsvReader rows(in, *separator);
        return read(rows);
    });
}

}  // namespace croquis::dataset
