#include "api/codec/import_body.h"
#include "api/problems.h"
#include "api/routes/annotator_routes.h"

namespace croquis::api {
namespace {

namespace asio = boost::asio;
using http::Method;
using http::Request;
using http::Response;
using identity::Principal;

/// Labels are an admin's to add, by an import too.
bool may(const service::ImportRequest& asked, const Principal& who) {
    return !asked.options.make_labels || asked.options.dry_run || who.role == identity::Role::admin;
}

/// Spools the body; what blocks of it runs on the threads of uploads.
asio::awaitable<Result<void>> take_body(AnnotatorContext& api, Request& request,
                                        const std::shared_ptr<ImportBody>& body) {
    for (;;) {
        auto part = co_await request.source->next();
        if (!part) co_return part.error();
        const bool ended = part->empty();
        const auto bytes = std::make_shared<const std::string>(std::move(*part));
        const auto job = [body, bytes, ended] {
            return ended ? body->finish() : body->feed(*bytes);
        };
        const auto fed = co_await api.imports.workers().run(job);
        if (!fed || ended) co_return fed;
    }
}

/// What was asked for, of whoever asked as the store has them once all has come: an upload may take
/// hours. Errors: unauthenticated, forbidden.
asio::awaitable<Result<service::ImportRequest>> still_allowed(AnnotatorContext& api,
                                                              service::ImportRequest asked,
                                                              const Principal& who) {
    const auto look = [&api, &who] { return api.identity.confirm(who); };
    const auto present = co_await api.workers.run(look);
    if (!present) co_return present.error();
    asked.options.names_from_data = present->role == identity::Role::admin;
    if (!may(asked, *present)) co_return Error{ErrorKind::forbidden, "Only an admin may do this."};
    co_return asked;
}

/// As the guard of the route refuses it.
Response refusal(const Error& error) {
    if (error.kind == ErrorKind::forbidden) return forbidden();
    return error.kind == ErrorKind::unauthenticated ? unauthenticated(error, true) : problem(error);
}

/// Answers with the job once the upload is on disk: from then on it is the server's to do.
Answer import_drawings(AnnotatorContext& api, Request& request, const Principal& who,
                       const service::ProjectRef& project) {
    auto asked = read_import_query(request);
    if (!asked) co_return problem(asked.error());
    asked->options.project = project->project.id;
    asked->options.names_from_data = who.role == identity::Role::admin;
    if (!may(*asked, who)) co_return forbidden();
    auto upload = api.imports.begin_upload();
    if (!upload) co_return problem(upload.error());
    const auto body = ImportBody::make(request, std::move(*asked), std::move(*upload));
    if (!body) co_return problem(body.error());
    const auto taken = co_await take_body(api, request, *body);
    if (!taken) co_return problem(taken.error());
    const auto allowed = co_await still_allowed(api, (*body)->asked(), who);
    if (!allowed) co_return refusal(allowed.error());
    const store::Author by{who.user, who.name};
    const auto queue = [&api, body = *body, &allowed, by] {
        return api.imports.queue(body->upload(), *allowed, by);
    };
    const auto job = co_await api.imports.workers().run(queue);
    if (!job) co_return problem(job.error());
    identity::tell(identity::Event::data_imported, origin_of(request),
                   {{"by", who.name}, {"job", to_string(job->id)}});
    co_return queued_response(api, *job);
}

}  // namespace

void add_imports_routes(http::Router& router, const Guard& guard, std::uint64_t max_body_bytes) {
    for (const char* path : {"/imports", "/projects/{project}/imports"})
        router.add_streaming(Method::post, path, guard.annotator(import_drawings), max_body_bytes);
}

}  // namespace croquis::api
