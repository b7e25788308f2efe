#include "api/codec/model_report_text.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace croquis::api {

namespace json = boost::json;

std::string model_report_text(const service::ModelReport& report, const ApiSurface& surface) {
    std::string out = json::serialize(service::to_json(report));
    out.back() = ',';
    out += "\"mistakes\":[";
    for (const auto& each : report.wrong) {
        if (out.back() != '[') out += ',';
        out += json::serialize(json::object{{"tag", each.tag}, {"confidence", each.confidence}});
        out.back() = ',';
        out.append("\"drawing\":").append(detail_text({each.drawing, {}}, surface)) += '}';
    }
    return out + "]}";
}

}  // namespace croquis::api
