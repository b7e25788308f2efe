#include "service/training/learnt_then.h"

#include <algorithm>
#include <optional>

#include "core/bytes.h"
#include "service/models/learnt_digest.h"
#include "service/models/trunk.h"
#include "store/asking.h"
#include "store/tagging.h"

namespace croquis::service {
namespace {

constexpr std::size_t listed_at_once = 200;
constexpr std::size_t audited_at_once = 200;

/// Whether a drawing of this id was there then, and is of those that models learn from.
bool may_be_learnt(const Uuid& id, const LearntFrom& learnt) {
    return !store::judges(id) && time_of(id) <= learnt.as_of;
}

/// Its tag then, where people had reviewed it. What nobody touched since is as it was; with
/// `by_history` not even that is taken for granted.
Result<std::optional<std::string>> tag_then(store::Store& store, const store::Drawing& drawing,
                                            const LearntFrom& learnt, bool by_history) {
    const bool untouched = drawing.visibility == store::Visibility::shown && drawing.tagged_at &&
                           *drawing.tagged_at <= learnt.as_of;
    if (untouched && !by_history) return std::optional(drawing.tag);
    const auto history = store.history(drawing.id, store::Audience::annotators);
    if (!history && history.error().kind == ErrorKind::not_found)
        return std::optional<std::string>();
    if (!history) return history.error();
    return store::reviewed_tag_at(*history, learnt.as_of);
}

/// About how many drawings the search reads: hidden ones are not counted.
Result<std::size_t> count_to_read(store::Store& store, int project, Search search) {
    if (search == Search::all) return count_drawings(store, project);
    const auto counts = store.reviewed_counts(project, now());
    if (!counts) return counts.error();
    std::size_t all = 0;
    for (const auto& count : *counts) all += static_cast<std::size_t>(count.reviewed);
    return all;
}

}  // namespace

Result<std::vector<DrawingThen>> drawings_then(store::Store& store, const LearntFrom& learnt,
                                               Search search, const RemakeRequest& request) {
    const auto all = count_to_read(store, learnt.project, search);
    if (!all) return all.error();
    std::size_t read = 0;
    store::Query query;
    query.limit = listed_at_once;
    query.audience = store::Audience::annotators;
    query.project = learnt.project;
    if (search == Search::reviewed_now) query.reviewed = true;
    std::vector<DrawingThen> found;
    do {
        if (request.is_stopped && request.is_stopped()) return stopped();
        auto page = store.list(query);
        if (!page) return page.error();
        for (auto& drawing : page->drawings) {
            // One that nobody ever said anything of has its first version, or a model's.
            if (!may_be_learnt(drawing.id, learnt) || (!drawing.tagged_by && drawing.version == 1))
                continue;
            const auto then = tag_then(store, drawing, learnt, search == Search::all);
            if (!then) return then.error();
            if (*then && learnt.labels.contains(**then))
                found.push_back({drawing.id, **then, std::move(drawing)});
        }
        read += page->drawings.size();
        request.tell(search == Search::all ? RemakeStep::reading_all : RemakeStep::reading_reviewed,
                     read, *all);
        query.after = page->next;
    } while (query.after);
    std::sort(found.begin(), found.end(),
              [](const DrawingThen& a, const DrawingThen& b) { return a.id < b.id; });
    return found;
}

bool have_digest(const std::vector<DrawingThen>& drawings, const LearntFrom& learnt) {
    LearntDigest digest;
    for (const auto& drawing : drawings) digest.add(drawing.id, drawing.then);
    return to_hex(digest.finish()) == learnt.digest;
}

std::vector<ChangedSince> changes_of(const std::vector<DrawingThen>& drawings) {
    std::vector<ChangedSince> changed;
    for (const auto& [id, then, drawing, embedding] : drawings) {
        const bool hidden = drawing.visibility != store::Visibility::shown;
        const bool reviewed = drawing.tagged_by.has_value();
        if (hidden || !reviewed || drawing.tag != then)
            changed.push_back({id, then, drawing.tag, reviewed, hidden});
    }
    return changed;
}

Result<std::vector<Uuid>> deleted_since(store::Store& store, const LearntFrom& learnt) {
    std::vector<Uuid> deleted;
    for (const auto action :
         {store::AuditAction::drawing_deleted, store::AuditAction::drawing_withdrawn}) {
        store::AuditQuery query;
        query.limit = audited_at_once;
        query.action = action;
        query.since = learnt.as_of;
        for (;;) {
            const auto page = store.audit(query);
            if (!page) return page.error();
            for (const auto& event : *page) {
                const auto id = Uuid::parse(event.subject);
                if (id && event.project == learnt.project && may_be_learnt(*id, learnt))
                    deleted.push_back(*id);
            }
            if (page->size() < query.limit) break;
            query.after = page->back().id;
        }
    }
    std::sort(deleted.begin(), deleted.end());
    return deleted;
}

}  // namespace croquis::service
