#include "service/people/people.h"

#include <algorithm>
#include <boost/json.hpp>

#include "store/records.h"

namespace croquis::service {
namespace {

namespace json = boost::json;

constexpr std::size_t exported_at_once = 20;
constexpr std::size_t erased_at_once = 200;

Result<void> check_pseudonym(const std::string& pseudonym) {
    if (!pseudonym.empty() && pseudonym.size() <= max_pseudonym_bytes &&
        pseudonym.find('\0') == std::string::npos)
        return {};
    return Error{ErrorKind::invalid, "A pseudonym has 1 to 512 bytes.", "pseudonym"};
}

/// The log says that it was done, and for whom only to those who know the name.
store::AuditEvent event(store::AuditAction action, const std::string& pseudonym,
                        const store::Author& by) {
    store::AuditEvent made;
    made.by = by;
    made.action = action;
    made.subject = "sha256:" + to_hex(sha256(as_bytes(pseudonym)));
    return made;
}

json::object event_json(const store::TagEvent& event) {
    json::object object{{"event", to_string(event.kind)},
                        {"from", event.from},
                        {"to", event.to},
                        {"at", to_rfc3339(event.at)}};
    if (event.by) object["by"] = *event.by;
    if (!event.note.empty()) object["reason"] = event.note;
    return object;
}

template <class T>
json::value text_or_null(const std::optional<T>& text) {
    return text ? json::value(*text) : json::value();
}

json::object drawing_json(const store::Drawing& drawing) {
    return {{"kind", "drawing"},
            {"id", to_string(drawing.id)},
            {"created_at", to_rfc3339(drawing.created_at)},
            {"source", drawing.source},
            {"pseudonym", text_or_null(drawing.pseudonym)},
            {"external_id", text_or_null(drawing.external_id)},
            {"file_name", text_or_null(drawing.file_name)},
            {"tag", drawing.tag},
            {"media_type", drawing.media_type}};
}

/// Nothing of one that was deleted meanwhile.
Result<std::string> whole_line(store::Store& store, const store::Drawing& drawing) {
    const auto image = store.image(drawing.id, store::Audience::annotators);
    if (!image && image.error().kind == ErrorKind::not_found) return std::string();
    if (!image) return image.error();
    const auto strokes = store.strokes(drawing.id, store::Audience::annotators);
    if (!strokes) return strokes.error();
    const auto history = store.history(drawing.id, store::Audience::annotators);
    if (!history) return history.error();
    auto line = drawing_json(drawing);
    line["image"] = to_base64(image->bytes);
    line["strokes"] = strokes->empty() ? json::value() : json::parse(*strokes);
    json::array events;
    for (const auto& each : *history) events.push_back(event_json(each));
    line["history"] = std::move(events);
    return json::serialize(line) + '\n';
}

Result<ErasureStep> delete_some(store::Store& store, const std::vector<store::Drawing>& drawings,
                                const store::Author& by) {
    std::vector<store::VisibilityChange> changes;
    changes.reserve(drawings.size());
    for (const auto& drawing : drawings)
        changes.push_back(
            {drawing.id, store::Visibility::deleted, by, now(), store::VersionCondition::any()});
    const auto deleted = store.change_visibility(changes);
    if (!deleted) return deleted.error();
    ErasureStep step;
    step.drawings = static_cast<std::size_t>(std::count_if(
        deleted->begin(), deleted->end(), [](const auto& each) { return each.has_value(); }));
    return step;
}

}  // namespace

Result<std::unique_ptr<PersonExport>> PersonExport::begin(store::Store& store,
                                                          const std::string& pseudonym,
                                                          const store::Author& by) {
    if (const auto fine = check_pseudonym(pseudonym); !fine) return fine.error();
    const auto told = store.record(event(store::AuditAction::person_exported, pseudonym, by));
    if (!told) return told.error();
    return std::unique_ptr<PersonExport>(new PersonExport(store, pseudonym));
}

Result<std::string> PersonExport::next() {
    while (!done_) {
        auto lines = drawings_done_ ? said() : drawings();
        if (!lines || !lines->empty()) return lines;
    }
    return std::string();
}

Result<std::string> PersonExport::drawings() {
    const auto some = store_.drawings_drawn_by({pseudonym_, after_, exported_at_once});
    if (!some) return some.error();
    std::string lines;
    for (const auto& drawing : *some) {
        const auto line = whole_line(store_, drawing);
        if (!line) return line.error();
        lines += *line;
        after_ = drawing.id;
    }
    if (some->empty()) {
        drawings_done_ = true;
        after_ = {};
    }
    return lines;
}

Result<std::string> PersonExport::said() {
    const auto some = store_.said_by({pseudonym_, after_, exported_at_once});
    if (!some) return some.error();
    std::string lines;
    for (const auto& each : *some) {
        auto line = event_json(each.event);
        line["kind"] = "said";
        line["drawing"] = to_string(each.drawing);
        lines += json::serialize(line) + '\n';
        after_ = each.drawing;
    }
    done_ = some->empty();
    return lines;
}

Result<ErasureStep> erase_person(store::Store& store, const std::string& pseudonym,
                                 const store::Author& by) {
    if (const auto fine = check_pseudonym(pseudonym); !fine) return fine.error();
    const auto drawings = store.drawings_drawn_by({pseudonym, {}, erased_at_once});
    if (!drawings) return drawings.error();
    if (!drawings->empty()) return delete_some(store, *drawings, by);
    const auto said = store.said_by({pseudonym, {}, erased_at_once});
    if (!said) return said.error();
    ErasureStep step;
    if (said->empty()) {
        // What is left of it stands in no drawing.
        if (const auto forgotten = store.forget_name(pseudonym, {}); !forgotten)
            return forgotten.error();
        step.done = true;
        const auto told = store.record(event(store::AuditAction::person_erased, pseudonym, by));
        return told ? Result<ErasureStep>(step) : told.error();
    }
    std::vector<Uuid> ids;
    for (const auto& each : *said) ids.push_back(each.drawing);
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    const auto forgotten = store.forget_name(pseudonym, ids);
    if (!forgotten) return forgotten.error();
    step.events = *forgotten;
    return step;
}

}  // namespace croquis::service
