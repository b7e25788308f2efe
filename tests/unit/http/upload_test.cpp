#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/multipart.h"
#include "support/served_http.h"

namespace croquis::http {
namespace {

using testing::HasSubstr;
using testing_support::Answer;
using testing_support::Gate;
using testing_support::HttpPeer;
using testing_support::Served;
using Answered = boost::asio::awaitable<Response>;

constexpr std::uint64_t limit = 200'000;

/// What a handler saw of a body.
struct Seen {
    std::atomic<std::size_t> bytes{0};
    std::atomic<std::size_t> largest_part{0};
    std::atomic<int> parts{0};
    std::atomic<int> failures{0};
    std::atomic<std::uint64_t> announced{0};
};

Response said(int status, std::string text) {
    Response response;
    response.status = status;
    response.set("Content-Type", "text/plain");
    response.body = std::move(text);
    return response;
}

class UploadTest : public testing::Test {
  protected:
    /// Refuses before it reads where the request says so, and answers with how much came.
    Router router() {
        const auto handler = [this](Request& request) -> Answered {
            if (request.header("x-refuse") == "yes")
                co_return problem({ErrorKind::unauthenticated, "Sign in."});
            seen.announced = request.source->size().value_or(0);
            for (;;) {
                if (gated) co_await gate.pass();
                const auto part = co_await request.source->next();
                if (!part) {
                    ++seen.failures;
                    co_return problem(part.error());
                }
                if (part->empty()) break;
                ++seen.parts;
                seen.bytes += part->size();
                seen.largest_part = std::max<std::size_t>(seen.largest_part, part->size());
            }
            co_return said(200, std::to_string(seen.bytes));
        };
        Router made;
        made.add_streaming(Method::post, "/upload", handler, limit);
        made.add(Method::post, "/whole", testing_support::echo);
        Router mounted;
        mounted.mount("", std::move(made));
        return mounted;
    }

    static std::string chunked(const std::vector<std::string>& parts, const char* more = "") {
        std::string text = "POST /upload HTTP/1.1\r\nHost: localhost\r\n";
        text.append(more).append("Transfer-Encoding: chunked\r\n\r\n");
        for (const auto& part : parts) {
            char size[32];
            std::snprintf(size, sizeof size, "%zx\r\n", part.size());
            text.append(size).append(part).append("\r\n");
        }
        return text;
    }

