#include <gtest/gtest.h>

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
const std::string chunked = post + "Transfer-Encoding: chunked\r\n\r\n";

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
        Bad{"chunk size no number", chunked + "xyz\r\nabc\r\n0\r\n\r\n", 400},
        Bad{"chunk size negative", chunked + "-1\r\nabc\r\n0\r\n\r\n", 400},
        Bad{"chunk longer than said", chunked + "3\r\nabcdef\r\n0\r\n\r\n", 400},
        Bad{"chunk size past 64 bits", chunked + "fffffffffffffffff\r\nabc\r\n0\r\n\r\n", 400},
        Bad{"chunk extension endless", chunked + "3;" + std::string(100000, 'e'), 400},
        Bad{"trailers endless", chunked + "0\r\nX: " + std::string(100000, 't'), 400}));

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

TEST(Tolerated, AnAbsoluteTarget) {
    Served served(echo_router());
    HttpPeer peer(served.port());
    EXPECT_EQ(peer.get("http://test/echo").status, 200);
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
