#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "api/api.h"
#include "api/codec/label_bodies.h"
#include "api/codec/query_parameters.h"
#include "api/codec/request_bodies.h"
#include "api/codec/serialisation.h"
#include "api/routes/shared_handlers.h"
#include "service/training_jobs.h"

namespace croquis::api {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using http::Method;
using http::problem;
using http::Request;
using http::Response;
using identity::Principal;
using Answer = asio::awaitable<Response>;

/// Sign-ins that wait for their turn at a name that many guess at. One more does not wait: it is
/// the server that is then under attack, and who has an account must still get in.
constexpr int max_waiting_sign_ins = 256;

Response no_store(Response response) {
    response.set("Cache-Control", "no-store");
    return response;
}

/// The token of "Authorization: Bearer …" (RFC 6750 section 2.1).
std::optional<std::string_view> bearer_token(const Request& request) {
    constexpr std::string_view scheme = "Bearer ";
    std::string_view header = request.header("authorization");
    if (!boost::beast::iequals(header.substr(0, scheme.size()), scheme)) return std::nullopt;
    header.remove_prefix(scheme.size());
    while (header.starts_with(' ')) header.remove_prefix(1);
    if (header.empty()) return std::nullopt;
    return header;
}

identity::Origin origin_of(const Request& request) {
    return {request.client, request.request_id};
}

identity::Asker asker_of(const Request& request, const Principal& who) {
    return {who.user, who.name, origin_of(request)};
}

/// Whether nothing can be changed by it (RFC 9110 section 9.2.1).
bool is_safe(Method method) {
    return method == Method::get || method == Method::head || method == Method::options;
}

/// 401 with what RFC 6750 section 3 wants said.
Response unauthenticated(const Error& error, bool had_token) {
    auto response = problem(error);
    response.set("WWW-Authenticate", had_token ? R"(Bearer realm="croquis", error="invalid_token")"
                                               : R"(Bearer realm="croquis")");
    return response;
}

Response forbidden() {
    auto response = problem({ErrorKind::forbidden, "Only an admin may do this."});
    response.set("WWW-Authenticate", R"(Bearer realm="croquis", error="insufficient_scope")");
    return response;
}

/// Of a change that the store refused.
Response refusal(const Error& error) {
    return error.kind == ErrorKind::forbidden ? forbidden() : problem(error);
}

json::object to_json(const identity::TokenPair& pair) {
    return {{"access_token", pair.access_token},
            {"token_type", "bearer"},
            {"expires_in", pair.expires_in.count()},
            {"refresh_token", pair.refresh_token},
            {"refresh_expires_in", pair.refresh_expires_in.count()}};
}

using service::SeenDrawing;

Result<SeenDrawing> read_seen(const json::value& value, std::size_t index) {
    const std::string at = "drawings/" + std::to_string(index);
    const auto wrong = [&](const char* member, const char* detail) {
        return Error{ErrorKind::invalid, detail, at + member};
    };
    const auto* object = value.if_object();
    if (object == nullptr) return wrong("", "Each is an object with id and version.");
    const auto* id = object->if_contains("id");
    if (id == nullptr || !id->is_string()) return wrong("/id", "This must be a drawing's id.");
    const auto uuid = Uuid::parse(id->get_string());
    if (!uuid) return wrong("/id", "This must be a drawing's id.");
    const auto* version = object->if_contains("version");
    if (version == nullptr || !version->is_int64() || version->get_int64() < 1 ||
        version->get_int64() > std::numeric_limits<int>::max())
        return wrong("/version", "This must be the version that the person saw.");
    return SeenDrawing{*uuid, static_cast<int>(version->get_int64())};
}

/// The body of a change of several drawings.
Result<std::vector<SeenDrawing>> read_all_seen(const Request& request) {
    const auto body = read_object(request);
    if (!body) return body.error();
    const auto* listed = body->if_contains("drawings");
    if (listed == nullptr || !listed->is_array() || listed->get_array().empty() ||
        listed->get_array().size() > service::max_at_once)
        return Error{ErrorKind::invalid, "This must be a list of 1 to 200 drawings.", "drawings"};
    std::vector<SeenDrawing> seen;
    for (std::size_t i = 0; i < listed->get_array().size(); ++i) {
        auto drawing = read_seen(listed->get_array()[i], i);
        if (!drawing) return drawing.error();
        seen.push_back(*drawing);
    }
    return seen;
}

/// For each of `asked`, in order, the drawing, that it was deleted, or why not.
Response results_response(const std::vector<SeenDrawing>& asked,
                          const std::vector<Result<service::Detail>>& results,
                          const ApiSurface& surface) {
    std::string out = "{\"results\":[";
    for (std::size_t i = 0; i < results.size(); ++i) {
        out.append(i == 0 ? "" : ",").append("{\"id\":\"");
        out.append(to_string(asked[i].id)).append("\",");
        if (results[i] && results[i]->drawing.visibility == store::Visibility::deleted)
            out.append("\"deleted\":true");
        else if (results[i])
            out.append("\"drawing\":").append(detail_text(*results[i], surface));
        else
            out.append("\"problem\":").append(json::serialize(api::to_json(results[i].error())));
        out += '}';
    }
    out += "]}";
    return no_store(text_response(200, std::move(out)));
}

/// A label that was just changed, without the number of its drawings.
json::object label_json(const store::Label& label) {
    auto object = api::to_json(label, 0);
    object.erase("drawings");
    return object;
}

store::VersionCondition condition_of(const IfMatch& match) {
    return match.any ? store::VersionCondition::any()
                     : store::VersionCondition::one_of(match.versions);
}

struct NewUser {
    std::string name;
    std::string password;
    identity::Role role = identity::Role::annotator;
};

Result<NewUser> read_new_user(const Request& request) {
    const auto body = read_object(request);
    if (!body) return body.error();
    auto name = text_member(*body, "name");
    if (!name) return name.error();
    auto password = text_member(*body, "password");
    if (!password) return password.error();
    const auto role = optional_text(*body, "role");
    if (!role) return role.error();
    NewUser user{std::move(*name), std::move(*password)};
    if (!*role) return user;
    const auto parsed = identity::parse_role(**role);
    if (!parsed) return parsed.error();
    user.role = *parsed;
    return user;
}

Result<identity::AccountChange> read_user_change(const Request& request) {
    const auto body = read_object(request);
    if (!body) return body.error();
    const auto role = optional_text(*body, "role");
    if (!role) return role.error();
    const auto disabled = optional_bool(*body, "disabled");
    if (!disabled) return disabled.error();
    auto password = optional_text(*body, "password");
    if (!password) return password.error();
    identity::AccountChange change{std::nullopt, *disabled, std::move(*password)};
    if (!*role) return change;
    const auto parsed = identity::parse_role(**role);
    if (!parsed) return parsed.error();
    change.role = *parsed;
    return change;
}

/// A user's own change of the password.
struct PasswordChange {
    std::string present;
    std::string fresh;
};

Result<PasswordChange> read_password_change(const Request& request) {
    const auto body = read_object(request);
    if (!body) return body.error();
    auto present = text_member(*body, "present_password");
    if (!present) return present.error();
    auto fresh = text_member(*body, "password");
    if (!fresh) return fresh.error();
    return PasswordChange{std::move(*present), std::move(*fresh)};
}

class AnnotatorApi : public std::enable_shared_from_this<AnnotatorApi> {
  public:
    AnnotatorApi(service::Annotation& annotation, identity::Identity& identity, store::Store& store,
                 service::Exports& exports, WorkerPool& workers, WorkerPool& password_workers,
                 const ApiOptions& options)
        : annotation_(annotation),
          identity_(identity),
          store_(store),
          exports_(exports),
          workers_(workers),
          password_workers_(password_workers),
          base_path_(options.base_path),
          on_job_(options.on_job) {}

