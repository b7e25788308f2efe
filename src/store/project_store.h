#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "store/model.h"

namespace croquis::store {

/// Projects and their labels. Thread-safe, as Store says.
class ProjectStore {
  public:
    // Changes are written down in the audit log with `by`, in their transactions.

    virtual Result<Project> project(const std::string& slug) = 0;
    /// In the order of their making, archived ones included.
    virtual Result<std::vector<Project>> projects() = 0;
    /// Adds a project without labels and returns it with its id. Errors: conflict ("slug").
    virtual Result<Project> add_project(const Project& project,
                                        const Author& by = operator_author()) = 0;
    /// Errors: not_found.
    virtual Result<Project> change_project(const std::string& slug, const ProjectChange& change,
                                           const Author& by = operator_author()) = 0;
    /// In the project's order, retired ones included.
    virtual Result<std::vector<Label>> labels(int project) = 0;
    /// Adds a label at `place` among those that are there, or after them. Errors: not_found (the
    /// project); conflict ("name"), and ("key") where another label that is not retired has that
    /// key; invalid ("name") where the project has max_labels.
    virtual Result<Label> add_label(int project, const Label& label,
                                    std::optional<std::size_t> place,
                                    const Author& by = operator_author()) = 0;
    /// Errors: not_found; conflict ("key"); invalid ("example") where that is no drawing of the
    /// project, or one that is hidden.
    virtual Result<Label> change_label(int project, const std::string& name,
                                       const LabelChange& change,
                                       const Author& by = operator_author()) = 0;
    /// One step of a merge: retires the label and gives up to `limit` of the drawings that carry it
    /// the other one, each with an event that undo_tags() can take back. A drawing that was
    /// reviewed is then reviewed by whoever merges; one that was not stays so. To be called until
    /// it is done; a call that comes again goes on. Errors: not_found (`from`); invalid ("into")
    /// where that is no label of the project, retired, or the same.
    virtual Result<LabelMergeStep> merge_label(int project, const LabelMerge& merge) = 0;

  protected:
    ~ProjectStore() = default;
};

}  // namespace croquis::store
