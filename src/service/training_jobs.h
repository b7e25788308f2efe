#pragma once

#include <map>
#include <optional>
#include <string>

#include "jobs/runner.h"
#include "store/store.h"

/// What is taught, and what follows a promotion, as durable jobs.
namespace croquis::service {

inline constexpr const char* teach_kind = "teach";
inline constexpr const char* retag_kind = "retag";

/// The kinds of jobs that this program does. `store` must outlive what is returned.
std::map<std::string, jobs::Work> works(store::Store& store);

/// What becomes of a model once it is taught.
enum class AfterTeaching {
    keep,               ///< it stays a candidate
    promote_if_better,  ///< it goes live where it is better than the live one beyond chance
};

/// Queues a job of that kind in the project. Where one of the kind is queued or running, teaching
/// returns that one instead: the second press of a button starts nothing. `by` is absent for the
/// operator.
Result<store::Job> queue_teaching(store::Store& store, const std::optional<store::Author>& by,
                                  int project = store::shapes_project,
                                  AfterTeaching after = AfterTeaching::keep);
Result<store::Job> queue_retagging(store::Store& store, const std::optional<store::Author>& by,
                                   int project = store::shapes_project);

}  // namespace croquis::service
