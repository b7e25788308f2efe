#include "api/problems.h"

#include <algorithm>
#include <array>

namespace croquis::api {
namespace {

constexpr std::array all_kinds{ErrorKind::invalid,
                               ErrorKind::malformed,
                               ErrorKind::too_large,
                               ErrorKind::unsupported_media,
                               ErrorKind::unauthenticated,
                               ErrorKind::forbidden,
                               ErrorKind::not_found,
                               ErrorKind::conflict,
                               ErrorKind::precondition_failed,
                               ErrorKind::precondition_required,
                               ErrorKind::rate_limited,
                               ErrorKind::unavailable,
                               ErrorKind::internal};

}  // namespace

Explanation explain(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::invalid:
            return {
                "The request could be read, but a field or parameter has a value that cannot be "
                "accepted. Nothing was stored.",
                "Correct the input that `field` names, as `detail` says."};
        case ErrorKind::malformed:
            return {
                "The bytes are not what they claim to be: JSON, base64 or a picture that is "
                "broken, cut short or nested too deeply. Nothing was stored.",
                "Send it whole and in the form that the API's document states."};
        case ErrorKind::too_large:
            return {
                "A stated limit on bytes, pixels, strokes or points is passed. Nothing was "
                "stored.",
                "Send less; the limits stand in the API document's description."};
        case ErrorKind::unsupported_media:
            return {"The Content-Type, or the kind of picture, is not one that is read here.",
                    "Send JSON or multipart/form-data, and PNG, JPEG or WebP pictures."};
        case ErrorKind::unauthenticated:
            return {
                "There is no valid token: none was sent, it has ended, or it was not issued "
                "here.",
                "Sign in at POST /api/v1/token, or get the next pair at POST "
                "/api/v1/token/refresh."};
        case ErrorKind::forbidden:
            return {
                "The token is valid, but the user's role does not allow this; or a server in demo "
                "mode was asked under a name that is not this machine's.",
                "Ask an admin to do it, or for the role; ask a demo server as localhost."};
        case ErrorKind::not_found:
            return {"There is nothing at this address.", "Check the address and the id in it."};
        case ErrorKind::conflict:
            return {"The request clashes with what is stored already. Nothing was changed.",
                    "Read what is there and decide again; for an Idempotency-Key, use a fresh one "
                    "for another drawing."};
        case ErrorKind::precondition_failed:
            return {"Somebody else changed it after you read it. Nothing was changed.",
                    "Read it again, decide again, and send its new ETag as If-Match."};
        case ErrorKind::precondition_required:
            return {"A change must say which version the person saw.",
                    "Send the ETag of what you read as If-Match."};
        case ErrorKind::rate_limited:
            return {"There were too many tries from this client.",
                    "Wait for as many seconds as Retry-After says."};
        case ErrorKind::unavailable:
            return {
                "The server is full or a part of it is not ready. Nothing was stored, unless "
                "`detail` says that this is not known.",
                "Send the same request again after as many seconds as Retry-After says; with an "
                "Idempotency-Key nothing is stored twice."};
        case ErrorKind::internal:
            return {"The server failed. Its log has the details under the request's id.",
                    "Try again; if it persists, give the X-Request-ID to the server's operator."};
    }
    return {};
}

std::optional<ErrorKind> problem_kind(std::string_view name) {
    const auto found = std::find_if(all_kinds.begin(), all_kinds.end(),
                                    [&](ErrorKind kind) { return to_string(kind) == name; });
    if (found == all_kinds.end()) return std::nullopt;
    return *found;
}

}  // namespace croquis::api
