#include "service/quality/drift.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value_from.hpp>
#include <boost/json/value_to.hpp>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <span>
#include <utility>
#include <vector>

#include "recognition/quantised.h"

namespace croquis::service {
namespace {

namespace json = boost::json;

AnswerCounts counted(const std::vector<store::PredictedTag>& predicted) {
    AnswerCounts counts;
    for (const auto& each : predicted) counts.add(each.tag, each.confidence);
    return counts;
}

learning::Drift drift_of_tags(const AnswerCounts& reference, const AnswerCounts& now) {
    auto all = reference.tags;
    all.insert(now.tags.begin(), now.tags.end());
    const auto count_of = [](const AnswerCounts& counts, const std::string& tag) {
        const auto found = counts.tags.find(tag);
        return found == counts.tags.end() ? std::size_t{0} : found->second;
    };
    std::vector<std::size_t> before;
    std::vector<std::size_t> since;
    for (const auto& [tag, count] : all) {
        before.push_back(count_of(reference, tag));
        since.push_back(count_of(now, tag));
    }
    return learning::drift_between(before, since);
}

learning::Drift drift_of_confidence(const AnswerCounts& reference, const AnswerCounts& now) {
    return learning::drift_between({reference.confidence.begin(), reference.confidence.end()},
                                   {now.confidence.begin(), now.confidence.end()});
}

/// Five digits say enough, and a card is read often.
json::array short_numbers(const std::vector<float>& numbers) {
    json::array listed;
    for (const float each : numbers)
        listed.emplace_back(std::strtod(fmt::format("{:.5g}", each).c_str(), nullptr));
    return listed;
}

/// Throws what Boost.JSON throws where something is missing or of another type.
TrainingReference read_reference(const json::object& card) {
    const auto& told = card.at("reference").as_object();
    const auto& embeddings = told.at("embeddings").as_object();
    TrainingReference reference;
    reference.trunk = std::string(told.at("trunk").as_string());
    reference.answers.tags = json::value_to<std::map<std::string, std::size_t>>(told.at("tags"));
    reference.answers.confidence =
        json::value_to<std::array<std::size_t, 10>>(told.at("confidence"));
    reference.embeddings = {json::value_to<std::vector<float>>(embeddings.at("mean")),
                            json::value_to<std::vector<float>>(embeddings.at("spread")),
                            json::value_to<std::vector<float>>(embeddings.at("edges")),
                            json::value_to<std::vector<std::size_t>>(embeddings.at("drawings"))};
    return reference;
}

bool makes_sense(const learning::EmbeddingReference& reference) {
    // Of few drawings it is empty.
    if (reference.counts.empty()) return reference.mean.empty() && reference.edges.empty();
    return !reference.mean.empty() && reference.mean.size() == reference.spread.size() &&
           reference.edges.size() + 1 == reference.counts.size() &&
           std::is_sorted(reference.edges.begin(), reference.edges.end()) &&
           std::all_of(reference.spread.begin(), reference.spread.end(),
                       [](float spread) { return spread > 0; });
}

Result<learning::Drift> drift_of_embeddings(store::Store& store, int project,
                                            const TrainingReference& reference, Timestamp since) {
    store::EmbeddingsQuery query{reference.trunk, project};
    query.limit = most_drift_drawings;
    const auto page = store.newest_embeddings(query);
    if (!page) return page.error();
    const std::size_t width = reference.embeddings.mean.size();
    std::vector<float> rows;
    for (const auto& [drawing, embedding] : page->embeddings) {
        if (embedding.numbers.size() != width || time_of(drawing) < since) continue;
        rows.resize(rows.size() + width);
        recognition::unpack(embedding.scale, embedding.numbers, std::span(rows).last(width));
    }
    return learning::drift_between(reference.embeddings.counts,
                                   learning::counts_by(reference.embeddings, rows));
}

json::object drift_json(const learning::Drift& drift) {
    return {{"reference", drift.reference},
            {"now", drift.now},
            {"index", drift.index},
            {"by_chance", drift.by_chance},
            {"beyond_chance", drift.is_beyond_chance()}};
}

json::value training_json(const std::optional<TrainingDrift>& drift) {
    if (!drift) return nullptr;
    return json::object{{"tags", drift_json(drift->tags)},
                        {"confidence", drift_json(drift->confidence)},
                        {"embeddings", drift_json(drift->embeddings)}};
}

}  // namespace

void AnswerCounts::add(std::string_view tag, float confidence_given) {
    ++tags[std::string(tag)];
    const auto tenths = static_cast<float>(confidence.size());
    const auto tenth = static_cast<std::size_t>(std::max(0.0F, confidence_given * tenths));
    ++confidence[std::min(confidence.size() - 1, tenth)];
}

json::object to_json(const TrainingReference& reference) {
    const auto& [trunk, answers, embeddings] = reference;
    return {{"trunk", trunk},
            {"tags", json::value_from(answers.tags)},
            {"confidence", json::value_from(answers.confidence)},
            {"embeddings", json::object{{"mean", short_numbers(embeddings.mean)},
                                        {"spread", short_numbers(embeddings.spread)},
                                        {"edges", short_numbers(embeddings.edges)},
                                        {"drawings", json::value_from(embeddings.counts)}}}};
}

std::optional<TrainingReference> reference_in(const std::string& card) {
    try {
        auto reference = read_reference(json::parse(card).as_object());
        if (makes_sense(reference.embeddings)) return reference;
    } catch (const std::exception&) {
        // A card may come from any training.
    }
    return std::nullopt;
}

Result<ModelDrift> measure_drift(store::Store& store, int project, const store::Model& live,
                                 Timestamp at) {
    ModelDrift drift;
    const auto reference = reference_in(live.card);
    if (!live.promoted_at) {
        if (reference) drift.training.emplace();
        return drift;
    }
    const auto promoted_at = *live.promoted_at;
    store::PredictedQuery query{live.id, {}, promoted_at, most_drift_drawings};
    const auto before = store.predicted_between(project, query);
    if (!before) return before.error();
    query.from = promoted_at;
    query.until = at + std::chrono::days(1);
    const auto since = store.predicted_between(project, query);
    if (!since) return since.error();
    const auto now = counted(*since);
    drift.tags = drift_of_tags(counted(*before), now);
    drift.confidence = drift_of_confidence(counted(*before), now);
    if (!reference) return drift;
    const auto embeddings = drift_of_embeddings(store, project, *reference, promoted_at);
    if (!embeddings) return embeddings.error();
    drift.training.emplace(TrainingDrift{drift_of_tags(reference->answers, now),
                                         drift_of_confidence(reference->answers, now),
                                         *embeddings});
    return drift;
}

json::object to_json(const ModelDrift& drift) {
    return {{"tags", drift_json(drift.tags)},
            {"confidence", drift_json(drift.confidence)},
            {"training", training_json(drift.training)}};
}

}  // namespace croquis::service
