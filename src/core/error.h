#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <string_view>

#include "core/error_kinds.h"

namespace croquis {

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
