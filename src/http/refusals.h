#pragma once

#include <string>
#include <string_view>

#include "core/error.h"
#include "http/message.h"

namespace croquis::http {

/// What is answered in place of a handler.
struct Refusal {
    std::string_view code;  ///< of the OpenAPI document's ServerCode or RefusalCode
    int status;             ///< the kind's own, or one of status_problems()
    ErrorKind kind;
    std::string_view detail;
    std::string_view field = {};
    int retry_after_s = 0;
};

/// The error, of the field where what varies is at fault.
Error error_of(const Refusal& refusal, std::string field = {});
Response problem_of(const Refusal& refusal);

/// Those of the HTTP server; those of the portal are in portal/refusals.h. A contract test compares
/// their codes with the document's.
namespace refusals {

// Of what was sent.
inline constexpr Refusal request_not_http{"request_not_http", 400, ErrorKind::malformed,
                                          "The request is not valid HTTP/1.1."};
inline constexpr Refusal host_not_valid{"host_not_valid", 400, ErrorKind::malformed,
                                        "The request's host is not valid.", "Host"};
inline constexpr Refusal not_one_host{"host_not_valid", 400, ErrorKind::malformed,
                                      "The request must state one host.", "Host"};
inline constexpr Refusal address_not_valid{"address_not_valid", 400, ErrorKind::malformed,
                                           "The request's address is not valid."};
inline constexpr Refusal address_with_dots{"address_not_valid", 400, ErrorKind::malformed,
                                           "The request's address has a \".\" or \"..\" in it."};
inline constexpr Refusal address_not_text{
    "not_text", 400, ErrorKind::malformed,
    "Once decoded, this is not text in UTF-8 without zero bytes."};
inline constexpr Refusal body_not_whole{"body_not_whole", 400, ErrorKind::malformed,
                                        "The request's body did not come whole."};
inline constexpr Refusal address_not_found{"address_not_found", 404, ErrorKind::not_found,
                                           "There is nothing at this address."};
inline constexpr Refusal method_not_taken{"method_not_taken", 405, ErrorKind::invalid,
                                          "This address does not take that method."};
inline constexpr Refusal request_late{"request_late", 408, ErrorKind::malformed,
                                      "The request did not come in time."};
inline constexpr Refusal body_too_large{"body_too_large", 413, ErrorKind::too_large,
                                        "The request's body is larger than this server takes."};
inline constexpr Refusal address_too_long{
    "address_too_long", 414, ErrorKind::too_large,
    "The request's address is longer than this server takes."};
inline constexpr Refusal body_compressed{"body_compressed", 415, ErrorKind::unsupported_media,
                                         "A compressed body is not read here.", "Content-Encoding"};
inline constexpr Refusal range_outside{"range_outside", 416, ErrorKind::invalid,
                                       "The range lies outside of the data.", "Range"};
inline constexpr Refusal expectation_unknown{"expectation_unknown", 417, ErrorKind::invalid,
                                             "No expectation but \"100-continue\" can be met.",
                                             "Expect"};
inline constexpr Refusal header_too_large{"header_too_large", 431, ErrorKind::too_large,
                                          "The request's header is larger than this server takes."};
inline constexpr Refusal method_unknown{"method_unknown", 501, ErrorKind::invalid,
                                        "The request's method is not known here."};
inline constexpr Refusal transfer_coding_unknown{
    "transfer_coding_unknown", 501, ErrorKind::unsupported_media,
    "No transfer coding but \"chunked\" is read here.", "Transfer-Encoding"};

// Of the server.
inline constexpr Refusal server_full{"server_full",
                                     503,
                                     ErrorKind::unavailable,
                                     "The server is at its limit; try again shortly.",
                                     {},
                                     1};
inline constexpr Refusal too_many_bodies{
    "server_full",
    503,
    ErrorKind::unavailable,
    "The server holds as many request bodies as it may; try again shortly.",
    {},
    1};
inline constexpr Refusal too_many_answers{
    "server_full",
    503,
    ErrorKind::unavailable,
    "The server holds as many answers as it may; try again shortly.",
    {},
    1};
inline constexpr Refusal no_room{"server_full",
                                 503,
                                 ErrorKind::unavailable,
                                 "The server has no room for another connection; try again "
                                 "shortly.",
                                 {},
                                 1};
inline constexpr Refusal server_stopping{"server_stopping",         503, ErrorKind::unavailable,
                                         "The server is stopping.", {},  1};

}  // namespace refusals
}  // namespace croquis::http
