#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/worker_pool.h"
#include "learning/dataset/reader.h"
#include "learning/dataset/writer.h"
#include "recognition/batcher.h"
#include "service/projects.h"
#include "store/store.h"
#include "store/transfer.h"

/// Data in and data out, for the API and the command line alike.
namespace croquis::service {

/// What a label of the data is worth.
enum class LabelsAs {
    reviewed,   ///< somebody looked at it: the drawing counts as reviewed
    suggested,  ///< the drawing's tag, still to be reviewed
    ignored     ///< the live model tags the drawing
};

struct ImportOptions {
    int project = store::shapes_project;
    LabelsAs labels_as = LabelsAs::reviewed;
    bool make_labels = false;  ///< else a record with a label that the project lacks is rejected
    std::map<std::string, std::string> map;  ///< words of the data to labels
    std::string by = "import";               ///< whose word the labels are
    /// Where the data says who reviewed a drawing and when, that is believed; else it is `by`, now.
    bool names_from_data = true;
    std::optional<Uuid> by_id;  ///< that user
    std::optional<Uuid> job;    ///< that does it
    std::string pseudonym;      ///< of drawings that bring none
    bool dry_run = false;       ///< stores nothing
    std::size_t at_once = 256;  ///< drawings stored in one transaction
    /// Drawings that the batcher is given at once. Where it serves others too, few, so that theirs
    /// need not wait.
    std::size_t in_flight = std::numeric_limits<std::size_t>::max();
    /// That draw pictures of strokes at once; 0 is as good as 1.
    std::size_t drawing_threads = 1;
    /// As whom the batcher counts it; empty for the only one there is.
    std::string asker;
};

inline constexpr std::size_t max_unknown_labels = 100;

struct UnknownLabel {
    std::size_t drawings = 0;
    std::optional<std::string> alike;  ///< a label of the project that differs in case alone
};

/// What an import came to. Every record is in exactly one of stored, already_there and rejected.
struct ImportReport {
    std::string format;
    std::string model;  ///< that looked at the drawings
    std::size_t records = 0;
    std::size_t stored = 0;         ///< in a dry run: that would be
    std::size_t already_there = 0;  ///< by an earlier import, or earlier in this one
    std::size_t rejected = 0;
    /// Of those stored: with a label that counts as reviewed, and that no later record disputes.
    std::size_t reviewed = 0;
    std::size_t suggested = 0;       ///< of those stored: with a suggestion of the data
    std::size_t several_labels = 0;  ///< of those stored: without one, for the data gives several
    std::size_t labelled = 0;        ///< of those there: nobody had reviewed it, and now it is
    std::size_t kept = 0;      ///< of those there: with another tag of a person's, which stays
    std::size_t disputed = 0;  ///< of those there: taken back, for two imports disagree
    std::size_t litter = 0;    ///< files that the makers' systems left
    std::map<std::string, std::size_t> labels;  ///< of those stored, by label of the data
    std::vector<std::string> new_labels;        ///< that were made, or in a dry run would be
    /// Of those rejected: by the word that is none of the project's labels, the first hundred of
    /// these; and how many more with others.
    std::map<std::string, UnknownLabel> unknown_labels;
    std::size_t unknown_labels_left_out = 0;
};

/// What happens while it does. Called on the caller's thread.
struct ImportEvents {
    /// Of the reader's extent, so far.
    std::function<void(std::uint64_t position, std::uint64_t extent, const ImportReport&)> progress;
    /// A record that was rejected, or something to know about one.
    std::function<void(const std::string& place, const std::string& text, bool rejected)> problem;
    /// Whether `problem` is told each record whose label is unknown, which the report counts too.
    bool unknown_labels_one_by_one = true;
    /// Ends the import early where it says so; what is stored stays. May be empty.
    std::function<bool()> is_stopped;
};

/// Brings the records of `reader` in. Drawings without a label are tagged by the batcher's model;
/// so is every drawing, for its prediction. Each is known by its id or external id, or where it has
/// none by its bytes, so that importing the same again stores nothing; what was stored before an
/// interruption is passed over by the next run. Memory does not grow with the number of records
/// (but for eight bytes of each with a label, a dry run, and for formats that name pictures in one
/// file, which is read whole). What the batcher has no room for is given to it again. Errors: those
/// of the reader, after storing what came before; conflict (project_archived); unavailable (the
/// store, or it was stopped).
Result<ImportReport> import_drawings(dataset::RecordReader& reader, store::Store& store,
                                     store::Transfer& transfer, recognition::Batcher& batcher,
                                     const ImportOptions& options, const ImportEvents& events);

/// As the API and the command line show it.
boost::json::object to_json(const ImportReport& report, bool dry_run);

struct ExportOptions {
    dataset::Format format = dataset::Format::image_folder;
    std::string project = shapes_slug;  ///< its slug, which the manifest names
    int project_id = store::shapes_project;
    std::optional<std::string> tag;
    std::optional<bool> reviewed;          ///< only those that are, or only those that are not
    std::optional<Timestamp> from, until;  ///< created_at, the end excluded
    std::optional<std::string> source;
    std::optional<std::string> tagged_by;
    std::optional<Timestamp> tagged_since;                ///< reviewed then or later
    std::optional<float> min_confidence, max_confidence;  ///< of the prediction
    std::optional<bool> judging;       ///< only those kept back to judge models, or only the others
    std::optional<bool> disagreement;  ///< only those reviewed otherwise than predicted, or not so
    std::optional<bool> disputed;      ///< only those about which people do not agree, or not so
    std::optional<bool> flagged;       ///< only those marked for attention, or the others
};

struct ExportReport {
    std::size_t written = 0;
    std::size_t left_out = 0;  ///< that the format cannot carry
    std::string manifest;      ///< JSON
};

/// Writes drawings, oldest first, some at a time. Memory does not grow with their number. Not
/// thread-safe.
class Exporter {
  public:
    /// The store, the connection and the sink must outlive it. Errors: invalid (the format is read
    /// and not written).
    static Result<std::unique_ptr<Exporter>> make(store::Store& store, store::Transfer& transfer,
                                                  dataset::ZipWriter::Sink& sink,
                                                  ExportOptions options);
    ~Exporter();
    Exporter(const Exporter&) = delete;
    Exporter& operator=(const Exporter&) = delete;