    using Verb = Answer (AnnotatorApi::*)(Request&, const Principal&);
    /// The handler of a route that needs a token, of an admin where `role` says so. Who asks is
    /// looked up in the store: for a change, and wherever an admin is needed, at that moment; for
    /// reading, within the last Identity::confirmation_lasts.
    http::Handler guarded(Verb verb, identity::Role role = identity::Role::annotator);

    Answer sign_in(Request& request);
    Answer refresh(Request& request);
    Answer sign_out(Request& request);
    Answer me(Request& request, const Principal& who);
    Answer change_own_password(Request& request, const Principal& who);

    Answer drawings(Request& request, const Principal& who);
    Answer drawing(Request& request, const Principal& who);
    Answer image(Request& request, const Principal& who);
    Answer history(Request& request, const Principal& who);
    Answer change_tag(Request& request, const Principal& who);
    Answer undo(Request& request, const Principal& who);
    Answer undo_each(Request& request, const Principal& who);
    Answer queue(Request& request, const Principal& who);
    Answer accept(Request& request, const Principal& who);
    Answer remove(Request& request, const Principal& who);
    Answer remove_each(Request& request, const Principal& who);
    Answer hide_each(Request& request, const Principal& who);
    Answer show_each(Request& request, const Principal& who);
    Answer labels(Request& request, const Principal& who);
    Answer add_label(Request& request, const Principal& who);
    Answer change_label(Request& request, const Principal& who);
    Answer merge_label(Request& request, const Principal& who);
    Answer export_drawings(Request& request, const Principal& who);

