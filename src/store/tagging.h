#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "store/model.h"
#include "store/records.h"

/// What a change of tag and its undo come to, decided alike over both databases.
namespace croquis::store {

/// Labels by what they were merged into.
using LabelMerges = std::map<std::string, std::string>;
/// A project's, as rows of both columns. Parameter: the project.
inline constexpr const char* label_merges_statement =
    "SELECT name, merged_into FROM label WHERE project = $1 AND retired "
    "AND merged_into IS NOT NULL";

/// What became of a label, which may have been merged several times, and was never into itself.
const std::string& after_merges(const std::string& label, const LabelMerges& merged);

/// An account in a drawing's column `answered_by`.
std::string answerer(const Uuid& account);

/// A drawing and, where it is needed, its events after the prediction, oldest first.
struct TaggedDrawing {
    Drawing drawing;
    std::vector<TagEvent> events;
    std::optional<Claim> claim = {};  ///< where somebody was shown it by the queue
    int opinions_wanted = 1;          ///< by its project; where it is more, `events` are needed
    /// Of the project, labels that are retired and what each was merged into; needed where `events`
    /// are.
    LabelMerges merged = {};
};

using TaggedDrawings = std::map<Uuid, TaggedDrawing>;

/// Labels, each with its project.
using ProjectLabels = std::set<std::pair<int, std::string>>;

/// Those that these changes give to drawings.
ProjectLabels labels_given(const TaggedDrawings& drawings, const std::vector<TagChange>& changes);

/// What is written down: the drawing as it then is, and the event that made it so.
struct TagWrite {
    Drawing drawing;
    TagEvent event;
    /// Whose opinions stand, as the column has it; absent where this changes nothing of it.
    std::optional<std::string> answered_by = {};
    bool needed = true;  ///< false: it is so already
};

/// `assignable`: of labels_given(), those that are not retired. Errors: precondition_failed,
/// invalid
/// ("tag").
Result<TagWrite> decide_change(const TaggedDrawing& before, const TagChange& change,
                               const ProjectLabels& assignable);
/// The drawing's label was merged into another.
TagWrite decide_merge(const Drawing& drawing, const LabelMerge& merge);
/// Errors: precondition_failed.
Result<TagWrite> decide_flag(const TaggedDrawing& before, const FlagChange& change);
/// Errors: precondition_failed.
Result<TagWrite> decide_visibility(const TaggedDrawing& before, const VisibilityChange& change);
/// Errors: invalid ("tag"), conflict.
Result<TagWrite> decide_suggestion(const TaggedDrawing& before, const std::string& tag,
                                   Timestamp at, const ProjectLabels& assignable);
/// Errors: precondition_failed, conflict.
Result<TagWrite> decide_undo(const TaggedDrawing& before, const TagUndo& undo);

/// Whether the drawing is one that this event gave somebody else to say something about: who said
/// it is done with the drawing, and holds it no longer.
inline bool leaves_the_queue_to_others(const TagWrite& write) {
    return write.event.kind == TagEventKind::opinion;
}

/// What somebody said who was asked once more, without being told the tag.
struct RecheckAnswer {
    bool imported = false;  ///< the tag had come with an import; else along with others
    bool agreed = false;
};

/// Those of a drawing that were not taken back, oldest first.
std::vector<RecheckAnswer> recheck_answers(const std::vector<TagEvent>& events);

/// The history of a drawing that waits for opinions, as it is told to this account: without what
/// others said, unless it has said something itself.
std::vector<TagEvent> told_to(const Uuid& account, std::vector<TagEvent> events);

/// What people had said by then that the drawing is, while it was shown; nothing where nobody had
/// reviewed it by then. The history is the whole one, oldest first.
std::optional<std::string> reviewed_tag_at(const std::vector<TagEvent>& history, Timestamp moment);

/// Decides on each of `asked`, in order, and writes down what is decided: write_down(TagWrite).
/// Where a drawing is asked for twice, the second meets what the first left.
template <class Asked, class Decide, class WriteDown>
std::vector<Result<Drawing>> apply_to_tags(TaggedDrawings& drawings,
                                           const std::vector<Asked>& asked, const Decide& decide,
                                           const WriteDown& write_down) {
    std::vector<Result<Drawing>> results;
    results.reserve(asked.size());
    for (const auto& each : asked) {
        const auto found = drawings.find(each.drawing);
        if (found == drawings.end() ||
            (each.project && *each.project != found->second.drawing.project)) {
            results.emplace_back(no_drawing().error());
            continue;
        }
        auto write = decide(found->second, each);
        if (!write) {
            results.emplace_back(write.error());
            continue;
        }
        if (write->needed) {
            write_down(*write);
            found->second.drawing = write->drawing;
            found->second.events.push_back(std::move(write->event));
        }
        results.emplace_back(std::move(write->drawing));
    }
    return results;
}

}  // namespace croquis::store
