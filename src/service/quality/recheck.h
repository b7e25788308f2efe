#pragma once

#include <boost/json/object.hpp>
#include <cstdint>

#include "core/error.h"
#include "learning/evaluation/metrics.h"
#include "store/store.h"

/// A random audit of reviewed drawings that nobody looked at one by one: whether they may judge.
namespace croquis::service {

/// What is reviewed as well as one by one: the true part that people who look once more, without
/// being told the tag, say again is at least so large.
inline constexpr double recheck_level = 0.9;
/// With fewer answers nothing is concluded.
inline constexpr std::size_t fewest_rechecked = 50;

enum class RecheckVerdict {
    undecided,
    good,  ///< the interval of the part lies above the level
    bad    ///< below it
};

/// Of drawings that were reviewed in one way.
struct RecheckFindings {
    learning::Share agreed;    ///< of the answers
    std::int64_t waiting = 0;  ///< picked, and not asked about yet
    std::int64_t others = 0;   ///< that judge, or not, by what the answers say

    [[nodiscard]] RecheckVerdict verdict() const;
};

struct Recheck {
    RecheckFindings in_bulk;
    RecheckFindings imported;
};

/// Blocks. Errors: those of the store.
Result<Recheck> measure_recheck(store::QualityStore& store, int project);

/// Which reviews may judge that nobody made one by one. What was accepted along with others may
/// where the audit finds it good. What an import brought rests on no model of this place, and may
/// unless the audit finds it bad.
struct JudgingReviews {
    bool in_bulk = false;
    bool imported = true;

    /// Whether the tag did not depend on what a model had said.
    [[nodiscard]] bool independent(const store::EmbeddedDrawing& drawing) const;
};

JudgingReviews judged_by(const Recheck& recheck);
/// Blocks. Errors: those of the store.
Result<JudgingReviews> judging_reviews(store::QualityStore& store, int project);

boost::json::object to_json(const Recheck& recheck);

}  // namespace croquis::service
