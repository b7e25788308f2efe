#pragma once

#include <array>
#include <boost/json/object.hpp>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/time.h"
#include "learning/adaptation/reference.h"
#include "learning/evaluation/drift.h"
#include "store/store.h"

/// Whether the drawings that a model meets since it became live are others than before, and than
/// those that it learnt from.
namespace croquis::service {

/// Predictions that are looked at, before and since, and embeddings: the newest.
inline constexpr std::size_t most_drift_drawings = 5'000;

/// What a model answered, counted.
struct AnswerCounts {
    std::map<std::string, std::size_t> tags;
    std::array<std::size_t, 10> confidence{};  ///< by tenths; that of "unknown" is 0

    void add(std::string_view tag, float confidence_given);
};

/// What a model's card keeps of the drawings that it learnt from.
struct TrainingReference {
    std::string trunk;     ///< whose embeddings they are
    AnswerCounts answers;  ///< of drawings like these that whoever answered had not learnt from
    learning::EmbeddingReference embeddings;
};

/// As the card keeps it.
boost::json::object to_json(const TrainingReference& reference);
/// Nothing where the card has none, or one that is not read here.
std::optional<TrainingReference> reference_in(const std::string& card);

struct TrainingDrift {
    learning::Drift tags;        ///< what the model says
    learning::Drift confidence;  ///< how surely
    learning::Drift embeddings;  ///< how far they lie from the middle of what it learnt from
};

/// Drawings made since a model's promotion, against others.
struct ModelDrift {
    learning::Drift tags;  ///< what it says of them, to what it says of those from before
    learning::Drift confidence;
    std::optional<TrainingDrift> training;  ///< where its card keeps what they are held against
};

/// Blocks. Reads two times most_drift_drawings predictions at most, and as many embeddings. Errors:
/// those of the store.
Result<ModelDrift> measure_drift(store::Store& store, int project, const store::Model& live,
                                 Timestamp at);

boost::json::object to_json(const ModelDrift& drift);

}  // namespace croquis::service
