#include "core/error.h"

#include <stdexcept>

namespace croquis {

std::string_view to_string(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::invalid:
            return "invalid";
        case ErrorKind::malformed:
            return "malformed";
        case ErrorKind::too_large:
            return "too-large";
        case ErrorKind::unsupported_media:
            return "unsupported-media";
        case ErrorKind::unauthenticated:
            return "unauthenticated";
        case ErrorKind::forbidden:
            return "forbidden";
        case ErrorKind::not_found:
            return "not-found";
        case ErrorKind::conflict:
            return "conflict";
        case ErrorKind::precondition_failed:
            return "precondition-failed";
        case ErrorKind::precondition_required:
            return "precondition-required";
        case ErrorKind::rate_limited:
            return "rate-limited";
        case ErrorKind::unavailable:
            return "unavailable";
        case ErrorKind::internal:
            return "internal";
    }
    return "internal";
}

void throw_exception_from_error(const Error& error, const boost::source_location&) {
    throw std::runtime_error(std::string(to_string(error.kind)) + ": " + error.detail);
}

}  // namespace croquis
