#include "api/codec/query_parameters.h"
#include "api/problems.h"
#include "api/routes/annotator_routes.h"
#include "service/people/audit.h"

namespace croquis::api {
namespace {

namespace asio = boost::asio;
using http::Method;
using http::Request;
using http::Response;
using identity::Principal;

/// An export as the HTTP server asks for it.
class ExportStream final : public http::BodyStream {
  public:
    explicit ExportStream(std::shared_ptr<service::RunningExport> running)
        : running_(std::move(running)) {}
    asio::awaitable<Result<std::string>> next() override { return running_->next(); }

  private:
    std::shared_ptr<service::RunningExport> running_;
};

Answer export_drawings(AnnotatorContext& api, Request& request, const Principal& who,
                       const service::ProjectRef& project) {
    auto options = read_export_query(request);
    if (!options) co_return problem(options.error());
    options->project = project->project.slug;
    options->project_id = project->project.id;
    const auto running = co_await api.exports.begin(*options);
    if (!running) co_return problem(running.error());
    const store::Author by{who.user, who.name};
    const auto tell = [&] { return service::tell_export(api.store, *options, by); };
    if (const auto told = co_await api.workers.run(tell); !told) co_return problem(told.error());
    Response response;
    response.set("Content-Type", service::media_type_of(options->format));
    response.set("Content-Disposition",
                 "attachment; filename=\"" +
                     service::file_name_of(options->format, options->project) + "\"");
    response.stream = std::make_shared<ExportStream>(*running);
    co_return no_store(std::move(response));
}

}  // namespace

void add_exports_routes(http::Router& router, const Guard& guard) {
    add_in_projects(router, Method::get, "/exports", guard.annotator(export_drawings),
                    export_parameters);
}

}  // namespace croquis::api
