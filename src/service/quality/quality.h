#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "learning/evaluation/alpha.h"
#include "learning/evaluation/metrics.h"
#include "learning/evaluation/reliability.h"
#include "service/quality/drift.h"
#include "store/store.h"

/// How model and people do, as reviews show it.
namespace croquis::service {

/// Reviews that are looked at: the newest.
inline constexpr std::size_t reviews_looked_at = 20'000;
/// Reviews asked for at random from which on these alone are measured; with fewer, all are, and the
/// answer says that those are biased towards what the model found hard.
inline constexpr std::size_t enough_at_random = 100;

/// How often the model had said what people say.
struct Agreement {
    std::string name;        ///< a label, or the Monday of a week: 2026-11-23
    learning::Share random;  ///< of the drawings asked about at random
    learning::Share all;
};

struct Calibration {
    bool at_random = false;  ///< measured on drawings asked about at random, and not on all
    std::size_t answers = 0;
    std::vector<learning::ReliabilityBin> bins;
    double error = 0;
    learning::CalibrationByChance by_chance;
};

struct Quality {
    Timestamp at;
    std::string model;  ///< the live one
    std::optional<Timestamp> promoted_at;
    Agreement agreement;  ///< of the live model
    std::vector<Agreement> labels;
    std::vector<Agreement> weeks;              ///< oldest first, whichever model predicted
    Calibration calibration;                   ///< of the live model
    ModelDrift drift;                          ///< of drawings since its promotion
    std::int64_t waiting = 0;                  ///< for review
    std::vector<store::DayOfAnswers> answers;  ///< of the last 30 days
};

/// Blocks: call it from a worker. Reads at most reviews_looked_at reviews, the events of 30 days,
/// and what measure_drift reads. Errors: not_found where no model is live; those of the store.
Result<Quality> measure_quality(store::Store& store, int project, Timestamp at);

/// How far people agree about drawings that several of them looked at.
struct PeopleAgreement {
    std::size_t people = 0;
    learning::NominalAlpha measured;  ///< the drawings being the units
};

/// Of a project that wants several opinions of a drawing; nothing of another. Blocks. Errors: those
/// of the store.
Result<std::optional<PeopleAgreement>> measure_people(store::Store& store,
                                                      const store::Project& project);

boost::json::object to_json(const Quality& quality);
boost::json::object to_json(const PeopleAgreement& agreement);
/// Of answers that agree with others: how many of how many, and the interval of the part.
boost::json::object to_json(const learning::Share& share);

}  // namespace croquis::service
