#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "core/error.h"
#include "store/store.h"

/// Drawings that look like one.
namespace croquis::service {

struct SimilarDrawing {
    store::Drawing drawing;
    float similarity = 0;  ///< cosine of the angle between the embeddings, -1…1
};

inline constexpr std::size_t most_similar = 50;
/// Drawings of a project that neighbours are looked for among: the newest.
inline constexpr std::size_t most_similar_among = 200'000;

/// The most alike of the project first, by brute force over the trunk's embeddings in 8 bits.
/// Blocks. Errors: invalid (limit: 1 to 50); not_found (the drawing); conflict (code no_embedding)
/// where the trunk has not seen it yet.
Result<std::vector<SimilarDrawing>> similar_drawings(store::Store& store, int project,
                                                     const std::string& trunk, const Uuid& drawing,
                                                     std::size_t limit);

/// As the command line shows them: brief_of() each, with its similarity.
boost::json::object to_json(const std::vector<SimilarDrawing>& similar);

}  // namespace croquis::service
