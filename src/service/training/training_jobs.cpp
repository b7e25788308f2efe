#include "service/training/training_jobs.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <thread>

#include "service/jobs/job_queue.h"
#include "service/models/promotion.h"
#include "service/models/registry.h"
#include "service/training/remaking.h"
#include "service/training/retagging.h"
#include "service/training/shadow.h"
#include "service/training/teaching.h"
#include "store/records.h"

namespace croquis::service {
namespace {

namespace json = boost::json;

/// Other backends take up a promotion within so long, and store predictions of the earlier model
/// until then.
constexpr std::chrono::seconds promotion_spreads{10};

auto progress_of(jobs::Task& task, double from, double to) {
    return [&task, from, to](std::size_t done, std::size_t all) {
        if (all > 0)
            task.progress(from +
                          (to - from) * static_cast<double>(done) / static_cast<double>(all));
    };
}

constexpr const char* promote_member = "promote";
constexpr const char* if_better = "if_better";
constexpr const char* model_member = "model";

bool promotes_if_better(const store::Job& job) {
    return store::parameter_of(job, promote_member) == if_better;
}

/// Where the job asks for it and the gate lets it through. A job that was cut off after its
/// promotion and begun again finds its model live.
Result<bool> promoted_by_gate(store::Store& store, const store::Job& job, const Teaching& teaching,
                              const std::optional<store::Author>& by) {
    if (!promotes_if_better(job)) return false;
    const auto live = answering_model(store, job.project);
    if (!live) return live.error();
    if (live->id == teaching.model.id) return true;
    // Somebody promoted another one since: what was compared with is not live any more.
    if (live->id != teaching.model.parent) return false;
    if (teaching.gate.verdict != learning::Verdict::better) return false;
    if (const auto done = promote(store, teaching.model.id, by); !done) return done.error();
    return true;
}

std::string result_of(const Teaching& teaching, bool promoted) {
    auto result = to_json(teaching);
    result["promoted"] = promoted;
    return json::serialize(result);
}

/// Looking at drawings takes the longest, where there are any to look at.
Result<std::string> do_teach(store::Store& store, jobs::Task& task) {
    TeachRequest request;
    request.project = task.job().project;
    if (task.job().created_by) request.by = task.job().created_by->name;
    request.control.progress = progress_of(task, 0, 0.9);
    request.control.is_stopped = [&task] { return task.is_stopped(); };
    const auto teaching = teach(store, request);
    if (!teaching) return teaching.error();
    // What nobody asked for is promoted by the project's policy.
    const auto by = task.job().created_by ? task.job().created_by : store::policy_author();
    const auto promoted = promoted_by_gate(store, task.job(), *teaching, by);
    if (!promoted) return promoted.error();
    return result_of(*teaching, *promoted);
}

/// Waits until other backends have the model too; false where another one is live by then.
Result<bool> await_spread(store::Store& store, jobs::Task& task, const std::string& model,
                          Timestamp until) {
    for (;;) {
        if (task.is_stopped()) return stopped();
        const auto live = answering_model(store, task.job().project);
        if (!live) return live.error();
        if (live->id != model) return false;
        if (now() >= until) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
}

json::object to_json(const Retagged& retagged) {
    return {{"model", retagged.model},
            {"changed", retagged.changed},
            {"by_embedding", retagged.by_embedding},
            {"unreadable", retagged.unreadable.size()},
            {"superseded", retagged.superseded}};
}

/// Then goes over what was stored meanwhile by backends that had the earlier model.
Result<std::string> do_retag(store::Store& store, jobs::Task& task) {
    const auto begun = now();
    RetagRequest request;
    request.project = task.job().project;
    request.control.progress = progress_of(task, 0, 0.95);
    request.control.is_stopped = [&task] { return task.is_stopped(); };
    auto retagged = retag(store, request);
    if (!retagged) return retagged.error();
    if (retagged->superseded) return json::serialize(to_json(*retagged));
    const auto spread = await_spread(store, task, retagged->model, begun + promotion_spreads);
    if (!spread) return spread.error();
    retagged->superseded = !*spread;
    if (retagged->superseded) return json::serialize(to_json(*retagged));
    request.control.progress = {};
    request.since = begun - promotion_spreads;
    const auto late = retag(store, request);
    if (!late) return late.error();
    retagged->changed += late->changed;
    retagged->by_embedding += late->by_embedding;
    return json::serialize(to_json(*retagged));
}

Result<std::string> do_shadow(store::Store& store, jobs::Task& task) {
    ShadowRun run;
    run.model = store::parameter_of(task.job(), model_member).value_or("");
    run.project = task.job().project;
    run.control.progress = progress_of(task, 0, 1);
    run.control.is_stopped = [&task] { return task.is_stopped(); };
    const auto shadow = shadow_by_network(store, run);
    if (!shadow) return shadow.error();
    return json::serialize(to_json(*shadow));
}

Result<std::string> do_remake(store::Store& store, jobs::Task& task) {
    RemakeRequest request;
    request.id = store::parameter_of(task.job(), model_member).value_or("");
    request.progress = [&task](const RemakeProgress& progress) { task.progress(progress.part()); };
    request.is_stopped = [&task] { return task.is_stopped(); };
    const auto remaking = remake(store, request);
    if (!remaking) return remaking.error();
    return json::serialize(to_json(*remaking, most_changed_told));
}

store::Job teaching_job(const std::optional<store::Author>& by, int project, AfterTeaching after) {
    auto job = new_job(teach_kind, by, project);
    if (after == AfterTeaching::promote_if_better)
        job.parameters = json::serialize(json::object{{promote_member, if_better}});
    return job;
}

/// Queues a job about a model, of a kind of which a project has one at a time: that one where it is
/// about the same model, else the conflict.
Result<store::Job> queue_about(store::Store& store, store::Job job, const std::string& model,
                               Error other_open) {
    job.parameters = json::serialize(json::object{{model_member, model}});
    auto queued = store.add_job(job, store::OpenAtOnce::one);
    if (queued && store::parameter_of(*queued, model_member) != model) return other_open;
    return queued;
}

Error other_is_remade() {
    return {ErrorKind::conflict,
            "Another model of the project is being made again; this one can be after that.",
            {},
            0,
            "remake_open"};
}

}  // namespace

std::map<std::string, jobs::Work> works(store::Store& store) {
    return {{teach_kind, [&store](jobs::Task& task) { return do_teach(store, task); }},
            {retag_kind, [&store](jobs::Task& task) { return do_retag(store, task); }},
            {shadow_kind, [&store](jobs::Task& task) { return do_shadow(store, task); }},
            {remake_kind, [&store](jobs::Task& task) { return do_remake(store, task); }}};
}

Result<store::Job> queue_teaching(store::Store& store, const std::optional<store::Author>& by,
                                  int project, AfterTeaching after) {
    return store.add_job(teaching_job(by, project, after), store::OpenAtOnce::one);
}

Result<TaughtNow> teach_now(store::Store& store, const TeachRequest& request, AfterTeaching after) {
    auto job = teaching_job(std::nullopt, request.project, after);
    job.started_at = job.created_at;
    auto asked = request;
    asked.as = job;
    auto teaching = teach(store, asked);
    if (!teaching) return teaching.error();
    const auto promoted = promoted_by_gate(store, job, *teaching, std::nullopt);
    store::JobOutcome outcome;
    if (promoted) {
        outcome.result = result_of(*teaching, *promoted);
    } else {
        outcome.state = store::JobState::failed;
        outcome.error = promoted.error().detail;
    }
    const auto ended = store.finish_job(job.id, to_string(job.id), outcome, now());
    if (!promoted) return promoted.error();
    if (!ended) return ended.error();
    return TaughtNow{std::move(*teaching), *promoted};
}

Result<store::JobAfterReviews> queue_teaching_after_reviews(store::Store& store, int project,
                                                            std::size_t reviews,
                                                            AfterTeaching after) {
    return store.add_job_after_reviews(teaching_job(std::nullopt, project, after), reviews);
}

Result<store::Job> queue_shadow(store::Store& store, const std::optional<store::Author>& by,
                                int project, const std::string& model) {
    if (const auto known = model_of(store, model, project); !known) return known.error();
    return queue_about(store, new_job(shadow_kind, by, project), model,
                       {ErrorKind::conflict,
                        "Another model of the project is being compared; this one can be after "
                        "that.",
                        {},
                        0,
                        "shadow_open"});
}

Result<store::Job> queue_remake(store::Store& store, const std::optional<store::Author>& by,
                                int project, const std::string& model) {
    const auto known = model_of(store, model, project);
    if (!known) return known.error();
    if (const auto taught = check_taught(*known); !taught) return taught.error();
    return queue_about(store, new_job(remake_kind, by, project), model, other_is_remade());
}

Result<store::Job> queue_retrain(store::Store& store, const std::optional<store::Author>& by,
                                 int project, const std::string& model) {
    return queue_about(store, new_job(retrain_kind, by, project), model, other_is_remade());
}

}  // namespace croquis::service
