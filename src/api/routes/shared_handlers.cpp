#include "api/routes/shared_handlers.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <map>

#include "api/codec/query_parameters.h"

namespace croquis::api {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using http::problem;
using http::Response;

json::value text_or_null(const std::optional<std::string>& text) {
    return text ? json::value(*text) : json::value(nullptr);
}

json::value titles_of(const store::Label& label) {
    boost::system::error_code failed;
    auto titles = json::parse(label.titles, failed);
    return failed || !titles.is_object() ? json::value(json::object()) : titles;
}

json::object to_json(const store::Label& label, std::int64_t drawings) {
    return {{"tag", label.name},
            {"drawings", drawings},
            {"assignable", !label.retired},
            {"titles", titles_of(label)},
            {"colour", text_or_null(label.colour)},
            {"key", text_or_null(label.key)}};
}

/// The project's labels in its order, then tags that drawings carry and that are none of them.
/// Retired labels that no drawing carries are left out.
json::array merge(const std::vector<store::Label>& labels,
                  const std::vector<store::TagCount>& counted) {
    std::map<std::string, std::int64_t> counts;
    for (const auto& count : counted) counts[count.tag] = count.drawings;
    json::array listed;
    for (const auto& label : labels) {
        const auto found = counts.find(label.name);
        const std::int64_t drawings = found == counts.end() ? 0 : found->second;
        if (!label.retired || drawings > 0) listed.push_back(to_json(label, drawings));
        if (found != counts.end()) counts.erase(found);
    }
    for (const auto& [tag, drawings] : counts) {
        store::Label other;
        other.name = tag;
        other.retired = true;
        listed.push_back(to_json(other, drawings));
    }
    return listed;
}

}  // namespace

asio::awaitable<Response> list_drawings(service::Annotation& annotation,
                                        const http::Request& request, ApiSurface surface) {
    auto query = read_list_query(request);
    if (!query) co_return problem(query.error());
    const auto order = query->order;
    const auto page = co_await annotation.list(std::move(*query));
    if (!page) co_return problem(page.error());
    auto response = text_response(200, page_text(*page, order, surface));
    response.set("Cache-Control", "no-store");
    co_return response;
}

asio::awaitable<Response> get_drawing(service::Annotation& annotation, const http::Request& request,
                                      ApiSurface surface) {
    const auto id = read_id(request);
    if (!id) co_return problem(id.error());
    const auto detail = co_await annotation.drawing(*id);
    co_return detail ? detail_response(200, *detail, surface) : problem(detail.error());
}

asio::awaitable<Response> get_image(service::Annotation& annotation, const http::Request& request,
                                    ApiSurface surface) {
    const auto id = read_id(request);
    if (!id) co_return problem(id.error());
    auto image = co_await annotation.image(*id);
    if (!image) co_return problem(image.error());
    Response response;
    response.set("Content-Type", image->media_type);
    response.set("ETag", '"' + to_hex(image->sha256) + '"');
    response.set("Cache-Control", surface.has_history ? "private, max-age=31536000, immutable"
                                                      : "public, max-age=31536000, immutable");
    response.shared_body = std::make_shared<const Bytes>(std::move(image->bytes));
    co_return response;
}

asio::awaitable<Response> list_labels(service::Annotation& annotation) {
    const auto counts = co_await annotation.tag_counts();
    if (!counts) co_return problem(counts.error());
    const auto labels = co_await annotation.labels();
    if (!labels) co_return problem(labels.error());
    auto response = http::json_response(200, json::object{{"labels", merge(*labels, *counts)}});
    response.set("Cache-Control", "no-store");
    co_return response;
}

asio::awaitable<Response> get_live_model(service::Annotation& annotation) {
    const auto live = annotation.model();
    const auto card = co_await annotation.card(live->id);
    if (!card) co_return problem(card.error());
    auto response = http::json_response(200, to_json(*live, *card));
    response.set("Cache-Control", "no-cache");
    co_return response;
}

}  // namespace croquis::api
