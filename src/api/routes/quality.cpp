#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include "api/codec/clusters_text.h"
#include "api/codec/duplicates_text.h"
#include "api/codec/query_parameters.h"
#include "api/problems.h"
#include "api/routes/annotator_routes.h"
#include "service/models/trunk.h"
#include "service/quality/project_quality.h"
#include "service/similarity/drawing_map.h"
#include "service/similarity/similar.h"

namespace croquis::api {
namespace {

using http::Method;
using http::Request;
using identity::Principal;

/// What the policy did, as service/watch wrote it down.
boost::json::value rolled_back_json(const store::Project& project) {
    if (!project.rolled_back) return nullptr;
    boost::system::error_code failed;
    auto told = boost::json::parse(*project.rolled_back, failed);
    return failed ? boost::json::value(nullptr) : told;
}

Answer quality(AnnotatorContext& api, Request&, const Principal&,
               const service::ProjectRef& project) {
    const auto job = [&api, &project] {
        return service::measure_project(api.store, project->project, now());
    };
    const auto measured = co_await api.analysis_workers.run(job);
    if (!measured) co_return problem(measured.error());
    const auto& [project_now, quality_now, fall, people] = *measured;
    api.quality_watch.show(project_now, quality_now);
    auto told = service::to_json(quality_now);
    told["fall"] = fall ? boost::json::value(service::to_json(*fall)) : boost::json::value(nullptr);
    told["people"] =
        people ? boost::json::value(service::to_json(*people)) : boost::json::value(nullptr);
    told["rolled_back"] = rolled_back_json(project_now);
    co_return no_store(http::json_response(200, told));
}

/// The network of the model that answers in the project, by whose embeddings drawings are compared.
boost::asio::awaitable<Result<std::string>> trunk_in(AnnotatorContext& api,
                                                     const service::ProjectRef& project) {
    const auto model = co_await api.models.in(project);
    if (!model) co_return model.error();
    if (!(*model)->trunk.empty()) co_return (*model)->trunk;
    // One that does not tell its embedding by itself: others looked at drawings with its network.
    const auto job = [&] { return service::trunk_in(api.store, project->project.id); };
    co_return co_await api.analysis_workers.run(job);
}

Answer label_progress(AnnotatorContext& api, Request&, const Principal&,
                      const service::ProjectRef& project) {
    const auto job = [&] { return api.progress.of(api.store, project->project.id); };
    const auto progress = co_await api.analysis_workers.run(job);
    if (!progress) co_return problem(progress.error());
    co_return no_store(http::json_response(200, service::to_json(*progress)));
}

Answer suspects(AnnotatorContext& api, Request& request, const Principal&,
                const service::ProjectRef& project) {
    const auto limit = read_limit(request, 50, service::most_suspects_listed);
    if (!limit) co_return problem(limit.error());
    const auto trunk = co_await trunk_in(api, project);
    if (!trunk) co_return problem(trunk.error());
    const auto job = [&] {
        return api.suspects.of(api.store, project->project.id, *trunk, *limit);
    };
    const auto found = co_await api.analysis_workers.run(job);
    if (!found) co_return problem(found.error());
    co_return no_store(text_response(200, suspects_text(*found, api.surface(request, project))));
}

Answer duplicates(AnnotatorContext& api, Request& request, const Principal&,
                  const service::ProjectRef& project) {
    const auto limit = read_limit(request, 12, service::most_duplicate_groups);
    if (!limit) co_return problem(limit.error());
    const auto trunk = co_await trunk_in(api, project);
    if (!trunk) co_return problem(trunk.error());
    const auto job = [&] {
        return api.duplicates.of(api.store, project->project.id, *trunk, *limit);
    };
    const auto found = co_await api.analysis_workers.run(job);
    if (!found) co_return problem(found.error());
    co_return no_store(text_response(200, duplicates_text(*found, api.surface(request, project))));
}

Answer similar(AnnotatorContext& api, Request& request, const Principal&,
               const service::ProjectRef& project) {
    const auto id = read_id(request);
    if (!id) co_return problem(id.error());
    const auto limit = read_limit(request, 12, service::most_similar);
    if (!limit) co_return problem(limit.error());
    const auto trunk = co_await trunk_in(api, project);
    if (!trunk) co_return problem(trunk.error());
    const auto job = [&] {
        return service::similar_drawings(api.store, project->project.id, *trunk, *id, *limit);
    };
    const auto found = co_await api.analysis_workers.run(job);
    if (!found) co_return problem(found.error());
    co_return no_store(text_response(200, similar_text(*found, api.surface(request, project))));
}

Answer clusters(AnnotatorContext& api, Request& request, const Principal&,
                const service::ProjectRef& project) {
    const auto limit = read_limit(request, 12, service::most_clusters);
    if (!limit) co_return problem(limit.error());
    const auto trunk = co_await trunk_in(api, project);
    if (!trunk) co_return problem(trunk.error());
    const auto job = [&] {
        return service::clusters_to_review(api.store, project->project.id, *trunk, *limit);
    };
    const auto found = co_await api.analysis_workers.run(job);
    if (!found) co_return problem(found.error());
    co_return no_store(text_response(200, clusters_text(*found, api.surface(request, project))));
}

Answer drawing_map(AnnotatorContext& api, Request&, const Principal&,
                   const service::ProjectRef& project) {
    const auto trunk = co_await trunk_in(api, project);
    if (!trunk) co_return problem(trunk.error());
    const auto job = [&] { return service::map_drawings(api.store, project->project.id, *trunk); };
    const auto map = co_await api.analysis_workers.run(job);
    if (!map) co_return problem(map.error());
    co_return no_store(http::json_response(200, service::to_json(*map)));
}

}  // namespace

void add_quality_routes(http::Router& router, const Guard& guard) {
    add_in_projects(router, Method::get, "/quality", guard.annotator(quality));
    add_in_projects(router, Method::get, "/quality/labels", guard.annotator(label_progress));
    add_in_projects(router, Method::get, "/quality/map", guard.annotator(drawing_map));
    add_in_projects(router, Method::get, "/quality/suspects", guard.annotator(suspects), {"limit"});
    add_in_projects(router, Method::get, "/quality/duplicates", guard.annotator(duplicates),
                    {"limit"});
    add_in_projects(router, Method::get, "/drawings/{id}/similar", guard.annotator(similar),
                    {"limit"});
    add_in_projects(router, Method::get, "/clusters", guard.annotator(clusters), {"limit"});
}

}  // namespace croquis::api
