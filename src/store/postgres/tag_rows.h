#pragma once

#include <vector>

#include "store/postgres/connection.h"
#include "store/tagging.h"

namespace croquis::store::postgres {

/// After the prediction, oldest first.
std::vector<TagEvent> events_of(Connection& connection, const Uuid& id);

void write_down(Connection& connection, const TagWrite& write);

}  // namespace croquis::store::postgres
