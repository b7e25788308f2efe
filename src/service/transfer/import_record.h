#pragma once

#include <cstddef>

#include "service/transfer/import_chunk.h"
#include "service/transfer/import_labels.h"

/// How a record of data becomes a drawing.
namespace croquis::service {

/// Of an external id, a pseudonym, a reviewer's name and the name of a model.
inline constexpr std::size_t max_import_id_bytes = 512;
/// Whose a drawing, or a suggestion, is where the data does not say it.
inline constexpr const char* import_source = "import";

/// When a record came.
struct Arrival {
    Timestamp started_at;    ///< of its import
    std::size_t number = 0;  ///< among the records of that
};

/// All of a drawing but what the model will say, and the picture of strokes. When its import began
/// is the time of a record that brings none, and the latest that is believed. Errors: invalid (a
/// text, or those of ImportLabels::choose).
Result<PendingImport> pending_of(dataset::Record record, ImportLabels& labels,
                                 const ImportOptions& options, const Arrival& arrival);

/// Two data sets may use one external id for two drawings: the second is known by its bytes too.
void tell_apart_by_bytes(store::Submission& submission);

}  // namespace croquis::service
