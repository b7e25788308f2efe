#pragma once

#include <optional>
#include <vector>

#include "store/model.h"
#include "store/sqlite/connection.h"
#include "store/tagging.h"

/// Drawings and their events in this database's rows.
namespace croquis::store::sqlite {

/// Of a row whose columns are list_query's drawing_columns.
Drawing read_drawing(const Statement& row);

void insert(Connection& connection, const Submission& submission);

/// After the prediction, oldest first.
std::vector<TagEvent> events_of(Connection& connection, const Uuid& id);

/// Of `given`, the labels that drawings may be given: a project's others are not looked at.
ProjectLabels assignable_among(Connection& connection, const ProjectLabels& given);

/// What the project's labels that are no more were merged into.
LabelMerges label_merges(Connection& connection, int project);

/// Who is working on it, or was a moment ago.
std::optional<Claim> claim_of(Connection& connection, const Uuid& drawing);

/// Changes the drawing and appends the event. A drawing that is deleted loses its content.
void write_down(Connection& connection, const TagWrite& write);

}  // namespace croquis::store::sqlite
