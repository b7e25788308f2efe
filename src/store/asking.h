#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/error.h"
#include "core/uuid.h"
#include "store/model.h"

/// Which drawing people are asked about next.
namespace croquis::store {

/// Whether a drawing judges models, for ever: no model learns from it, by any path. One in four
/// does, by a hash of its id, whatever is in it.
bool judges(const Uuid& drawing);

/// The part of all drawings that judge.
inline constexpr float judging_part = 0.25F;

/// Places from here on are of drawings that judge.
inline constexpr int first_judging_place = 1000;

/// Of the drawings that judge, those from this place on are asked about once more where nobody
/// looked at them one by one: a quarter of all that judge, and those that the queue comes to last.
/// 65,536 hashes fall on 31,768 places, two on each of these: the part is exact.
inline constexpr int first_rechecked_place = 32768 - 8192;
/// The part of all drawings of which those may be asked about once more.
inline constexpr float recheck_probability = judging_part / 4;

/// Where a drawing that nobody reviewed stands in the queue, 0 to 32767.
///
/// One that does not judge stands by the margin of its probabilities, the best less the second, in
/// steps of 1/64, smallest first: 0 to 64 (margin sampling: Scheffer, Decomain and Wrobel 2001;
/// that it asks about hardly more than random order needs at worst, and often much less: Bahri et
/// al. 2022). In finer steps every submission would write to a page of the index of its own, which
/// costs more than the rest of the submission.
///
/// One that judges stands behind those, in an order of chance that no model has a say in. Whatever
/// is asked about in that order is a random sample of all drawings, so that what is measured on it
/// holds for all of them; picking by margin takes nothing out of it.
int queue_place(const Uuid& drawing, const std::vector<float>& probabilities);

/// The best of the probabilities less the second, 0…1.
float margin_of(const std::vector<float>& probabilities);

/// One question in so many is about a drawing that judges.
inline constexpr std::uint64_t questions_a_random_one = 10;

/// How many of `count` questions are asked at random, the others being asked by margin: each by a
/// throw of its own. Always the same for the same seed.
std::size_t random_questions(std::size_t count, std::uint64_t seed);

/// Drawings that are asked about before the others.
inline constexpr std::size_t most_first = 50;

/// Errors: invalid (limit, passed, first).
Result<void> check(const ClaimRequest& request);

}  // namespace croquis::store
