#include "identity/security_log.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace croquis::identity {
namespace {

constexpr std::size_t max_value_bytes = 200;

bool is_plain(char c) {
    constexpr std::string_view others = "._-:@+/{}*,";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           others.find(c) != std::string_view::npos;
}

/// Nothing in a value can look like another field or another line.
void append_field(std::string& line, std::string_view name, std::string_view value) {
    line.append(" ").append(name).append("=");
    value = value.substr(0, max_value_bytes);
    if (!value.empty() && std::all_of(value.begin(), value.end(), is_plain)) {
        line.append(value);
        return;
    }
    std::string ascii(value);
    std::replace_if(
        ascii.begin(), ascii.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x7fU; },
        '?');
    line.append(boost::json::serialize(boost::json::value(std::string_view(ascii))));
}

}  // namespace

std::string_view to_string(Event event) {
    switch (event) {
        case Event::keys_in_use:
            return "keys_in_use";
        case Event::sign_in:
            return "sign_in";
        case Event::sign_in_failed:
            return "sign_in_failed";
        case Event::sign_in_limited:
            return "sign_in_limited";
        case Event::sign_out:
            return "sign_out";
        case Event::refresh_refused:
            return "refresh_refused";
        case Event::password_changed:
            return "password_changed";
        case Event::password_change_failed:
            return "password_change_failed";
        case Event::account_added:
            return "account_added";
        case Event::account_changed:
            return "account_changed";
        case Event::account_removed:
            return "account_removed";
        case Event::model_promoted:
            return "model_promoted";
        case Event::model_removed:
            return "model_removed";
        case Event::label_changed:
            return "label_changed";
        case Event::project_changed:
            return "project_changed";
        case Event::data_imported:
            return "data_imported";
        case Event::drawing_withdrawn:
            return "drawing_withdrawn";
        case Event::unauthenticated:
            return "unauthenticated";
        case Event::forbidden:
            return "forbidden";
        case Event::rate_limited:
            return "rate_limited";
    }
    return "unknown";
}

void tell(Event event, const Origin& origin, Fields fields) {
    std::string line = "security:";
    append_field(line, "event", to_string(event));
    append_field(line, "request", origin.request_id);
    append_field(line, "client", origin.client);
    for (const auto& [name, value] : fields) append_field(line, name, value);
    const auto own = spdlog::get("security");
    (own ? own.get() : spdlog::default_logger_raw())->info("{}", line);
}

}  // namespace croquis::identity
