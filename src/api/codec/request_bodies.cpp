#include "api/codec/request_bodies.h"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>
#include <boost/url/params_encoded_view.hpp>
#include <boost/url/parse_query.hpp>
#include <boost/url/pct_string_view.hpp>
#include <cmath>

#include "api/codec/invalid.h"
#include "core/characters.h"
#include "core/text.h"
#include "drawing/strokes.h"
#include "http/multipart.h"

namespace croquis::api {
namespace {

namespace json = boost::json;
using boost::system::error_code;

constexpr std::string_view json_type = "application/json";
constexpr std::string_view form_type = "application/x-www-form-urlencoded";
constexpr std::string_view multipart_type = "multipart/form-data";
constexpr std::size_t max_data_url_prefix = 256;
constexpr std::size_t most_passed = 200;
constexpr std::size_t shortest_line = 64;  // of base64 in lines, as PEM has it; MIME's are of 76

Error bad_json(const error_code& failed) {
    if (failed == json::error::too_deep)
        return {ErrorKind::malformed, "The JSON is nested more than 32 levels deep."};
    return {ErrorKind::malformed, "The body is not valid JSON: " + failed.message() + "."};
}

/// Whether it holds a number beyond those of a double, which the parser takes for infinity.
bool has_infinity(const json::value& value) {
    if (const auto* number = value.if_double()) return !std::isfinite(*number);
    if (const auto* array = value.if_array())
        return std::any_of(array->begin(), array->end(), has_infinity);
    if (const auto* object = value.if_object())
        return std::any_of(object->begin(), object->end(),
                           [](const auto& member) { return has_infinity(member.value()); });
    return false;
}

Error no_object() {
    return {ErrorKind::invalid, "The body must be a JSON object."};
}

/// "application/json; charset=utf-8" is application/json.
bool is_type(const http::Request& request, std::string_view type) {
    std::string_view given = request.header("content-type");
    given = given.substr(0, given.find(';'));
    while (given.ends_with(' ')) given.remove_suffix(1);
    return equal_ignoring_case(given, type);
}

Error unread_type(const char* taken) {
    return {ErrorKind::unsupported_media,
            std::string("The body's Content-Type is not read here; send ") + taken + ".",
            "Content-Type"};
}

/// Takes the members of a prediction out of JSON as it is parsed, so that memory stays within the
/// body's size whatever it holds. Strokes are kept as JSON text, without white space.
class PredictionReader {
  public:
    static constexpr std::size_t max_object_size = std::size_t(-1);
    static constexpr std::size_t max_array_size = std::size_t(-1);
    static constexpr std::size_t max_key_size = std::size_t(-1);
    static constexpr std::size_t max_string_size = std::size_t(-1);

    std::string image;
    std::string strokes;
    std::string source;
    bool has_image = false;
    bool is_object = false;
    std::string wrong_member;  ///< the last one that was not of the type it must have

