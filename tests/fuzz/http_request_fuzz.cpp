#include <boost/beast/core/flat_buffer.hpp>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/characters.h"
#include "fuzz/target.h"
#include "http/request_parser.h"
#include "http/response_writer.h"
#include "http/target.h"

namespace {

using namespace croquis;
using http::RequestParser;

struct Outcome {
    RequestParser::Progress progress = RequestParser::Progress::need_header;
    http::Request request;
    std::size_t left = 0;  ///< bytes behind the request
    bool keep_alive = false;
};

/// Takes what it can from the buffer, as a connection does.
RequestParser::Progress feed(RequestParser& parser, boost::beast::flat_buffer& buffer,
                             RequestParser::Progress progress, std::size_t max_body_bytes) {
    if (progress == RequestParser::Progress::need_header) {
        progress = parser.feed_header(buffer);
        if (progress == RequestParser::Progress::need_body)
            progress = parser.limit_body(max_body_bytes);
    }
    return progress == RequestParser::Progress::need_body ? parser.feed_body(buffer) : progress;
}

/// Reads one request that comes in pieces of `piece` bytes, as a connection does.
void read(BytesView input, std::size_t piece, Outcome& outcome) {
    static const http::ServerLimits limits = [] {
        http::ServerLimits small;
        small.max_header_bytes = 4096;
        small.max_body_bytes = 4096;
        return small;
    }();
    http::BodyBudget budget(8192);
    RequestParser parser(outcome.request, limits, budget);
    boost::beast::flat_buffer buffer;
    for (std::size_t at = 0; at < input.size(); at += piece) {
        const BytesView part = input.subspan(at, std::min(piece, input.size() - at));
        const auto room = buffer.prepare(part.size());
        std::copy(part.begin(), part.end(), static_cast<std::uint8_t*>(room.data()));
        buffer.commit(part.size());
        outcome.progress = feed(parser, buffer, outcome.progress, limits.max_body_bytes);
        const bool is_over = outcome.progress == RequestParser::Progress::done ||
                             outcome.progress == RequestParser::Progress::refused;
        if (is_over) {
            outcome.left = buffer.size() + input.size() - std::min(at + piece, input.size());
            break;
        }
    }
    if (outcome.progress == RequestParser::Progress::refused)
        fuzz::require(parser.refusal().status >= 400, "a refusal is no error");
    if (outcome.progress == RequestParser::Progress::done) outcome.keep_alive = parser.keep_alive();
}

void check(http::Request& request, std::size_t header_limit) {
    std::size_t fields = 0;
    for (const auto& [name, value] : request.headers) {
        fields += name.size() + value.size();
        for (const char c : name) fuzz::require(c < 'A' || c > 'Z', "a name in capitals");
        for (const char c : value)
            fuzz::require(c != '\n' && c != '\r' && c != '\0', "a control character in a field");
    }
    fuzz::require(fields <= header_limit, "more header than its limit");
    fuzz::require(request.body.size() <= header_limit, "more body than its limit");
    if (!http::parse_target(request, "/base")) return;
    for (const auto& segment : request.segments)
        fuzz::require(segment.find('\0') == std::string::npos && is_utf8(segment),
                      "a segment that is no text");
    fuzz::require(request.target == "*" || request.target.starts_with('/'),
                  "a target that is no path");
    http::Response response;
    response.headers.emplace_back("X-Echo", request.target);
    static const http::ServerOptions options;  // which the writer refers to
    static const http::ResponseWriter writer{options};
    writer.finish(request, response);
    std::string header;
    writer.write_header(request, response, {"now", false, true}, header);
    fuzz::require(header.find("\r\n\r\n") == header.size() - 4, "an answer that is split");
}

}  // namespace

/// A request is the same however it comes in pieces, and nothing of it passes a limit.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const BytesView input(data, size);
    if (size == 0) return 0;
    Outcome whole;
    Outcome pieces;
    read(input, size, whole);
    read(input, 1 + data[size - 1] % 7U, pieces);
    const bool is_done = whole.progress == RequestParser::Progress::done;
    fuzz::require(is_done == (pieces.progress == RequestParser::Progress::done),
                  "pieces make another request");
    if (!is_done) return 0;
    fuzz::require(whole.left == pieces.left, "a request ends elsewhere in pieces");
    fuzz::require(whole.request.body == pieces.request.body, "a body differs in pieces");
    fuzz::require(whole.request.headers == pieces.request.headers, "a header differs in pieces");
    fuzz::require(whole.keep_alive == pieces.keep_alive, "a connection ends in pieces alone");
    check(whole.request, 4096);
    return 0;
}
