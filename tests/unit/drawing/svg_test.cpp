#include "drawing/svg.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace croquis::drawing {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string svg_of(std::string_view strokes) {
    return to_svg(parse_strokes(strokes).value());
}

TEST(Svg, HasAPathAStrokeInTheirOrder) {
    const auto svg = svg_of("[[[0,236],[0,100],[0,5]],[[10.125,20],[30,40.5]]]");
    EXPECT_THAT(svg,
                StartsWith("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-4 -4 244 108\">"));
    EXPECT_THAT(svg, HasSubstr("stroke-width=\"4\""));
    EXPECT_THAT(svg, HasSubstr("<path d=\"M0 0L236 100\"/><path d=\"M10.13 30L20 40.5\"/>"));
    EXPECT_THAT(svg, testing::EndsWith("</g></svg>\n"));
}

TEST(Svg, DrawsADotAndAWidthlessLine) {
    EXPECT_THAT(svg_of("[[[5],[7]]]"), HasSubstr("<path d=\"M5 7h0\"/>"));
    EXPECT_THAT(svg_of("[[[5,5],[0,472]]]"), HasSubstr("viewBox=\"-3 -8 16 488\""));
}

TEST(Svg, TakesNegativeAndLargeCoordinates) {
    EXPECT_THAT(svg_of("[[[-1000000,1000000],[-0.001,0.001]]]"),
                HasSubstr("M-1000000 0L1000000 0"));
}

}  // namespace
}  // namespace croquis::drawing
