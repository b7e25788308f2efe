#include "store/transfer_rules.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/digest.h"
#include "store/records.h"

namespace croquis::store {
namespace {

constexpr std::string_view in_bulk = " in bulk";

/// How an imported tag had come about, as its event's note keeps it: an export from here says so
/// again.
std::string note_of(const Said& said) {
    if (said.kind == TagEventKind::imported) return {};
    std::string note(to_string(said.kind));
    return said.bulk ? note.append(in_bulk) : note;
}

Said said_by(const TagEvent& event) {
    const Said itself{event.kind, event.bulk};
    if (event.kind != TagEventKind::imported) return itself;
    std::string_view note = event.note;
    const bool bulk = note.ends_with(in_bulk);
    if (bulk) note.remove_suffix(in_bulk.size());
    const auto kind = word_from(note);
    return kind ? Said{*kind, bulk} : itself;
}

TagWrite with_tag(const Drawing& before, const ImportedTag& tag) {
    TagWrite write{before, {}};
    write.event.kind = TagEventKind::imported;
    write.event.from = before.tag;
    write.event.to = tag.to;
    write.event.by = tag.by;
    write.event.by_id = tag.by_id;
    write.event.at = tag.at;
    if (tag.said) write.event.note = note_of(*tag.said);
    write.event.version = before.version + 1;
    write.drawing.tag = tag.to;
    write.drawing.version = write.event.version;
    write.drawing.tagged_by = tag.by;
    write.drawing.tagged_by_id = tag.by_id;
    write.drawing.tagged_at = tag.at;
    write.drawing.basis = Basis::own;
    return write;
}

/// Takes the tag of the import before back.
Result<TagWrite> disputed_tag(const Drawing& there, const std::vector<TagEvent>& events,
                              const ImportedTag& other) {
    const Author by{other.by_id, other.by};
    auto write = decide_undo({there, events}, {there.id, by, other.at, VersionCondition::any()});
    if (write) write->event.note = "imported as " + there.tag + " and as " + other.to;
    return write;
}

bool is_word(TagEventKind kind) {
    switch (kind) {
        case TagEventKind::accepted:
        case TagEventKind::corrected:
        case TagEventKind::imported:
        case TagEventKind::adjudicated:
        case TagEventKind::merged:
        case TagEventKind::opinion:
            return true;
        default:
            return false;
    }
}

/// What was said of the drawing last and was not taken back; null for nothing.
const TagEvent* last_word(const std::vector<TagEvent>& events) {
    std::set<int> undone;
    for (auto event = events.rbegin(); event != events.rend(); ++event) {
        if (event->undoes) undone.insert(*event->undoes);
        if (is_word(event->kind) && !undone.contains(event->version)) return &*event;
    }
    return nullptr;
}

/// Whether the last tag that was taken back was by disputed_tag(): a person's undo has no note.
bool imports_disagreed(const std::vector<TagEvent>& events) {
    const auto undone = std::find_if(events.rbegin(), events.rend(), [](const TagEvent& event) {
        return event.kind == TagEventKind::undone;
    });
    return undone != events.rend() && !undone->note.empty();
}

}  // namespace

std::optional<Said> said_last(const std::vector<TagEvent>& events) {
    const auto* event = last_word(events);
    return event == nullptr ? std::nullopt : std::optional(said_by(*event));
}

Uuid id_beside(const Uuid& taken, int project) {
    constexpr std::size_t of_time = 8;  // with the version; then come the variant and the rest
    Uuid id = taken;
    const auto digest = sha256(as_bytes(to_string(taken) + " in " + std::to_string(project)));
    for (std::size_t i = of_time; i < id.bytes.size(); ++i) id.bytes[i] = digest[i];
    id.bytes[of_time] = static_cast<std::uint8_t>((id.bytes[of_time] & 0x3fU) | 0x80U);
    return id;
}

TagWrite imported_tag(const DrawingImport& import) {
    return with_tag(first_drawing(import.submission), *import.tag);
}

bool may_write(const Drawing& there, const DrawingImport& again) {
    return again.tag && (!there.tagged_by || again.tag->to != there.tag);
}

Result<Reimport> reimport(const Drawing& there, const std::vector<TagEvent>& events,
                          const DrawingImport& again) {
    if (there.visibility == Visibility::deleted) return deleted_before();
    if (there.sha256 != again.submission.sha256)
        return Error{ErrorKind::conflict, "Another picture is stored under this id.",
                     again.known_by_id ? "id" : "external_id"};
    if (!may_write(there, again)) return Reimport{};
    const auto* last = last_word(events);
    const auto is_last = [&](TagEventKind kind) { return last != nullptr && last->kind == kind; };
    if (there.tagged_by && is_last(TagEventKind::imported)) {
        auto write = disputed_tag(there, events, *again.tag);
        if (!write) return write.error();
        return Reimport{ImportOutcome::disputed, std::move(*write)};
    }
    if (there.tagged_by || is_last(TagEventKind::opinion)) return Reimport{ImportOutcome::kept};
    if (imports_disagreed(events)) return Reimport{};
    return Reimport{ImportOutcome::labelled, with_tag(there, *again.tag)};
}

}  // namespace croquis::store
