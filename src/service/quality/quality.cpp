#include "service/quality/quality.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <set>

#include "core/decimal.h"
#include "service/models/registry.h"

namespace croquis::service {
namespace {

namespace json = boost::json;
using learning::Share;

constexpr std::chrono::days answers_of{30};

void count(Share& share, bool right) {
    ++share.all;
    share.some += right ? 1 : 0;
}

void count(Agreement& agreement, const store::RecentReview& review) {
    const bool right = review.tag == review.predicted_tag;
    count(agreement.all, right);
    if (review.basis == store::Basis::random) count(agreement.random, right);
}

/// The Monday before, in UTC.
std::string week_of(Timestamp at) {
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const auto since = std::chrono::weekday(day) - std::chrono::Monday;
    const std::chrono::year_month_day monday(day - since);
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(monday.year()),
                       static_cast<unsigned>(monday.month()), static_cast<unsigned>(monday.day()));
}

std::vector<Agreement> listed(std::map<std::string, Agreement>&& by_name) {
    std::vector<Agreement> all;
    for (auto& [name, agreement] : by_name) {
        agreement.name = name;
        all.push_back(std::move(agreement));
    }
    return all;
}

Calibration calibration_of(const std::vector<store::RecentReview>& reviews,
                           const std::string& model) {
    std::vector<learning::Answered> random;
    std::vector<learning::Answered> all;
    for (const auto& review : reviews) {
        if (review.model != model) continue;
        const learning::Answered answered{review.confidence, review.tag == review.predicted_tag};
        all.push_back(answered);
        if (review.basis == store::Basis::random) random.push_back(answered);
    }
    Calibration calibration;
    calibration.at_random = random.size() >= enough_at_random;
    const auto& answers = calibration.at_random ? random : all;
    calibration.answers = answers.size();
    calibration.bins = learning::reliability_of(answers);
    calibration.error = learning::calibration_error(calibration.bins);
    calibration.by_chance = learning::calibration_by_chance(calibration.bins);
    return calibration;
}

json::object to_json(const Agreement& agreement) {
    return {{"name", agreement.name},
            {"random", service::to_json(agreement.random)},
            {"all", service::to_json(agreement.all)}};
}

json::array to_json(const std::vector<Agreement>& agreements) {
    json::array all;
    for (const auto& agreement : agreements) all.push_back(to_json(agreement));
    return all;
}

json::object to_json(const Calibration& calibration) {
    json::array bins;
    for (const auto& bin : calibration.bins)
        bins.push_back(json::object{{"low", bin.low},
                                    {"high", bin.high},
                                    {"drawings", bin.drawings},
                                    {"confidence", bin.confidence},
                                    {"agreement", bin.accuracy}});
    return {{"at_random", calibration.at_random},
            {"answers", calibration.answers},
            {"bins", std::move(bins)},
            {"error", calibration.error},
            {"error_by_chance", json::object{{"mean", calibration.by_chance.mean},
                                             {"most", calibration.by_chance.most}}}};
}

std::string day_text(std::int64_t day) {
    const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(day))};
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

}  // namespace

Result<Quality> measure_quality(store::Store& store, int project, Timestamp at) {
    const auto live = answering_model(store, project);
    if (!live) return live.error();
    const auto reviews = store.recent_reviews(project, reviews_looked_at);
    if (!reviews) return reviews.error();
    auto answers = store.answers_since(project, at - answers_of);
    if (!answers) return answers.error();
    const auto waiting = store.count_waiting(project);
    if (!waiting) return waiting.error();

    Quality quality;
    quality.at = at;
    quality.model = live->id;
    quality.promoted_at = live->promoted_at;
    quality.agreement.name = live->id;
    std::map<std::string, Agreement> labels;
    std::map<std::string, Agreement> weeks;
    for (const auto& review : *reviews) {
        count(weeks[week_of(review.at)], review);
        if (review.model != live->id) continue;
        count(quality.agreement, review);
        count(labels[review.tag], review);
    }
    quality.labels = listed(std::move(labels));
    quality.weeks = listed(std::move(weeks));
    quality.calibration = calibration_of(*reviews, live->id);
    quality.waiting = *waiting;
    quality.answers = std::move(*answers);
    auto drift = measure_drift(store, project, *live, at);
    if (!drift) return drift.error();
    quality.drift = *drift;
    return quality;
}

Result<std::optional<PeopleAgreement>> measure_people(store::Store& store,
                                                      const store::Project& project) {
    if (project.opinions_wanted < 2) return std::optional<PeopleAgreement>();
    const auto opinions = store.opinions(project.id);
    if (!opinions) return opinions.error();
    std::vector<std::vector<int>> units;
    std::map<std::string, int> labels;
    std::set<Uuid> people;
    const Uuid* last = nullptr;
    for (const auto& opinion : *opinions) {
        if (last == nullptr || *last != opinion.drawing) units.emplace_back();
        last = &opinion.drawing;
        const auto label = labels.emplace(opinion.tag, static_cast<int>(labels.size())).first;
        units.back().push_back(label->second);
        people.insert(opinion.by);
    }
    return std::optional(PeopleAgreement{people.size(), learning::nominal_alpha(units)});
}

json::object to_json(const PeopleAgreement& agreement) {
    const auto known = [](const std::optional<double>& figure) {
        return figure ? json::value(*figure) : json::value(nullptr);
    };
    const auto& [drawings, opinions, agreed, alpha, low, high] = agreement.measured;
    return {{"drawings", drawings}, {"people", agreement.people}, {"opinions", opinions},
            {"agreed", agreed},     {"alpha", known(alpha)},      {"low", known(low)},
            {"high", known(high)}};
}

json::object to_json(const Share& share) {
    const auto interval = share.interval();
    return {{"agreed", share.some},
            {"of", share.all},
            {"part", share.part()},
            {"low", interval.low},
            {"high", interval.high}};
}

json::object to_json(const Quality& quality) {
    json::array answers;
    for (const auto& day : quality.answers)
        answers.push_back(
            json::object{{"day", day_text(day.day)}, {"by", day.by}, {"answers", day.answers}});
    return {{"at", to_rfc3339(quality.at)},
            {"model", quality.model},
            {"promoted_at", quality.promoted_at ? json::value(to_rfc3339(*quality.promoted_at))
                                                : json::value(nullptr)},
            {"agreement", to_json(quality.agreement)},
            {"labels", to_json(quality.labels)},
            {"weeks", to_json(quality.weeks)},
            {"calibration", to_json(quality.calibration)},
            {"drift", to_json(quality.drift)},
            {"waiting", quality.waiting},
            {"answers", std::move(answers)}};
}

}  // namespace croquis::service
