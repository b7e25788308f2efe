#pragma once

#include <boost/asio/awaitable.hpp>

#include "api/codec/serialisation.h"
#include "http/message.h"
#include "service/drawings/submissions.h"

/// Drawings that are sent to be predicted, alike on both APIs. `request` and what the context
/// refers to must outlive the answer.
namespace croquis::api {

struct PredictionContext {
    service::Submissions& submissions;
    WorkerPool& workers;
    std::size_t max_image_bytes = 0;
};

/// Stores the drawing in the project.
boost::asio::awaitable<http::Response> predict_drawing(PredictionContext context,
                                                       http::Request& request,
                                                       service::ProjectRef project,
                                                       ApiSurface surface);
boost::asio::awaitable<http::Response> preview_drawing(PredictionContext context,
                                                       http::Request& request,
                                                       service::ProjectRef project);

}  // namespace croquis::api
