#include "api/codec/shadow_text.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace croquis::api {
namespace {

namespace json = boost::json;

json::object to_json(const learning::Share& share) {
    const auto interval = share.interval();
    return {{"agreed", share.some},
            {"of", share.all},
            {"part", share.part()},
            {"low", interval.low},
            {"high", interval.high}};
}

}  // namespace

std::string shadow_text(const service::Shadow& shadow, const ApiSurface& surface) {
    json::array labels;
    for (const auto& [tag, share] : shadow.labels)
        labels.push_back(json::object{{"tag", tag}, {"agreement", to_json(share)}});
    json::object told{{"model", shadow.model},
                      {"live", shadow.live},
                      {"agreement", to_json(shadow.agreement)},
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
