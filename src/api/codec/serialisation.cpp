#include "api/codec/serialisation.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "api/codec/query_parameters.h"
#include "api/problems.h"
#include "core/characters.h"
#include "service/reasons.h"
#include "store/records.h"

namespace croquis::api {
namespace {

namespace json = boost::json;

/// Bytes that a drawing takes as JSON, rounded up: room for a page is made once.
constexpr std::size_t drawing_text_bytes = 768;

bool is_plain(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
    });
}

/// A store may hold texts of an earlier release that are no UTF-8: one must not make a list no
/// JSON.
void append_text(std::string& out, std::string_view text) {
    if (is_plain(text))
        out.append(1, '"').append(text).append(1, '"');
    else
        out += json::serialize(json::string_view(to_utf8(text)));
}

/// A JSON object as it is written down, member by member. `out` must outlive it.
class ObjectText {
  public:
    explicit ObjectText(std::string& out) : out_(out) { out_ += '{'; }

    std::string& name(std::string_view name) {
        out_ += first_ ? "\"" : ",\"";
        out_.append(name).append("\":");
        first_ = false;
        return out_;
    }
    void text(std::string_view member, std::string_view value) { append_text(name(member), value); }
    /// The shortest number that reads back as the same float (or int).
    template <class Number>
    void number(std::string_view member, Number value) {
        std::array<char, 24> digits{};
        const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value);
        name(member).append(digits.data(), written.ptr);
    }
    void null(std::string_view member) { name(member) += "null"; }
    void end() { out_ += '}'; }

  private:
    std::string& out_;
    bool first_ = true;
};

void append_top(std::string& out, const service::Top& top) {
    out += '[';
    for (const auto& ranked : top) {
        if (&ranked != &top.front()) out += ',';
        ObjectText object(out);
        object.text("tag", ranked.tag);
        object.number("probability", ranked.probability);
        object.end();
    }
    out += ']';
}

/// The address of a drawing on the surface with this base.
void write_path(std::string& out, const ApiSurface& surface, std::string_view base,
                std::string_view id) {
    out.append(surface.prefix).append(base);
    if (!surface.project.empty()) out.append("/projects/").append(surface.project);
    out.append("/drawings/").append(id);
}

void write_links(ObjectText& object, const std::string& id, const ApiSurface& surface) {
    std::string& out = object.name("links");
    out += "{\"self\":\"";
    write_path(out, surface, surface.base, id);
    out += '"';
    if (surface.has_history) {
        out += ",\"history\":\"";
        write_path(out, surface, surface.base, id);
        out += "/history\"";
    }
    out += '}';
}

/// What only annotators are told, where there is something to tell.
void write_for_annotators(ObjectText& object, const store::Drawing& drawing) {
    if (drawing.external_id) object.text("external_id", *drawing.external_id);
    if (drawing.file_name) object.text("file_name", *drawing.file_name);
    if (drawing.pseudonym) object.text("pseudonym", *drawing.pseudonym);
    if (drawing.disputed) object.name("disputed") += "true";
    if (drawing.flag) object.text("flag", *drawing.flag);
    if (drawing.opinion) object.text("opinion", *drawing.opinion);
}

/// All members of the contract's Drawing.
void write_drawing(ObjectText& object, const store::Drawing& drawing, const ApiSurface& surface) {
    const std::string id = to_string(drawing.id);
    object.text("id", id);
    object.text("created_at", to_rfc3339(drawing.created_at));
    object.text("tag", drawing.tag);
    object.number("confidence", drawing.prediction.confidence);
    object.text("predicted_tag", drawing.prediction.tag);
    object.text("model", drawing.prediction.model);
    object.number("width", drawing.width);
    object.number("height", drawing.height);
    object.text("media_type", drawing.media_type);
    object.text("sha256", to_hex(drawing.sha256));
    object.text("source", drawing.source);
    object.number("version", drawing.version);
    if (drawing.tagged_by)
        object.text("tagged_by", *drawing.tagged_by);
    else
        object.null("tagged_by");
    if (drawing.tagged_at)
        object.text("tagged_at", to_rfc3339(*drawing.tagged_at));
    else
        object.null("tagged_at");
    const bool hidden = drawing.visibility == store::Visibility::hidden;
    if (hidden) object.name("hidden") += "true";
    if (surface.has_history) write_for_annotators(object, drawing);
    std::string& out = object.name("image_url");
    out += '"';
    write_path(out, surface, hidden ? annotator_base : surface.images, id);
    out += "/image\"";
    write_links(object, id, surface);
}

}  // namespace

