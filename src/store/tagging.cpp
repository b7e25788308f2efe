#include "store/tagging.h"

#include <algorithm>
#include <iterator>

#include "core/bytes.h"
#include "store/asking.h"
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
        case TagEventKind::flagged:
        case TagEventKind::unflagged:
            return false;
        default:
            return true;
    }
}

/// The events that say what the tag is, or what somebody thinks, and were not taken back, oldest
/// first.
std::vector<const TagEvent*> standing(const std::vector<TagEvent>& events) {
    std::set<int> undone;
    for (const auto& event : events)
        if (event.undoes) undone.insert(*event.undoes);
    std::vector<const TagEvent*> still;
    for (const auto& event : events)
        if (sets_tag(event.kind) && !undone.contains(event.version)) still.push_back(&event);
    return still;
}

/// Whether it answers a question of which the tag was not told: those alone are asked by this
/// chance.
bool is_recheck(const TagEvent& event) {
    const bool answers =
        event.kind == TagEventKind::accepted || event.kind == TagEventKind::corrected;
    return answers && !event.bulk && event.asked == Asked::random &&
           event.probability == recheck_probability;
}

/// What a review rests on; nothing where the event is none, or answered several drawings at once:
/// nobody looked at each as they do at one.
std::optional<Basis> basis_of(const TagEvent& event) {
    switch (event.kind) {
        case TagEventKind::accepted:
        case TagEventKind::corrected:
            if (event.bulk) return std::nullopt;
            if (is_recheck(event)) return Basis::own;
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

/// What `event` makes of the drawing. A merge of labels is no review, and nor is one opinion.
void apply(Drawing& drawing, const TagEvent& event) {
    if (event.kind == TagEventKind::opinion) return;
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
    drawing.disputed = false;
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

/// Each person's last word.
using Opinions = std::map<Uuid, std::string>;

Opinions opinions_in(const std::vector<const TagEvent*>& events, const LabelMerges& merged = {}) {
    Opinions opinions;
    for (const auto* event : events)
        if (event->opinion && event->by_id)
            opinions.insert_or_assign(*event->by_id, after_merges(*event->opinion, merged));
    return opinions;
}

/// In order, as the ids are.
std::string people_of(const Opinions& opinions) {
    std::string people;
    for (const auto& [who, tag] : opinions) people += (people.empty() ? "" : " ") + answerer(who);
    return people;
}

/// With whoever was asked once more: so it is no import's word any more.
std::string people_with(const TaggedDrawing& before, const TagWrite& write) {
    auto opinions = opinions_in(standing(before.events), before.merged);
    if (write.event.by_id) opinions.insert_or_assign(*write.event.by_id, write.event.to);
    return people_of(opinions);
}

/// What opinions come to: a tag, a dispute, or neither, where another person is asked.
struct Outcome {
    std::optional<std::string> tag;
    bool unanimous = false;
    bool disputed = false;
};

/// Once as many as are wanted are there, what more than half of them say; where there is no such
/// tag, of one more; and where there is none then, a dispute.
Outcome outcome_of(const Opinions& opinions, int wanted) {
    if (opinions.size() < static_cast<std::size_t>(wanted)) return {};
    std::map<std::string, std::size_t> votes;
    for (const auto& [who, tag] : opinions) ++votes[tag];
    for (const auto& [tag, count] : votes)
        if (2 * count > opinions.size()) return {tag, count == opinions.size(), false};
    return {std::nullopt, false, opinions.size() > static_cast<std::size_t>(wanted)};
}

/// Whether what this person says of the drawing is one opinion among others.
bool gathers_opinions(const TaggedDrawing& before, const Author& by) {
    return before.opinions_wanted > 1 && by.id && !before.drawing.tagged_by &&
           !before.drawing.disputed;
}

/// Makes `write`, in which somebody says `to`, what all opinions come to with it.
void weigh(TagWrite& write, const TaggedDrawing& before, const std::string& to) {
    auto opinions = opinions_in(standing(before.events), before.merged);
    opinions.insert_or_assign(*write.event.by_id, to);
    write.answered_by = people_of(opinions);
    const auto outcome = outcome_of(opinions, before.opinions_wanted);
    write.event.opinion = to;
    write.event.to = outcome.tag.value_or(before.drawing.tag);
    if (!outcome.tag) {
        write.event.kind = TagEventKind::opinion;
        write.drawing.disputed = outcome.disputed;
        write.drawing.opinion = to;
    } else if (!outcome.unanimous) {
        write.event.kind = TagEventKind::adjudicated;
    }
}

/// Whether nothing that anybody is shown of the drawing comes from this event.
bool is_unseen(const TagEvent& event, const std::vector<TagEvent>& events) {
    if (event.kind == TagEventKind::opinion) return true;
    if (event.kind != TagEventKind::undone) return false;
    return std::any_of(events.begin(), events.end(), [&](const TagEvent& other) {
        return event.undoes == other.version && other.kind == TagEventKind::opinion;
    });
}

/// What somebody saw before others gave their opinions is what there is still.
bool is_met(const VersionCondition& on, const TaggedDrawing& before) {
    if (on.met_by(before.drawing.version)) return true;
    for (auto event = before.events.rbegin(); event != before.events.rend(); ++event) {
        if (!is_unseen(*event, before.events)) return false;
        if (on.met_by(event->version - 1)) return true;
    }
    return false;
}

/// What an undo takes back: the last event, but of opinions one's own.
std::vector<const TagEvent*>::iterator taken_back(std::vector<const TagEvent*>& still,
                                                  const Author& by) {
    for (auto event = still.end(); event != still.begin();) {
        --event;
        if ((*event)->kind != TagEventKind::opinion)
            return event == still.end() - 1 ? event : still.end();
        if (by.id && (*event)->by_id == by.id) return event;
    }
    return still.end();
}

Result<Drawing> only(Result<std::vector<Result<Drawing>>> results) {
    if (!results) return results.error();
    return std::move(results->front());
}

}  // namespace

const std::string& after_merges(const std::string& label, const LabelMerges& merged) {
    const std::string* last = &label;
    for (std::size_t steps = 0; steps < merged.size(); ++steps) {
        const auto next = merged.find(*last);
        if (next == merged.end()) break;
        last = &next->second;
    }
    return *last;
}

std::string answerer(const Uuid& account) {
    return to_hex(account.bytes);
}

ProjectLabels labels_given(const TaggedDrawings& drawings, const std::vector<TagChange>& changes) {
    ProjectLabels given;
    for (const auto& change : changes)
        if (const auto tagged = drawings.find(change.drawing);
            change.to && tagged != drawings.end())
            given.emplace(tagged->second.drawing.project, *change.to);
    return given;
}

Result<TagWrite> decide_change(const TaggedDrawing& before, const TagChange& change,
                               const ProjectLabels& assignable) {
    const Drawing& drawing = before.drawing;
    const bool gathers = gathers_opinions(before, change.by);
    const bool met = gathers ? is_met(change.on, before) : change.on.met_by(drawing.version);
    if (!met) return stale_version(drawing.version).error();
    const std::string& to = change.to ? *change.to : drawing.tag;
    const bool carried = to == drawing.tag || to == drawing.prediction.tag;
    if (!carried && !assignable.contains({drawing.project, to})) return not_assignable();
    const auto kind = drawing.disputed    ? TagEventKind::adjudicated
                      : to == drawing.tag ? TagEventKind::accepted
                                          : TagEventKind::corrected;
    TagWrite write{drawing, event_of(drawing, kind, change.by, change.at)};
    write.event.to = to;
    write.event.note = change.note;
    write.event.bulk = change.bulk;
    if (is_asked(before.claim, change)) {
        write.event.asked = before.claim->asked;
        write.event.probability = before.claim->probability;
    }
    write.drawing.version = write.event.version;
    write.drawing.disputed = false;
    if (gathers) weigh(write, before, to);
    if (is_recheck(write.event)) write.answered_by = people_with(before, write);
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

Result<TagWrite> decide_flag(const TaggedDrawing& before, const FlagChange& change) {
    const Drawing& drawing = before.drawing;
    if (!change.on.met_by(drawing.version)) return stale_version(drawing.version).error();
    const auto kind = change.to ? TagEventKind::flagged : TagEventKind::unflagged;
    TagWrite write{drawing, event_of(drawing, kind, change.by, change.at)};
    write.needed = drawing.flag != change.to;
    if (!write.needed) return write;
    write.event.note = change.to.value_or("");
    write.drawing.version = write.event.version;
    write.drawing.flag = change.to;
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
                                   Timestamp at, const ProjectLabels& assignable) {
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
    if (!is_met(undo.on, before)) return stale_version(drawing.version).error();
    auto still = standing(before.events);
    const auto taken = taken_back(still, undo.by);
    if (taken == still.end()) return nothing_to_undo();
    TagWrite write{drawing, event_of(drawing, TagEventKind::undone, undo.by, undo.at)};
    write.event.undoes = (*taken)->version;
    write.drawing.version = write.event.version;
    still.erase(taken);
    restore(write.drawing, still);
    const auto opinions = opinions_in(still, before.merged);
    write.answered_by = people_of(opinions);
    if (!write.drawing.tagged_by)
        write.drawing.disputed = outcome_of(opinions, before.opinions_wanted).disputed;
    write.event.to = write.drawing.tag;
    return write;
}

std::vector<RecheckAnswer> recheck_answers(const std::vector<TagEvent>& events) {
    std::vector<RecheckAnswer> answers;
    const TagEvent* tagged = nullptr;
    std::string before;
    for (const auto* event : standing(events)) {
        if (event->kind == TagEventKind::predicted || event->kind == TagEventKind::merged ||
            event->kind == TagEventKind::opinion)
            continue;
        if (is_recheck(*event) && tagged != nullptr) {
            if (is_recheck(*tagged)) {
                // Said otherwise right after: the last word is what was meant.
                answers.back().agreed = event->to == before;
            } else {
                before = event->from;
                answers.push_back({tagged->kind == TagEventKind::imported, event->to == before});
            }
        }
        tagged = event;
    }
    return answers;
}

std::vector<TagEvent> told_to(const Uuid& account, std::vector<TagEvent> events) {
    if (opinions_in(standing(events)).contains(account)) return events;
    std::set<int> secret;
    for (const auto& event : events)
        if (event.opinion && event.by_id != account) secret.insert(event.version);
    std::erase_if(events, [&](const TagEvent& event) {
        return secret.contains(event.version) || (event.undoes && secret.contains(*event.undoes));
    });
    return events;
}

Result<Drawing> DrawingStore::change_tag(const TagChange& change) {
    return only(change_tags({change}));
}

Result<Drawing> DrawingStore::undo_tag(const TagUndo& undo) {
    return only(undo_tags({undo}));
}

std::optional<std::string> reviewed_tag_at(const std::vector<TagEvent>& history, Timestamp moment) {
    std::vector<TagEvent> by_then;
    std::copy_if(history.begin(), history.end(), std::back_inserter(by_then),
                 [&](const TagEvent& event) { return event.at <= moment; });
    bool is_shown = true;
    for (const auto& event : by_then) {
        if (event.kind == TagEventKind::withdrawn) is_shown = false;
        if (event.kind == TagEventKind::restored) is_shown = true;
    }
    Drawing drawing;
    restore(drawing, standing(by_then));
    if (!is_shown || !drawing.tagged_by) return std::nullopt;
    return drawing.tag;
}

}  // namespace croquis::store
