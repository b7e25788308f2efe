#include "api/reads.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <map>

#include "api/queries.h"

namespace croquis::api {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using http::problem;
using http::Response;

json::object label(const std::string& tag, std::int64_t drawings, bool assignable) {
    return {{"tag", tag}, {"drawings", drawings}, {"assignable", assignable}};
}

/// The tags that can be given, in the model's order, then those that only earlier models knew.
json::array merge(const std::vector<std::string>& assignable,
                  const std::vector<store::TagCount>& counted) {
    std::map<std::string, std::int64_t> counts;
    for (const auto& count : counted) counts[count.tag] = count.drawings;
    json::array labels;
    for (const auto& tag : assignable) {
        const auto found = counts.find(tag);
        labels.push_back(label(tag, found == counts.end() ? 0 : found->second, true));
        if (found != counts.end()) counts.erase(found);
    }
    for (const auto& [tag, drawings] : counts)
        if (drawings > 0) labels.push_back(label(tag, drawings, false));
    return labels;
}

}  // namespace

asio::awaitable<Response> list_drawings(annotation::Annotation& annotation,
                                        const http::Request& request, Door door) {
    auto query = read_list_query(request);
    if (!query) co_return problem(query.error());
    const auto order = query->order;
    const auto page = co_await annotation.list(std::move(*query));
    if (!page) co_return problem(page.error());
    auto response = text_response(200, page_text(*page, order, door));
    response.set("Cache-Control", "no-store");
    co_return response;
}

asio::awaitable<Response> get_drawing(annotation::Annotation& annotation,
                                      const http::Request& request, Door door) {
    const auto id = read_id(request);
    if (!id) co_return problem(id.error());
    const auto detail = co_await annotation.drawing(*id);
    co_return detail ? detail_response(200, *detail, door) : problem(detail.error());
}

asio::awaitable<Response> get_image(annotation::Annotation& annotation,
                                    const http::Request& request, Door door) {
    const auto id = read_id(request);
    if (!id) co_return problem(id.error());
    auto image = co_await annotation.image(*id);
    if (!image) co_return problem(image.error());
    Response response;
    response.set("Content-Type", image->media_type);
    response.set("ETag", '"' + to_hex(image->sha256) + '"');
    response.set("Cache-Control", door.has_history ? "private, max-age=31536000, immutable"
                                                   : "public, max-age=31536000, immutable");
    response.shared_body = std::make_shared<const Bytes>(std::move(image->bytes));
    co_return response;
}

asio::awaitable<Response> list_labels(annotation::Annotation& annotation) {
    const auto counts = co_await annotation.tag_counts();
    if (!counts) co_return problem(counts.error());
    auto response =
        http::json_response(200, json::object{{"labels", merge(annotation.labels(), *counts)}});
    response.set("Cache-Control", "no-store");
    co_return response;
}

asio::awaitable<Response> get_live_model(annotation::Annotation& annotation) {
    const auto live = annotation.model();
    const auto card = co_await annotation.card(live->id);
    if (!card) co_return problem(card.error());
    auto response = http::json_response(200, to_json(*live, *card));
    response.set("Cache-Control", "no-cache");
    co_return response;
}

}  // namespace croquis::api
