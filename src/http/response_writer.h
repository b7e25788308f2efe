#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/message.h"
#include "http/server_options.h"

namespace croquis::http {

/// What every answer gets before it is sent. What is the same for all answers is made once.
/// Thread-safe.
class ResponseWriter {
  public:
    explicit ResponseWriter(const ServerOptions& options);

    /// Conditional and range requests (RFC 9110 sections 13 and 14), CORS for the allowed origins,
    /// a problem's request_id.
    void finish(const Request& request, Response& response) const;

    struct Line {
        std::string_view date;
        bool http_1_0 = false;
        bool keep_alive = true;
    };
    /// The status line and the header fields, ready for the wire, in the place of what `out` holds.
    /// A header that holds a line break is left out: it could only split the answer.
    void write_header(const Request& request, const Response& response, const Line& line,
                      std::string& out) const;

  private:
    void apply_cors(const Request& request, Response& response) const;

    const std::vector<std::string>& allowed_origins_;
    std::vector<std::pair<std::string, std::string>> security_;       ///< sent with everything
    std::vector<std::pair<std::string, std::string>> page_security_;  ///< and these with HTML
};

/// The bytes of the answer's body, `shared_body` or `body`, cut to the range that was asked for.
BytesView body_of(const Response& response);

}  // namespace croquis::http
