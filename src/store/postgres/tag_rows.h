#pragma once

#include <map>
#include <vector>

#include "store/postgres/connection.h"
#include "store/tagging.h"

namespace croquis::store::postgres {

/// After the predictions, those of one drawing oldest first, with the drawing as column 9.
Rows query_events(Connection& connection, const std::vector<Uuid>& ids);
TagEvent read_event(const Rows& rows, int row);

/// After the prediction, oldest first.
std::vector<TagEvent> events_of(Connection& connection, const Uuid& id);

/// Of `given`, the labels that drawings may be given: a project's others are not looked at.
ProjectLabels assignable_among(Connection& connection, const ProjectLabels& given);

/// What the project's labels that are no more were merged into.
LabelMerges label_merges(Connection& connection, int project);

/// Who is working on these, or was a moment ago.
std::map<Uuid, Claim> claims_of(Connection& connection, const std::vector<Uuid>& drawings);

/// Changes the drawing and appends the event. A drawing that is deleted loses its content.
void write_down(Connection& connection, const TagWrite& write);

}  // namespace croquis::store::postgres
