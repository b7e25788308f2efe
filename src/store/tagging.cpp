#include "store/tagging.h"

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

/// Whether the event says what the tag is, so that it can be undone.
bool sets_tag(TagEventKind kind) {
    return kind != TagEventKind::undone && kind != TagEventKind::withdrawn;
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

/// The state that `event` left, or the prediction's where there is none.
void restore(Drawing& drawing, const TagEvent* event) {
    drawing.tag = event == nullptr ? drawing.prediction.tag : event->to;
    drawing.tagged_by = event == nullptr ? std::nullopt : event->by;
    drawing.tagged_by_id = event == nullptr ? std::nullopt : event->by_id;
    drawing.tagged_at = event == nullptr ? std::nullopt : std::optional(event->at);
}

TagEvent event_of(const Drawing& before, TagEventKind kind, const Author& by, Timestamp at) {
    TagEvent event;
    event.kind = kind;
    event.from = before.tag;
    event.by = by.name;
    event.by_id = by.id;
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
    write.drawing.version = write.event.version;
    restore(write.drawing, &write.event);
    return write;
}

Result<TagWrite> decide_undo(const TaggedDrawing& before, const TagUndo& undo) {
    const Drawing& drawing = before.drawing;
    if (!undo.on.met_by(drawing.version)) return stale_version(drawing.version).error();
    const auto still = standing(before.events);
    if (still.empty()) return nothing_to_undo();
    TagWrite write{drawing, event_of(drawing, TagEventKind::undone, undo.by, undo.at)};
    write.event.undoes = still.back()->version;
    write.drawing.version = write.event.version;
    restore(write.drawing, still.size() > 1 ? still[still.size() - 2] : nullptr);
    write.event.to = write.drawing.tag;
    return write;
}

Result<Drawing> Store::change_tag(const TagChange& change) {
    return only(change_tags({change}));
}

Result<Drawing> Store::undo_tag(const TagUndo& undo) {
    return only(undo_tags({undo}));
}

}  // namespace croquis::store
