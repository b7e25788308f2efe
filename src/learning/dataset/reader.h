#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/bytes.h"
#include "core/error.h"
#include "core/time.h"
#include "core/uuid.h"
#include "learning/dataset/file_tree.h"
#include "learning/dataset/labels.h"

/// Readers of labelled drawings in the formats that other tools write. No reader opens anything
/// outside of what it was given, fetches an address, or keeps a user's name or e-mail address,
/// other than those in an export of Croquis itself.
namespace croquis::dataset {

/// What a model said of a drawing: never a label.
struct Suggestion {
    std::string label;
    std::optional<float> confidence;  ///< 0…1
    std::string model;                ///< as the file names it; may be empty
};

/// Who said that the label is right, and when, where the file says so.
struct Reviewed {
    std::string by;
    std::optional<Timestamp> at;
    /// Of an export of Croquis, how the label came about: "accepted", "corrected", "imported" ….
    std::string kind = {};
    bool bulk = false;  ///< along with others in one go
};

/// A drawing of a data set.
struct Record {
    std::string place;    ///< "labels.csv:12", "circle/1.png": for people who look for it
    Bytes image;          ///< an encoded picture; empty where there are only strokes
    std::string strokes;  ///< JSON in Quick, Draw!'s form, or empty
    /// None: unlabelled. Several: those that the file gives or that its people disagree about.
    Labels labels;
    bool disagreed = false;  ///< the labels are several people's, or several records'
    std::vector<Suggestion> suggestions;
    std::optional<Reviewed> reviewed;  ///< of an export of Croquis
    /// Of an export of Croquis: the label that it was written with, to see who changed it since.
    std::optional<std::string> label_then;
    std::optional<Uuid> id;   ///< the drawing's id, of an export of Croquis
    std::string external_id;  ///< what the file calls it; may be empty
    std::string file_name;    ///< with its folders; may be empty
    std::optional<Timestamp> created_at;
    std::string pseudonym;
    std::string source;  ///< of an export of Croquis
};

/// A record that cannot be read. The others can.
struct Rejected {
    std::string place;
    std::string reason;
};

/// Something that whoever imports should know; nothing is lost by it.
struct Remark {
    std::string place;
    std::string text;
};

using Item = std::variant<Record, Rejected, Remark>;

/// Reads records one after the other, always in the same order. Not thread-safe.
class RecordReader {
  public:
    RecordReader() = default;
    RecordReader(const RecordReader&) = delete;
    RecordReader& operator=(const RecordReader&) = delete;
    virtual ~RecordReader() = default;

    /// Nothing at the end. An Error ends the reading: what came before it is good. Errors: those of
    /// TreeCursor; malformed.
    virtual Result<std::optional<Item>> next() = 0;

    [[nodiscard]] virtual std::string format() const = 0;
    /// For progress: how much of extent() is read; 0 of 0 where it is not known.
    [[nodiscard]] virtual std::uint64_t position() const = 0;
    [[nodiscard]] virtual std::uint64_t extent() const = 0;
    /// Files that the makers' systems left, passed over.
    [[nodiscard]] virtual std::size_t litter() const = 0;
    /// Labels that the data set has without a drawing: empty folders. Complete at the end.
    [[nodiscard]] virtual Labels labels_without_drawing() const { return {}; }
};

enum class Format {
    image_folder,
    csv,
    quickdraw,
    label_studio,
    coco,
    datumaro,
    cvat,
    imagenet,  ///< CVAT's: lists and synsets.txt
    hugging_face
};

/// "imagefolder", "csv", "ndjson", "labelstudio", "coco", "datumaro", "cvat", "imagenet",
/// "huggingface"; nothing for another word.
std::optional<Format> format_from(std::string_view word);
std::string_view to_string(Format format);

struct ReadOptions {
    std::optional<Format> format;    ///< otherwise found out
    std::filesystem::path pictures;  ///< folder or archive of the pictures that a file names;
                                     ///< empty: where the file is
    std::string path_column;         ///< of a CSV with several candidates
    std::string label_column;
    std::size_t max_image_bytes = std::size_t{2} << 20U;
    ArchiveLimits archive;
};

/// Opens a file, folder or archive. Errors: not_found, unsupported_media (with what is read),
/// invalid (an option), malformed; those of open_tree().
Result<std::unique_ptr<RecordReader>> open_reader(const std::filesystem::path& path,
                                                  const ReadOptions& options);

}  // namespace croquis::dataset