    Seen seen;
    Gate gate;
    std::atomic<bool> gated{false};
};

TEST_F(UploadTest, ComesInPartsAndTheConnectionGoesOn) {
    Served served(router());
    HttpPeer peer(served.port());
    const auto answer =
        peer.ask(HttpPeer::request("POST", "/upload", "", std::string(150'000, 'x')));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "150000");
    EXPECT_EQ(seen.announced, 150'000U);
    EXPECT_GT(seen.parts, 1);
    EXPECT_LE(seen.largest_part, 80U * 1024);
    EXPECT_EQ(peer.ask(HttpPeer::request("POST", "/whole", "", "next")).body, "next");
}

TEST_F(UploadTest, TakesAnEmptyBodyAndOneByte) {
    Served served(router());
    HttpPeer peer(served.port());
    EXPECT_EQ(peer.ask("POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").body, "0");
    EXPECT_EQ(peer.ask("POST /upload HTTP/1.1\r\nHost: a\r\n\r\n").body, "0");
    EXPECT_EQ(peer.ask(HttpPeer::request("POST", "/upload", "", "x")).body, "1");
}

TEST_F(UploadTest, TakesChunks) {
    Served served(router());
    HttpPeer peer(served.port());
    peer.send(chunked({std::string(100'000, 'a'), "b", std::string(99'999, 'c')}));
    peer.send("0\r\nX-Trailer: dropped\r\n\r\n");
    EXPECT_EQ(peer.read().body, "200000") << "exactly the limit";
    EXPECT_EQ(seen.announced, 0U);
    EXPECT_EQ(peer.ask(HttpPeer::request("POST", "/whole", "", "next")).body, "next");
}

TEST_F(UploadTest, HoldsToItsOwnLimitAndNotToTheServers) {
    ServerOptions options;
    options.limits.max_body_bytes = 1000;
    Served served(router(), options);
    EXPECT_EQ(HttpPeer(served.port())
                  .ask(HttpPeer::request("POST", "/upload", "", std::string(limit, 'x')))
                  .body,
              std::to_string(limit));
    const auto whole = HttpPeer(served.port())
                           .ask(HttpPeer::request("POST", "/whole", "", std::string(1001, 'x')));
    EXPECT_EQ(whole.status, 413);
}

TEST_F(UploadTest, RefusesOneByteMoreByItsAnnouncementBeforeReadingAny) {
    Served served(router());
    HttpPeer peer(served.port());
    const auto answer = peer.ask(
        "POST /upload HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
        "Content-Length: " +
        std::to_string(limit + 1) + "\r\n\r\n");
    EXPECT_EQ(answer.status, 413);
    EXPECT_EQ(answer.header("Connection"), "close");
    EXPECT_EQ(seen.parts, 0);
    EXPECT_EQ(seen.failures, 1) << "the handler is told";
    peer.stop_sending();
    EXPECT_TRUE(peer.is_closed());
}

TEST_F(UploadTest, RefusesOneByteMoreInChunks) {
    Served served(router());
    HttpPeer peer(served.port());
    peer.send(chunked({std::string(limit, 'x'), "y"}) + "0\r\n\r\n");
    EXPECT_EQ(peer.read().status, 413);
}

TEST_F(UploadTest, LetsTheHandlerRefuseBeforeTheBodyIsSent) {
    Served served(router());
    HttpPeer peer(served.port());
    const auto answer = peer.ask(
        "POST /upload HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nX-Refuse: yes\r\n"
        "Content-Length: 100000\r\n\r\n");
    EXPECT_EQ(answer.status, 401) << "and no 100 before it";
    EXPECT_EQ(answer.header("Connection"), "close");
    peer.stop_sending();
    EXPECT_TRUE(peer.is_closed());
    EXPECT_EQ(seen.parts, 0);
}

TEST_F(UploadTest, LetsASenderWhoDoesNotWaitReadTheRefusal) {
    Served served(router());
    HttpPeer peer(served.port());
    peer.send(HttpPeer::request("POST", "/upload", "X-Refuse: yes\r\n", std::string(limit, 'x')));
    EXPECT_EQ(peer.read().status, 401);
    EXPECT_EQ(seen.bytes, 0U);
}

TEST_F(UploadTest, SaysContinueOnceTheHandlerReads) {
    Served served(router());
    HttpPeer peer(served.port());
    peer.send(
        "POST /upload HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    EXPECT_EQ(peer.read(true).status, 100);
    EXPECT_EQ(peer.ask("hello").body, "5");
}

TEST_F(UploadTest, DropsABodyThatIsCutShort) {
    Served served(router());
    {
        HttpPeer peer(served.port());
        peer.send("POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nhalf");
        peer.stop_sending();
        EXPECT_TRUE(peer.is_closed()) << "there is nobody to answer";
    }
    HttpPeer chunks(served.port());
    chunks.send(chunked({"half"}));
    chunks.stop_sending();
    EXPECT_TRUE(chunks.is_closed());
    EXPECT_EQ(seen.failures, 2) << "the handler must not take half for the whole";
}

TEST_F(UploadTest, TakesWhatFollowsAShorterBodyThanSentForAnotherRequest) {
    Served served(router());
    HttpPeer peer(served.port());
    peer.send("POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nhalfGARBAGE\r\n\r\n");
    EXPECT_EQ(peer.read().body, "4");
    EXPECT_EQ(peer.read().status, 400);
}

TEST_F(UploadTest, RefusesWhatIsNoChunk) {
    Served served(router());
    HttpPeer peer(served.port());
    peer.send("POST /upload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
    EXPECT_EQ(peer.read().status, 400);
    EXPECT_EQ(seen.failures, 1);
}

TEST_F(UploadTest, EndsASenderBelowTheLeastRate) {
    ServerOptions options;
    options.limits.body_timeout = std::chrono::seconds(0);
    Served served(router(), options);
    HttpPeer peer(served.port());
    peer.send("POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nslow");
    const auto answer = peer.read();
    EXPECT_EQ(answer.status, 408);
    EXPECT_EQ(seen.failures, 1);
}

TEST_F(UploadTest, CountsNoTimeThatTheHandlerTakes) {
    ServerOptions options;
    options.limits.body_timeout = std::chrono::seconds(1);
    gated = true;
    Served served(router(), options);
    HttpPeer peer(served.port());
    peer.send(HttpPeer::request("POST", "/upload", "", std::string(150'000, 'x')));
    gate.wait_for(1);
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    gate.open();
    EXPECT_EQ(peer.read().body, "150000");
}

/// The kernel holds some, the server one part: the rest waits at the sender.
TEST_F(UploadTest, ReadsNoFasterThanTheHandlerDoes) {
    gated = true;
    Served served(router());
    HttpPeer peer(served.port());
    peer.send("POST /upload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    gate.wait_for(1);
    peer.socket().non_blocking(true);
    const std::string much(1 << 20, 'x');
    std::size_t sent = 0;
    boost::system::error_code full;
    while (sent < (64U << 20U) && !full)
        sent += peer.socket().write_some(boost::asio::buffer(much), full);
    EXPECT_EQ(full, boost::asio::error::would_block) << "the server swallowed " << sent;
    EXPECT_EQ(seen.bytes, 0U);
}

TEST_F(UploadTest, MatchesAddressesBeforeBodies) {
    Served served(router());
    EXPECT_EQ(HttpPeer(served.port()).ask(HttpPeer::request("POST", "/nowhere", "", "body")).status,
              404);
    EXPECT_EQ(HttpPeer(served.port()).ask(HttpPeer::request("PUT", "/upload", "", "body")).status,
              405);
}

// --- forms that are read while they come

class Fields final : public MultipartReader::Sink {
  public:
    Result<void> begin(const Part& part) override {
        if (part.name == "refused") return Error{ErrorKind::invalid, "Not this one.", part.name};
        text += "[" + part.name + "|" + part.filename + "|" + part.content_type + "=";
        return {};
    }
    Result<void> take(std::string_view bytes) override {
        largest = std::max(largest, bytes.size());
        text += bytes;
        return {};
    }
    Result<void> end() override {
        text += "]";
        return {};
    }
    std::string text;
    std::size_t largest = 0;
};

constexpr auto form_type = "multipart/form-data; boundary=xyz";

std::string field(const std::string& name, const std::string& content) {
    return "--xyz\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + content +
           "\r\n";
}

/// What comes of a form that is fed so many bytes at a time, or the error.
std::string read_form(const std::string& body, std::size_t piece,
                      const MultipartLimits& limits = {}) {
    auto reader = MultipartReader::make(form_type, limits);
    if (!reader) return reader.error().detail;
    Fields fields;
    for (std::size_t at = 0; at < body.size(); at += piece)
        if (const auto fed = reader->feed(std::string_view(body).substr(at, piece), fields); !fed)
            return fed.error().detail;
    const auto whole = reader->finish();
    return whole ? fields.text : whole.error().detail;
}

TEST(MultipartReader, ReadsTheSameWhateverThePieces) {
    const std::string body =
        "a preamble\r\n" + field("labels_as", "reviewed") +
        "--xyz \r\nContent-Disposition: form-data; name=\"file\"; filename=\"a b.zip\"\r\n"
        "Content-Type: application/zip\r\n\r\nPK\r\n--xy\r\n-\r\r\n--x" +
        "\r\n" + field("empty", "") + "--xyz--\r\nan epilogue --xyz\r\n";
    const std::string expected =
        "[labels_as||text/plain=reviewed][file|a b.zip|application/zip=PK\r\n--xy\r\n-\r\r\n--x]"
        "[empty||text/plain=]";
    for (std::size_t piece = 1; piece <= body.size(); ++piece)
        ASSERT_EQ(read_form(body, piece), expected) << piece;
}

TEST(MultipartReader, HoldsLittleOfALargeField) {
    auto reader = MultipartReader::make(form_type);
    ASSERT_TRUE(reader);
    Fields fields;
    ASSERT_TRUE(reader->feed(field("file", "").substr(0, field("file", "").size() - 2), fields));
    for (int i = 0; i < 1000; ++i)
        ASSERT_TRUE(reader->feed(std::string(1000, '\n') + "\r\n--xy", fields));
    EXPECT_LE(fields.largest, 1100U);
    EXPECT_GE(fields.text.size(), 1'000'000U);
    ASSERT_TRUE(reader->feed("\r\n--xyz--", fields));
    EXPECT_TRUE(reader->finish());
}

TEST(MultipartReader, RefusesWhatIsNoForm) {
    EXPECT_EQ(MultipartReader::make("application/zip").error().kind, ErrorKind::unsupported_media);
    EXPECT_EQ(MultipartReader::make("multipart/form-data").error().kind, ErrorKind::malformed);
    for (std::size_t piece : {1U, 7U, 4096U}) {
        EXPECT_THAT(read_form("no boundary", piece), HasSubstr("boundary"));
        EXPECT_THAT(read_form(field("a", "b"), piece), HasSubstr("cut short"));
        EXPECT_THAT(read_form("--xyz\r\n\r\nno name\r\n--xyz--", piece), HasSubstr("no name"));
        EXPECT_THAT(read_form("--xyzabc", piece), HasSubstr("cannot be read"));
        EXPECT_THAT(read_form(field("refused", "") + "--xyz--", piece), HasSubstr("Not this one"));
        EXPECT_THAT(read_form("--xyz\r\nX: " + std::string(5000, 'x'), piece),
                    HasSubstr("too long"));
        EXPECT_THAT(read_form("--xyz" + std::string(5000, ' '), piece),
                    HasSubstr("cannot be read"));
    }
}

TEST(MultipartReader, CountsItsFields) {
    MultipartLimits limits;
    limits.max_parts = 2;
    EXPECT_EQ(read_form(field("a", "") + field("b", "") + "--xyz--", 5, limits),
              "[a||text/plain=][b||text/plain=]");
    EXPECT_THAT(read_form(field("a", "") + field("b", "") + field("c", "") + "--xyz--", 5, limits),
                HasSubstr("too many"));
}

}  // namespace
}  // namespace croquis::http
