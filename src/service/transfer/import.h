#pragma once

#include <string_view>
#include <vector>

#include "core/error.h"
#include "learning/dataset/reader.h"
#include "recognition/batcher.h"
#include "service/transfer/import_options.h"
#include "service/transfer/import_report.h"
#include "store/store.h"
#include "store/transfer.h"

/// Data in, for the API and the command line alike.
namespace croquis::service {

/// What ImportOptions::pseudonym may be. Errors: invalid ("pseudonym").
Result<void> check_given_pseudonym(std::string_view pseudonym);

/// Brings the records of `reader` in. Drawings without a label are tagged by the batcher's model;
/// so is every drawing, for its prediction. Each is known by its id or external id, or where it has
/// none by its bytes, so that importing the same again stores nothing; what was stored before an
/// interruption is passed over by the next run. Memory does not grow with the number of records,
/// but for eight bytes of each with a label, a dry run, what libarchive keeps of a zip's directory
/// (some 150 bytes a file), and formats that name pictures in one file: its text is held while it
/// is read, and some 70 bytes of each row to the end. What the batcher has no room for is given to
/// it again. Errors: those of the reader, after storing what came before; of
/// check_given_pseudonym(); conflict (project_archived); unavailable (the store, or it was
/// stopped).
Result<ImportReport> import_drawings(dataset::RecordReader& reader, store::Store& store,
                                     store::Transfer& transfer, recognition::Batcher& batcher,
                                     const ImportOptions& options, const ImportEvents& events);

}  // namespace croquis::service