std::string page_text(const store::Page& page, store::Order order, const ApiSurface& surface) {
    std::string out;
    out.reserve(64 + page.drawings.size() * drawing_text_bytes);
    out += "{\"drawings\":[";
    for (const auto& drawing : page.drawings) {
        if (&drawing != &page.drawings.front()) out += ',';
        ObjectText object(out);
        write_drawing(object, drawing, surface);
        object.end();
    }
    out += "],\"next\":";
    if (page.next)
        append_text(out, write_cursor(order, *page.next));
    else
        out += "null";
    out += '}';
    return out;
}

std::string claim_text(const service::Claimed& claimed, const ApiSurface& surface) {
    std::string out;
    out.reserve(64 + claimed.drawings.size() * drawing_text_bytes);
    out.append("{\"expires_at\":\"").append(to_rfc3339(claimed.expires_at));
    out += "\",\"drawings\":[";
    for (const auto& [drawing, claim] : claimed.drawings) {
        if (out.back() != '[') out += ',';
        ObjectText object(out);
        write_drawing(object, drawing, surface);
        object.text("asked", store::to_string(claim.asked));
        object.end();
    }
    out += "]}";
    return out;
}

std::string suspects_text(const std::vector<service::SuspectedMistake>& suspects,
                          const ApiSurface& surface) {
    std::string out = "{\"suspects\":[";
    for (const auto& suspect : suspects) {
        if (out.back() != '[') out += ',';
        ObjectText object(out);
        write_drawing(object, suspect.drawing, surface);
        object.text("suggested", suspect.suggested);
        object.number("suggest", suspect.suggest);
        object.number("given", suspect.given);
        object.end();
    }
    return out + "]}";
}

std::string similar_text(const std::vector<service::SimilarDrawing>& drawings,
                         const ApiSurface& surface) {
    std::string out = "{\"drawings\":[";
    for (const auto& [drawing, similarity] : drawings) {
        if (out.back() != '[') out += ',';
        ObjectText object(out);
        write_drawing(object, drawing, surface);
        object.number("similarity", similarity);
        object.end();
    }
    return out + "]}";
}

std::string detail_text(const service::Detail& detail, const ApiSurface& surface) {
    std::string out;
    out.reserve(drawing_text_bytes * 2);
    ObjectText object(out);
    write_drawing(object, detail.drawing, surface);
    append_top(object.name("top"), detail.top);
    object.end();
    return out;
}

std::string preview_text(const service::PreviewAnswer& answer) {
    std::string out;
    ObjectText object(out);
    object.text("tag", answer.prediction.tag);
    object.number("confidence", answer.prediction.confidence);
    object.text("model", answer.prediction.model);
    append_top(object.name("top"), answer.top);
    object.end();
    return out;
}

http::Response stored_response(const service::Detail& detail, const ApiSurface& surface,
                               std::string_view token) {
    std::string text = detail_text(detail, surface);
    text.pop_back();  // the brace
    text += ",\"withdrawal\":";
    if (token.empty()) {
        text += "null";
    } else {
        ObjectText object(text);
        object.text("token", token);
        object.text("until", to_rfc3339(detail.drawing.created_at + store::withdrawal_lasts));
        object.end();
    }
    text += '}';
    auto response = text_response(201, std::move(text));
    response.set("ETag", etag_of(detail.drawing));
    response.set("Cache-Control", "no-store");
    response.set("Location", drawing_path(surface, detail.drawing.id));
    return response;
}

http::Response text_response(int status, std::string body) {
    http::Response response;
    response.status = status;
    response.set("Content-Type", "application/json");
    response.body = std::move(body);
    return response;
}

