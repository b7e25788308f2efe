#pragma once

#include <chrono>
#include <cstddef>
#include <limits>
#include <map>
#include <optional>
#include <string>

#include "core/uuid.h"
#include "store/model.h"

/// What is asked of an import.
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
    store::Author author = store::operator_author();  ///< who imports, as the audit log says it
    std::optional<Uuid> by_id;                        ///< that user
    std::optional<Uuid> job;                          ///< that does it
    std::string pseudonym;                            ///< of drawings that bring none
    bool dry_run = false;                             ///< stores nothing
    std::size_t at_once = 256;                        ///< drawings stored in one transaction
    /// Drawings that the batcher is given at once. Where it serves others too, few, so that theirs
    /// need not wait.
    std::size_t in_flight = std::numeric_limits<std::size_t>::max();
    /// That draw pictures of strokes while others are read and stored; 0 draws in between.
    std::size_t drawing_threads = 0;
    /// As whom the batcher counts it; empty for the only one there is.
    std::string asker;
    /// How often it looks whether the project takes drawings still.
    std::chrono::milliseconds project_looked_at_every{1000};
};

}  // namespace croquis::service
