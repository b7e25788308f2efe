#include "store/tagging.h"

#include <algorithm>

#include "store/store.h"

namespace croquis::store {
namespace {

Error not_assignable() {
    return {ErrorKind::invalid, "This tag is not one of the project's labels.", "tag", 0,
            "tag_not_assignable"};
}

Error nothing_to_undo() {
    return {ErrorKind::conflict,
            "No change of this drawing is left to undo.",
            {},
            0,
            "nothing_to_undo"};
}

Error too_many_suggestions() {
    return {ErrorKind::conflict,
            "This drawing has as many suggestions as one takes.",
            {},
            0,
            "too_many_suggestions"};
}

/// Whether the event says what the tag is, so that it can be undone.
bool sets_tag(TagEventKind kind) {
    switch (kind) {
        case TagEventKind::undone:
        case TagEventKind::suggested:
        case TagEventKind::withdrawn:
        case TagEventKind::restored:
            return false;
        default:
            return true;
    }
}

/// The events that say what the tag is and were not taken back, oldest first.
std::vector<const TagEvent*> standing(const std::vector<TagEvent>& events) {
    std::set<int> undone;
    for (const auto& event : events)
        if (event.undoes) undone.insert(*event.undoes);
    std::vector<const TagEvent*> still;
    for (const auto& event : events)
        if (sets_tag(event.kind) && !undone.contains(event.version)) still.push_back(&event);
    return still;
}

/// What a review rests on; nothing where the event is none, or answered several drawings at once:
/// nobody looked at each as they do at one.
std::optional<Basis> basis_of(const TagEvent& event) {
    switch (event.kind) {
        case TagEventKind::accepted:
        case TagEventKind::corrected:
            if (event.bulk) return std::nullopt;
            return event.asked == Asked::random ? Basis::random : Basis::shown;
        case TagEventKind::imported:
        case TagEventKind::adjudicated:
            return Basis::own;
        default:
            return std::nullopt;
    }
}

/// Whether the queue asked this person about the drawing, a moment ago.
bool is_asked(const std::optional<Claim>& claim, const TagChange& change) {
    return claim && change.by.id == claim->account && change.at < claim->expires_at;
}

/// What `event` makes of the drawing. A merge of labels is no review.
void apply(Drawing& drawing, const TagEvent& event) {
    drawing.tag = event.to;
    if (event.kind == TagEventKind::merged && !drawing.tagged_by) return;
    drawing.tagged_by = event.by;
    drawing.tagged_by_id = event.by_id;
    drawing.tagged_at = event.at;
    const auto basis = basis_of(event);
    if (basis || event.bulk) drawing.basis = basis;
}

/// The state that the prediction and then these events left.
void restore(Drawing& drawing, const std::vector<const TagEvent*>& events) {
    drawing.tag = drawing.prediction.tag;
    drawing.tagged_by.reset();
    drawing.tagged_by_id.reset();
    drawing.tagged_at.reset();
    drawing.basis.reset();
    for (const auto* event : events) apply(drawing, *event);
}

TagEvent event_of(const Drawing& before, TagEventKind kind, const std::optional<Author>& by,
                  Timestamp at) {
    TagEvent event;
    event.kind = kind;
    event.from = before.tag;
    event.to = before.tag;
    if (by) {
        event.by = by->name;
        event.by_id = by->id;
    }
    event.at = at;
    event.version = before.version + 1;
    return event;
}

Result<Drawing> only(Result<std::vector<Result<Drawing>>> results) {
    if (!results) return results.error();
    return std::move(results->front());
}

}  // namespace

Result<TagWrite> decide_change(const TaggedDrawing& before, const TagChange& change,
                               const AssignableLabels& assignable) {
    const Drawing& drawing = before.drawing;
    if (!change.on.met_by(drawing.version)) return stale_version(drawing.version).error();
    const std::string& to = change.to ? *change.to : drawing.tag;
    const bool carried = to == drawing.tag || to == drawing.prediction.tag;
    if (!carried && !assignable.contains({drawing.project, to})) return not_assignable();
    const auto kind = to == drawing.tag ? TagEventKind::accepted : TagEventKind::corrected;
    TagWrite write{drawing, event_of(drawing, kind, change.by, change.at)};
    write.event.to = to;
    write.event.note = change.note;
    write.event.bulk = change.bulk;
    if (is_asked(before.claim, change)) {
        write.event.asked = before.claim->asked;
        write.event.probability = before.claim->probability;
    }
    write.drawing.version = write.event.version;
    apply(write.drawing, write.event);
    return write;
}

TagWrite decide_merge(const Drawing& drawing, const LabelMerge& merge) {
    TagWrite write{drawing, event_of(drawing, TagEventKind::merged, merge.by, merge.at)};
    write.event.to = merge.into;
    write.drawing.version = write.event.version;
    apply(write.drawing, write.event);
    return write;
}

Result<TagWrite> decide_visibility(const TaggedDrawing& before, const VisibilityChange& change) {
    const Drawing& drawing = before.drawing;
    if (!change.on.met_by(drawing.version)) return stale_version(drawing.version).error();
    const auto kind =
        change.to == Visibility::shown ? TagEventKind::restored : TagEventKind::withdrawn;
    TagWrite write{drawing, event_of(drawing, kind, change.by, change.at)};
    write.needed = drawing.visibility != change.to;
    if (!write.needed) return write;
    write.drawing.version = write.event.version;
    write.drawing.visibility = change.to;
    if (change.to != Visibility::deleted) return write;
    write.drawing = tombstone(write.drawing);
    write.event.from.clear();
    write.event.to.clear();
    return write;
}

Result<TagWrite> decide_suggestion(const TaggedDrawing& before, const std::string& tag,
                                   Timestamp at, const AssignableLabels& assignable) {
    const Drawing& drawing = before.drawing;
    if (!assignable.contains({drawing.project, tag})) return not_assignable();
    const auto made =
        std::count_if(before.events.begin(), before.events.end(),
                      [](const TagEvent& event) { return event.kind == TagEventKind::suggested; });
    if (made >= static_cast<std::ptrdiff_t>(max_suggestions)) return too_many_suggestions();
    TagWrite write{drawing, event_of(drawing, TagEventKind::suggested, std::nullopt, at)};
    write.event.to = tag;
    write.drawing.version = write.event.version;
    return write;
}

Result<TagWrite> decide_undo(const TaggedDrawing& before, const TagUndo& undo) {
    const Drawing& drawing = before.drawing;
    if (!undo.on.met_by(drawing.version)) return stale_version(drawing.version).error();
    auto still = standing(before.events);
    if (still.empty()) return nothing_to_undo();
    TagWrite write{drawing, event_of(drawing, TagEventKind::undone, undo.by, undo.at)};
    write.event.undoes = still.back()->version;
    write.drawing.version = write.event.version;
    still.pop_back();
    restore(write.drawing, still);
    write.event.to = write.drawing.tag;
    return write;
}

Result<Drawing> DrawingStore::change_tag(const TagChange& change) {
    return only(change_tags({change}));
}

Result<Drawing> DrawingStore::undo_tag(const TagUndo& undo) {
    return only(undo_tags({undo}));
}

}  // namespace croquis::store