http::Response detail_response(int status, const service::Detail& detail,
                               const ApiSurface& surface) {
    auto response = text_response(status, detail_text(detail, surface));
    response.set("ETag", etag_of(detail.drawing));
    // A copy may be kept, but a tag can change at any moment: ask each time, mostly for a 304.
    response.set("Cache-Control", surface.has_history ? "private, no-cache" : "no-cache");
    if (surface.has_history) response.set("Vary", "Authorization");
    return response;
}

std::string etag_of(const store::Drawing& drawing) {
    std::string etag = '"' + std::to_string(drawing.version);
    // One person's answer is not another's.
    if (drawing.opinion) {
        const auto digest = sha256(as_bytes(*drawing.opinion));
        etag += opinion_mark + to_hex(BytesView(digest).first(8));
    }
    return etag + '"';
}

std::string drawing_path(const ApiSurface& surface, const Uuid& id) {
    std::string path;
    write_path(path, surface, surface.base, to_string(id));
    return path;
}

json::object to_json(const store::TagEvent& event) {
    json::object object;
    object["from"] = event.from.empty() ? json::value(nullptr) : json::value(event.from);
    object["to"] = event.to;
    object["by"] = event.by ? json::value(*event.by) : json::value(nullptr);
    object["by_id"] = event.by_id ? json::value(to_string(*event.by_id)) : json::value(nullptr);
    object["at"] = to_rfc3339(event.at);
    object["kind"] = store::to_string(event.kind);
    object["reason"] = event.note.empty() ? store::to_string(event.kind) : event.note;
    object["version"] = event.version;
    object["undoes"] = event.undoes ? json::value(*event.undoes) : json::value(nullptr);
    object["asked"] =
        event.asked ? json::value(store::to_string(*event.asked)) : json::value(nullptr);
    object["probability"] = event.probability ? json::value(static_cast<double>(*event.probability))
                                              : json::value(nullptr);
    object["bulk"] = event.bulk;
    object["opinion"] = event.opinion ? json::value(*event.opinion) : json::value(nullptr);
    return object;
}

namespace {

json::value text_or_null(const std::optional<std::string>& text) {
    return text ? json::value(*text) : json::value(nullptr);
}

json::value titles_of(const store::Label& label) {
    boost::system::error_code failed;
    auto titles = json::parse(label.titles, failed);
    return failed || !titles.is_object() ? json::value(json::object()) : titles;
}

}  // namespace

json::object to_json(const store::Label& label, std::int64_t drawings, const ApiSurface& surface) {
    json::object object{{"tag", label.name},
                        {"drawings", drawings},
                        {"assignable", !label.retired},
                        {"retired", label.retired},
                        {"titles", titles_of(label)},
                        {"colour", text_or_null(label.colour)},
                        {"key", text_or_null(label.key)},
                        {"example", nullptr},
                        {"example_url", nullptr}};
    // Those who may not look at the drawings are not shown this one either.
    const bool closed = surface.images == annotator_base;
    if (!label.example || (closed && !surface.has_history)) return object;
    const std::string id = to_string(*label.example);
    object["example"] = id;
    std::string path;
    write_path(path, surface, surface.images, id);
    object["example_url"] = path + "/image";
    return object;
}

json::object to_json(const store::User& user) {
    return {{"id", to_string(user.id)},
            {"name", user.name},
            {"role", identity::to_string(user.role)},
            {"disabled", user.disabled},
            {"created_at", to_rfc3339(user.created_at)}};
}

json::object public_json(const store::Project& project) {
    return {{"slug", project.slug},
            {"name", project.name},
            {"guidelines", project.guidelines},
            {"who_draws", store::to_string(project.who_draws)},
            {"who_browses", store::to_string(project.who_browses)},
            {"archived", project.archived_at.has_value()}};
}

json::object to_json(const store::Project& project) {
    auto object = public_json(project);
    object["opinions_wanted"] = project.opinions_wanted;
    object["retention_days"] =
        project.retention_days ? json::value(*project.retention_days) : json::value(nullptr);
    object["live_model"] = text_or_null(project.live_model);
    object["rolls_back"] = project.rolls_back;
    object["teach_after"] =
        project.teach_after ? json::value(*project.teach_after) : json::value(nullptr);
    object["promotes_better"] = project.promotes_better;
    object["created_at"] = to_rfc3339(project.created_at);
    return object;
}