    Answer live_model(Request& request, const Principal& who);
    Answer models(Request& request, const Principal& who);
    Answer promote(Request& request, const Principal& who);
    Answer teach(Request& request, const Principal& who);

    Answer jobs(Request& request, const Principal& who);
    Answer job(Request& request, const Principal& who);
    Answer cancel_job(Request& request, const Principal& who);

    Answer users(Request& request, const Principal& who);
    Answer add_user(Request& request, const Principal& who);
    Answer change_user(Request& request, const Principal& who);
    Answer delete_user(Request& request, const Principal& who);

  private:
    [[nodiscard]] ApiSurface surface() const {
        return {annotator_surface.base, annotator_surface.has_history, base_path_};
    }

    Answer change_visibility(Request& request, const Principal& who, store::Visibility to);
    asio::awaitable<Result<Principal>> present(Principal claimed, bool at_this_moment);
    asio::awaitable<void> wait_for_turn(std::chrono::nanoseconds time);

    service::Annotation& annotation_;
    identity::Identity& identity_;
    store::Store& store_;
    service::Exports& exports_;
    WorkerPool& workers_;
    WorkerPool& password_workers_;  ///< slow ones, which nobody else must wait behind
    const std::string base_path_;
    const std::function<void()> on_job_;
    std::atomic<int> waiting_sign_ins_{0};
};

http::Handler AnnotatorApi::guarded(Verb verb, identity::Role role) {
    return [self = shared_from_this(), verb, role](Request& request) -> Answer {
        const auto token = bearer_token(request);
        if (!token)
            co_return unauthenticated(
                {ErrorKind::unauthenticated, "Sign in, and send the token as a Bearer."}, false);
        const auto claimed = self->identity_.authenticate(*token, now());
        if (!claimed) co_return unauthenticated(claimed.error(), true);
        const bool admin_only = role == identity::Role::admin;
        const bool at_this_moment = admin_only || !is_safe(request.method);
        const auto who = co_await self->present(*claimed, at_this_moment);
        if (!who && who.error().kind != ErrorKind::unauthenticated) co_return problem(who.error());
        if (!who) co_return unauthenticated(who.error(), true);
        if (admin_only && who->role != identity::Role::admin) co_return forbidden();
        co_return co_await ((*self).*verb)(request, *who);
    };
}

/// Whom the token speaks for, as the store has it.
asio::awaitable<Result<Principal>> AnnotatorApi::present(Principal claimed, bool at_this_moment) {
    if (!at_this_moment)
        if (auto lately = identity_.lately_confirmed(claimed)) co_return std::move(*lately);
    const auto job = [this, &claimed] { return identity_.confirm(claimed); };
    co_return co_await workers_.run(job);
}

// --- tokens

Answer AnnotatorApi::sign_in(Request& request) {
    const auto body = read_object_or_form(request);
    if (!body) co_return problem(body.error());
    const auto grant = optional_text(*body, "grant_type");
    if (!grant) co_return problem(grant.error());
    if (grant->value_or("password") != "password")
        co_return problem({ErrorKind::invalid, "The only grant is password.", "grant_type"});
    const auto name = text_member(*body, "username");
    if (!name) co_return problem(name.error());
    const auto password = text_member(*body, "password");
    if (!password) co_return problem(password.error());
    auto tried = identity_.begin_sign_in(*name, origin_of(request));
    if (!tried) co_return no_store(problem(tried.error()));
    co_await wait_for_turn(tried->wait());
    const auto job = [&] { return identity_.sign_in(std::move(*tried), *password); };
    const auto pair = co_await password_workers_.run(job);
    co_return no_store(pair ? http::json_response(200, to_json(*pair)) : problem(pair.error()));
}

/// Holds a place for nobody: neither a thread nor a worker.
asio::awaitable<void> AnnotatorApi::wait_for_turn(std::chrono::nanoseconds time) {
    if (time == time.zero()) co_return;
    struct Leave {
        std::atomic<int>& count;
        ~Leave() { count.fetch_sub(1); }
    };
    const int others = waiting_sign_ins_.fetch_add(1);
    const Leave leave{waiting_sign_ins_};
    if (others >= max_waiting_sign_ins) co_return;
    asio::steady_timer timer(co_await asio::this_coro::executor);
    timer.expires_after(time);
    co_await timer.async_wait(asio::use_awaitable);
}

Answer AnnotatorApi::refresh(Request& request) {
    const auto body = read_object_or_form(request);
    if (!body) co_return problem(body.error());
    const auto token = text_member(*body, "refresh_token");
    if (!token) co_return problem(token.error());
    const auto job = [&] { return identity_.refresh(*token, origin_of(request)); };
    const auto pair = co_await workers_.run(job);
    co_return no_store(pair ? http::json_response(200, to_json(*pair)) : problem(pair.error()));
}

Answer AnnotatorApi::sign_out(Request& request) {
    const auto body = read_object_or_form(request);
    if (!body) co_return problem(body.error());
    const auto token = text_member(*body, "refresh_token");
    if (!token) co_return problem(token.error());
    const auto job = [&] { return identity_.sign_out(*token, origin_of(request)); };
    const auto done = co_await workers_.run(job);
    co_return done ? http::no_content() : problem(done.error());
}

Answer AnnotatorApi::me(Request&, const Principal& who) {
    co_return no_store(
        http::json_response(200, json::object{{"id", to_string(who.user)},
                                              {"name", who.name},
                                              {"role", identity::to_string(who.role)}}));
}

Answer AnnotatorApi::change_own_password(Request& request, const Principal& who) {
    const auto change = read_password_change(request);
    if (!change) co_return problem(change.error());
    auto tried = identity_.begin_sign_in(who.name, origin_of(request));
    if (!tried) co_return problem(tried.error());
    co_await wait_for_turn(tried->wait());
    const auto job = [&] {
        return identity_.change_own_password(std::move(*tried), who, change->present,
                                             change->fresh);
    };
    const auto pair = co_await password_workers_.run(job);
    if (!pair && pair.error().kind == ErrorKind::unauthenticated)
        co_return unauthenticated(pair.error(), true);
    co_return no_store(pair ? http::json_response(200, to_json(*pair)) : problem(pair.error()));
}

// --- drawings

Answer AnnotatorApi::drawings(Request& request, const Principal&) {
    return list_drawings(annotation_, request, surface());
}

Answer AnnotatorApi::drawing(Request& request, const Principal&) {
    return get_drawing(annotation_, request, surface());
}

Answer AnnotatorApi::image(Request& request, const Principal&) {
    return get_image(annotation_, request, surface());
}

Answer AnnotatorApi::history(Request& request, const Principal&) {
    const auto id = read_id(request);
    if (!id) co_return problem(id.error());
    const auto events = co_await annotation_.history(*id, surface().audience());
    if (!events) co_return problem(events.error());
    json::array listed;
    for (const auto& event : *events) listed.push_back(api::to_json(event));
    co_return no_store(http::json_response(200, json::object{{"events", std::move(listed)}}));
}

Answer AnnotatorApi::change_tag(Request& request, const Principal& who) {
    const auto id = read_id(request);
    if (!id) co_return problem(id.error());
    const auto match = read_if_match(request);
    if (!match) co_return problem(match.error());
    const auto body = read_object(request);
    if (!body) co_return problem(body.error());
    const auto tag = text_member(*body, "tag");
    if (!tag) co_return problem(tag.error());
    const auto reason = optional_text(*body, "reason");
    if (!reason) co_return problem(reason.error());
    const auto changed =
        co_await annotation_.change_tag(*id, *tag, reason->value_or(""), condition_of(*match), who);
    co_return changed ? detail_response(200, *changed, surface()) : problem(changed.error());
}

Answer AnnotatorApi::undo(Request& request, const Principal& who) {
    const auto id = read_id(request);
    if (!id) co_return problem(id.error());
    const auto match = read_if_match(request);
    if (!match) co_return problem(match.error());
    const auto undone = co_await annotation_.undo(*id, condition_of(*match), who);
    co_return undone ? detail_response(200, *undone, surface()) : problem(undone.error());
}

Answer AnnotatorApi::queue(Request& request, const Principal&) {
    const auto query = read_queue_query(request);
    if (!query) co_return problem(query.error());
    const auto page = co_await annotation_.queue(query->limit, query->after);
    if (!page) co_return problem(page.error());
    co_return no_store(text_response(200, page_text(*page, query->order, surface())));
}

Answer AnnotatorApi::accept(Request& request, const Principal& who) {
    const auto asked = read_all_seen(request);
    if (!asked) co_return problem(asked.error());
    const auto results = co_await annotation_.accept(*asked, who);
    co_return results ? results_response(*asked, *results, surface()) : problem(results.error());
}

Answer AnnotatorApi::undo_each(Request& request, const Principal& who) {
    const auto asked = read_all_seen(request);
    if (!asked) co_return problem(asked.error());
    const auto results = co_await annotation_.undo_each(*asked, who);
    co_return results ? results_response(*asked, *results, surface()) : problem(results.error());
}

Answer AnnotatorApi::remove(Request& request, const Principal& who) {
    const auto id = read_id(request);
    if (!id) co_return problem(id.error());
    const auto match = read_if_match(request);
    if (!match) co_return problem(match.error());
    const auto removed = co_await annotation_.remove(*id, condition_of(*match), who);
    if (!removed) co_return problem(removed.error());
    identity::tell(identity::Event::drawing_withdrawn, origin_of(request),
                   {{"by", who.name}, {"deleted", to_string(*id)}});
    co_return http::no_content();
}

Answer AnnotatorApi::change_visibility(Request& request, const Principal& who,
                                       store::Visibility to) {
    const auto asked = read_all_seen(request);
    if (!asked) co_return problem(asked.error());
    const auto results = co_await annotation_.change_visibility(*asked, to, who);
    if (!results) co_return problem(results.error());
    const auto done = std::count_if(results->begin(), results->end(),
                                    [](const auto& result) { return result.has_value(); });
    const char* what = to == store::Visibility::shown    ? "shown"
                       : to == store::Visibility::hidden ? "hidden"
                                                         : "deleted";
    identity::tell(identity::Event::drawing_withdrawn, origin_of(request),
                   {{"by", who.name}, {what, std::to_string(done)}});
    co_return results_response(*asked, *results, surface());
}

Answer AnnotatorApi::remove_each(Request& request, const Principal& who) {
    return change_visibility(request, who, store::Visibility::deleted);
}

Answer AnnotatorApi::hide_each(Request& request, const Principal& who) {
    return change_visibility(request, who, store::Visibility::hidden);
}

Answer AnnotatorApi::show_each(Request& request, const Principal& who) {
    return change_visibility(request, who, store::Visibility::shown);
}

// --- labels

Answer AnnotatorApi::labels(Request&, const Principal&) {
    return list_labels(annotation_, surface());
}

Answer AnnotatorApi::add_label(Request& request, const Principal& who) {
    const auto asked = read_new_label(request);
    if (!asked) co_return problem(asked.error());
    const auto job = [&] { return service::add_label(store_, *asked); };
    const auto label = co_await workers_.run(job);
    if (!label) co_return problem(label.error());
    identity::tell(identity::Event::label_changed, origin_of(request),
                   {{"by", who.name}, {"added", label->name}});
    co_return no_store(http::json_response(201, label_json(*label)));
}

Answer AnnotatorApi::change_label(Request& request, const Principal& who) {
    const auto edit = read_label_edit(request);
    if (!edit) co_return problem(edit.error());
    const auto& name = request.parameters["name"];
    const auto job = [&] { return service::change_label(store_, name, *edit); };
    const auto label = co_await workers_.run(job);
    if (!label) co_return problem(label.error());
    identity::tell(identity::Event::label_changed, origin_of(request),
                   {{"by", who.name}, {"changed", name}});
    co_return no_store(http::json_response(200, label_json(*label)));
}

Answer AnnotatorApi::merge_label(Request& request, const Principal& who) {
    const auto into = read_merge(request);
    if (!into) co_return problem(into.error());
    const auto& name = request.parameters["name"];
    const store::Author by{who.user, who.name};
    const auto job = [&] { return service::merge_label(store_, name, *into, by); };
    const auto step = co_await workers_.run(job);
    if (!step) co_return problem(step.error());
    identity::tell(identity::Event::label_changed, origin_of(request),
                   {{"by", who.name}, {"merged", name}, {"into", *into}});
    co_return no_store(
        http::json_response(200, json::object{{"moved", step->moved}, {"done", step->done}}));
}

/// An export as the HTTP server asks for it.
class ExportStream final : public http::BodyStream {
  public:
    explicit ExportStream(std::shared_ptr<service::RunningExport> running)
        : running_(std::move(running)) {}
    asio::awaitable<Result<std::string>> next() override { return running_->next(); }

