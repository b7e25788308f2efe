#include <gtest/gtest.h>

#include <boost/beast/core/flat_buffer.hpp>

#include "core/bytes.h"
#include "http/request_parser.h"
#include "support/served_http.h"

namespace croquis::http {
namespace {

using testing_support::echo_router;
using testing_support::HttpPeer;
using testing_support::Served;

struct Bad {
    const char* name;
    std::string bytes;
    int status;
};

void PrintTo(const Bad& bad, std::ostream* out) {
    *out << bad.name;
}

/// Each is answered, then the connection is closed without a look at what follows: a second request
/// behind it must never be served.
class Malformed : public testing::TestWithParam<Bad> {};

TEST_P(Malformed, IsRefusedAndTheConnectionClosed) {
    Served served(echo_router());
    HttpPeer peer(served.port());
    peer.send(GetParam().bytes);
    peer.send(HttpPeer::request("GET", "/echo"));
    peer.stop_sending();
    const auto answer = peer.read();
    EXPECT_EQ(answer.status, GetParam().status);
    EXPECT_EQ(answer.header("Content-Type"), "application/problem+json");
    EXPECT_EQ(answer.header("Connection"), "close");
    EXPECT_TRUE(peer.is_closed());
    EXPECT_EQ(HttpPeer(served.port()).get("/echo").status, 200) << "the server goes on";
}

const std::string post = "POST /echo HTTP/1.1\r\nHost: test\r\n";
const std::string chunked_post = post + "Transfer-Encoding: chunked\r\n\r\n";

/// One byte a chunk, each with an extension that is no line too long.
std::string many_extensions() {
    std::string chunks;
    for (int i = 0; i < 100; ++i) chunks += "1;e=" + std::string(1000, 'e') + "\r\na\r\n";
    return chunks;
}

std::string with_host(const std::string& host) {
    return "GET /echo HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
}

INSTANTIATE_TEST_SUITE_P(
    Hosts, Malformed,
    testing::Values(Bad{"spaces and a path", with_host("a b/c@d"), 400},
                    Bad{"userinfo", with_host("a@b"), 400}, Bad{"a path", with_host("a/b"), 400},
                    Bad{"a query", with_host("a?b"), 400},
                    Bad{"an address", with_host("http://a"), 400},
                    Bad{"nothing", with_host(""), 400}, Bad{"a port alone", with_host(":80"), 400},
                    Bad{"a port that is no number", with_host("a:b"), 400},
                    Bad{"a port past 65535", with_host("a:65536"), 400},
                    Bad{"two ports", with_host("a:1:2"), 400},
                    Bad{"an open bracket", with_host("[::1"), 400},
                    Bad{"brackets around no address", with_host("[a]"), 400},
                    Bad{"a broken escape", with_host("a%zz"), 400},
                    Bad{"bytes beyond ASCII", with_host("caf\xc3\xa9"), 400},
                    Bad{"a control character", with_host("a\tb"), 400},
                    Bad{"a host that is none in an absolute target",
                        "GET http://a@b/echo HTTP/1.1\r\nHost: test\r\n\r\n", 400}));

TEST(Tolerated, HostsWithAPortAndAddresses) {
    Served served(echo_router());
    for (const char* host : {"test:8000", "a-b.example:1", "127.0.0.1:65535", "[::1]:80",
                             "[2001:db8::1]", "caf%C3%A9", "a:"})
        EXPECT_EQ(HttpPeer(served.port()).ask(with_host(host)).status, 200) << host;
}

INSTANTIATE_TEST_SUITE_P(
    Smuggling, Malformed,
    testing::Values(
        Bad{"length and coding",
            post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
        Bad{"coding and length",
            post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 400},
        Bad{"two lengths", post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400},
        Bad{"two equal lengths", post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 400},
        Bad{"list of lengths", post + "Content-Length: 5, 5\r\n\r\nhello", 400},
        Bad{"negative length", post + "Content-Length: -5\r\n\r\nhello", 400},
        Bad{"signed length", post + "Content-Length: +5\r\n\r\nhello", 400},
        Bad{"hexadecimal length", post + "Content-Length: 0x5\r\n\r\nhello", 400},
        Bad{"length past 64 bits", post + "Content-Length: 18446744073709551617\r\n\r\nh", 400},
        Bad{"empty length", post + "Content-Length: \r\n\r\nhello", 400},
        Bad{"two codings", post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501},
        Bad{"unknown coding", post + "Transfer-Encoding: gzip\r\n\r\n0\r\n\r\n", 501},
        Bad{"hidden coding", post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501},
        Bad{"coding said twice",
            post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400},
        Bad{"coding then identity",
            post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
            400},
        Bad{"coding in HTTP/1.0",
            "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
        Bad{"space before colon", post + "Content-Length : 5\r\n\r\nhello", 400},
        Bad{"chunk size no number", chunked_post + "xyz\r\nabc\r\n0\r\n\r\n", 400},
        Bad{"chunk size negative", chunked_post + "-1\r\nabc\r\n0\r\n\r\n", 400},
        Bad{"chunk longer than said", chunked_post + "3\r\nabcdef\r\n0\r\n\r\n", 400},
        Bad{"chunk size past 64 bits", chunked_post + "fffffffffffffffff\r\nabc\r\n0\r\n\r\n", 400},
        Bad{"chunk extension endless", chunked_post + "3;" + std::string(100000, 'e'), 400},
        Bad{"chunk extensions endless together", chunked_post + many_extensions(), 400},
        Bad{"line feed in a chunk extension", chunked_post + "3;a=\"b\nc\"\r\nabc\r\n0\r\n\r\n",
            400},
        Bad{"request in a chunk extension",
            chunked_post + "3;a=\"\n0\n\nGET /echo HTTP/1.1\nHost: b\n\n\"\r\nabc\r\n0\r\n\r\n",
            400},
        Bad{"return in a chunk extension", chunked_post + "3;a=\"b\rc\"\r\nabc\r\n0\r\n\r\n", 400},
        Bad{"zero byte in a chunk extension",
            chunked_post + std::string("3;a=\"\0\"", 7) + "\r\nabc\r\n0\r\n\r\n", 400},
        Bad{"escaped line feed in a chunk extension",
            chunked_post + "3;a=\"b\\\nc\"\r\nabc\r\n0\r\n\r\n", 400},
        Bad{"line feed in the last chunk's extension", chunked_post + "0;a=\"b\nc\"\r\n\r\n", 400},
        Bad{"delete in a chunk extension", chunked_post + "3;a=\"\x7f\"\r\nabc\r\n0\r\n\r\n", 400},
        Bad{"bare line feed after a chunk size", chunked_post + "3\nabc\r\n0\r\n\r\n", 400},
        Bad{"bare line feed after a chunk", chunked_post + "3\r\nabc\n0\r\n\r\n", 400},
        Bad{"folded line", post + "X-A: b\r\n c\r\nContent-Length: 5\r\n\r\nhello", 400},
        Bad{"folded coding", post + "Transfer-Encoding:\r\n\tchunked\r\n\r\n0\r\n\r\n", 400},
        Bad{"folded first line", "GET /echo HTTP/1.1\r\n X: y\r\nHost: test\r\n\r\n", 400},
        Bad{"trailers endless", chunked_post + "0\r\nX: " + std::string(100000, 't'), 400}));

INSTANTIATE_TEST_SUITE_P(
    Shapes, Malformed,
    testing::Values(
        Bad{"no HTTP", "hello there\r\n\r\n", 400},
        Bad{"TLS", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), 400},
        Bad{"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
        Bad{"bare line feeds", "GET /echo HTTP/1.1\nHost: test\n\n", 400},
        Bad{"no host", "GET /echo HTTP/1.1\r\n\r\n", 400},
        Bad{"two hosts", "GET /echo HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        Bad{"zero byte in a header", std::string("GET /echo HTTP/1.1\r\nHost: a\0b\r\n\r\n", 31),
            400},
        Bad{"unknown method", "BREW /echo HTTP/1.1\r\nHost: test\r\n\r\n", 501},
        Bad{"TRACE", "TRACE /echo HTTP/1.1\r\nHost: test\r\n\r\n", 501},
        Bad{"CONNECT", "CONNECT test:80 HTTP/1.1\r\nHost: test\r\n\r\n", 501},
        Bad{"bad escape", "GET /%zz HTTP/1.1\r\nHost: test\r\n\r\n", 400},
        Bad{"zero byte escaped", "GET /a%00b HTTP/1.1\r\nHost: test\r\n\r\n", 400},
        Bad{"zero byte in the query", "GET /?a=%00 HTTP/1.1\r\nHost: test\r\n\r\n", 400},
        Bad{"other scheme", "GET ftp://test/echo HTTP/1.1\r\nHost: test\r\n\r\n", 400},
        Bad{"compressed body", post + "Content-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx",
            415}));

TEST(Tolerated, EmptyLinesBeforeARequest) {
    Served served(echo_router());
    HttpPeer peer(served.port());
    EXPECT_EQ(peer.ask("\r\n\r\n" + HttpPeer::request("GET", "/echo")).status, 200);
}

/// Whatever pieces the network makes of it.
TEST(Tolerated, AnEmptyLineInPieces) {
    const std::string text = "\r\n" + HttpPeer::request("GET", "/echo");
    for (std::size_t piece = 1; piece <= 3; ++piece) {
        Request request;
        const ServerLimits limits;
        BodyBudget budget(1);
        RequestParser parser(request, limits, budget);
        boost::beast::flat_buffer buffer;
        auto progress = RequestParser::Progress::need_header;
        for (std::size_t at = 0; at < text.size(); at += piece) {
            ASSERT_EQ(progress, RequestParser::Progress::need_header) << piece << " at " << at;
            const auto part = as_bytes(std::string_view(text).substr(at, piece));
            const auto room = buffer.prepare(part.size());
            std::copy(part.begin(), part.end(), static_cast<std::uint8_t*>(room.data()));
            buffer.commit(part.size());
            progress = parser.feed_header(buffer);
        }
        EXPECT_EQ(progress, RequestParser::Progress::done) << piece;
        EXPECT_EQ(request.target, "/echo");
    }
}

TEST(Tolerated, AChunkedBodyByteByByte) {
    const std::string text =
        "POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3\r\nabc\r\n1;x=\"y\"\r\nd\r\n0\r\nTrailer: t\r\n\r\n";
    Request request;
    const ServerLimits limits;
    BodyBudget budget(100);
    RequestParser parser(request, limits, budget);
    boost::beast::flat_buffer buffer;
    auto progress = RequestParser::Progress::need_header;
    for (const char byte : text) {
        static_cast<char*>(buffer.prepare(1).data())[0] = byte;
        buffer.commit(1);
        if (progress == RequestParser::Progress::need_body) {
            progress = parser.feed_body(buffer);
        } else {
            ASSERT_EQ(progress, RequestParser::Progress::need_header);
            progress = parser.feed_header(buffer);
            if (progress == RequestParser::Progress::need_body) progress = parser.limit_body(100);
        }
    }
    EXPECT_EQ(progress, RequestParser::Progress::done);
    EXPECT_EQ(request.body, "abcd");
}

TEST(Tolerated, AnAbsoluteTarget) {
    Served served(echo_router());
    HttpPeer peer(served.port());
    EXPECT_EQ(peer.get("http://test/echo").status, 200);
    EXPECT_EQ(peer.get("http://test/echo?a=b").body, "/echo?a=b") << "a path like any from here on";
}

TEST(Tolerated, AClientThatGoesInTheMiddle) {
    Served served(echo_router());
    for (const std::string_view part :
         {"", "GET", "GET /echo HTTP/1.1\r\n",
          "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 9\r\n\r\nabc"}) {
        HttpPeer peer(served.port());
        peer.send(part);
        peer.stop_sending();
        EXPECT_TRUE(peer.is_closed()) << part;
    }
    EXPECT_EQ(HttpPeer(served.port()).get("/echo").status, 200);
}

}  // namespace
}  // namespace croquis::http
