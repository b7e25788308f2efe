#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"
#include "recognition/recognizer.h"
#include "service/drawings/details.h"
#include "service/drawings/submissions.h"
#include "service/jobs/waiting.h"
#include "service/quality/quality.h"
#include "service/review/review_queue.h"
#include "service/similarity/similar.h"
#include "service/similarity/suspects.h"

/// What the APIs answer with, as the contract's schemas state it.
namespace croquis::api {

inline constexpr std::string_view public_base = "/api/v1/public";
inline constexpr std::string_view annotator_base = "/api/v1";

/// Where an answer goes out: links lead back to the same surface.
struct ApiSurface {
    std::string_view base;
    bool has_history = false;
    std::string_view prefix = {};  ///< "/croquis" where a proxy serves the API under that path
    /// Where pictures of drawings that are not hidden are shown without more: mostly everyone's.
    std::string_view images = public_base;
    std::string_view project = {};  ///< the slug that the request's address names; empty for none

    [[nodiscard]] store::Audience audience() const {
        return has_history ? store::Audience::annotators : store::Audience::everyone;
    }
};
inline constexpr ApiSurface public_surface{public_base, false};
inline constexpr ApiSurface annotator_surface{annotator_base, true};

/// JSON text of a page, a drawing with its best guesses, the best guesses alone. Written straight
/// to text, without a document in between: a page of drawings is the hottest answer there is.
std::string page_text(const store::Page& page, store::Order order, const ApiSurface& surface);
/// Drawings that a page holds, each with why it is asked about.
std::string claim_text(const service::Claimed& claimed, const ApiSurface& surface);
std::string suspects_text(const std::vector<service::SuspectedMistake>& suspects,
                          const ApiSurface& surface);
std::string similar_text(const std::vector<service::SimilarDrawing>& drawings,
                         const ApiSurface& surface);
std::string detail_text(const service::Detail& detail, const ApiSurface& surface);
std::string preview_text(const service::PreviewAnswer& answer);

/// An answer whose body is JSON text.
http::Response text_response(int status, std::string body);
/// A drawing, with its ETag.
http::Response detail_response(int status, const service::Detail& detail,
                               const ApiSurface& surface);

/// A drawing as it was just stored. `token` lets whoever drew it take it back; empty for none.
http::Response stored_response(const service::Detail& detail, const ApiSurface& surface,
                               std::string_view token);

/// The drawing's ETag: its version in quotation marks, and a mark of the opinion that is told with
/// it.
std::string etag_of(const store::Drawing& drawing);
std::string drawing_path(const ApiSurface& surface, const Uuid& id);

boost::json::object to_json(const store::TagEvent& event);
/// With how many drawings carry it. The example is told to those who may look at drawings.
boost::json::object to_json(const store::Label& label, std::int64_t drawings,
                            const ApiSurface& surface);
boost::json::object to_json(const store::User& user);
/// What everyone may know of a project.
boost::json::object public_json(const store::Project& project);
boost::json::object to_json(const store::Project& project);
boost::json::object to_json(const store::Model& model);
boost::json::object to_json(const store::Job& job);
/// With why it waits, where nobody is at it.
boost::json::object to_json(const service::JobView& job);
boost::json::object to_json(const store::Worker& worker);
boost::json::object to_json(const store::AuditEvent& event);
/// `card` is JSON text, empty where the registry does not hold the model.
boost::json::object to_json(const recognition::ModelInfo& model, const std::string& card);
/// What a problem says, as a part of an answer: type, title, status, detail, field.
boost::json::object to_json(const Error& error);

}  // namespace croquis::api
