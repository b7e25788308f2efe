#include "api/codec/seen_drawings.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <limits>

#include "api/codec/query_parameters.h"
#include "api/codec/request_bodies.h"

namespace croquis::api {
namespace {

namespace json = boost::json;
using service::SeenDrawing;

Result<SeenDrawing> read_one(const json::value& value, std::size_t index) {
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

}  // namespace

Result<SeenInPath> read_seen(const http::Request& request) {
    const auto id = read_id(request);
    if (!id) return id.error();
    const auto match = read_if_match(request);
    if (!match) return match.error();
    return SeenInPath{*id, condition_of(*match)};
}

Result<std::vector<SeenDrawing>> read_all_seen(const http::Request& request) {
    const auto body = read_object(request);
    if (!body) return body.error();
    if (const auto known = only_members(*body, {"drawings"}); !known) return known.error();
    return seen_in(*body);
}

Result<std::vector<SeenDrawing>> seen_in(const json::object& body) {
    const auto* listed = body.if_contains("drawings");
    if (listed == nullptr || !listed->is_array() || listed->get_array().empty() ||
        listed->get_array().size() > service::max_at_once)
        return Error{ErrorKind::invalid, "This must be a list of 1 to 200 drawings.", "drawings"};
    std::vector<SeenDrawing> seen;
    for (std::size_t i = 0; i < listed->get_array().size(); ++i) {
        auto drawing = read_one(listed->get_array()[i], i);
        if (!drawing) return drawing.error();
        seen.push_back(*drawing);
    }
    return seen;
}

http::Response results_response(const std::vector<SeenDrawing>& asked,
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
            out.append("\"problem\":").append(json::serialize(to_json(results[i].error())));
        out += '}';
    }
    out += "]}";
    auto response = text_response(200, std::move(out));
    response.set("Cache-Control", "no-store");
    return response;
}

}  // namespace croquis::api
