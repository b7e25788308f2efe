#include "api/codec/shadow_text.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace croquis::api {

namespace json = boost::json;

std::string shadow_text(const service::Shadow& shadow, const ApiSurface& surface) {
    auto told = service::to_json(shadow);
    told.erase("disagreements");
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
