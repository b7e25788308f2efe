#pragma once

#include <string>

#include "api/codec/serialisation.h"
#include "service/similarity/clusters.h"

namespace croquis::api {

/// The contract's Clusters.
std::string clusters_text(const service::DrawingClusters& clusters, const ApiSurface& surface);

}  // namespace croquis::api
