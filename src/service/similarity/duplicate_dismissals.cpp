#include "service/similarity/duplicate_dismissals.h"

#include <algorithm>
#include <utility>

namespace croquis::service {
namespace {

/// As many of them as are listed.
Result<std::vector<store::Drawing>> shown_among(store::Store& store,
                                                const store::DuplicateDismissal& dismissal) {
    std::vector<store::Drawing> shown;
    for (const auto& id : dismissal.drawings) {
        if (shown.size() == most_of_duplicates) break;
        auto drawing = store.drawing(id, {store::Audience::everyone, dismissal.project});
        if (!drawing && drawing.error().kind != ErrorKind::not_found) return drawing.error();
        if (drawing) shown.push_back(std::move(*drawing));
    }
    return shown;
}

}  // namespace

Result<DismissedDuplicates> DismissedDuplicates::of(store::Store& store, int project) {
    auto dismissals = store.duplicate_dismissals(project, most_dismissals);
    if (!dismissals) return dismissals.error();
    DismissedDuplicates dismissed;
    dismissed.dismissals_ = std::move(*dismissals);
    for (std::size_t i = 0; i < dismissed.dismissals_.size(); ++i)
        for (const auto& drawing : dismissed.dismissals_[i].drawings)
            dismissed.places_.emplace(drawing, i);
    return dismissed;
}

bool DismissedDuplicates::settle(const Uuid& first, const std::vector<Uuid>& others) const {
    const auto [begin, end] = places_.equal_range(first);
    return std::all_of(others.begin(), others.end(),
                       [&, begin = begin, end = end](const Uuid& other) {
                           return std::any_of(begin, end, [&](const auto& place) {
                               const auto& dismissed = dismissals_[place.second].drawings;
                               return std::binary_search(dismissed.begin(), dismissed.end(), other);
                           });
                       });
}

Result<std::vector<DismissedGroup>> dismissed_groups(store::Store& store, int project,
                                                     std::size_t limit) {
    if (limit < 1 || limit > most_listed_dismissals)
        return Error{ErrorKind::invalid, "1 to 50 groups can be listed.", "limit"};
    auto dismissals = store.duplicate_dismissals(project, most_dismissals);
    if (!dismissals) return dismissals.error();
    std::vector<DismissedGroup> groups;
    for (auto& dismissal : *dismissals) {
        if (groups.size() == limit) break;
        auto shown = shown_among(store, dismissal);
        if (!shown) return shown.error();
        if (shown->size() > 1) groups.push_back({std::move(dismissal), std::move(*shown)});
    }
    return groups;
}

Result<store::DuplicateDismissal> dismiss_duplicates(store::Store& store, int project,
                                                     std::vector<Uuid> drawings,
                                                     const store::Author& by) {
    store::DuplicateDismissal dismissal;
    dismissal.project = project;
    dismissal.drawings = std::move(drawings);
    auto& all = dismissal.drawings;
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    dismissal.by = by;
    return store.dismiss_duplicates(dismissal);
}

Result<void> restore_duplicates(store::Store& store, const Uuid& dismissal, int project,
                                const store::Author& by) {
    return store.restore_duplicates(dismissal, project, by);
}

}  // namespace croquis::service