    /// Writes a few drawings more; false once everything is written, the manifest too. Errors:
    /// those of the sink and the store.
    Result<bool> step();
    [[nodiscard]] const ExportReport& report() const;

  private:
    class Impl;
    explicit Exporter(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// All of it at once. Errors: those of Exporter.
Result<ExportReport> export_drawings(store::Store& store, store::Transfer& transfer,
                                     dataset::ZipWriter::Sink& sink, const ExportOptions& options,
                                     const std::function<void(std::size_t written)>& progress);

/// "imagefolder.zip" and the like: what the file of a format is called.
std::string file_name_of(dataset::Format format, const std::string& project);
/// application/zip or application/x-ndjson.
std::string media_type_of(dataset::Format format);

/// An export that is written while somebody takes it.
class RunningExport {
  public:
    virtual ~RunningExport() = default;
    /// The next bytes, none at the end; not asked again before it answered. Errors: those of
    /// Exporter.
    virtual boost::asio::awaitable<Result<std::string>> next() = 0;
};

/// The exports of a server, a few at a time, on a thread of their own that gives way to others.
/// Thread-safe.
class Exports {
  public:
    static constexpr std::size_t at_once = 4;

    /// `url` is the store's: each export has a connection of its own.
    Exports(store::Store& store, std::string url);

    /// Errors: unavailable (as many are running as may); those of Exporter::make and
    /// open_transfer().
    boost::asio::awaitable<Result<std::shared_ptr<RunningExport>>> begin(ExportOptions options);

    /// Joins; call it when nobody takes an export any more.
    void stop() { worker_.stop(); }

  private:
    Result<std::shared_ptr<RunningExport>> open(const ExportOptions& options);

    store::Store& store_;
    const std::string url_;
    std::shared_ptr<std::atomic<std::size_t>> running_;
    WorkerPool worker_;
};

}  // namespace croquis::service
