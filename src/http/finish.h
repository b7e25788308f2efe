#pragma once

#include <string>

#include "http/message.h"
#include "http/server.h"

namespace croquis::http {

/// What every answer gets before it is sent: conditional and range requests (RFC 9110 sections 13
/// and 14), CORS for the allowed origins, and the security headers.
void finish_response(const Request& request, const ServerOptions& options, Response& response);

/// The status line and header fields, with Content-Length, Date and Connection, ready for the wire.
/// A header value that holds a line break is left out: it could only split the answer.
void write_header(const Request& request, const Response& response, std::string_view date,
                  bool keep_alive, std::string& out);

/// The bytes of the answer's body, `shared_body` or `body`, cut to the range that finish_response
/// chose.
BytesView body_of(const Response& response);

}  // namespace croquis::http
