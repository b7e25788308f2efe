#pragma once

#include <boost/json/object.hpp>

#include "store/store.h"

namespace croquis::service {

/// A drawing where it is one of many: its id, version and tag, the model that predicted it, and who
/// reviewed it.
boost::json::object brief_of(const store::Drawing& drawing);

}  // namespace croquis::service
