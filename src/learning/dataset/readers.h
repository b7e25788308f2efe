#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "learning/dataset/reader.h"

/// The readers behind open_reader(), a format each.
namespace croquis::dataset {

/// A folder a label: [wrapper/][train|val|test/]label/[folders/]picture.
Result<std::unique_ptr<RecordReader>> read_image_folder(std::unique_ptr<FileTree> tree,
                                                        const ReadOptions& options);

/// A text of lines, and what its place is called in reports.
struct TextSource {
    std::string name;
    std::function<Result<std::unique_ptr<std::istream>>()> open;
};

/// Quick, Draw!'s lines, raw or simplified, of one text after the other; `extent` bytes together, 0
/// where it is not known.
std::unique_ptr<RecordReader> read_quickdraw(std::vector<TextSource> texts, std::uint64_t extent);

/// What a file says of one picture. record.image is empty, unless the file holds the picture too.
struct Row {
    std::string picture;  ///< as the file names it
    Record record;
};

/// A file of rows, read.
struct Table {
    std::string name;
    std::vector<Row> rows;
    std::vector<Item> problems;  ///< of rows that could not be read
};

/// Reads path,label lines. Errors: malformed; invalid, where the columns cannot be told.
Result<Table> read_csv_table(std::istream& in, std::string name, const ReadOptions& options);

/// Reads a Label Studio export (JSON) of image classification. Errors: malformed.
Result<Table> read_label_studio_table(std::istream& in, std::string name);

/// Finds the rows' pictures among the files of `pictures`, in this order: exact path; path without
/// leading folders; percent-decoded; without regard to case; base name; stem. More than one hit is
/// rejected, not guessed. Several rows about one picture are one record. Files that no row names
/// and that are pictures come without a label. `skipped` are files that hold rows themselves.
Result<std::unique_ptr<RecordReader>> join_with_pictures(Table table, Format format,
                                                         std::unique_ptr<FileTree> pictures,
                                                         std::vector<std::string> skipped,
                                                         const ReadOptions& options);

/// Whether a file's name ends as a picture's: .png, .jpg, .jpeg, .webp.
bool is_picture_name(std::string_view path);

/// Adds a label unless it is there.
void add_label(std::vector<std::string>& labels, const std::string& label);

/// RFC 3339, or what others write instead: a blank for T, " UTC" or nothing for Z.
std::optional<Timestamp> lenient_time(std::string_view text);

}  // namespace croquis::dataset
