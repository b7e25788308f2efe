#include "api/routes/shared_handlers.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <map>

#include "api/codec/query_parameters.h"
#include "api/problems.h"
#include "drawing/svg.h"

namespace croquis::api {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using http::Response;

/// The project's labels in its order, then tags that drawings carry and that are none of them.
/// Retired labels that no drawing carries are for annotators alone.
json::array merge(const std::vector<store::Label>& labels,
                  const std::vector<store::TagCount>& counted, const ApiSurface& surface) {
    std::map<std::string, std::int64_t> counts;
    for (const auto& count : counted) counts[count.tag] = count.drawings;
    json::array listed;
    for (const auto& label : labels) {
        const auto found = counts.find(label.name);
        const std::int64_t drawings = found == counts.end() ? 0 : found->second;
        if (!label.retired || drawings > 0 || surface.has_history)
            listed.push_back(to_json(label, drawings, surface));
        if (found != counts.end()) counts.erase(found);
    }
    for (const auto& [tag, drawings] : counts) {
        store::Label other;
        other.name = tag;
        auto object = to_json(other, drawings, surface);
        object["assignable"] = false;
        listed.push_back(std::move(object));
    }
    return listed;
}

/// The digest that If-None-Match names, where it names one: the answer is a 304 if it is still the
/// picture's.
std::optional<Sha256> known_digest(const http::Request& request) {
    auto tag = request.header("if-none-match");
    if (tag.size() != 2 * sizeof(Sha256) + 2 || tag.front() != '"' || tag.back() != '"')
        return std::nullopt;
    const auto bytes = from_hex(tag.substr(1, tag.size() - 2));
    Sha256 digest{};
    if (!bytes || bytes->size() != digest.size()) return std::nullopt;
    std::copy(bytes->begin(), bytes->end(), digest.begin());
    return digest;
}

/// What comes first in Accept wins; who takes anything gets JSON.
bool wants_svg(const http::Request& request) {
    if (!request.segments.empty() && request.segments.back() == "strokes.svg") return true;
    const auto accepted = request.header("accept");
    const auto svg = accepted.find("image/svg+xml");
    return svg != std::string_view::npos && svg < accepted.find("application/json");
}

}  // namespace

asio::awaitable<Response> list_drawings(service::Catalogue& catalogue, const http::Request& request,
                                        service::ProjectRef project, ApiSurface surface) {
    return list_drawings_for(std::nullopt, catalogue, request, std::move(project), surface);
}

asio::awaitable<Response> list_drawings_for(std::optional<Uuid> who, service::Catalogue& catalogue,
                                            const http::Request& request,
                                            service::ProjectRef project, ApiSurface surface) {
    auto query = read_list_query(request, surface.audience());
    if (!query) co_return problem(query.error());
    query->project = project->project.id;
    if (project->project.opinions_wanted > 1) query->told = who;
    const auto order = query->order;
    const auto page = co_await catalogue.list(std::move(*query));
    if (!page) co_return problem(page.error());
    auto response = text_response(200, page_text(*page, order, surface));
    response.set("Cache-Control", "no-store");
    co_return response;
}

asio::awaitable<Response> get_drawing(service::Catalogue& catalogue, const http::Request& request,
                                      service::ProjectRef project, ApiSurface surface) {
    return get_drawing_for(std::nullopt, catalogue, request, std::move(project), surface);
}

asio::awaitable<Response> get_drawing_for(std::optional<Uuid> who, service::Catalogue& catalogue,
                                          const http::Request& request, service::ProjectRef project,
                                          ApiSurface surface) {
    const auto id = read_id(request);
    if (!id) co_return problem(id.error());
    store::Viewer viewer(surface.audience(), project->project.id);
    if (project->project.opinions_wanted > 1) viewer.told = who;
    const auto detail = co_await catalogue.drawing(*id, viewer);
    co_return detail ? detail_response(200, *detail, surface) : problem(detail.error());
}

asio::awaitable<Response> get_image(service::Catalogue& catalogue, const http::Request& request,
                                    service::ProjectRef project, ApiSurface surface) {
    const auto id = read_id(request);
    if (!id) co_return problem(id.error());
    const auto known = known_digest(request);
    auto image = co_await catalogue.image(*id, {surface.audience(), project->project.id}, known);
    if (!image) co_return problem(image.error());
    Response response;
    response.set("Content-Type", image->media_type);
    response.set("ETag", '"' + to_hex(image->sha256) + '"');
    // A picture never changes, but it may be gone: ask each time, mostly for a 304.
    response.set("Cache-Control", surface.has_history ? "private, no-cache" : "no-cache");
    response.shared_body = std::make_shared<const Bytes>(std::move(image->bytes));
    co_return response;
}

asio::awaitable<Response> get_strokes(service::Catalogue& catalogue, const http::Request& request,
                                      service::ProjectRef project, ApiSurface surface) {
    const auto id = read_id(request);
    if (!id) co_return problem(id.error());
    const auto strokes = co_await catalogue.strokes(*id, {surface.audience(), project->project.id});
    if (!strokes) co_return problem(strokes.error());
    if (strokes->empty() && wants_svg(request))
        co_return problem(
            {ErrorKind::not_found, "This drawing came as a picture, without strokes."});
    Response response;
    if (wants_svg(request)) {
        const auto parsed = drawing::parse_strokes(*strokes);
        if (!parsed) co_return problem({ErrorKind::internal, parsed.error().detail});
        response.body = drawing::to_svg(*parsed);
        response.set("Content-Type", "image/svg+xml");
    } else {
        response.body = R"({"id":")" + to_string(*id) + R"(","strokes":)" +
                        (strokes->empty() ? "[]" : *strokes) + "}";
        response.set("Content-Type", "application/json");
    }
    response.set("ETag", '"' + to_hex(sha256(as_bytes(response.body))) + '"');
    response.set("Cache-Control", surface.has_history ? "private, no-cache" : "no-cache");
    response.set("Vary", "Accept");
    co_return response;
}

asio::awaitable<Response> list_labels(service::Catalogue& catalogue, service::Projects& projects,
                                      service::ProjectRef project, ApiSurface surface) {
    const int in = project->project.id;
    const auto counts = co_await catalogue.tag_counts(in);
    if (!counts) co_return problem(counts.error());
    const auto labels = co_await projects.labels(in);
    if (!labels) co_return problem(labels.error());
    auto response =
        http::json_response(200, json::object{{"labels", merge(*labels, *counts, surface)}});
    response.set("Cache-Control", "no-store");
    co_return response;
}

asio::awaitable<Response> get_live_model(service::LiveModels& models, service::ProjectRef project) {
    const auto live = co_await models.in(std::move(project));
    if (!live) co_return problem(live.error());
    const auto card = co_await models.card((*live)->id);
    if (!card) co_return problem(card.error());
    auto response = http::json_response(200, to_json(**live, *card));
    response.set("Cache-Control", "no-cache");
    co_return response;
}

}  // namespace croquis::api
