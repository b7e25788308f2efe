#include "service/drawings/submissions.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "unit/service/use_cases.h"

namespace croquis::service {
namespace {

class SubmissionsTest : public UseCasesTest {};

TEST_F(SubmissionsTest, StoresEachOfManySubmissionsAtOnce) {
    std::vector<std::future<Result<SubmitAnswer>>> answers;
    for (int i = 0; i < 60; ++i) answers.push_back(submit(i));
    std::set<Uuid> ids;
    for (auto& answer : answers) {
        const auto got = answer.get();
        ASSERT_TRUE(got) << got.error().detail;
        EXPECT_FALSE(got->replayed);
        EXPECT_EQ(got->drawing.tag, got->drawing.prediction.tag);
        ids.insert(got->drawing.id);
    }
    EXPECT_EQ(ids.size(), 60u);
    EXPECT_EQ(count(), 60u);
}

TEST_F(SubmissionsTest, StoresAKeyOnceHoweverManySendItAtOnce) {
    std::vector<std::future<Result<SubmitAnswer>>> answers;
    for (int i = 0; i < 20; ++i) answers.push_back(submit(1, "the-same"));
    std::set<Uuid> ids;
    int fresh = 0;
    for (auto& answer : answers) {
        const auto got = answer.get();
        ASSERT_TRUE(got) << got.error().detail;
        fresh += got->replayed ? 0 : 1;
        ids.insert(got->drawing.id);
    }
    EXPECT_EQ(fresh, 1);
    EXPECT_EQ(ids.size(), 1u);
    const auto other = submit(2, "the-same").get();
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().kind, ErrorKind::conflict);
    EXPECT_EQ(count(), 1u);
}

/// A PNG with a comment after its header.
Bytes commented(Bytes png, std::string_view comment) {
    Bytes chunk{0, 0, 0, static_cast<std::uint8_t>(comment.size()), 't', 'E', 'X', 't'};
    chunk.insert(chunk.end(), comment.begin(), comment.end());
    chunk.insert(chunk.end(), 4, 0);  // a sum that nobody looks at
    constexpr std::ptrdiff_t header_end = 8 + 25;
    png.insert(png.begin() + header_end, chunk.begin(), chunk.end());
    return png;
}

TEST_F(SubmissionsTest, StoresThePictureWithoutWhatElseWasSent) {
    const auto sent = commented(square(1), "Author Marie");
    const auto first = ask(submissions_.submit({sent, {}, "test", "key", {}}));
    ASSERT_TRUE(first) << first.error().detail;
    const auto kept = ask(catalogue_.image(first->drawing.id));
    ASSERT_TRUE(kept);
    EXPECT_EQ(kept->bytes, square(1));
    EXPECT_EQ(kept->sha256, sha256(square(1)));
    EXPECT_EQ(first->drawing.sha256, sha256(square(1)));
    EXPECT_EQ(kept->media_type, "image/png");
    // The key stands for what was sent.
    EXPECT_TRUE(ask(submissions_.submit({sent, {}, "test", "key", {}}))->replayed);
    const auto other = ask(submissions_.submit({square(1), {}, "test", "key", {}}));
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().kind, ErrorKind::conflict);
}

TEST_F(SubmissionsTest, PreviewsWithoutStoring) {
    const auto preview = ask(submissions_.preview(square(3)));
    ASSERT_TRUE(preview);
    EXPECT_EQ(preview->top.front().tag, preview->prediction.tag);
    EXPECT_EQ(count(), 0u);
}

}  // namespace
}  // namespace croquis::service
