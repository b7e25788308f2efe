#include "api/codec/clusters_text.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace croquis::api {

namespace json = boost::json;

std::string clusters_text(const service::DrawingClusters& clusters, const ApiSurface& surface) {
    std::string out = "{\"looked_at\":" + std::to_string(clusters.looked_at) + ",\"clusters\":[";
    for (const auto& cluster : clusters.clusters) {
        if (out.back() != '[') out += ',';
        const json::object about{{"suggested", cluster.suggested},
                                 {"suggested_of", cluster.suggested_of},
                                 {"size", cluster.size}};
        out += json::serialize(about);
        out.back() = ',';
        out += "\"drawings\":[";
        for (const auto& drawing : cluster.drawings) {
            if (out.back() != '[') out += ',';
            out += detail_text({drawing, {}}, surface);
        }
        out += "]}";
    }
    return out + "]}";
}

}  // namespace croquis::api
