#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "service/transfer/import_tally.h"
#include "store/store.h"

namespace croquis::service {

/// The labels of a project and of what is imported into it, told apart and made where that was
/// asked for.
class ImportLabels {
  public:
    /// Both must outlive it.
    ImportLabels(const ImportOptions& options, ImportTally& tally)
        : options_(options), tally_(tally) {}

    /// Reads what the project has.
    Result<void> read(store::Store& store);
    /// What it has, or shall have.
    [[nodiscard]] const std::set<std::string>& known() const { return known_; }

    /// A label for a word of the data.
    [[nodiscard]] std::string mapped(const std::string& word) const;
    /// The one label that the data gives, made known to the project where that was asked for.
    /// Errors: invalid (unknown_label_code where the project lacks it).
    Result<std::optional<std::string>> choose(const dataset::Record& record);
    /// Whether the project has the label, or shall have it. Errors: as choose(); invalid (code
    /// too_many_labels).
    Result<void> allow(const std::string& label);
    /// Makes those that it shall have, and those of `more` where labels are to be made.
    Result<void> make(store::Transfer& transfer, const dataset::Labels& more = {});

  private:
    void know(const std::string& label);
    void count_unknown(const std::string& label);
    [[nodiscard]] std::optional<std::string> known_alike(const std::string& label) const;
    [[nodiscard]] std::string alike(const std::string& label) const;

    const ImportOptions& options_;
    ImportTally& tally_;
    std::set<std::string> known_;
    std::size_t room_ = 0;  ///< for so many labels more, until the project has store::max_labels
    std::set<std::string> retired_;
    std::map<std::string, std::string> by_folded_;  ///< known ones, by case_folded()
    std::vector<std::string> to_make_;
};

}  // namespace croquis::service
