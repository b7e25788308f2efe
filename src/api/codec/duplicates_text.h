#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "api/codec/serialisation.h"
#include "service/similarity/duplicate_dismissals.h"
#include "service/similarity/duplicates.h"

namespace croquis::api {

/// The contract's Duplicates.
std::string duplicates_text(const service::Duplicates& duplicates, const ApiSurface& surface);
/// The contract's DuplicateDismissal, without its drawings.
boost::json::object dismissal_json(const store::DuplicateDismissal& dismissal);
/// The contract's DuplicateDismissals.
std::string dismissals_text(const std::vector<service::DismissedGroup>& groups,
                            const ApiSurface& surface);

}  // namespace croquis::api
