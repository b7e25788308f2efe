#include "service/review/first_questions.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <string>
#include <utility>

#include "service/models/trunk.h"
#include "service/projects/labels.h"
#include "service/quality/label_progress.h"
#include "service/similarity/clusters.h"

namespace croquis::service {

Result<bool> has_few_examples(store::Store& store, int project) {
    const auto labels = labels_in_use(store, project);
    if (!labels) return labels.error();
    const auto reviewed = store.reviewed_counts(project, {});
    if (!reviewed) return reviewed.error();
    const auto enough = std::count_if(reviewed->begin(), reviewed->end(), [&](const auto& count) {
        return labels->contains(count.tag) && examples_wanted(count) == 0;
    });
    return enough == 0 || static_cast<std::size_t>(enough) * 10 < labels->size() * 9;
}

Result<std::vector<Uuid>> first_questions(store::Store& store, int project) {
    const auto few = has_few_examples(store, project);
    if (!few) return few.error();
    if (!*few) return std::vector<Uuid>();
    const auto trunk = Trunk::of_live_model(store, project);
    if (!trunk && trunk.error().kind == ErrorKind::malformed) return std::vector<Uuid>();
    if (!trunk) return trunk.error();
    return typical_drawings(store, project, trunk->id());
}

FirstQuestions::FirstQuestions(Find find, WorkerPool* workers)
    : find_(std::move(find)), workers_(workers) {}

std::vector<Uuid> FirstQuestions::of(int project, Timestamp at) {
    if (workers_ == nullptr) return {};
    const MutexLock lock(state_->mutex);
    const auto [place, is_new] = state_->by_project.try_emplace(project);
    auto& found = place->second;
    if (!found.is_looking && (is_new || at >= found.at + fresh_for))
        found.is_looking = workers_->begin(
            [state = state_, find = find_, project, at] { look(*state, find, project, at); });
    if (is_new || at >= found.at + usable_for) return {};
    return found.drawings;
}

/// What cannot be found is looked for again when it would be anyway.
void FirstQuestions::look(State& state, const Find& find, int project, Timestamp at) {
    Result<std::vector<Uuid>> drawings = std::vector<Uuid>();
    try {
        drawings = find(project);
    } catch (const std::exception& thrown) {
        drawings = Error{ErrorKind::internal, thrown.what()};
    }
    if (!drawings) spdlog::warn("cannot find what to ask about first: {}", drawings.error().detail);
    const MutexLock lock(state.mutex);
    auto& found = state.by_project[project];
    found.drawings = drawings ? std::move(*drawings) : std::vector<Uuid>();
    found.at = at;
    found.is_looking = false;
}

}  // namespace croquis::service
