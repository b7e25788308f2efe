#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <string_view>

namespace croquis {

/// What went wrong, in the terms a caller can act on. The HTTP status each becomes is
/// http/problem's.
enum class ErrorKind {
    invalid,                ///< a field's value cannot be accepted
    malformed,              ///< the bytes are not what they claim to be (JSON, base64, an image)
    too_large,              ///< a stated limit on bytes, pixels or depth is passed
    unsupported_media,      ///< a kind of data that is not read here
    unauthenticated,        ///< no valid proof of who is asking
    forbidden,              ///< known, but not allowed
    not_found,              ///< no such thing
    conflict,               ///< it clashes with what is stored already
    precondition_failed,    ///< the caller's version is stale (If-Match)
    precondition_required,  ///< the caller must state the version it saw
    rate_limited,           ///< too many tries; retry_after_s says when again
    unavailable,            ///< full or not ready; the same request may go through later
    internal,               ///< our fault; the detail goes to the log, never to the caller
};

std::string_view to_string(ErrorKind kind);

/// An error as a value. `detail` is a sentence for a person, `field` names the input at fault as a
/// JSON pointer without its leading slash ("image", "strokes/3"), empty where none is.
struct Error {
    ErrorKind kind = ErrorKind::internal;
    std::string detail;
    std::string field = {};
    int retry_after_s = 0;
    /// What exactly it was, where a program has to tell it from others of its kind
    /// ("nothing_to_undo"): lower case and underscores; mostly empty.
    std::string_view code = {};
};

/// A value or an Error, in the manner of std::expected (C++23): test with `if (r)`, read with `*r`
/// or `r->`, and `r.error()` otherwise. `r.value()` throws what boundaries catch.
template <class T>
using Result = boost::system::result<T, Error>;

/// Found by boost::system::result through ADL when value() is asked of an error.
[[noreturn]] void throw_exception_from_error(const Error& error,
                                             const boost::source_location& where);

}  // namespace croquis