    static bool on_document_begin(error_code&) { return true; }
    static bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code&) {
        if (depth_ == 0) is_object = true;
        begin('{');
        return true;
    }
    bool on_object_end(std::size_t, error_code&) {
        end('}');
        return true;
    }
    bool on_array_begin(error_code&) {
        begin('[');
        return true;
    }
    bool on_array_end(std::size_t, error_code&) {
        end(']');
        return true;
    }
    bool on_key_part(json::string_view part, std::size_t, error_code&) {
        if (depth_ == 1 && key_.size() <= longest_key) key_.append(part.data(), part.size());
        return true;
    }
    bool on_key(json::string_view part, std::size_t total, error_code& failed) {
        on_key_part(part, total, failed);
        if (depth_ != 1) return true;
        member_ = key_ == "image"     ? Member::image
                  : key_ == "strokes" ? Member::strokes
                  : key_ == "source"  ? Member::source
                                      : Member::other;
        if (member_ == Member::image) image.clear();
        if (member_ == Member::strokes) strokes.clear();
        if (member_ == Member::source) source.clear();
        key_.clear();
        return true;
    }
    bool on_string_part(json::string_view part, std::size_t, error_code&) {
        if (depth_ == 1 && member_ == Member::image) image.append(part.data(), part.size());
        if (depth_ == 1 && member_ == Member::source) source.append(part.data(), part.size());
        return true;
    }
    bool on_string(json::string_view part, std::size_t total, error_code& failed) {
        on_string_part(part, total, failed);
        if (depth_ == 1 && member_ == Member::image) has_image = true;
        // a wrong kind of value stays in the text, for the strokes' reader to refuse
        if (member_ == Member::strokes) value("\"\"");
        return true;
    }
    bool on_number_part(json::string_view part, error_code&) {
        if (member_ == Member::strokes && !in_number_) separate();
        if (member_ == Member::strokes) strokes.append(part.data(), part.size());
        in_number_ = true;
        return true;
    }
    bool on_int64(std::int64_t, json::string_view part, error_code& failed) {
        return number(part, failed);
    }
    bool on_uint64(std::uint64_t, json::string_view part, error_code& failed) {
        return number(part, failed);
    }
    bool on_double(double, json::string_view part, error_code& failed) {
        return number(part, failed);
    }
    bool on_bool(bool, error_code&) {
        scalar("true");
        return true;
    }
    bool on_null(error_code&) {
        if (depth_ > 1) scalar("null");  // a member that is null is as good as missing
        return true;
    }
    static bool on_comment_part(json::string_view, error_code&) { return true; }
    static bool on_comment(json::string_view, error_code&) { return true; }

  private:
    enum class Member { other, image, strokes, source };
    static constexpr std::size_t longest_key = 16;

    void separate() {
        if (!strokes.empty() && strokes.back() != '[' && strokes.back() != '{') strokes += ',';
    }
    void value(std::string_view text) {
        separate();
        strokes += text;
    }
    void wrong_type() {
        if (depth_ != 1) return;
        if (member_ == Member::image) wrong_member = "image";
        if (member_ == Member::source) wrong_member = "source";
    }
    void scalar(std::string_view text) {
        wrong_type();
        if (member_ == Member::strokes) value(text);
    }
    bool number(json::string_view part, error_code& failed) {
        wrong_type();
        on_number_part(part, failed);
        in_number_ = false;
        return true;
    }
    void begin(char bracket) {
        wrong_type();
        if (member_ == Member::strokes && depth_ > 0) value(std::string_view(&bracket, 1));
        ++depth_;
    }
    void end(char bracket) {
        --depth_;
        if (member_ == Member::strokes && depth_ > 0) strokes += bracket;
        if (depth_ == 0) member_ = Member::other;
    }

