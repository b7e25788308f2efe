#include "http/multipart.h"

#include <gtest/gtest.h>

#include <random>

namespace croquis::http {
namespace {

const std::string type = "multipart/form-data; boundary=XX";

std::string part(const std::string& name, const std::string& content,
                 const std::string& more_headers = "") {
    return "--XX\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n" + more_headers +
           "\r\n" + content + "\r\n";
}

ErrorKind kind_of(const std::string& content_type, const std::string& body,
                  const MultipartLimits& limits = {}) {
    const auto parts = parse_multipart(content_type, body, limits);
    return parts ? ErrorKind::internal : parts.error().kind;
}

TEST(Multipart, ReadsFieldsAndFiles) {
    const std::string bytes("\x89PNG\r\n\x1a\n\0--X\r\n--", 15);
    const std::string body =
        part("tag", "star") +
        "--XX\r\nContent-Type: image/png\r\n"
        "content-disposition: form-data; name=\"image\"; filename=\"a \\\"b\\\".png\"\r\n\r\n" +
        bytes + "\r\n" + part("empty", "") + "--XX--\r\n";
    const auto parts = parse_multipart(type, body);
    ASSERT_TRUE(parts) << parts.error().detail;
    ASSERT_EQ(parts->size(), 3U);
    EXPECT_EQ((*parts)[0].name, "tag");
    EXPECT_EQ((*parts)[0].content, "star");
    EXPECT_EQ((*parts)[0].content_type, "text/plain");
    EXPECT_EQ((*parts)[0].filename, "");
    EXPECT_EQ((*parts)[1].name, "image");
    EXPECT_EQ((*parts)[1].content, bytes);
    EXPECT_EQ((*parts)[1].content_type, "image/png");
    EXPECT_EQ((*parts)[1].filename, "a \"b\".png");
    EXPECT_EQ((*parts)[2].content, "");
}

TEST(Multipart, TakesQuotedBoundariesPreamblePaddingAndEpilogue) {
    const std::string body =
        "a preamble\r\n" + std::string("--XX \t\r\n") +
        "Content-Disposition: form-data; name=a\r\n\r\n1\r\n--XX--\r\nepilogue";
    const auto parts = parse_multipart("Multipart/Form-Data; charset=utf-8; Boundary=\"XX\"", body);
    ASSERT_TRUE(parts) << parts.error().detail;
    ASSERT_EQ(parts->size(), 1U);
    EXPECT_EQ(parts->front().name, "a");
    EXPECT_EQ(parts->front().content, "1");
}

TEST(Multipart, RefusesWhatIsNoForm) {
    EXPECT_EQ(kind_of("application/json", "{}"), ErrorKind::unsupported_media);
    EXPECT_EQ(kind_of("multipart/mixed; boundary=XX", part("a", "1") + "--XX--"),
              ErrorKind::unsupported_media);
    EXPECT_EQ(kind_of("multipart/form-data", part("a", "1")), ErrorKind::malformed);
    EXPECT_EQ(kind_of("multipart/form-data; boundary=", part("a", "1")), ErrorKind::malformed);
    EXPECT_EQ(kind_of("multipart/form-data; boundary=" + std::string(71, 'X'), ""),
              ErrorKind::malformed);
}

TEST(Multipart, RefusesBrokenFraming) {
    const std::string good = part("a", "1") + "--XX--";
    ASSERT_TRUE(parse_multipart(type, good));
    EXPECT_EQ(kind_of(type, ""), ErrorKind::malformed);
    EXPECT_EQ(kind_of(type, part("a", "1")), ErrorKind::malformed) << "cut short";
    for (std::size_t length = 0; length < good.size(); ++length)
        EXPECT_EQ(kind_of(type, good.substr(0, length)), ErrorKind::malformed) << length;
    EXPECT_EQ(kind_of(type, "--XX\r\nContent-Disposition: form-data\r\n\r\n1\r\n--XX--"),
              ErrorKind::malformed)
        << "no name";
    EXPECT_EQ(kind_of(type, "--XX\r\nContent-Disposition: attachment; name=a\r\n\r\n1\r\n--XX--"),
              ErrorKind::malformed);
    EXPECT_EQ(kind_of(type, "--XX\r\nno colon here\r\n\r\n1\r\n--XX--"), ErrorKind::malformed);
    EXPECT_EQ(kind_of(type, "--XXY\r\n\r\n1\r\n--XX--"), ErrorKind::malformed);
}

TEST(Multipart, HoldsEachLimitAtItsEdge) {
    MultipartLimits limits;
    limits.max_parts = 2;
    limits.max_part_bytes = 10;
    limits.max_part_header_bytes = 100;
    const std::string two = part("a", "1") + part("b", "2");
    EXPECT_TRUE(parse_multipart(type, two + "--XX--", limits));
    EXPECT_EQ(kind_of(type, two + part("c", "3") + "--XX--", limits), ErrorKind::too_large);

    EXPECT_TRUE(parse_multipart(type, part("a", std::string(10, 'x')) + "--XX--", limits));
    EXPECT_EQ(kind_of(type, part("a", std::string(11, 'x')) + "--XX--", limits),
              ErrorKind::too_large);

    const std::string own = "Content-Disposition: form-data; name=\"a\"\r\n\r\n";
    const auto filled = [&](std::size_t size) {
        return part("a", "1", "X: " + std::string(size - own.size() - 5, 'f') + "\r\n") + "--XX--";
    };
    EXPECT_TRUE(parse_multipart(type, filled(100), limits));
    EXPECT_EQ(kind_of(type, filled(101), limits), ErrorKind::too_large);
}

/// The same changed forms in every run: it must end, stay in bounds (the sanitizers watch), and
/// give views into the body alone.
TEST(Multipart, SurvivesForms) {
    std::mt19937 random(20261124);
    const std::string seed = part("image", std::string(200, 'i'), "Content-Type: image/png\r\n") +
                             part("tag", "star") + "--XX--\r\n";
    const std::string alphabet = "\r\n-X:;=\"\\ a\t\0%";
    int read = 0;
    for (int round = 0; round < 20000; ++round) {
        std::string body = seed;
        for (auto changes = 1 + random() % 6; changes > 0 && !body.empty(); --changes) {
            const auto at = random() % body.size();
            switch (random() % 4) {
                case 0:
                    body[at] = alphabet[random() % alphabet.size()];
                    break;
                case 1:
                    body.erase(at, 1 + random() % 8);
                    break;
                case 2:
                    body.insert(at, body.substr(random() % body.size(), random() % 16));
                    break;
                default:
                    body.resize(at + 1);
            }
        }
        const auto parts = parse_multipart(type, body);
        if (!parts) continue;
        ++read;
        for (const auto& one : *parts) {
            ASSERT_FALSE(one.name.empty());
            ASSERT_GE(one.content.data(), body.data());
            ASSERT_LE(one.content.data() + one.content.size(), body.data() + body.size());
        }
    }
    EXPECT_GT(read, 100);
}

}  // namespace
}  // namespace croquis::http
