#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "learning/dataset/reader.h"
#include "recognition/batcher.h"
#include "service/projects/projects.h"
#include "store/store.h"
#include "store/transfer.h"

/// Data in, for the API and the command line alike.
namespace croquis::service {

/// A longer name of a file is refused.
inline constexpr std::size_t max_file_name_bytes = 1024;

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
    /// That draw pictures of strokes while others are read and stored; 0 draws in between.
    std::size_t drawing_threads = 0;
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
    /// How many drawings the next transaction stores, where that is not always `at_once` of the
    /// options. May be empty.
    std::function<std::size_t()> at_once;
    /// Ends the import early where it says so; what is stored stays. May be empty.
    std::function<bool()> is_stopped;
};

/// Brings the records of `reader` in. Drawings without a label are tagged by the batcher's model;
/// so is every drawing, for its prediction. Each is known by its id or external id, or where it has
/// none by its bytes, so that importing the same again stores nothing; what was stored before an
/// interruption is passed over by the next run. Memory does not grow with the number of records,
/// but for eight bytes of each with a label, a dry run, what libarchive keeps of a zip's directory
/// (some 150 bytes a file), and formats that name pictures in one file: its text is held while it
/// is read, and some 70 bytes of each row to the end. What the batcher has no room for is given to
/// it again. Errors: those of the reader, after storing what came before; conflict
/// (project_archived); unavailable (the store, or it was stopped).
Result<ImportReport> import_drawings(dataset::RecordReader& reader, store::Store& store,
                                     store::Transfer& transfer, recognition::Batcher& batcher,
                                     const ImportOptions& options, const ImportEvents& events);

/// As the API and the command line show it.
boost::json::object to_json(const ImportReport& report, bool dry_run);

}  // namespace croquis::service
