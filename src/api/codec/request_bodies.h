#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/uuid.h"
#include "http/message.h"
#include "service/drawings/submissions.h"
#include "service/review/review_queue.h"

/// What requests bring with them, read within limits.
namespace croquis::api {

/// Nesting of any JSON that is read.
inline constexpr std::size_t max_json_depth = 32;
/// Bytes of a body that carries no picture.
inline constexpr std::size_t max_small_body = std::size_t{64} * 1024;
/// Previews that a client may ask for while it may submit once: a page asks at every stroke.
inline constexpr int previews_per_submission = 10;
/// Longest base64 text of a picture of `max_bytes`: in lines of 64 digits, after 256 bytes of a
/// data: URL.
std::size_t max_image_text(std::size_t max_bytes);

/// Reads the body of POST /predictions: JSON in one pass without building a document, or
/// multipart/form-data. Checks base64 and strokes, not the picture. Errors: malformed, invalid,
/// too_large, unsupported_media.
Result<service::SubmitRequest> read_prediction(const http::Request& request,
                                               std::size_t max_image_bytes);

/// A JSON object of at most so many bytes, a multiple of 1024. Members nobody asks for are ignored.
Result<boost::json::object> read_object(const http::Request& request,
                                        std::size_t max_bytes = max_small_body);

/// The same, or an HTML form (application/x-www-form-urlencoded) as an object of strings.
Result<boost::json::object> read_object_or_form(const http::Request& request);

/// The member's text. Errors (invalid, the member's name): missing, no string.
Result<std::string> text_member(const boost::json::object& object, std::string_view name);
/// Nothing where the member is missing or null.
Result<std::optional<std::string>> optional_text(const boost::json::object& object,
                                                 std::string_view name);
/// A whole number of 0 or more.
Result<std::optional<std::size_t>> optional_size(const boost::json::object& object,
                                                 std::string_view name);
/// Errors: invalid, with the first member that is none of these.
Result<void> only_members(const boost::json::object& object,
                          std::initializer_list<std::string_view> names);
Result<std::optional<bool>> optional_bool(const boost::json::object& object, std::string_view name);
/// A list's ids of drawings. Errors: invalid, with the place in `field`, as "drawings/2".
Result<std::vector<Uuid>> read_drawing_ids(const boost::json::array& listed,
                                           std::string_view field);

/// What a claim's body says of how many drawings are held and which were passed over, at most 200
/// of them. Errors: invalid ("limit", "passed").
Result<service::PageClaim> read_claim(const Uuid& holder, const boost::json::object& body);

}  // namespace croquis::api
