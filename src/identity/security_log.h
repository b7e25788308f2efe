#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

/// The security log: one line for each thing that someone who looks for an attack wants to see. It
/// is spdlog's logger "security" (core/logging.h), which the log level does not silence. A line is
/// "security: event=NAME request=ID client=ADDRESS" and more fields, each a name, "=" and a value,
/// in the quotation marks of JSON where it is not plain. None holds a password, a token or a key.
namespace croquis::identity {

/// Where a request came from.
struct Origin {
    std::string client = "local";  ///< address; "local": the command line
    std::string request_id = "-";
};

enum class Event {
    keys_in_use,      ///< at start: the ids of the keys that sign and check tokens
    sign_in,          ///< a name and its password were right
    sign_in_failed,   ///< reason: name, password, disabled
    sign_in_limited,  ///< too many failed; nothing was checked
    sign_out,
    refresh_refused,         ///< a refresh token is unknown, expired, or used a second time
    password_changed,        ///< by the user or by an admin; it ends sign-ins
    password_change_failed,  ///< the present password was wrong
    account_added,
    account_changed,  ///< role, disabled
    account_removed,
    model_promoted,
    model_removed,
    label_changed,      ///< added, changed or merged
    project_changed,    ///< added, changed or archived
    data_imported,      ///< an upload was taken; the job says what came of it
    drawing_withdrawn,  ///< hidden, shown again or deleted
    unauthenticated,    ///< any other answer of 401, 403 or 429
    forbidden,
    rate_limited,
};

std::string_view to_string(Event event);

using Fields = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// Thread-safe.
void tell(Event event, const Origin& origin, Fields fields);

}  // namespace croquis::identity
