#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "core/error.h"
#include "learning/adaptation/two_samples.h"
#include "store/store.h"

/// Drawings of a project on a plane, and whether the newer ones look otherwise than the older.
namespace croquis::service {

/// Drawings on the map: so many of the newest, of which up to a half are older than the promotion.
inline constexpr std::size_t most_mapped = 1'000;

struct MappedDrawing {
    store::Drawing drawing;
    learning::PlanePoint at;
};

struct DrawingMap {
    std::vector<MappedDrawing> drawings;
    /// The drawings from before the live model's promotion, compared with those since.
    learning::SamplesCompared drift;
};

/// By stored embeddings of the trunk. Blocks. Errors: not_found where no model is live; those of
/// the store.
Result<DrawingMap> map_drawings(store::Store& store, int project, const std::string& trunk);

/// The contract's DrawingMap.
boost::json::object to_json(const DrawingMap& map);

}  // namespace croquis::service
