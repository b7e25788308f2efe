#pragma once

#include <map>
#include <optional>
#include <string>

#include "jobs/runner.h"
#include "service/jobs/job_kinds.h"
#include "service/training/teaching.h"
#include "store/store.h"

/// What is taught, what is asked of a candidate, and what follows a promotion, as durable jobs.
namespace croquis::service {

/// What does the kinds_in_turn. `store` must outlive what is returned.
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
/// Queues what queue_teaching() would, in nobody's name, where so many reviews call for it. Those
/// are counted in the store: JobStore::add_job_after_reviews().
Result<store::JobAfterReviews> queue_teaching_after_reviews(store::Store& store, int project,
                                                            std::size_t reviews,
                                                            AfterTeaching after);
/// What was taught without being queued, and whether it went live as was asked for.
struct TaughtNow {
    Teaching teaching;
    bool promoted = false;
};
/// Teaches here and now, for the operator. With the model the store gets a job of that kind, begun
/// when this was: reviews are counted from then on as after one that was queued. Errors: those of
/// teach() and promote().
Result<TaughtNow> teach_now(store::Store& store, const TeachRequest& request, AfterTeaching after);

/// Queues a comparison of the model with the live one (shadow_by_network), whose result is that of
/// to_json(Shadow). While one of the model is queued or running, that one is returned. Errors:
/// not_found (the model, in this project); conflict (code shadow_open) while another model of the
/// project is compared: one at a time, so that nobody fills the queue.
Result<store::Job> queue_shadow(store::Store& store, const std::optional<store::Author>& by,
                                int project, const std::string& model);

/// Queues the making again of a taught model of the project (remake), whose result is that of
/// to_json(Remaking) with most_changed_told. As queue_shadow() otherwise. Errors: not_found (the
/// model, in this project); conflict (code not_taught; code remake_open while another model of the
/// project is made again).
Result<store::Job> queue_remake(store::Store& store, const std::optional<store::Author>& by,
                                int project, const std::string& model);

/// The same of a model that was trained, as a job of kind `retrain`, whatever its lineage says:
/// Trainings::queue_again() asks that first.
Result<store::Job> queue_retrain(store::Store& store, const std::optional<store::Author>& by,
                                 int project, const std::string& model);

}  // namespace croquis::service
