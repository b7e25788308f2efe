#pragma once

#include <string>

#include "core/hash_set.h"
#include "service/transfer/import_chunk.h"
#include "service/transfer/import_options.h"
#include "service/transfer/import_report.h"

namespace croquis::service {

/// The code of the error that a record has a label which the project lacks.
inline constexpr const char* unknown_label_code = "unknown_label";

/// Counts what an import comes to, and tells whoever asked for it.
class ImportTally {
  public:
    /// Both must outlive it.
    ImportTally(const ImportOptions& options, const ImportEvents& events)
        : options_(options), events_(events) {}

    void reject(const std::string& place, const Error& error);
    /// Something to know about a record, or about the data.
    void remark(const std::string& place, const std::string& text) const;
    void count(const PendingImport& pending, store::ImportOutcome outcome);
    [[nodiscard]] ImportReport& report() { return report_; }

  private:
    void say(const std::string& place, const std::string& text, bool rejected) const;
    void count_there(const PendingImport& pending, store::ImportOutcome outcome);
    void count_stored(const PendingImport& pending);

    const ImportOptions& options_;
    const ImportEvents& events_;
    HashSet reviewed_here_;  ///< drawings that are counted as reviewed
    HashSet labelled_here_;  ///< and as labelled
    ImportReport report_;
};

}  // namespace croquis::service
