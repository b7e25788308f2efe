#include "service/quality.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <set>

#include "core/decimal.h"
#include "learning/adaptation/neighbours.h"
#include "service/drawing_brief.h"
#include "service/models.h"

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

/// Embeddings of one trunk, the newest drawings' first.
struct EmbeddedRows {
    std::vector<Uuid> drawings;
    learning::PackedRows rows;
};

Result<EmbeddedRows> embedded_rows(store::Store& store, int project,
                                   const store::NewEmbedding& of) {
    EmbeddedRows all{{of.drawing}, learning::PackedRows(of.embedding.numbers.size())};
    all.rows.add(of.embedding.numbers);
    store::EmbeddingsQuery query{of.embedding.trunk, project};
    std::size_t looked_at = 0;
    do {
        const auto page = store.newest_embeddings(query);
        if (!page) return page.error();
        for (const auto& [drawing, embedding] : page->embeddings) {
            if (drawing == of.drawing || embedding.numbers.size() != all.rows.width()) continue;
            all.drawings.push_back(drawing);
            all.rows.add(embedding.numbers);
        }
        looked_at += query.limit;
        query.before = page->next;
    } while (query.before && looked_at < most_similar_among);
    return all;
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

Result<std::vector<SimilarDrawing>> similar_drawings(store::Store& store, int project,
                                                     const std::string& trunk, const Uuid& drawing,
                                                     std::size_t limit) {
    if (limit < 1 || limit > most_similar)
        return Error{ErrorKind::invalid, "1 to 50 drawings can be listed.", "limit"};
    const auto shown = store.drawing(drawing, {store::Audience::annotators, project});
    if (!shown) return shown.error();
    const auto own = store.embeddings_of(trunk, {drawing});
    if (!own) return own.error();
    if (own->empty())
        return Error{ErrorKind::conflict,
                     "This drawing has no embedding yet; croquis embed makes it.",
                     {},
                     0,
                     "no_embedding"};
    const auto all = embedded_rows(store, project, own->front());
    if (!all) return all.error();
    std::vector<SimilarDrawing> similar;
    // Some of the nearest may have been deleted meanwhile.
    for (const auto& neighbour : learning::nearest(all->rows, 0, 2 * limit)) {
        if (similar.size() == limit) break;
        auto found =
            store.drawing(all->drawings[neighbour.row], {store::Audience::annotators, project});
        if (!found && found.error().kind == ErrorKind::not_found) continue;
        if (!found) return found.error();
        similar.push_back({std::move(*found), neighbour.similarity});
    }
    return similar;
}

json::object to_json(const std::vector<SimilarDrawing>& similar) {
    json::array drawings;
    for (const auto& [drawing, similarity] : similar) {
        auto told = brief_of(drawing);
        told["similarity"] = shortest_decimal(similarity);
        drawings.push_back(std::move(told));
    }
    return {{"drawings", std::move(drawings)}};
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