  private:
    std::shared_ptr<service::RunningExport> running_;
};

Answer AnnotatorApi::export_drawings(Request& request, const Principal&) {
    const auto options = read_export_query(request);
    if (!options) co_return problem(options.error());
    const auto running = co_await exports_.begin(*options);
    if (!running) co_return problem(running.error());
    Response response;
    response.set("Content-Type", service::media_type_of(options->format));
    response.set("Content-Disposition",
                 "attachment; filename=\"" +
                     service::file_name_of(options->format, options->project) + "\"");
    response.stream = std::make_shared<ExportStream>(*running);
    co_return no_store(std::move(response));
}

// --- models

Answer AnnotatorApi::live_model(Request&, const Principal&) {
    return get_live_model(annotation_);
}

Answer AnnotatorApi::models(Request&, const Principal&) {
    const auto job = [this] { return store_.models(); };
    const auto models = co_await workers_.run(job);
    if (!models) co_return problem(models.error());
    json::array listed;
    for (const auto& model : *models) listed.push_back(api::to_json(model));
    co_return no_store(http::json_response(200, json::object{{"models", std::move(listed)}}));
}

Answer AnnotatorApi::promote(Request& request, const Principal& who) {
    const auto& id = request.parameters["id"];
    const store::Author by{who.user, who.name};
    const auto promoted = co_await annotation_.promote(id, by);
    if (!promoted) co_return problem(promoted.error());
    if (on_job_) on_job_();
    identity::tell(identity::Event::model_promoted, origin_of(request),
                   {{"by", who.name}, {"model", id}});
    co_return co_await get_live_model(annotation_);
}

Answer AnnotatorApi::teach(Request&, const Principal& who) {
    const store::Author by{who.user, who.name};
    const auto queue = [this, &by] { return service::queue_teaching(store_, by); };
    const auto queued = co_await workers_.run(queue);
    if (!queued) co_return problem(queued.error());
    if (on_job_) on_job_();
    auto response = http::json_response(202, api::to_json(*queued));
    response.set("Location",
                 fmt::format("{}{}/jobs/{}", base_path_, annotator_base, to_string(queued->id)));
    co_return no_store(std::move(response));
}

// --- jobs

Answer AnnotatorApi::jobs(Request& request, const Principal&) {
    const auto query = read_jobs_query(request);
    if (!query) co_return problem(query.error());
    const auto after = query->after ? std::optional(query->after->id) : std::nullopt;
    const auto list = [this, &query, &after] { return store_.jobs(query->limit, after); };
    const auto found = co_await workers_.run(list);
    if (!found) co_return problem(found.error());
    json::array listed;
    for (const auto& job : *found) listed.push_back(api::to_json(job));
    json::value next;
    if (found->size() == query->limit)
        next = write_cursor(store::Order::newest_first, {found->back().id});
    co_return no_store(http::json_response(
        200, json::object{{"jobs", std::move(listed)}, {"next", std::move(next)}}));
}

Answer AnnotatorApi::job(Request& request, const Principal&) {
    const auto id = read_id(request);
    if (!id) co_return problem(id.error());
    const auto look = [this, &id] { return store_.job(*id); };
    const auto found = co_await workers_.run(look);
    co_return no_store(found ? http::json_response(200, api::to_json(*found))
                             : problem(found.error()));
}

Answer AnnotatorApi::cancel_job(Request& request, const Principal&) {
    const auto id = read_id(request);
    if (!id) co_return problem(id.error());
    const auto cancel = [this, &id] { return store_.cancel_job(*id, now()); };
    const auto asked = co_await workers_.run(cancel);
    co_return no_store(asked ? http::json_response(200, api::to_json(*asked))
                             : problem(asked.error()));
}

// --- users

Answer AnnotatorApi::users(Request&, const Principal&) {
    const auto job = [this] { return store_.users(); };
    const auto users = co_await workers_.run(job);
    if (!users) co_return problem(users.error());
    json::array listed;
    for (const auto& user : *users) listed.push_back(api::to_json(user));
    co_return no_store(http::json_response(200, json::object{{"users", std::move(listed)}}));
}

Answer AnnotatorApi::add_user(Request& request, const Principal& who) {
    const auto asked = read_new_user(request);
    if (!asked) co_return problem(asked.error());
    const auto job = [&] {
        return identity_.add_user(asked->name, asked->password, asked->role,
                                  asker_of(request, who));
    };
    const auto user = co_await password_workers_.run(job);
    co_return no_store(user ? http::json_response(201, api::to_json(*user))
                            : refusal(user.error()));
}

Answer AnnotatorApi::change_user(Request& request, const Principal& who) {
    const auto id = read_id(request);
    if (!id) co_return problem(id.error());
    const auto change = read_user_change(request);
    if (!change) co_return problem(change.error());
    const auto job = [&] { return identity_.change_user(*id, *change, asker_of(request, who)); };
    const auto user = co_await (change->password ? password_workers_ : workers_).run(job);
    co_return no_store(user ? http::json_response(200, api::to_json(*user))
                            : refusal(user.error()));
}

Answer AnnotatorApi::delete_user(Request& request, const Principal& who) {
    const auto id = read_id(request);
    if (!id) co_return problem(id.error());
    const auto job = [&] { return identity_.delete_user(*id, asker_of(request, who)); };
    const auto done = co_await workers_.run(job);
    co_return done ? http::no_content() : refusal(done.error());
}

}  // namespace

