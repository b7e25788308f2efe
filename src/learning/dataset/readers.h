#pragma once

#include <filesystem>
#include <functional>
#include <istream>
#include <memory>
#include <string>
#include <vector>

#include "learning/dataset/json_members.h"
#include "learning/dataset/reader.h"
#include "learning/dataset/rows.h"
#include "learning/dataset/text_source.h"

/// The readers behind open_reader(), a format each.
namespace croquis::dataset {

/// A folder a label: [wrapper/][train|val|test/]label/[folders/]picture.
Result<std::unique_ptr<RecordReader>> read_image_folder(std::unique_ptr<FileTree> tree,
                                                        const ReadOptions& options);

/// Quick, Draw!'s lines, raw or simplified, of one text after the other; `extent` bytes together, 0
/// where it is not known.
std::unique_ptr<RecordReader> read_quickdraw(std::vector<TextSource> texts, std::uint64_t extent);

/// What a drawing of the game is, each member as text; empty where there is none.
struct StrokeFields {
    std::string drawing;  ///< JSON
    std::string word, key_id, timestamp;
};

/// Errors: malformed, and those of drawing::parse_strokes.
Result<Record> record_of(const StrokeFields& fields);

/// Whether a CSV's head names a drawing's strokes.
bool is_stroke_csv(std::string_view beginning);
/// The game's strokes in a CSV with a head, as Kaggle's Doodle contest gives them. Errors: those of
/// the source.
Result<std::unique_ptr<RecordReader>> read_stroke_csv(const TextSource& text);

/// A file that rows were read from, where it is in the tree that the pictures are in.
struct TableFile {
    std::string path;
    std::size_t end;  ///< the number behind its last row's
};

/// A file of rows, read.
struct Table {
    std::string name;
    Rows rows;
    Problems problems;         ///< of rows that could not be read
    Labels empty_labels = {};  ///< that no row has
    /// The label of a picture that no row names, by its path; empty for none.
    std::function<std::string(const std::string& path)> unlisted = {};
    std::vector<TableFile> files = {};
    bool headed = false;      ///< of a CSV: the columns are told by their headings
    bool only_named = false;  ///< pictures that no row names stay out
};

/// Whether labels stand below such a heading: "label", "class" and the like.
bool is_label_heading(std::string_view heading);

/// Reads path,label lines. Errors: malformed; invalid, where the columns cannot be told.
Result<Table> read_csv_table(const TextSource& text, const ReadOptions& options);

/// Reads a Label Studio export of image classification: JSON or JSON-MIN. The labels are what was
/// chosen in `control`, or where that is empty, in the one that people chose in most. Errors:
/// malformed; invalid ("label-column"), where the control cannot be told or is not there.
Result<Table> read_label_studio_table(std::istream& in, std::string name,
                                      const std::string& control);
/// The same as CSV or TSV.
Result<Table> read_label_studio_csv(const TextSource& text, const std::string& control);
/// Whether a CSV's head is that of Label Studio's.
bool is_label_studio_csv(std::string_view beginning);

/// Reads COCO's object. What is about a part of a picture counts for the whole of it. Errors: those
/// of JsonMembers.
Result<Table> read_coco_table(const JsonMembers& file);

/// Reads Datumaro's object. Errors: unsupported_media (no pictures), malformed, those of
/// JsonMembers.
Result<Table> read_datumaro_table(const JsonMembers& file);

/// Reads "CVAT for images" (XML). Tags are labels; those that a model made, suggestions. Errors:
/// malformed (also for a document type), unsupported_media (a video's).
Result<Table> read_cvat_table(std::istream& in, std::string name);

/// Reads lines of a name and numbers of labels into a table, as CVAT's "ImageNet" writes them.
void read_imagenet_list(std::istream& in, const std::string& name,
                        const std::vector<std::string>& labels, Table& table);

/// Reads Hugging Face's metadata.jsonl or metadata.csv into a table; the pictures are below the
/// folder of the file. `classes` are what numbers mean. The label is what `label_column` names,
/// else "label" and "labels", else the one column that other tools call so. Errors: those of the
/// source.
Result<void> read_metadata(const TextSource& text, const std::vector<std::string>& classes,
                           const std::string& label_column, Table& table);
/// The names of a data set's classes in its README.md (features, label, class_label); empty where
/// it has none.
std::vector<std::string> read_class_names(std::istream& readme);

/// Finds the rows' pictures among the files of `pictures`, in this order: path from the folder of
/// the rows' file; exact path; path without leading folders; percent-decoded; without regard to
/// case; base name; stem. Of more than one hit it is the one below the folder of the rows' file or
/// below one that this file is called after (train/, instances_train.json); else the row is
/// rejected, not guessed. Several rows about one picture are one record. Files that no row names
/// and that are pictures come without a label, unless the table says that they stay out. `skipped`
/// are files that hold rows themselves.
Result<std::unique_ptr<RecordReader>> join_with_pictures(Table table, Format format,
                                                         std::unique_ptr<FileTree> pictures,
                                                         const std::vector<std::string>& skipped,
                                                         const ReadOptions& options);

/// Reads what an export of Croquis adds to a record, under "croquis". Where nobody reviewed it, the
/// label beside it is the model's.
void read_own_fields(const boost::json::object& own, Record& record);

/// Adds the label that stands beside own fields. Where nobody reviewed the drawing it is the
/// model's, which stands among the suggestions, and is not taken. One that was changed in the file
/// is: nobody who reviewed the drawing said it, so it is not in their name.
void add_label_beside_own(Record& record, const std::string& label);

/// Whether a file's name ends as a picture's: .png, .jpg, .jpeg, .webp.
bool is_picture_name(std::string_view path);

/// "train", "val", "test" and the like, whatever their case.
bool is_split_name(std::string_view folder);
/// "no_label" and the like.
bool is_no_label(std::string_view folder);

/// RFC 3339, or what others write instead: a blank for T, " UTC" or nothing for Z.
std::optional<Timestamp> lenient_time(std::string_view text);

}  // namespace croquis::dataset
