#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "store/project_store.h"

/// The labels of a project, as people change them. All functions block.
namespace croquis::service {

/// Bytes of a title in one language.
inline constexpr std::size_t max_title_bytes = 200;

/// Titles by language (BCP 47); one without a value is taken away.
using Titles = std::map<std::string, std::optional<std::string>>;

struct NewLabel {
    std::string name;
    Titles titles = {};
    std::optional<std::string> colour = {};
    std::optional<std::string> key = {};
    std::optional<std::size_t> position = {};
};

/// What is absent stays as it is; an inner nothing takes it away.
struct LabelEdit {
    std::optional<Titles> titles = {};
    std::optional<std::optional<std::string>> colour = {};
    std::optional<std::optional<std::string>> key = {};
    std::optional<std::size_t> position = {};
    std::optional<bool> retired = {};
    std::optional<std::optional<Uuid>> example = {};
};

/// The names of those that are not retired.
Result<std::set<std::string>> labels_in_use(store::ProjectStore& store, int project);

/// Errors: invalid ("name", "titles/fr", "colour", "key"); those of Store::add_label.
Result<store::Label> add_label(store::ProjectStore& store, const NewLabel& label,
                               int project = store::shapes_project,
                               const store::Author& by = store::operator_author());
/// Errors: as of add_label, not_found.
Result<store::Label> change_label(store::ProjectStore& store, const std::string& name,
                                  const LabelEdit& edit, int project = store::shapes_project,
                                  const store::Author& by = store::operator_author());
/// Moves up to 500 drawings of a label to another one; to be asked again until it is done. Errors:
/// those of Store::merge_label.
Result<store::LabelMergeStep> merge_label(store::ProjectStore& store, const std::string& from,
                                          const std::string& into, const store::Author& by,
                                          int project = store::shapes_project);

}  // namespace croquis::service
