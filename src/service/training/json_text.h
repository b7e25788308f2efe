#pragma once

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <string>

namespace croquis::service {

/// A text as it is, and any other value as JSON writes it.
inline std::string text_of(const boost::json::value& value) {
    return value.is_string() ? std::string(value.get_string()) : boost::json::serialize(value);
}

}  // namespace croquis::service
