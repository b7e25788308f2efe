#pragma once

#include <boost/json/fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What went wrong with a record, a job or a request, for programs that say it in words of their
/// own. The English sentence is the key, as it is in gettext: it is what travels in errors and is
/// stored with jobs, and its code is looked up where it is handed out.
namespace croquis::service {

struct Reason {
    std::string_view code;  ///< of the OpenAPI document's ReasonCode, RefusalCode or ServerCode
    /// What stands in the sentence at its variable places, by name.
    std::vector<std::pair<std::string_view, std::string>> parameters;
};

/// The code of a sentence, in the words of requests (label_column, not --label-column); nothing
/// where it is none of those that are known. "FILE: " before a known one is the parameter `file`,
/// "N drawings were stored before." behind it `stored`. Thread-safe.
std::optional<Reason> reason_of(std::string_view sentence);

/// The same of what a request is answered with, which may also be about any of its fields ("This
/// has more than 1,024 bytes." is too_long with `maximum`), who asks, what is there and how the
/// server is. Nothing stands before or behind the sentence.
std::optional<Reason> refusal_of(std::string_view sentence);

/// At most 300 bytes of it, cut between characters, with an ellipsis for the rest.
std::string shortened(std::string text);

/// The parameters as the API hands them out: short texts, numbers among them in digits.
boost::json::object parameters_of(const Reason& reason);

}  // namespace croquis::service