namespace {

/// What was checked or written here before it was stored; what cannot be read all the same is left
/// out.
json::object card_object(const std::string& card) {
    boost::system::error_code failed;
    auto value = json::parse(card, failed);
    if (failed || !value.is_object()) return {};
    return std::move(value.get_object());
}

/// The sentence, and for programs its code.
void put_error(const std::string& error, json::object& object) {
    object["error"] = error;
    const auto reason = service::reason_of(error);
    if (!reason) return;
    object["error_code"] = reason->code;
    object["error_parameters"] = service::parameters_of(*reason);
}

}  // namespace

json::object to_json(const store::Model& model) {
    return {{"id", model.id},
            {"state", store::to_string(model.state)},
            {"created_at", to_rfc3339(model.created_at)},
            {"sha256", to_hex(model.sha256)},
            {"kind", store::to_string(model.kind)},
            {"parent", model.parent ? json::value(*model.parent) : json::value(nullptr)},
            {"lineage", card_object(model.lineage)},
            {"card", card_object(model.card)}};
}

json::object to_json(const store::Job& job) {
    const auto time = [](const std::optional<Timestamp>& at) {
        return at ? json::value(to_rfc3339(*at)) : json::value(nullptr);
    };
    json::object object{
        {"id", to_string(job.id)},
        {"kind", job.kind},
        {"project", job.project_slug},
        {"state", store::to_string(job.state)},
        {"progress", job.progress},
        {"cancel_requested", job.cancel_requested},
        {"attempts", job.attempts},
        {"by", job.created_by ? json::value(job.created_by->name) : json::value(nullptr)},
        {"created_at", to_rfc3339(job.created_at)},
        {"started_at", time(job.started_at)},
        {"finished_at", time(job.finished_at)}};
    if (const auto before = store::retried_by(job)) object["retries"] = to_string(*before);
    if (const auto model = store::parameter_of(job, "model")) object["model"] = *model;
    if (job.result) object["result"] = card_object(*job.result);
    if (job.error) put_error(*job.error, object);
    if (job.detail) object["detail"] = card_object(*job.detail);
    return object;
}

json::object to_json(const service::JobView& job) {
    auto object = to_json(static_cast<const store::Job&>(job));
    if (!job.waiting) return object;
    json::object waiting{{"for", service::to_string(job.waiting->waits_for)},
                         {"reason", service::reason(job)}};
    if (job.waiting->since) waiting["since"] = to_rfc3339(*job.waiting->since);
    object["waiting"] = std::move(waiting);
    return object;
}

json::object to_json(const store::Worker& worker) {
    json::array jobs;
    for (const auto& job : worker.jobs)
        jobs.push_back(json::object{
            {"id", to_string(job.id)}, {"kind", job.kind}, {"project", job.project_slug}});
    return {{"id", to_string(worker.id)},
            {"name", worker.name},
            {"process", store::to_string(worker.process)},
            {"version", worker.version},
            {"kinds", json::array(worker.kinds.begin(), worker.kinds.end())},
            {"since", to_rfc3339(worker.since)},
            {"seen_at", to_rfc3339(worker.seen_at)},
            {"jobs", std::move(jobs)}};
}

json::object to_json(const store::AuditEvent& event) {
    const auto text = [](const std::optional<std::string>& value) {
        return value ? json::value(*value) : json::value(nullptr);
    };
    return {{"id", to_string(event.id)},
            {"at", to_rfc3339(time_of(event.id))},
            {"actor", event.by ? json::value(event.by->name) : json::value(nullptr)},
            {"actor_id", event.by && event.by->id ? json::value(to_string(*event.by->id))
                                                  : json::value(nullptr)},
            {"action", store::to_string(event.action)},
            {"project", text(event.project_slug)},
            {"subject", event.subject},
            {"details", card_object(event.details)}};
}

json::object to_json(const recognition::ModelInfo& model, const std::string& card) {
    json::object object{{"id", model.id},
                        {"name", model.name},
                        {"labels", json::array(model.labels.begin(), model.labels.end())},
                        {"unknown_below", model.unknown_below}};
    if (!card.empty()) object["card"] = card_object(card);
    return object;
}

json::object to_json(const Error& error) {
    return json::parse(problem(error).body).as_object();
}

}  // namespace croquis::api