    std::string key_;
    Member member_ = Member::other;
    std::size_t depth_ = 0;
    bool in_number_ = false;
};

/// What a prediction's body holds, before base64 is decoded and strokes are checked.
struct Raw {
    std::string image;  ///< base64 text or the file itself
    bool is_base64 = false;
    std::string strokes;
    std::string source;
};

Result<Raw> read_json(std::string_view body) {
    json::parse_options options;
    options.max_depth = max_json_depth;
    json::basic_parser<PredictionReader> parser(options);
    error_code failed;
    const std::size_t read = parser.write_some(false, body.data(), body.size(), failed);
    if (!failed && read < body.size()) failed = json::error::extra_data;
    if (failed) return bad_json(failed);
    PredictionReader& found = parser.handler();
    if (!found.is_object) return no_object();
    if (!found.wrong_member.empty()) return invalid(found.wrong_member, "This must be a string.");
    if (!found.has_image) return invalid("image", "The picture is missing.");
    return Raw{std::move(found.image), true, std::move(found.strokes), std::move(found.source)};
}

Result<Raw> read_form(std::string_view content_type, std::string_view body,
                      std::size_t max_image_bytes) {
    http::MultipartLimits limits;
    limits.max_part_bytes = std::max(limits.max_part_bytes, max_image_bytes);
    const auto parts = http::parse_multipart(content_type, body, limits);
    if (!parts) return parts.error();
    Raw raw;
    bool has_image = false;
    for (const auto& part : *parts) {
        if (part.name == "image") {
            raw.image = part.content;
            has_image = true;
        } else if (part.name == "strokes") {
            raw.strokes = part.content;
        } else if (part.name == "source") {
            raw.source = part.content;
        }
    }
    if (!has_image) return invalid("image", "The picture is missing.");
    return raw;
}

/// Whether what a data: URL has between "data:" and its comma says that base64 follows.
bool says_base64(std::string_view media_type) {
    constexpr std::string_view name = "base64";
    media_type = trimmed(media_type);
    if (!equal_ignoring_case(
            media_type.substr(media_type.size() - std::min(media_type.size(), name.size())), name))
        return false;
    media_type.remove_suffix(name.size());
    return trimmed(media_type).ends_with(';');
}

/// The base64 text of a data: URL (RFC 2397, read as browsers do: letters of either case, any
/// parameters, percent-encoding), or of one bare. What a URL says of the type is not believed.
Result<std::string> base64_text(std::string&& text) {
    constexpr std::string_view scheme = "data:";
    const std::string_view url = trimmed(text);
    if (!equal_ignoring_case(url.substr(0, scheme.size()), scheme)) return std::move(text);
    const auto comma = url.substr(0, max_data_url_prefix).find(',');
    const Error no_base64{ErrorKind::malformed, "The data: URL of the picture is not in base64.",
                          "image"};
    if (comma == std::string_view::npos ||
        !says_base64(url.substr(scheme.size(), comma - scheme.size())))
        return no_base64;
    const std::string_view data = url.substr(comma + 1);
    if (data.find('%') != std::string_view::npos) {
        const auto encoded = boost::urls::make_pct_string_view(data);
        if (!encoded) return no_base64;
        return encoded->decode();
    }
    text.erase(0, static_cast<std::size_t>(data.data() - text.data()));
    return std::move(text);
}

Result<Bytes> decode_image(Raw& raw, std::size_t max_bytes) {
    if (raw.image.size() > (raw.is_base64 ? max_image_text(max_bytes) : max_bytes))
        return Error{
            ErrorKind::too_large,
            "The picture has more than the " + std::to_string(max_bytes) + " bytes that are taken.",
            "image"};
    if (!raw.is_base64) {
        const BytesView bytes = as_bytes(raw.image);
        return Bytes(bytes.begin(), bytes.end());
    }
    const auto text = base64_text(std::move(raw.image));
    if (!text) return text.error();
    auto bytes = from_loose_base64(*text);
    if (!bytes) return Error{ErrorKind::malformed, "The picture is not valid base64.", "image"};
    return bytes;
}

Result<std::vector<Uuid>> read_passed(const json::object& body) {
    const auto* listed = body.if_contains("passed");
    if (listed == nullptr) return std::vector<Uuid>();
    if (!listed->is_array() || listed->get_array().size() > most_passed)
        return Error{ErrorKind::invalid, "This must be a list of at most 200 ids.", "passed"};
    return read_drawing_ids(listed->get_array(), "passed");
}

}  // namespace

std::size_t max_image_text(std::size_t max_bytes) {
    constexpr std::size_t line_end = 2;
    const std::size_t digits = (max_bytes + 2) / 3 * 4;
    return digits + (digits / shortest_line + 1) * line_end + max_data_url_prefix;
}

Result<service::SubmitRequest> read_prediction(const http::Request& request,
                                               std::size_t max_image_bytes) {
    const bool is_json = is_type(request, json_type);
    if (!is_json && !is_type(request, multipart_type))
        return unread_type("application/json or multipart/form-data");
    auto raw = is_json ? read_json(request.body)
                       : read_form(request.header("content-type"), request.body, max_image_bytes);
    if (!raw) return raw.error();
    auto image = decode_image(*raw, max_image_bytes);
    if (!image) return image.error();
    if (image->empty()) return invalid("image", "The picture is empty.");
    if (!raw->strokes.empty())
        if (const auto strokes = drawing::parse_strokes(raw->strokes); !strokes)
            return strokes.error();
    service::SubmitRequest submit;
    submit.image = std::move(*image);
    submit.strokes = std::move(raw->strokes);
    submit.source = std::move(raw->source);
    return submit;
}

