#include "service/people/people.h"

#include "api/problems.h"
#include "api/routes/annotator_routes.h"

namespace croquis::api {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using http::Method;
using http::Request;
using http::Response;
using identity::Principal;

/// What is kept of a person as the HTTP server asks for it.
class PersonStream final : public http::BodyStream {
  public:
    PersonStream(std::shared_ptr<service::PersonExport> person, WorkerPool& workers)
        : person_(std::move(person)), workers_(workers) {}
    asio::awaitable<Result<std::string>> next() override {
        const auto job = [person = person_] { return person->next(); };
        co_return co_await workers_.run(job);
    }

  private:
    std::shared_ptr<service::PersonExport> person_;
    WorkerPool& workers_;
};

Answer export_person(AnnotatorContext& api, Request& request, const Principal& who) {
    const auto& pseudonym = request.parameters["pseudonym"];
    const store::Author by{who.user, who.name};
    const auto begin = [&] { return service::PersonExport::begin(api.store, pseudonym, by); };
    auto begun = co_await api.workers.run(begin);
    if (!begun) co_return problem(begun.error());
    Response response;
    response.set("Content-Type", "application/x-ndjson");
    response.set("Content-Disposition", "attachment; filename=\"person.ndjson\"");
    response.stream = std::make_shared<PersonStream>(std::move(*begun), api.workers);
    co_return no_store(std::move(response));
}

Answer erase_person(AnnotatorContext& api, Request& request, const Principal& who) {
    const auto& pseudonym = request.parameters["pseudonym"];
    const store::Author by{who.user, who.name};
    const auto erase = [&] { return service::erase_person(api.store, pseudonym, by); };
    const auto step = co_await api.workers.run(erase);
    if (!step) co_return problem(step.error());
    if (step->done)
        identity::tell(identity::Event::drawing_withdrawn, origin_of(request),
                       {{"by", who.name}, {"erased", "person"}});
    co_return no_store(http::json_response(
        200, json::object{
                 {"drawings", step->drawings}, {"events", step->events}, {"done", step->done}}));
}

}  // namespace

void add_people_routes(http::Router& router, const Guard& guard) {
    add_route(router, Method::get, "/people/{pseudonym}", guard.admin(export_person));
    add_route(router, Method::delete_, "/people/{pseudonym}", guard.admin(erase_person));
}

}  // namespace croquis::api
