#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/error.h"
#include "learning/adaptation/gate.h"
#include "recognition/head.h"
#include "recognition/recognizer.h"
#include "service/models/trunk.h"
#include "service/training/lesson.h"
#include "store/store.h"

/// How a candidate does beside the live model, on the drawings that judge.
namespace croquis::service {

/// Of a list that outlives it: those whose review may judge.
using Judging = std::vector<const Reviewed*>;

Judging judging_drawings(const std::vector<Reviewed>& drawings);

/// What a layer answers about the drawings, in order. Errors: those of recognition::answers_of.
Result<std::vector<std::string>> tags_by(const recognition::HeadLayer& head,
                                         const recognition::ModelInfo& info,
                                         const Judging& drawings);
/// What the live model answers about the drawings, in order, whose embeddings are of its trunk.
Result<std::vector<std::string>> live_tags(const Trunk& live, const Judging& judging);

/// What the live model answers about the drawings that judge, before their embeddings are replaced.
Result<void> keep_live_tags(const Trunk& live, std::vector<Reviewed>& drawings);
/// What a trained network answers by itself, in order.
std::vector<std::string> new_tags(const Judging& judging);

/// The labels that drawings would not get any more. Blocks. Errors: those of the store.
Result<std::vector<std::string>> labels_lost(store::Store& store, int project,
                                             const recognition::ModelInfo& live,
                                             const recognition::ModelInfo& candidate);

/// On the drawings that judge, whether both models know their labels or not: the truth is what
/// people said. `fresh` and `live` are the answers of candidate and live model in their order,
/// `number` that of candidates_compared().
learning::GateResult gate_on(const Judging& judging, const std::vector<std::string>& fresh,
                             const std::vector<std::string>& live, std::vector<std::string> lost,
                             std::size_t number);

/// How many candidates were held against the live model, this one included. Errors: those of the
/// store.
Result<std::size_t> candidates_compared(store::Store& store, const store::Model& candidate);

/// Drawings that would decide if the difference is what it seems, or two points where it seems
/// less.
std::size_t judging_needed(const learning::GateResult& gate, std::size_t number);

}  // namespace croquis::service
