#pragma once

#include <boost/json.hpp>
#include <istream>
#include <optional>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/error.h"

/// Members of JSON objects as other tools write them: absent, null or of another type is nothing.
namespace croquis::dataset {

const boost::json::value* member(const boost::json::object& object, std::string_view key);
const boost::json::array* list_in(const boost::json::object& object, std::string_view key);
const boost::json::object* object_in(const boost::json::object& object, std::string_view key);
std::string text_in(const boost::json::object& object, std::string_view key);
bool flag_in(const boost::json::object& object, std::string_view key);

/// A number of 0 to 1.
std::optional<float> share_in(const boost::json::object& object, std::string_view key);

/// Text, or a whole number, which stays exact; empty for anything else.
std::string id_of(const boost::json::value& value);
std::string id_in(const boost::json::object& object, std::string_view key);

/// Passes over white space and byte order marks, wherever they stand before the JSON; the byte that
/// it begins with stays.
int begin_of_json(std::istream& in);

/// The picture of a data: address; nothing where this is another kind of name. Errors: malformed.
std::optional<Result<Bytes>> embedded_picture(std::string_view name);

}  // namespace croquis::dataset
