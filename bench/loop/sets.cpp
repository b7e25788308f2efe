#include "sets.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <span>

#include "learning/dataset/people.h"
#include "recognition/quantised.h"
#include "store/asking.h"

namespace croquis::bench {
namespace {

using learning::People;
using learning::PersonsDrawing;
using Wanted = std::function<bool(const PersonsDrawing&)>;

constexpr std::size_t batch = 64;

/// Drawings by category, those categories first that have the most.
std::vector<std::vector<const PersonsDrawing*>> largest(const People& people, const Wanted& wanted,
                                                        std::size_t labels, std::size_t each) {
    std::map<std::string, std::vector<const PersonsDrawing*>> by_category;
    for (const auto& drawn : people.drawings)
        if (!drawn.category.empty() && wanted(drawn)) by_category[drawn.category].push_back(&drawn);
    std::vector<std::vector<const PersonsDrawing*>> chosen;
    for (auto& [category, drawings] : by_category) chosen.push_back(std::move(drawings));
    std::stable_sort(chosen.begin(), chosen.end(),
                     [](const auto& a, const auto& b) { return a.size() > b.size(); });
    if (chosen.size() > labels) chosen.resize(labels);
    for (auto& drawings : chosen)
        if (drawings.size() > each) drawings.resize(each);
    return chosen;
}

void add(LabelledSet& set, const recognition::Prediction& answer, int label) {
    const auto packed = recognition::quantised(answer.embedding);
    set.width = answer.embedding.size();
    set.embeddings.resize(set.embeddings.size() + set.width);
    recognition::unpack(packed.scale, packed.numbers, std::span(set.embeddings).last(set.width));
    set.packed.insert(set.packed.end(), packed.numbers.begin(), packed.numbers.end());
    set.truth.push_back(label);
    set.confidence.push_back(answer.confidence);
    set.margin.push_back(store::margin_of(answer.probabilities));
}

Result<LabelledSet> embedded(std::string name, recognition::Recognizer& model,
                             const std::vector<std::vector<const PersonsDrawing*>>& chosen) {
    LabelledSet set;
    set.name = std::move(name);
    set.labels = chosen.size();
    for (std::size_t label = 0; label < chosen.size(); ++label) {
        std::vector<drawing::ModelInput> inputs;
        for (const auto* drawn : chosen[label])
            if (auto input = learning::to_input(*drawn)) inputs.push_back(*input);
        for (std::size_t at = 0; at < inputs.size(); at += batch) {
            const auto some = std::span(inputs).subspan(at, std::min(batch, inputs.size() - at));
            const auto answers = model.recognise(some);
            if (!answers) return answers.error();
            for (const auto& answer : *answers) add(set, answer, static_cast<int>(label));
        }
    }
    return set;
}

}  // namespace

Result<std::vector<LabelledSet>> read_sets(const std::filesystem::path& folder,
                                           recognition::Recognizer& model, std::size_t labels,
                                           std::size_t each, const std::string& only) {
    const auto people = learning::read_people(folder);
    if (!people) return people.error();
    const std::set<std::string> unseen(people->unseen.begin(), people->unseen.end());
    const std::vector<std::pair<std::string, Wanted>> sets{
        {"Quick, Draw! objects",
         [&](const PersonsDrawing& drawn) {
             return drawn.source.starts_with("quickdraw") && unseen.contains(drawn.category);
         }},
        {"TU-Berlin sketches",
         [](const PersonsDrawing& drawn) { return drawn.source.starts_with("tu-berlin"); }},
        {"LaTeX symbols", [](const PersonsDrawing& drawn) {
             return drawn.source.starts_with("detexify") && drawn.label == "unknown";
         }}};
    std::vector<LabelledSet> read;
    for (const auto& [name, wanted] : sets) {
        if (!only.empty() && name != only) continue;
        auto set = embedded(name, model, largest(*people, wanted, labels, each));
        if (!set) return set.error();
        if (set->labels >= 2) read.push_back(std::move(*set));
    }
    if (read.empty())
        return Error{ErrorKind::not_found, "None of the sets is in " + folder.string() + ".",
                     "people"};
    return read;
}

}  // namespace croquis::bench
