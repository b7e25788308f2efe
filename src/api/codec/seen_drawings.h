#pragma once

#include <vector>

#include "api/codec/serialisation.h"
#include "http/message.h"
#include "service/drawings/details.h"
#include "service/drawings/seen_drawing.h"

/// Changes of several drawings at once: what is asked for, and what became of each.
namespace croquis::api {

/// The drawing of the path, and the version that the caller saw.
struct SeenInPath {
    Uuid id;
    store::VersionCondition on;
};

/// From the path and If-Match. Errors: of read_id and read_if_match.
Result<SeenInPath> read_seen(const http::Request& request);

/// The body of a change of several drawings. Errors: invalid, with the member.
Result<std::vector<service::SeenDrawing>> read_all_seen(const http::Request& request);
/// Its member `drawings`.
Result<std::vector<service::SeenDrawing>> seen_in(const boost::json::object& body);

/// For each of `asked`, in order, the drawing, that it was deleted, or why not.
http::Response results_response(const std::vector<service::SeenDrawing>& asked,
                                const std::vector<Result<service::Detail>>& results,
                                const ApiSurface& surface);

}  // namespace croquis::api