http::Router annotator_api(service::Annotation& annotation, identity::Identity& identity,
                           store::Store& store, service::Exports& exports, WorkerPool& workers,
                           WorkerPool& password_workers, const ApiOptions& options) {
    using Api = AnnotatorApi;
    const auto api = std::make_shared<Api>(annotation, identity, store, exports, workers,
                                           password_workers, options);
    const auto admin = identity::Role::admin;
    http::Router router;
    router.add(Method::post, "/token", [api](Request& r) { return api->sign_in(r); });
    router.add(Method::delete_, "/token", [api](Request& r) { return api->sign_out(r); });
    router.add(Method::post, "/token/refresh", [api](Request& r) { return api->refresh(r); });
    router.add(Method::get, "/me", api->guarded(&Api::me));
    router.add(Method::post, "/me/password", api->guarded(&Api::change_own_password));

    router.add(Method::get, "/drawings", api->guarded(&Api::drawings));
    router.add(Method::get, "/drawings/{id}", api->guarded(&Api::drawing));
    router.add(Method::patch, "/drawings/{id}", api->guarded(&Api::change_tag));
    router.add(Method::delete_, "/drawings/{id}", api->guarded(&Api::remove, admin));
    router.add(Method::get, "/drawings/{id}/image", api->guarded(&Api::image));
    router.add(Method::get, "/drawings/{id}/history", api->guarded(&Api::history));
    router.add(Method::post, "/drawings/{id}/undo", api->guarded(&Api::undo));
    router.add(Method::post, "/drawings:accept", api->guarded(&Api::accept));
    router.add(Method::post, "/drawings:undo", api->guarded(&Api::undo_each));
    router.add(Method::post, "/drawings:delete", api->guarded(&Api::remove_each, admin));
    router.add(Method::post, "/drawings:hide", api->guarded(&Api::hide_each, admin));
    router.add(Method::post, "/drawings:show", api->guarded(&Api::show_each, admin));
    router.add(Method::get, "/queue", api->guarded(&Api::queue));
    router.add(Method::get, "/labels", api->guarded(&Api::labels));
    router.add(Method::post, "/labels", api->guarded(&Api::add_label, admin));
    router.add(Method::patch, "/labels/{name}", api->guarded(&Api::change_label, admin));
    router.add(Method::post, "/labels/{name}:merge", api->guarded(&Api::merge_label, admin));

    router.add(Method::get, "/exports", api->guarded(&Api::export_drawings));

    router.add(Method::get, "/model", api->guarded(&Api::live_model));
    router.add(Method::get, "/models", api->guarded(&Api::models));
    router.add(Method::post, "/models/{id}:promote", api->guarded(&Api::promote, admin));
    router.add(Method::post, "/models:teach", api->guarded(&Api::teach, admin));

    router.add(Method::get, "/jobs", api->guarded(&Api::jobs));
    router.add(Method::get, "/jobs/{id}", api->guarded(&Api::job));
    router.add(Method::post, "/jobs/{id}:cancel", api->guarded(&Api::cancel_job, admin));

    router.add(Method::get, "/users", api->guarded(&Api::users, admin));
    router.add(Method::post, "/users", api->guarded(&Api::add_user, admin));
    router.add(Method::patch, "/users/{id}", api->guarded(&Api::change_user, admin));
    router.add(Method::delete_, "/users/{id}", api->guarded(&Api::delete_user, admin));
    return router;
}

}  // namespace croquis::api
