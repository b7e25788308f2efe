#include "http/request_parser.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <string>
#include <string_view>

namespace croquis::http {
namespace {

using Progress = RequestParser::Progress;

/// What became of a request whose bytes came in pieces of `piece`.
struct Parsed {
    Request request;
    Progress progress = Progress::need_header;
    int status = 0;  ///< of the refusal
};

class Parser : public testing::Test {
  protected:
    Parsed parse(std::string_view bytes, std::size_t piece) {
        Parsed parsed;
        RequestParser parser(parsed.request, limits_, budget_);
        boost::beast::flat_buffer buffer;
        while (!bytes.empty() && parsed.progress != Progress::refused &&
               parsed.progress != Progress::done) {
            const auto part = bytes.substr(0, piece);
            bytes.remove_prefix(part.size());
            buffer.commit(boost::asio::buffer_copy(buffer.prepare(part.size()),
                                                   boost::asio::buffer(part.data(), part.size())));
            step(parser, buffer, parsed.progress);
        }
        if (parsed.progress == Progress::refused) parsed.status = parser.refusal().status;
        return parsed;
    }
    void step(RequestParser& parser, boost::beast::flat_buffer& buffer, Progress& progress) {
        if (progress == Progress::need_header) {
            progress = parser.feed_header(buffer);
            if (progress == Progress::need_body) progress = parser.limit_body(most_);
        }
        if (progress == Progress::need_body) progress = parser.feed_body(buffer);
    }
    /// How a request ends, which is alike however its bytes come.
    Parsed however(const std::string& bytes) {
        const auto whole = parse(bytes, bytes.size());
        for (std::size_t piece = 1; piece < bytes.size(); ++piece) {
            const auto other = parse(bytes, piece);
            EXPECT_EQ(other.progress, whole.progress) << piece;
            EXPECT_EQ(other.status, whole.status) << piece;
            if (whole.progress != Progress::done) continue;
            EXPECT_EQ(other.request.headers, whole.request.headers) << piece;
            EXPECT_EQ(other.request.body, whole.request.body) << piece;
        }
        return whole;
    }

    ServerLimits limits_;
    BodyBudget budget_{64};
    std::uint64_t most_ = 32;
};

TEST_F(Parser, ReadsARequestHoweverItsBytesCome) {
    const auto parsed = however(
        "\r\nPATCH /a%20b?c=d HTTP/1.1\r\nHost: here\r\nX-One: 1\r\nContent-Length: "
        "5\r\n\r\nhello");
    ASSERT_EQ(parsed.progress, Progress::done);
    EXPECT_EQ(parsed.request.method, Method::patch);
    EXPECT_EQ(parsed.request.target, "/a%20b?c=d");
    EXPECT_EQ(parsed.request.header("x-one"), "1");
    EXPECT_EQ(parsed.request.body, "hello");
}

TEST_F(Parser, ReadsChunksAndDropsTheirTrailers) {
    const auto parsed = however(
        "POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\nX-Late: 1\r\n\r\n");
    ASSERT_EQ(parsed.progress, Progress::done);
    EXPECT_EQ(parsed.request.body, "hello");
    EXPECT_EQ(parsed.request.header("x-late"), "");
}

TEST_F(Parser, RefusesWhatRequestsAreSmuggledBy) {
    const std::string begin = "POST / HTTP/1.1\r\nHost: here\r\n";
    for (const std::string fields :
         {"Content-Length: 1\r\nContent-Length: 1\r\n", "Content-Length: 1, 1\r\n",
          "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", "Host: there\r\n",
          "X: a\r\n b\r\n", "Content-Length: -1\r\n", "X : 1\r\n"})
        EXPECT_EQ(parse(begin + fields + "\r\n0\r\n\r\n", 1000).status, 400) << fields;
    EXPECT_EQ(parse("GET / HTTP/1.1\r\n\r\n", 1000).status, 400) << "no Host";
    EXPECT_EQ(parse(begin + "Transfer-Encoding: gzip\r\n\r\n", 1000).status, 501);
    EXPECT_EQ(parse(begin + "Content-Encoding: gzip\r\n\r\n", 1000).status, 415);
}

TEST_F(Parser, HoldsToItsLimitsAtTheirEdges) {
    const auto with_body = [](std::size_t bytes) {
        return "PUT / HTTP/1.1\r\nHost: here\r\nContent-Length: " + std::to_string(bytes) +
               "\r\n\r\n" + std::string(bytes, 'x');
    };
    EXPECT_EQ(parse(with_body(32), 1000).progress, Progress::done);
    EXPECT_EQ(parse(with_body(33), 1000).status, 413);
    const std::string get = "GET / HTTP/1.1\r\nHost: here\r\n\r\n";
    limits_.max_header_bytes = get.size();
    EXPECT_EQ(however(get).progress, Progress::done);
    limits_.max_header_bytes = get.size() - 1;
    EXPECT_EQ(however(get).status, 431);
    EXPECT_EQ(however("GET /" + std::string(100, 'a') + " HTTP/1.1\r\nHost: here\r\n\r\n").status,
              414);
}

TEST_F(Parser, GivesItsShareOfTheBudgetBack) {
    most_ = 64;
    const std::string put =
        "PUT / HTTP/1.1\r\nHost: here\r\nContent-Length: 40\r\n\r\n" + std::string(40, 'x');
    for (int i = 0; i < 3; ++i) EXPECT_EQ(parse(put, 1000).progress, Progress::done);
    ASSERT_TRUE(budget_.take(25));
    EXPECT_EQ(parse(put, 1000).status, 503);
    budget_.give_back(25);
    EXPECT_EQ(parse(put, 1000).progress, Progress::done);
}

}  // namespace
}  // namespace croquis::http
