#include "service/drawings/drawing_brief.h"

#include <boost/json/value.hpp>

namespace croquis::service {

namespace json = boost::json;

json::object brief_of(const store::Drawing& drawing) {
    return {
        {"id", to_string(drawing.id)},
        {"version", drawing.version},
        {"tag", drawing.tag},
        {"model", drawing.prediction.model},
        {"reviewed", drawing.tagged_by.has_value()},
        {"tagged_by", drawing.tagged_by ? json::value(*drawing.tagged_by) : json::value(nullptr)}};
}

}  // namespace croquis::service
