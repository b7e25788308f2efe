#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "store/model.h"

/// What becomes of a project's labels, decided alike over both databases.
namespace croquis::store {

/// A label has titles in at most so many.
inline constexpr std::size_t max_languages = 50;

/// Says that a label has titles in max_languages.
Error too_many_titles();

/// Labels in the project's order.
using Labels = std::vector<Label>;

/// Says that a project has max_labels.
Error too_many_labels();

/// Errors: conflict ("name", "key"), invalid ("name").
Result<Labels> with_added(Labels labels, const Label& added, std::optional<std::size_t> place);
/// Titles and example stay as they are: the database patches the former and checks the latter.
/// Errors: not_found, conflict ("key").
Result<Labels> with_changed(Labels labels, const std::string& name, const LabelChange& change);
/// Whether a label that got titles has them in no more than max_languages. What had more before may
/// keep them. Errors: invalid ("titles").
Result<void> check_titles(const Label& before, const Label& after);
/// With `from` retired. Errors: not_found, invalid ("into").
Result<Labels> with_merged(Labels labels, const LabelMerge& merge);

/// The labels of the project $1, in its order. An example is one as long as everyone may see it.
const std::string& labels_query();
/// A row where the drawing $1 can be an example in the project $2.
const std::string& example_query();
/// What refuses one that cannot.
Error no_example();

/// Where a label that is retired is offered again without anybody asking for its key: the key,
/// unless another label has it by now.
inline constexpr const char* key_if_free =
    "CASE WHEN EXISTS (SELECT 1 FROM label AS other WHERE other.project = label.project AND "
    "other.name <> label.name AND other.retired IS NOT TRUE AND other.key = label.key) "
    "THEN NULL ELSE label.key END";

/// The label of that name. It must be there.
const Label& label_named(const Labels& labels, const std::string& name);

}  // namespace croquis::store
