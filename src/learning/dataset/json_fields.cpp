#include "learning/dataset/json_fields.h"

#include <fmt/format.h>

#include "core/text.h"

namespace croquis::dataset {

namespace json = boost::json;

const json::value* member(const json::object& object, std::string_view key) {
    return object.if_contains(json::string_view(key.data(), key.size()));
}

const json::array* list_in(const json::object& object, std::string_view key) {
    const auto* value = member(object, key);
    return value == nullptr ? nullptr : value->if_array();
}

const json::object* object_in(const json::object& object, std::string_view key) {
    const auto* value = member(object, key);
    return value == nullptr ? nullptr : value->if_object();
}

std::string text_in(const json::object& object, std::string_view key) {
    const auto* value = member(object, key);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

bool flag_in(const json::object& object, std::string_view key) {
    const auto* value = member(object, key);
    return value != nullptr && value->is_bool() && value->get_bool();
}

std::optional<float> share_in(const json::object& object, std::string_view key) {
    const auto* value = member(object, key);
    if (value == nullptr || !value->is_number()) return std::nullopt;
    const auto number = value->to_number<double>();
    return number >= 0 && number <= 1 ? std::optional(static_cast<float>(number)) : std::nullopt;
}

std::string id_of(const json::value& value) {
    if (value.is_string()) return std::string(value.get_string());
    if (value.is_int64()) return std::to_string(value.get_int64());
    if (value.is_uint64()) return std::to_string(value.get_uint64());
    return {};
}

std::string id_in(const json::object& object, std::string_view key) {
    const auto* value = member(object, key);
    return value == nullptr ? std::string() : id_of(*value);
}

int begin_of_json(std::istream& in) {
    while (in.peek() == 0xef || in.peek() == 0xbb || in.peek() == 0xbf || in.peek() == ' ' ||
           in.peek() == '\n' || in.peek() == '\r' || in.peek() == '\t')
        in.get();
    return in.peek();
}

std::optional<Result<Bytes>> embedded_picture(std::string_view name) {
    if (!name.starts_with("data:")) return std::nullopt;
    const auto comma = name.find(',');
    if (comma == std::string_view::npos || !name.substr(0, comma).ends_with(";base64"))
        return Error{ErrorKind::malformed, "Of data: addresses only those in base64 are read."};
    return from_loose_base64(name.substr(comma + 1));
}

}  // namespace croquis::dataset
