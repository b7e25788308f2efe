#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>

#include "api/codec/serialisation.h"
#include "http/message.h"
#include "service/drawings/catalogue.h"
#include "service/models/live_models.h"
#include "service/projects/projects.h"

/// What both APIs show alike. All functions are coroutines for a network thread; `request` and
/// what they are given must outlive the answer.
namespace croquis::api {

boost::asio::awaitable<http::Response> list_drawings(service::Catalogue& catalogue,
                                                     const http::Request& request,
                                                     service::ProjectRef project,
                                                     ApiSurface surface);
/// The same; `who` is told what they said themselves where others are asked too.
boost::asio::awaitable<http::Response> list_drawings_for(std::optional<Uuid> who,
                                                         service::Catalogue& catalogue,
                                                         const http::Request& request,
                                                         service::ProjectRef project,
                                                         ApiSurface surface);
boost::asio::awaitable<http::Response> get_drawing(service::Catalogue& catalogue,
                                                   const http::Request& request,
                                                   service::ProjectRef project, ApiSurface surface);
/// The same; `who` is told what they said themselves where others are asked too.
boost::asio::awaitable<http::Response> get_drawing_for(std::optional<Uuid> who,
                                                       service::Catalogue& catalogue,
                                                       const http::Request& request,
                                                       service::ProjectRef project,
                                                       ApiSurface surface);
/// The picture: an ETag that is asked for each time, ranges by the server.
boost::asio::awaitable<http::Response> get_image(service::Catalogue& catalogue,
                                                 const http::Request& request,
                                                 service::ProjectRef project, ApiSurface surface);
/// The strokes: SVG where the address ends so or the client prefers it, else JSON.
boost::asio::awaitable<http::Response> get_strokes(service::Catalogue& catalogue,
                                                   const http::Request& request,
                                                   service::ProjectRef project, ApiSurface surface);
boost::asio::awaitable<http::Response> list_labels(service::Catalogue& catalogue,
                                                   service::Projects& projects,
                                                   service::ProjectRef project, ApiSurface surface);
/// The model that answers in the project.
boost::asio::awaitable<http::Response> get_live_model(service::LiveModels& models,
                                                      service::ProjectRef project);

}  // namespace croquis::api
