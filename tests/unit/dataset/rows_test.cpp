#include "learning/dataset/rows.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace croquis::dataset {
namespace {

Row full(int number) {
    Row row;
    row.picture = fmt::format("circle/{}.png", number);
    auto& record = row.record;
    record.place = fmt::format("labels.csv:{}", number);
    record.image = {0, 1, 255};
    record.strokes = std::string("[\0]", 3);
    record.labels = {"circle", ""};
    record.disagreed = true;
    record.suggestions = {{"star", 0.25F, "m"}, {"arrow", std::nullopt, ""}};
    record.reviewed =
        Reviewed{"zoé", Timestamp(std::chrono::microseconds(number)), "accepted", true};
    record.label_then = "";
    record.id = Uuid::v7();
    record.external_id = std::string(200, 'x');
    record.file_name = "a/b.png";
    record.created_at = Timestamp(std::chrono::microseconds(-1));
    record.pseudonym = "p";
    record.source = "s";
    return row;
}

void expect_same(const Row& is, const Row& wanted) {
    EXPECT_EQ(is.picture, wanted.picture);
    const auto& a = is.record;
    const auto& b = wanted.record;
    EXPECT_EQ(a.place, b.place);
    EXPECT_EQ(a.image, b.image);
    EXPECT_EQ(a.strokes, b.strokes);
    EXPECT_EQ(a.labels, b.labels);
    EXPECT_EQ(a.disagreed, b.disagreed);
    ASSERT_EQ(a.suggestions.size(), b.suggestions.size());
    for (std::size_t i = 0; i < a.suggestions.size(); ++i) {
        EXPECT_EQ(a.suggestions[i].label, b.suggestions[i].label);
        EXPECT_EQ(a.suggestions[i].confidence, b.suggestions[i].confidence);
        EXPECT_EQ(a.suggestions[i].model, b.suggestions[i].model);
    }
    ASSERT_EQ(a.reviewed.has_value(), b.reviewed.has_value());
    if (a.reviewed) {
        EXPECT_EQ(a.reviewed->by, b.reviewed->by);
        EXPECT_EQ(a.reviewed->at, b.reviewed->at);
        EXPECT_EQ(a.reviewed->kind, b.reviewed->kind);
        EXPECT_EQ(a.reviewed->bulk, b.reviewed->bulk);
    }
    EXPECT_EQ(a.label_then, b.label_then);
    EXPECT_EQ(a.id, b.id);
    EXPECT_EQ(a.external_id, b.external_id);
    EXPECT_EQ(a.file_name, b.file_name);
    EXPECT_EQ(a.created_at, b.created_at);
    EXPECT_EQ(a.pseudonym, b.pseudonym);
    EXPECT_EQ(a.source, b.source);
}

TEST(Rows, ComeBackAsTheyWere) {
    Rows rows;
    const std::vector<Row> some{full(1), Row(), full(2)};
    for (const auto& row : some) rows.add(row);
    ASSERT_EQ(rows.size(), some.size());
    for (const std::size_t i : {2, 0, 1, 1}) expect_same(rows.read(i), some[i]);
}

TEST(Rows, ComeBackInAnyOrderWhetherPackedOrNot) {
    constexpr std::size_t count = 1000;
    Rows rows;
    std::vector<Row> all;
    for (std::size_t i = 0; i < count; ++i) {
        all.push_back(full(static_cast<int>(i)));
        if (i % 100 == 0) all.back().record.image = Bytes(100'000 + i, 7);  // alone fills a block
        rows.add(all.back());
    }
    EXPECT_GT(rows.packed_bytes(), 0U);
    for (std::size_t i = 0; i < count; ++i) expect_same(rows.read(i), all[i]);
    for (std::size_t i = 0; i < count; ++i) {
        const auto number = i * 7 % count;
        expect_same(rows.read(number), all[number]);
    }
}

TEST(Rows, AreAddedBehindOthersAndMoved) {
    Rows one;
    Rows other;
    EXPECT_TRUE(one.empty());
    for (int i = 0; i < 300; ++i) (i < 150 ? one : other).add(full(i));
    one.add(std::move(other));
    Rows moved = std::move(one);
    ASSERT_EQ(moved.size(), 300U);
    for (int i = 299; i >= 0; --i)
        EXPECT_EQ(moved.read(static_cast<std::size_t>(i)).record.place,
                  fmt::format("labels.csv:{}", i));
}

TEST(Rows, TakeLittleMoreThanWhatIsOneOfAKindInEach) {
    Rows rows;
    constexpr std::size_t count = 20'000;
    for (std::size_t i = 0; i < count; ++i) {
        auto row = full(static_cast<int>(i));
        row.record.image.clear();
        rows.add(row);
    }
    EXPECT_LT(rows.packed_bytes(), count * 80);  // of some 350 bytes, and 700 as objects
}

TEST(Problems, ComeBackInTheirOrderAsWhatTheyWere) {
    Problems problems;
    Problems more;
    for (int i = 0; i < 1000; ++i) {
        problems.add(Rejected{fmt::format("x.json, item {}", i), "The item names no picture."});
        more.add(Remark{fmt::format("y.json, item {}", i), "A remark."});
    }
    problems.add(std::move(more));
    ASSERT_EQ(problems.size(), 2000U);
    for (std::size_t i = 0; i < 1000; ++i) {
        const auto first = problems.read(i);
        ASSERT_TRUE(std::holds_alternative<Rejected>(first));
        EXPECT_EQ(std::get<Rejected>(first).place, fmt::format("x.json, item {}", i));
        EXPECT_EQ(std::get<Rejected>(first).reason, "The item names no picture.");
        const auto second = problems.read(1000 + i);
        ASSERT_TRUE(std::holds_alternative<Remark>(second));
        EXPECT_EQ(std::get<Remark>(second).place, fmt::format("y.json, item {}", i));
        EXPECT_EQ(std::get<Remark>(second).text, "A remark.");
    }
}

}  // namespace
}  // namespace croquis::dataset
