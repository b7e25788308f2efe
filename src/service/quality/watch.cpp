#include "service/quality/watch.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <iterator>
#include <limits>
#include <utility>

#include "identity/security_log.h"
#include "learning/adaptation/evidence.h"
#include "service/quality/quality.h"

namespace croquis::service {
namespace {

namespace json = boost::json;

/// Of agreement with the model before; below this there is nowhere to fall.
constexpr double least_reference = 0.05;

/// A figure of a project's quality, and the metric that shows it.
struct QualityFigure {
    const char* name;
    const char* help;
    prometheus::Labels labels;
    double (*of)(const Quality& quality);
};

double over_chance(const learning::Drift& drift) {
    return drift.by_chance > 0 ? drift.index / drift.by_chance : 0;
}

/// Not a number where the model keeps nothing of what it learnt from.
double over_chance(const Quality& quality, learning::Drift TrainingDrift::*figure) {
    const auto& training = quality.drift.training;
    return training ? over_chance((*training).*figure) : std::numeric_limits<double>::quiet_NaN();
}

/// What people did on the day (UTC) of the measurement, a row for each of them.
std::vector<store::DayOfAnswers> answers_today(const Quality& quality) {
    std::vector<store::DayOfAnswers> today;
    const auto day = std::chrono::floor<std::chrono::days>(quality.at).time_since_epoch().count();
    std::copy_if(quality.answers.begin(), quality.answers.end(), std::back_inserter(today),
                 [day](const auto& answers) { return answers.day == day; });
    return today;
}

std::vector<QualityFigure> work_figures() {
    return {
        {"croquis_queue_waiting_drawings",
         "Drawings that wait for review",
         {},
         [](const Quality& quality) { return static_cast<double>(quality.waiting); }},
        {"croquis_quality_answers_today",
         "Answers of people since midnight (UTC)",
         {},
         [](const Quality& quality) {
             double answers = 0;
             for (const auto& person : answers_today(quality))
                 answers += static_cast<double>(person.answers);
             return answers;
         }},
        {"croquis_quality_people_today", "People who gave them", {}, [](const Quality& quality) {
             return static_cast<double>(answers_today(quality).size());
         }}};
}

std::vector<QualityFigure> drift_figures() {
    constexpr const char* drift = "croquis_quality_drift_beyond_chance";
    constexpr const char* promotion =
        "Population stability index since the promotion, over its level of chance";
    constexpr const char* training_drift = "croquis_quality_training_drift_beyond_chance";
    constexpr const char* learnt =
        "Population stability index since the promotion, against what the live model learnt from, "
        "over its level of chance";
    return {
        {drift,
         promotion,
         {{"of", "tags"}},
         [](const Quality& quality) { return over_chance(quality.drift.tags); }},
        {drift,
         promotion,
         {{"of", "confidence"}},
         [](const Quality& quality) { return over_chance(quality.drift.confidence); }},
        {training_drift,
         learnt,
         {{"of", "tags"}},
         [](const Quality& quality) { return over_chance(quality, &TrainingDrift::tags); }},
        {training_drift,
         learnt,
         {{"of", "confidence"}},
         [](const Quality& quality) { return over_chance(quality, &TrainingDrift::confidence); }},
        {training_drift, learnt, {{"of", "embeddings"}}, [](const Quality& quality) {
             return over_chance(quality, &TrainingDrift::embeddings);
         }}};
}

std::vector<QualityFigure> review_figures() {
    constexpr const char* ratio = "How often the live model had said what people say";
    constexpr const char* reviews = "Reviews that the agreement was measured on";
    return {
        {"croquis_quality_agreement_ratio",
         ratio,
         {{"sample", "random"}},
         [](const Quality& quality) { return quality.agreement.random.part(); }},
        {"croquis_quality_agreement_ratio",
         ratio,
         {{"sample", "all"}},
         [](const Quality& quality) { return quality.agreement.all.part(); }},
        {"croquis_quality_reviews",
         reviews,
         {{"sample", "random"}},
         [](const Quality& quality) { return static_cast<double>(quality.agreement.random.all); }},
        {"croquis_quality_reviews",
         reviews,
         {{"sample", "all"}},
         [](const Quality& quality) { return static_cast<double>(quality.agreement.all.all); }},
        {"croquis_quality_calibration_error",
         "The live model's expected calibration error",
         {},
         [](const Quality& quality) { return quality.calibration.error; }},
        {"croquis_quality_calibration_error_by_chance",
         "What it would be by chance alone, in 95 of 100 samples",
         {},
         [](const Quality& quality) { return quality.calibration.by_chance.most; }}};
}

const std::vector<QualityFigure>& quality_figures() {
    static const auto figures = [] {
        auto all = review_figures();
        for (const auto& more : {work_figures(), drift_figures()})
            all.insert(all.end(), more.begin(), more.end());
        return all;
    }();
    return figures;
}

void show(Metrics& metrics, const store::Project& project, const AgreementFall& fall) {
    metrics
        .gauge("croquis_quality_agreement_fall_evidence",
               "That people agree less with the live model than with the one before; by chance "
               "alone it reaches 20 in one of 20 cases",
               {{"project", project.slug}})
        .Set(fall.evidence);
}

std::string why(const AgreementFall& fall) {
    auto told = to_json(fall);
    told["at"] = to_rfc3339(now());
    return json::serialize(told);
}

/// False where what it was decided by holds no more: another backend was first, or somebody
/// promoted, or changed the policy.
Result<bool> roll_back(store::Store& store, const store::Project& project,
                       const AgreementFall& fall) {
    const auto done =
        store.roll_back({project.id, fall.model, fall.since, *fall.before, why(fall)});
    if (!done && done.error().kind == ErrorKind::conflict) return false;
    if (!done) return done.error();
    identity::tell(identity::Event::model_promoted, {},
                   {{"by", store::policy_author().name},
                    {"rolled_back_to", *fall.before},
                    {"from", fall.model}});
    return true;
}

Result<void> watch(store::Store& store, Metrics& metrics, const store::Project& project) {
    auto& rolled_back = metrics.counter("croquis_quality_policy_rollbacks_total",
                                        "Promotions that a project's policy took back",
                                        {{"project", project.slug}});
    const auto fall = measure_fall(store, project.id);
    if (!fall && fall.error().kind == ErrorKind::not_found) return {};
    if (!fall) return fall.error();
    show(metrics, project, *fall);
    if (!project.rolls_back || !fall->is_beyond_chance()) return {};
    const auto done = roll_back(store, project, *fall);
    if (!done) return done.error();
    if (*done) rolled_back.Increment();
    return {};
}

}  // namespace

AgreementFall fall_among(const std::vector<store::RecentReview>& reviews, const std::string& live,
                         const std::optional<std::string>& before,
                         const std::optional<Timestamp>& since) {
    AgreementFall fall;
    fall.model = live;
    fall.since = since;
    fall.before = before;
    for (const auto& review : reviews) {
        if (review.basis != store::Basis::random) continue;
        const bool is_now = review.model == live;
        if (!is_now && review.model != before) continue;
        if (is_now && since && review.at < *since) continue;
        auto& share = is_now ? fall.now : fall.then;
        ++share.all;
        share.some += review.tag == review.predicted_tag ? 1 : 0;
    }
    const double reference = fall.then.interval().low;
    if (fall.then.all == 0 || reference < least_reference) return fall;
    const auto agreed = static_cast<double>(fall.now.some);
    constexpr double most = 1e12;  // a number that JSON has
    fall.evidence =
        std::min(most, learning::evidence_below(
                           {agreed, 0, static_cast<double>(fall.now.all) - agreed}, reference));
    return fall;
}

Result<AgreementFall> measure_fall(store::Store& store, int project) {
    const auto live = store.live_model(project);
    if (!live) return live.error();
    const auto before = store.model_before(project);
    if (!before && before.error().kind != ErrorKind::not_found) return before.error();
    const auto reviews = store.recent_reviews(project, reviews_looked_at);
    if (!reviews) return reviews.error();
    return fall_among(*reviews, live->id, before ? std::optional(before->id) : std::nullopt,
                      live->promoted_at);
}

json::object to_json(const AgreementFall& fall) {
    return {{"model", fall.model},
            {"before", fall.before ? json::value(*fall.before) : json::value(nullptr)},
            {"then", to_json(fall.then)},
            {"now", to_json(fall.now)},
            {"evidence", fall.evidence},
            {"beyond_chance", fall.is_beyond_chance()}};
}

void show_quality(Metrics& metrics, const std::string& project, const Quality* quality) {
    for (const auto& figure : quality_figures()) {
        auto labels = figure.labels;
        labels["project"] = project;
        metrics.gauge(figure.name, figure.help, labels)
            .Set(quality != nullptr ? figure.of(*quality)
                                    : std::numeric_limits<double>::quiet_NaN());
    }
}

Result<std::vector<store::Project>> QualityWatch::projects() {
    auto projects = store_.projects();
    if (!projects) return projects.error();
    std::erase_if(*projects, [](const auto& project) { return project.archived_at.has_value(); });
    const auto rank = [](const store::Project& project) {
        return project.id == store::shapes_project ? std::numeric_limits<int>::max() : project.id;
    };
    std::sort(projects->begin(), projects->end(),
              [&](const auto& a, const auto& b) { return rank(a) > rank(b); });
    std::vector<store::Project> measured;
    const MutexLock lock(mutex_);
    auto gone = shown_;
    for (auto& project : *projects) {
        if (!has_room_for(project.slug)) continue;
        gone.erase(project.slug);
        measured.push_back(std::move(project));
    }
    for (const auto& slug : gone) show_quality(metrics_, slug, nullptr);
    metrics_
        .gauge("croquis_quality_projects_not_shown",
               "Projects whose quality is not measured for metrics, since there are too many")
        .Set(static_cast<double>(projects->size() - measured.size()));
    return measured;
}

/// Whether it is among those that are shown, which it then stays for ever.
bool QualityWatch::has_room_for(const std::string& slug) {
    if (shown_.contains(slug)) return true;
    return shown_.size() < most_shown_projects && shown_.insert(slug).second;
}

void QualityWatch::show(const store::Project& project, const Quality& quality) {
    const MutexLock lock(mutex_);
    if (!project.archived_at && has_room_for(project.slug))
        show_quality(metrics_, project.slug, &quality);
}

Result<void> QualityWatch::measure(const store::Project& project) {
    const auto quality = measure_quality(store_, project.id, now());
    if (!quality) return quality.error();
    show(project, *quality);
    return {};
}

Result<void> watch_projects(store::Store& store, Metrics& metrics) {
    const auto projects = store.projects();
    if (!projects) return projects.error();
    for (const auto& project : *projects) {
        if (project.archived_at) continue;
        if (const auto watched = watch(store, metrics, project); !watched) return watched.error();
    }
    return {};
}

}  // namespace croquis::service