Result<json::object> read_object(const http::Request& request, std::size_t max_bytes) {
    if (!is_type(request, json_type) && !is_type(request, "application/merge-patch+json"))
        return unread_type("application/json");
    if (request.body.size() > max_bytes)
        return Error{ErrorKind::too_large, "The body has more than the " +
                                               std::to_string(max_bytes / 1024) +
                                               " KiB that are taken here."};
    json::parse_options options;
    options.max_depth = max_json_depth;
    error_code failed;
    auto value = json::parse(request.body, failed, {}, options);
    if (failed) return bad_json(failed);
    if (!value.is_object()) return no_object();
    if (has_infinity(value))
        return Error{ErrorKind::malformed, "The JSON has a number that is too large."};
    return std::move(value.get_object());
}

Result<json::object> read_object_or_form(const http::Request& request) {
    if (!is_type(request, form_type)) return read_object(request);
    if (request.body.size() > max_small_body)
        return Error{ErrorKind::too_large,
                     "The body has more than the 64 KiB that are taken here."};
    const auto query = boost::urls::parse_query(request.body);
    if (!query) return Error{ErrorKind::malformed, "The form cannot be read."};
    boost::urls::encoding_opts options;
    options.space_as_plus = true;
    json::object fields;
    for (const auto& field : *query) {
        const std::string name = field.key.decode(options);
        const std::string value = field.value.decode(options);
        if (!is_utf8(name) || !is_utf8(value))
            return Error{ErrorKind::malformed, "The form is not text in UTF-8.",
                         is_utf8(name) ? name : std::string()};
        fields[name] = value;
    }
    return fields;
}

Result<std::string> text_member(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    if (value == nullptr) return invalid(name, "This is missing.");
    if (!value->is_string()) return invalid(name, "This must be a string.");
    return std::string(value->get_string());
}

Result<std::optional<std::string>> optional_text(const json::object& object,
                                                 std::string_view name) {
    const auto* value = object.if_contains(name);
    if (value == nullptr || value->is_null()) return std::optional<std::string>();
    auto text = text_member(object, name);
    if (!text) return text.error();
    return std::optional<std::string>(std::move(*text));
}

Result<std::optional<std::size_t>> optional_size(const json::object& object,
                                                 std::string_view name) {
    const auto* value = object.if_contains(name);
    if (value == nullptr || value->is_null()) return std::optional<std::size_t>();
    if (value->is_int64() && value->get_int64() >= 0)
        return std::optional(static_cast<std::size_t>(value->get_int64()));
    return invalid(name, "This must be a whole number of 0 or more.");
}

Result<void> only_members(const json::object& object,
                          std::initializer_list<std::string_view> names) {
    for (const auto& member : object)
        if (std::find(names.begin(), names.end(), std::string_view(member.key())) == names.end())
            return invalid(std::string_view(member.key()), "There is no such member here.");
    return {};
}

Result<std::optional<bool>> optional_bool(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    if (value == nullptr || value->is_null()) return std::optional<bool>();
    if (!value->is_bool()) return invalid(name, "This must be true or false.");
    return std::optional<bool>(value->get_bool());
}

Result<std::vector<Uuid>> read_drawing_ids(const json::array& listed, std::string_view field) {
    std::vector<Uuid> ids;
    for (const auto& value : listed) {
        const auto id = value.is_string() ? Uuid::parse(value.get_string()) : Uuid::parse("");
        if (!id)
            return Error{ErrorKind::invalid, "This must be a drawing's id.",
                         std::string(field) + "/" + std::to_string(ids.size())};
        ids.push_back(*id);
    }
    return ids;
}

Result<service::PageClaim> read_claim(const Uuid& holder, const json::object& body) {
    const auto limit = optional_size(body, "limit");
    if (!limit) return limit.error();
    auto passed = read_passed(body);
    if (!passed) return passed.error();
    service::PageClaim asked;
    asked.holder = holder;
    asked.limit = limit->value_or(asked.limit);
    asked.passed = std::move(*passed);
    return asked;
}

}  // namespace croquis::api
