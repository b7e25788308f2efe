#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "support/served_http.h"

namespace croquis::http {
namespace {

using testing_support::Answer;
using testing_support::HttpPeer;
using testing_support::Served;
using Answered = boost::asio::awaitable<Response>;

/// "0123456789" under a tag.
Router tagged(const std::string& tag) {
    Router router;
    const auto answer = [tag](Request&) -> Answered {
        Response response;
        response.set("Content-Type", "text/plain");
        response.set("Cache-Control", "public, max-age=60");
        response.set("ETag", tag);
        response.shared_body =
            std::make_shared<Bytes>(Bytes{'0', '1', '2', '3', '4', '5', '6', '7', '8', '9'});
        co_return response;
    };
    router.add(Method::get, "/", answer);
    router.add(Method::post, "/", answer);
    return router;
}

class Conditional : public testing::Test {
  protected:
    Answer get(const std::string& headers) { return HttpPeer(served_.port()).get("/", headers); }

    Served served_{tagged("\"v1\"")};
};

TEST_F(Conditional, AnswersWholeWithoutConditions) {
    const auto answer = get("");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "0123456789");
    EXPECT_EQ(answer.header("ETag"), "\"v1\"");
    EXPECT_EQ(answer.header("Accept-Ranges"), "bytes");
}

TEST_F(Conditional, Answers304WhereTheTagMatches) {
    for (const char* tags : {"\"v1\"", "W/\"v1\"", "\"v0\", \"v1\"", "\"v0\",\"v1\"", "*"}) {
        const auto answer = get(std::string("If-None-Match: ") + tags + "\r\n");
        EXPECT_EQ(answer.status, 304) << tags;
        EXPECT_EQ(answer.body, "");
        EXPECT_EQ(answer.header("ETag"), "\"v1\"");
        EXPECT_EQ(answer.header("Cache-Control"), "public, max-age=60");
        EXPECT_FALSE(answer.has("Content-Type"));
        EXPECT_FALSE(answer.has("Content-Length"));
    }
}

TEST_F(Conditional, AnswersWholeWhereNoTagMatches) {
    for (const char* tags : {"\"v0\"", "v1", "\"v1", ""})
        EXPECT_EQ(get(std::string("If-None-Match: ") + tags + "\r\n").status, 200) << tags;
}

TEST_F(Conditional, LeavesPostAlone) {
    HttpPeer peer(served_.port());
    EXPECT_EQ(peer.ask(HttpPeer::request("POST", "/", "If-None-Match: \"v1\"\r\n")).status, 200);
    EXPECT_EQ(peer.ask(HttpPeer::request("POST", "/", "Range: bytes=0-1\r\n")).status, 200);
}

TEST_F(Conditional, SendsTheRangeThatWasAsked) {
    struct Case {
        const char* range;
        const char* body;
        const char* content_range;
    };
    for (const Case& c :
         {Case{"bytes=0-0", "0", "bytes 0-0/10"}, Case{"bytes=2-5", "2345", "bytes 2-5/10"},
          Case{"bytes=9-9", "9", "bytes 9-9/10"}, Case{"bytes=7-", "789", "bytes 7-9/10"},
          Case{"bytes=-3", "789", "bytes 7-9/10"}, Case{"bytes=-99", "0123456789", "bytes 0-9/10"},
          Case{"bytes=4-99999999999999999999999", "456789", "bytes 4-9/10"},
          Case{"Bytes=0-1", "01", "bytes 0-1/10"}}) {
        const auto answer = get(std::string("Range: ") + c.range + "\r\n");
        EXPECT_EQ(answer.status, 206) << c.range;
        EXPECT_EQ(answer.body, c.body);
        EXPECT_EQ(answer.header("Content-Range"), c.content_range);
    }
}

TEST_F(Conditional, Answers416WhereTheRangeLiesOutside) {
    for (const char* range :
         {"bytes=10-", "bytes=10-12", "bytes=-0", "bytes=99999999999999999999-"}) {
        const auto answer = get(std::string("Range: ") + range + "\r\n");
        EXPECT_EQ(answer.status, 416) << range;
        EXPECT_EQ(answer.header("Content-Range"), "bytes */10");
        EXPECT_EQ(boost::json::parse(answer.body).at("status"), 416);
    }
}

TEST_F(Conditional, AnswersWholeWhatItDoesNotRead) {
    for (const char* range :
         {"bytes=0-1,3-4", "lines=1-2", "bytes=5-2", "bytes=a-b", "bytes=", "bytes=-", "bytes=1-x"})
        EXPECT_EQ(get(std::string("Range: ") + range + "\r\n").body, "0123456789") << range;
}

TEST_F(Conditional, SendsARangeOnlyOfTheVersionThatTheClientHas) {
    EXPECT_EQ(get("Range: bytes=0-1\r\nIf-Range: \"v1\"\r\n").status, 206);
    EXPECT_EQ(get("Range: bytes=0-1\r\nIf-Range: \"v0\"\r\n").status, 200);
    EXPECT_EQ(get("Range: bytes=0-1\r\nIf-Range: W/\"v1\"\r\n").status, 200);
    EXPECT_EQ(get("Range: bytes=0-1\r\nIf-None-Match: \"v1\"\r\n").status, 304);
}

TEST_F(Conditional, AnswersHeadLikeGetWithoutTheBody) {
    HttpPeer peer(served_.port());
    peer.send(HttpPeer::request("HEAD", "/", "Range: bytes=0-1\r\n"));
    const auto head = peer.read(true);
    EXPECT_EQ(head.status, 200) << "Range is defined for GET alone";
    EXPECT_EQ(head.header("Content-Length"), "10");
    peer.send(HttpPeer::request("HEAD", "/", "If-None-Match: \"v1\"\r\n"));
    EXPECT_EQ(peer.read(true).status, 304);
}

TEST(WeakTag, Gives304ButNoRange) {
    Served served(tagged("W/\"v1\""));
    HttpPeer peer(served.port());
    EXPECT_EQ(peer.get("/", "If-None-Match: \"v1\"\r\n").status, 304);
    EXPECT_EQ(peer.get("/", "Range: bytes=0-1\r\nIf-Range: W/\"v1\"\r\n").status, 200);
}

}  // namespace
}  // namespace croquis::http
