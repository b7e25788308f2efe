#include "api/codec/shadow_text.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "service/quality.h"

namespace croquis::api {

namespace json = boost::json;

std::string shadow_text(const service::Shadow& shadow, const ApiSurface& surface) {
    json::array labels;
    for (const auto& [tag, share] : shadow.labels)
        labels.push_back(json::object{{"tag", tag}, {"agreement", service::to_json(share)}});
    json::object told{{"model", shadow.model},
                      {"live", shadow.live},
                      {"agreement", service::to_json(shadow.agreement)},
                      {"labels", std::move(labels)},
                      {"microseconds", shadow.microseconds}};
    std::string out = json::serialize(told);
    out.back() = ',';
    out += "\"disagreements\":[";
    for (const auto& each : shadow.disagreements) {
        if (out.back() != '[') out += ',';
        const json::object answer{{"tag", each.tag}, {"confidence", each.confidence}};
        out += json::serialize(answer);
        out.back() = ',';
        out.append("\"drawing\":").append(detail_text({each.drawing, {}}, surface)) += '}';
    }
    return out + "]}";
}

}  // namespace croquis::api
