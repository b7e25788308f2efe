#pragma once

#include <optional>
#include <string>

#include "service/quality/quality.h"
#include "service/quality/watch.h"
#include "store/store.h"

namespace croquis::service {

/// All that is measured of how a project's model and people do.
struct ProjectQuality {
    store::Project project;  ///< as it was after the model was measured
    Quality quality;
    Result<AgreementFall> fall;  ///< not_found where no other model was live before
    std::optional<PeopleAgreement> people;
};

/// Blocks: call it from a worker. Errors: those of measure_quality, measure_fall and
/// measure_people; not_found (the project).
Result<ProjectQuality> measure_project(store::Store& store, const store::Project& asked,
                                       Timestamp at);

}  // namespace croquis::service
