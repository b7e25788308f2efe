#include "service/training/comparison.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "service/projects/labels.h"

namespace croquis::service {
namespace {

constexpr double worth_telling = 0.02;  ///< the difference that judging_needed is worked out for

/// The labels that drawings get from the model of the project: its own, and where that model
/// answers in other projects too, theirs.
Result<std::set<std::string>> labels_served(store::Store& store, int project) {
    auto names = labels_in_use(store, project);
    if (!names || project != store::shapes_project) return names;
    const auto projects = store.projects();
    if (!projects) return projects.error();
    for (const auto& other : *projects) {
        if (other.id == project || other.live_model || other.archived_at) continue;
        auto more = labels_in_use(store, other.id);
        if (!more) return more.error();
        names->merge(*more);
    }
    return names;
}

/// How much the models disagree, as far as so many drawings tell: with few, mostly what is usual.
double disagreement(const learning::PairedAnswers& answers) {
    constexpr double usual = 0.08;
    constexpr double worth_of_usual = 20;  // drawings
    const auto differing = static_cast<double>(answers.only_candidate + answers.only_live);
    return std::max(worth_telling, (differing + usual * worth_of_usual) /
                                       (static_cast<double>(answers.all()) + worth_of_usual));
}

}  // namespace

Judging judging_drawings(const std::vector<Reviewed>& drawings) {
    Judging judging;
    for (const auto& drawing : drawings)
        if (drawing.may_judge) judging.push_back(&drawing);
    return judging;
}

Result<std::vector<std::string>> tags_by(const recognition::HeadLayer& head,
                                         const recognition::ModelInfo& info,
                                         const Judging& drawings) {
    std::vector<float> rows;
    rows.reserve(drawings.size() * head.width);
    for (const auto* drawing : drawings)
        rows.insert(rows.end(), drawing->embedding.begin(), drawing->embedding.end());
    auto answers = recognition::answers_of(head, info, rows);
    if (!answers) return answers.error();
    std::vector<std::string> tags;
    for (auto& answer : *answers) tags.push_back(std::move(answer.tag));
    return tags;
}

Result<std::vector<std::string>> live_tags(const Trunk& live, const Judging& judging) {
    std::vector<std::string> tags(judging.size());
    if (live.head() != nullptr) {
        auto answers = tags_by(*live.head(), live.info(), judging);
        if (!answers) return answers.error();
        tags = std::move(*answers);
    }
    for (std::size_t i = 0; i < judging.size(); ++i)
        if (!judging[i]->live_tag.empty()) tags[i] = judging[i]->live_tag;
    return tags;
}

Result<void> keep_live_tags(const Trunk& live, std::vector<Reviewed>& drawings) {
    const auto judging = judging_drawings(drawings);
    const auto tags = live_tags(live, judging);
    if (!tags) return tags.error();
    std::size_t next = 0;
    for (auto& drawing : drawings)
        if (drawing.may_judge) drawing.live_tag = (*tags)[next++];
    return {};
}

std::vector<std::string> new_tags(const Judging& judging) {
    std::vector<std::string> tags;
    for (const auto* drawing : judging) tags.push_back(drawing->new_tag);
    return tags;
}

Result<std::vector<std::string>> labels_lost(store::Store& store, int project,
                                             const recognition::ModelInfo& live,
                                             const recognition::ModelInfo& candidate) {
    const auto served = labels_served(store, project);
    if (!served) return served.error();
    auto lost = known_labels(*served, live);
    const auto kept = possible_answers(candidate);
    std::erase_if(lost, [&](const std::string& label) { return kept.contains(label); });
    return lost;
}

learning::GateResult gate_on(const Judging& judging, const std::vector<std::string>& fresh,
                             const std::vector<std::string>& live, std::vector<std::string> lost,
                             std::size_t number) {
    std::map<std::string, learning::PairedAnswers> by_label;
    for (std::size_t i = 0; i < judging.size(); ++i) {
        auto& counts = by_label[judging[i]->tag];
        const bool new_right = fresh[i] == judging[i]->tag;
        const bool old_right = live[i] == judging[i]->tag;
        ++(new_right ? (old_right ? counts.both : counts.only_candidate)
                     : (old_right ? counts.only_live : counts.neither));
    }
    return learning::compare(by_label, std::move(lost), number);
}

Result<std::size_t> candidates_compared(store::Store& store, const store::Model& candidate) {
    const auto models = store.models();
    if (!models) return models.error();
    std::size_t number = 1;
    for (const auto& model : *models) {
        if (model.id == candidate.id) break;
        if (model.project == candidate.project && model.parent == candidate.parent) ++number;
    }
    return number;
}

std::size_t judging_needed(const learning::GateResult& gate, std::size_t number) {
    const double disagree = disagreement(gate.answers);
    const double difference =
        std::clamp(std::abs(gate.difference), worth_telling, std::max(worth_telling, disagree));
    return std::max(learning::drawings_needed(difference, disagree, number),
                    gate.answers.all() + 1);
}

}  // namespace croquis::service
