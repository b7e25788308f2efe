#include "drawing/strokes.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace croquis::drawing {
namespace {

std::string many_strokes(std::size_t count) {
    std::string text = "[";
    for (std::size_t i = 0; i < count; ++i) text += i == 0 ? "[[1],[2]]" : ",[[1],[2]]";
    return text + "]";
}

std::string one_stroke(std::size_t points) {
    std::string axis = "[";
    for (std::size_t i = 0; i < points; ++i) axis += i == 0 ? "1" : ",1";
    axis += "]";
    return "[[" + axis + "," + axis + "]]";
}

TEST(ParseStrokes, ReadsPointsWithAndWithoutTimes) {
    const auto strokes = parse_strokes("[[[1,2.5],[3,-4],[0,16]],[[7],[8]]]");
    ASSERT_TRUE(strokes);
    ASSERT_EQ(strokes->size(), 2U);
    ASSERT_EQ((*strokes)[0].size(), 2U);
    EXPECT_FLOAT_EQ((*strokes)[0][1].x, 2.5F);
    EXPECT_FLOAT_EQ((*strokes)[0][1].y, -4);
    EXPECT_FLOAT_EQ((*strokes)[0][1].t, 16);
    EXPECT_FLOAT_EQ((*strokes)[1][0].t, 0);
}

TEST(ParseStrokes, AcceptsNoStrokesAtAll) {
    const auto strokes = parse_strokes("[]");
    ASSERT_TRUE(strokes);
    EXPECT_TRUE(strokes->empty());
}

TEST(ParseStrokes, RefusesWhatIsNotJson) {
    for (const auto* text : {"", "[", "[[[1],[2]]", "[[[1],[2]]] x", "[[[NaN],[1]]]"}) {
        const auto strokes = parse_strokes(text);
        ASSERT_FALSE(strokes) << text;
        EXPECT_EQ(strokes.error().kind, ErrorKind::malformed) << text;
    }
}

/// Whole numbers without a space between are read in a way of their own.
TEST(ParseStrokes, ReadsEveryWayOfWritingAlike) {
    const auto points_of = [](std::string_view text) {
        std::vector<std::vector<float>> all;
        for (const auto& stroke : parse_strokes(text).value()) {
            all.emplace_back();
            for (const auto& point : stroke)
                all.back().insert(all.back().end(), {point.x, point.y, point.t});
        }
        return all;
    };
    const std::vector<std::vector<float>> points{{0, -5, 0, 1000000, 80, 16}, {7, 0, 0}};
    for (const auto* text :
         {"[[[0,1000000],[-5,80],[0,16]],[[7],[0]]]", "[[[-0,1000000],[-5,80],[0,16]],[[7],[0]]]",
          "[[[0,1e6],[-5.0,80],[0,16]],[[7],[0]]]",
          " [ [[0, 1000000],[-5,80],[0,16]], [[7],[0]]]\n"})
        EXPECT_EQ(points_of(text), points) << text;
    for (const auto* text :
         {"[[[01],[2]]]", "[[[1],[2]],]", "[[[1],[-]]]", "[[[1,],[2]]]", "[[[1],[2]]]]"})
        EXPECT_EQ(parse_strokes(text).error().kind, ErrorKind::malformed) << text;
    for (const auto* text : {"[[[1000001],[2]]]", "[[[1],[2],[1000000001]]]",
                             "[[[1],[123456789012345678901234567890]]]"})
        EXPECT_EQ(parse_strokes(text).error().kind, ErrorKind::invalid) << text;
}

TEST(ParseStrokes, RefusesDeepNestingAsMalformed) {
    const auto strokes = parse_strokes(std::string(10'000, '['));
    ASSERT_FALSE(strokes);
    EXPECT_EQ(strokes.error().kind, ErrorKind::malformed);
}

TEST(ParseStrokes, NamesTheStrokeAtFault) {
    for (const auto* bad : {"5", "[]", "[[1]]", "[[],[]]", "[[1],[2,3]]", "[[1],[2],[3,4]]",
                            "[[1],[2],[3],[4]]", "[[\"1\"],[2]]", "[[null],[2]]", "[1,2]"}) {
        const auto strokes = parse_strokes("[[[1],[2]]," + std::string(bad) + "]");
        ASSERT_FALSE(strokes) << bad;
        EXPECT_EQ(strokes.error().kind, ErrorKind::invalid) << bad;
        EXPECT_EQ(strokes.error().field, "strokes/1") << bad;
    }
}

TEST(ParseStrokes, KeepsCoordinatesWithinAMillion) {
    EXPECT_TRUE(parse_strokes("[[[1000000],[-1000000]]]"));
    EXPECT_FALSE(parse_strokes("[[[1000000.5],[0]]]"));
    EXPECT_FALSE(parse_strokes("[[[0],[-1e300]]]"));
    EXPECT_FALSE(parse_strokes("[[[0],[0],[1e10]]]"));
}

TEST(ParseStrokes, LimitsStrokesAndPointsAtTheirEdges) {
    const StrokeLimits limits{3, 10};
    EXPECT_TRUE(parse_strokes(many_strokes(3), limits));
    const auto strokes = parse_strokes(many_strokes(4), limits);
    ASSERT_FALSE(strokes);
    EXPECT_EQ(strokes.error().kind, ErrorKind::too_large);
    EXPECT_TRUE(parse_strokes(one_stroke(10), limits));
    const auto points = parse_strokes(one_stroke(11), limits);
    ASSERT_FALSE(points);
    EXPECT_EQ(points.error().kind, ErrorKind::too_large);
}

TEST(ParseStrokes, RefusesWhatIsNotAList) {
    const auto strokes = parse_strokes("{}");
    ASSERT_FALSE(strokes);
    EXPECT_EQ(strokes.error().field, "strokes");
}

TEST(PlainStrokes, AreTheSameValueWhateverWroteThem) {
    const auto plain = plain_strokes("[[[0,2880],[-1,9.5]]]");
    for (const char* text : {"[[[0.0,2.88E3],[-1.0,9.5E0]]]", "[[[-0.0, 288e1],[-1,9.50]]]"})
        EXPECT_EQ(plain_strokes(text), plain) << text;
    EXPECT_NE(plain_strokes("[[[0,2880],[-1,9.25]]]"), plain);
    EXPECT_TRUE(plain_strokes("[[[").is_null());
    EXPECT_TRUE(plain_strokes("").is_null());
}

}  // namespace
}  // namespace croquis::drawing
