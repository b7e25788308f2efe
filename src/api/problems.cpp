#include "api/problems.h"

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>

#include "core/error_kinds.h"
#include "service/reasons.h"

namespace croquis::api {
namespace {

struct KindExplanation {
    ErrorKind kind;
    Explanation explanation;
};

constexpr std::array explanations{
    KindExplanation{
        ErrorKind::invalid,
        {"The request could be read, but a field or parameter has a value that cannot be "
         "accepted. Nothing was stored.",
         "Correct the input that `field` names, as `detail` says."}},
    KindExplanation{
        ErrorKind::malformed,
        {"The bytes are not what they claim to be: JSON, base64 or a picture that is "
         "broken, cut short or nested too deeply, or text that is not UTF-8. Nothing was stored.",
         "Send it whole and in the form that the API's document states."}},
    KindExplanation{ErrorKind::too_large,
                    {"A stated limit on bytes, pixels, strokes or points is passed. Nothing was "
                     "stored.",
                     "Send less; the limits stand in the API document's description."}},
    KindExplanation{ErrorKind::unsupported_media,
                    {"The Content-Type, or the kind of picture, is not one that is read here.",
                     "Send JSON or multipart/form-data, and PNG, JPEG or WebP pictures."}},
    KindExplanation{ErrorKind::unauthenticated,
                    {"There is no valid token: none was sent, it has ended, or it was not issued "
                     "here.",
                     "Sign in at POST /api/v1/token, or get the next pair at POST "
                     "/api/v1/token/refresh."}},
    KindExplanation{
        ErrorKind::forbidden,
        {"The token is valid, but the user's role does not allow this; or a server in demo "
         "mode was asked under a name that is not this machine's.",
         "Ask an admin to do it, or for the role; ask a demo server as localhost."}},
    KindExplanation{ErrorKind::not_found,
                    {"There is nothing at this address.", "Check the address and the id in it."}},
    KindExplanation{ErrorKind::conflict,
                    {"The request clashes with what is stored already. Nothing was changed.",
                     "Read what is there and decide again; for an Idempotency-Key, use a fresh one "
                     "for another drawing."}},
    KindExplanation{ErrorKind::precondition_failed,
                    {"Somebody else changed it after you read it. Nothing was changed.",
                     "Read it again, decide again, and send its new ETag as If-Match."}},
    KindExplanation{ErrorKind::precondition_required,
                    {"A change must say which version the person saw.",
                     "Send the ETag of what you read as If-Match."}},
    KindExplanation{ErrorKind::rate_limited,
                    {"There were too many tries from this client.",
                     "Wait for as many seconds as Retry-After says."}},
    KindExplanation{
        ErrorKind::unavailable,
        {"The server is full or a part of it is not ready. Nothing was stored, unless "
         "`detail` says that this is not known.",
         "Send the same request again after as many seconds as Retry-After says; with an "
         "Idempotency-Key nothing is stored twice."}},
    KindExplanation{
        ErrorKind::internal,
        {"The server failed. Its log has the details under the request's id.",
         "Try again; if it persists, give the X-Request-ID to the server's operator."}}};
static_assert(has_every_kind(explanations));

}  // namespace

http::Response problem(const Error& error) {
    if (!error.code.empty() || error.kind == ErrorKind::internal) return http::problem(error);
    const auto reason = service::refusal_of(error.detail);
    if (!reason) return http::problem(error);
    Error coded = error;
    coded.code = reason->code;
    return http::problem(coded, service::parameters_of(*reason));
}

Explanation explain(ErrorKind kind) {
    return row_of(explanations, kind).explanation;
}

std::optional<ErrorKind> problem_kind(std::string_view name) {
    const auto found =
        std::find_if(explanations.begin(), explanations.end(),
                     [&](const KindExplanation& one) { return to_string(one.kind) == name; });
    if (found == explanations.end()) return std::nullopt;
    return found->kind;
}

}  // namespace croquis::api
