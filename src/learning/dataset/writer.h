#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/error.h"
#include "core/time.h"
#include "core/uuid.h"
#include "learning/dataset/archive.h"
#include "learning/dataset/reader.h"

/// Writers of labelled drawings in the formats that the readers read. The same drawings in the same
/// order make the same bytes, whenever and wherever they are written.
namespace croquis::dataset {

/// A drawing to be written.
struct Exported {
    Uuid id;
    Timestamp created_at;
    Bytes image;
    std::string media_type;  ///< image/png, image/jpeg or image/webp
    int width = 0;           ///< in pixels
    int height = 0;
    std::string strokes;  ///< JSON in Quick, Draw!'s form, or empty
    std::string label;
    std::optional<Reviewed> reviewed;  ///< absent: the label is the model's
    Suggestion prediction;             ///< what the model said, whoever reviewed it
    std::string external_id;
    std::string file_name;
    std::string pseudonym;
    std::string source;
};

/// What a data set is called, the labels that its drawings might have had, and what was asked for.
struct DatasetName {
    std::string project;
    std::vector<std::string> labels;
    boost::json::object chosen = {};  ///< empty where it is all
};

/// Writes a data set to a sink as the drawings come. Not thread-safe.
class DatasetWriter {
  public:
    DatasetWriter() = default;
    DatasetWriter(const DatasetWriter&) = delete;
    DatasetWriter& operator=(const DatasetWriter&) = delete;
    virtual ~DatasetWriter() = default;

    /// False where the format cannot carry this drawing, which is then left out. Errors: those of
    /// the sink.
    virtual Result<bool> add(const Exported& drawing) = 0;
    /// Writes what comes last, the manifest included; returns the manifest (JSON).
    virtual Result<std::string> finish() = 0;
};

/// image_folder: a zip of LABEL/NAME, with labels.csv, which has the labels as they are and
/// everything else that is known; csv: a zip of images/NAME and labels.csv; coco, label_studio and
/// hugging_face: the same with annotations.json, with tasks.json and label_config.xml, with
/// metadata.jsonl; all of them with manifest.json and SHA256SUMS. quickdraw: lines of Quick,
/// Draw!'s form, of drawings that have strokes. `name` stands in the manifest, whose
/// pictures_sha256 is a digest of SHA256SUMS.
Result<std::unique_ptr<DatasetWriter>> make_writer(Format format, ZipWriter::Sink& sink,
                                                   const DatasetName& name);

/// Whether make_writer() knows the format.
bool can_be_written(Format format);

/// A name for a folder or file on every system: without separators and reserved characters, names
/// and ends. Never empty.
std::string safe_file_name(const std::string& name);

}  // namespace croquis::dataset
