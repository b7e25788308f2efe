#include "learning/training/measuring.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "learning/dataset/fingerprint.h"
#include "learning/synthesis/sketcher.h"
#include "learning/training/few_shot.h"
#include "learning/training/learner.h"
#include "learning/training/onnx_export.h"
#include "learning/training/samples.h"

namespace croquis::learning {
namespace {

Measured measured(const Judged& judged, const Calibration& calibration) {
    const auto outcomes = outcomes_of(judged, calibration);
    return {measure(outcomes, shape_labels()), failures_of(outcomes, inputs_of(judged), 60)};
}

void measure_sources(const Judgement& judgement, ModelCard& card) {
    std::vector<Outcome> all;
    std::vector<drawing::ModelInput> inputs;
    for (const auto& [source, judged] : judgement.people) {
        const auto& calibration = card.without.at(source);
        card.sources.push_back({source, measured(judged, calibration), calibration});
        std::cout << source << '\n' << to_text(card.sources.back().measured.report) << '\n';
        const auto outcomes = outcomes_of(judged, calibration);
        const auto seen = inputs_of(judged);
        all.insert(all.end(), outcomes.begin(), outcomes.end());
        inputs.insert(inputs.end(), seen.begin(), seen.end());
    }
    card.people = {measure(all, shape_labels()), failures_of(all, inputs, 60)};
}

void measure_few_shot(const Judgement& judgement, const People& read, ModelCard& card) {
    const auto found = judgement.people.find("quickdraw");
    if (found == judgement.people.end() || read.unseen.empty()) return;
    auto categories = found->second.categories;
    for (auto& category : categories)
        if (std::find(read.unseen.begin(), read.unseen.end(), category) == read.unseen.end())
            category.clear();
    const auto head = regression_head(found->second.embeddings);
    for (const auto& [ways, shots] : {std::pair{5, 5}, {10, 10}, {20, 10}}) {
        const auto measured = few_shot(categories, {ways, shots, 300, held_out_seed}, head);
        if (!measured) continue;  // too few categories
        card.few_shot.push_back(*measured);
        std::cout << fmt::format("{} ways, {} shots: {:.1f} % ({:.1f} to {:.1f})\n", ways, shots,
                                 100 * measured->accuracy, 100 * measured->low,
                                 100 * measured->high);
    }
}

}  // namespace

Judged judged_careful(Network& network, bool quick) {
    return judge(network, make_careful_samples(held_out_seed, quick ? 600 : 6000));
}

std::map<std::string, Judged> judged_people(Network& network, const People& people) {
    std::map<std::string, std::vector<const PersonsDrawing*>> by_source;
    for (const auto& drawn : people.drawings)
        if (drawn.use == Use::judge && !drawn.label.empty())
            by_source[drawn.source].push_back(&drawn);
    std::map<std::string, Judged> judged;
    for (const auto& [source, drawings] : by_source) judged[source] = judge(network, drawings);
    return judged;
}

Judgement judge_all(Network& network, const People& people, bool quick) {
    return {judge(network, make_sketches(held_out_seed, quick ? 1000 : 8000)),
            judged_careful(network, quick), judged_people(network, people)};
}

std::map<std::string, float> activations_of(Network& network, const Samples& samples) {
    const torch::NoGradGuard no_gradients;
    network->eval();
    std::map<std::string, float> all;
    for (const auto& chunk : to_images(samples.images).split(512)) {
        const auto largest = network->largest_activations(chunk);
        for (std::size_t i = 0; i < largest.size(); ++i)
            all[stage_output(i)] = std::max(all[stage_output(i)], largest[i]);
    }
    all[pool_output] = all[stage_output(network->layout().stages.size() - 1)];
    return all;
}

Calibration calibrate(const Judgement& judgement) {
    std::vector<const Judged*> parts{&judgement.careful};
    for (const auto& part : judgement.people) parts.push_back(&part.second);
    if (judgement.people.empty()) parts.push_back(&judgement.sketches);
    return calibrate(parts, unknown_below);
}

std::map<std::string, Calibration> calibrate_without(const Judgement& judgement) {
    std::map<std::string, Calibration> without;
    for (const auto& left_out : judgement.people) {
        std::vector<const Judged*> others{&judgement.careful};
        for (const auto& [source, judged] : judgement.people)
            if (origin_of(source) != origin_of(left_out.first)) others.push_back(&judged);
        without[left_out.first] = calibrate(others, unknown_below);
    }
    return without;
}

void measure(const Judgement& judgement, const People& people, ModelCard& card) {
    card.synthetic = measured(judgement.sketches, card.calibration);
    card.careful = measured(judgement.careful, card.calibration);
    measure_sources(judgement, card);
    measure_few_shot(judgement, people, card);
}

void note_people(const People& people, ModelCard& card) {
    card.unseen = people.unseen;
    for (const auto& drawn : people.drawings) {
        auto& counts = card.counts[drawn.source];
        ++(drawn.use == Use::learn ? counts.learnt : counts.judged);
        if (drawn.use == Use::judge && drawn.doubtful) ++counts.doubtful;
        if (drawn.use != Use::learn) continue;
        card.learnt.push_back(drawn.strokes.empty() ? fingerprint(drawn.picture) : drawn.id);
    }
}

}  // namespace croquis::learning
