#pragma once

#include <boost/asio/awaitable.hpp>

#include "annotation/annotation.h"
#include "api/answers.h"
#include "http/message.h"

/// What both doors show alike. All functions are coroutines for a network thread; `request` and
/// `annotation` must outlive the answer.
namespace croquis::api {

boost::asio::awaitable<http::Response> list_drawings(annotation::Annotation& annotation,
                                                     const http::Request& request, Door door);
boost::asio::awaitable<http::Response> get_drawing(annotation::Annotation& annotation,
                                                   const http::Request& request, Door door);
/// The picture, for ever the same: ETag and immutable caching, ranges by the server.
boost::asio::awaitable<http::Response> get_image(annotation::Annotation& annotation,
                                                 const http::Request& request, Door door);
boost::asio::awaitable<http::Response> list_labels(annotation::Annotation& annotation);
boost::asio::awaitable<http::Response> get_live_model(annotation::Annotation& annotation);

}  // namespace croquis::api
