#include "core/error.h"

#include <stdexcept>

namespace croquis {

void throw_exception_from_error(const Error& error, const boost::source_location&) {
    throw std::runtime_error(std::string(to_string(error.kind)) + ": " + error.detail);
}

}  // namespace croquis
