#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace croquis {

/// A request to another machine.
struct HttpCall {
    std::string method = "GET";
    std::string url;                   ///< http or https; nothing else is called
    std::vector<std::string> headers;  ///< "Name: value"
    std::string_view body = {};
    std::chrono::milliseconds deadline{10'000};  ///< of all of it
    /// Ends the call early where it says so. May be empty.
    std::function<bool()> is_stopped = {};
};

struct HttpReply {
    int status = 0;
    std::string body;
};

/// Calls, and waits for the answer, whatever its status. Redirections are not followed: what is
/// sent goes to nobody else. Thread-safe; blocks. Errors: unavailable (no connection, no answer
/// within the deadline, one of more than 4 MiB, stopped); invalid ("url").
Result<HttpReply> http_call(const HttpCall& call);

}  // namespace croquis
