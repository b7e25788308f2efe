#pragma once

#include <string>
#include <variant>
#include <vector>

#include "core/error.h"
#include "store/model.h"

namespace croquis::store {

/// A parameter of a statement.
using Value = std::variant<std::string, float, int, Uuid, Timestamp>;

/// One page as SQL that both databases read: parameter number n is written $n.
struct ListStatement {
    std::string sql;
    std::vector<Value> values;
};

/// The columns of a drawing, in the order in which both stores read them.
extern const char* const drawing_columns;

/// Those, and then how many opinions the drawing's project wants.
const std::string& tagging_columns();
inline constexpr int opinions_wanted_column = 24;

/// Selects the drawing with the id $1, for this audience.
const std::string& drawing_query(Audience audience);

/// Selects media type, digest of the picture and project of the drawing with the id $1, for this
/// audience.
const std::string& image_query(Audience audience);

/// The condition that the queue of a project would ask an account about a drawing that nobody
/// reviewed; project and account are parameters. Where the project wants one opinion, it costs
/// nothing.
std::string asks(const std::string& project, const std::string& account);

/// Drawings of the project $1 that are shown, by tag. The first half reads an index alone; few are
/// withdrawn.
extern const char* const tag_count_query;

/// Selects one drawing more than the page holds, to tell whether another page follows. Errors:
/// invalid (limit).
Result<ListStatement> list_statement(const Query& query);

/// Cuts the extra drawing off and sets the cursor.
Page page_of(std::vector<Drawing> drawings, const Query& query);

}  // namespace croquis::store
