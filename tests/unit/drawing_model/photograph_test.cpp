#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <utility>

#include "drawing/normalise.h"
#include "drawing/strokes.h"

namespace croquis::drawing {
namespace {

const Strokes star{{{50, 0, 0}, {80, 95, 0}, {0, 35, 0}, {100, 35, 0}, {20, 95, 0}, {50, 0, 0}}};

/// No lamp lights all of a page alike.
double lamp(double x, double y) {
    return 225 - x / 8 - y / 16;
}

/// What a camera sees of a page: how bright the paper is at a place, and what the pen leaves of it.
struct Scene {
    std::function<double(double x, double y)> light = lamp;
    double pen = 0.2;  ///< of the paper
    float width = 6;   ///< of the pen
    /// Brightness where there is no page; none is below 0.
    std::function<double(double x, double y)> beside = [](double, double) { return -1.0; };
};

constexpr int frame_width = 420;
constexpr int frame_height = 320;

Image seen_from_above(const Image& sketch, const Scene& scene) {
    constexpr int left = 115, top = 65;
    Image photo{frame_width, frame_height, 3, {}};
    std::uint32_t random = 1;
    for (int y = 0; y < frame_height; ++y)
        for (int x = 0; x < frame_width; ++x) {
            double ink = 0;
            if (x >= left && x < left + sketch.width && y >= top && y < top + sketch.height)
                ink = 1 -
                      sketch.pixels[static_cast<std::size_t>((y - top) * sketch.width + x - left)] /
                          255.0;
            const double table = scene.beside(x, y);
            const double paper = scene.light(x, y) * (1 - ink * (1 - scene.pen));
            random = random * 1664525U + 1013904223U;
            const double grain = static_cast<double>(random >> 8U) / (1U << 24U) * 6 - 3;
            const double seen = (table >= 0 ? table : paper) + grain;
            for (int c = 0; c < 3; ++c)
                photo.pixels.push_back(
                    static_cast<std::uint8_t>(std::clamp(seen - 3 * c, 0.0, 255.0)));
        }
    return photo;
}

/// Mean difference, of 255, from what is seen of the drawing alone.
double apart(const Scene& scene) {
    const Image sketch = rasterise(star, 190, {scene.width}, 4);
    const auto wanted = normalise(sketch);
    const auto got = normalise(seen_from_above(sketch, scene));
    EXPECT_TRUE(wanted && got);
    if (!wanted || !got) return 255;
    double sum = 0;
    for (std::size_t i = 0; i < wanted->size(); ++i)
        sum += std::abs(int{(*wanted)[i]} - int{(*got)[i]});
    return sum / static_cast<double>(wanted->size());
}

/// Full light on one side of a line through the middle, `dark` of it on the other.
std::function<double(double, double)> half_in_shadow(double degrees, double dark, double soft) {
    const double angle = degrees * std::acos(-1.0) / 180;
    return [=](double x, double y) {
        const double off = (x - 200) * std::cos(angle) + (y - 160) * std::sin(angle);
        return lamp(x, y) * (1 - (1 - dark) * 0.5 * (1 + std::tanh(off / soft)));
    };
}

TEST(Photograph, MayHaveTheEdgeOfAShadowAcrossTheDrawing) {
    for (const double degrees : {0.0, 30.0, 90.0, 135.0})
        for (const double dark : {0.3, 0.5, 0.7})
            for (const double soft : {1.0, 4.0, 20.0})
                EXPECT_LT(apart({half_in_shadow(degrees, dark, soft)}), 12)
                    << dark << " of the light, at " << degrees << ", over " << soft;
}

TEST(Photograph, MayHaveAShadowWithinTheDrawing) {
    const auto hand = [](double x, double y) {
        const double off = std::hypot((x - 210) / 1.3, y - 150) - 70;
        return lamp(x, y) * (1 - 0.25 * (1 - std::tanh(off / 6)));
    };
    EXPECT_LT(apart({hand}), 12);
    EXPECT_LT(apart({hand, 0.4, 4}), 12);
}

/// The page's edge is left of the picture, and what lies under the page is seen through the holes.
std::function<double(double, double)> punched(int count, double table, double size) {
    return [=](double x, double y) {
        for (int i = 0; i < count; ++i)
            if (std::hypot(x - 22, y - 160 - 130 * (i - (count - 1) / 2.0)) < size / 2)
                return table;
        return -1.0;
    };
}

TEST(Photograph, MayBeOfAPunchedPage) {
    const auto even = [](double, double) { return 215.0; };
    for (const auto& light :
         {std::function<double(double, double)>(lamp), std::function<double(double, double)>(even)})
        for (const int count : {1, 2})
            for (const double table : {30.0, 60.0})
                for (const double size : {12.0, 18.0})
                    EXPECT_LT(apart({light, 0.2, 6, punched(count, table, size)}), 14)
                        << count << " holes of " << size << " on " << table;
}

TEST(Photograph, MayBeOfAPageTornFromASpiralPad) {
    const auto pad = [](double x, double y) {
        return std::hypot(x - 20, std::fmod(y, 16) - 8) < 5 ? 60.0 : -1.0;
    };
    for (const double pen : {0.2, 0.5}) EXPECT_LT(apart({lamp, pen, 6, pad}), 14) << pen;
}

TEST(Photograph, KeepsDotsThatAreNotAtTheEdge) {
    const auto dots = [](double x, double y) {
        return std::hypot(x - 190, y - 160) < 8 || std::hypot(x - 230, y - 160) < 8 ? 50.0 : -1.0;
    };
    const Image blank{190, 190, 1, std::vector<std::uint8_t>(std::size_t{190} * 190, 255)};
    const auto with = normalise(seen_from_above(blank, {lamp, 0.2, 6, dots}));
    ASSERT_TRUE(with);
    EXPECT_GT((*with)[model_side / 2 * model_side + 6], 200);
}

/// How much of the light is left where a hand with four straight fingers is in its way.
double hand_shade(double x, double y) {
    const bool palm = std::hypot(x - 330, y - 290) < 70;
    const bool finger = y > 150 && y < 260 && x > 270 && std::fmod(x - 270, 30) < 13;
    return palm || finger ? 0.5 : 1;
}

/// The same below a torn edge.
double torn_shade(double x, double y) {
    const double edge = 190 + 9 * std::sin(x / 6) + 6 * std::sin(x / 2.7) + 14 * std::sin(x / 31);
    return y > edge ? 0.5 : 1;
}

/// And where a phone is in its way, whose corners are on the page.
double phone_shade(double x, double y) {
    const double along = 0.8 * x + 0.6 * y, across = 0.8 * y - 0.6 * x;
    return along > 190 && across > -130 && across < 40 ? 0.5 : 1;
}

TEST(Photograph, MayHaveAShadowWithAHardAndRaggedEdge) {
    const auto lit = [](double (*shade)(double, double)) {
        return [=](double x, double y) { return lamp(x, y) * shade(x, y); };
    };
    for (const float width : {3.0F, 5.0F}) {
        EXPECT_LT(apart({lit(hand_shade), 0.2, width}), 14) << "hand, " << width;
        EXPECT_LT(apart({lit(torn_shade), 0.2, width}), 14) << "torn, " << width;
        EXPECT_LT(apart({lit(phone_shade), 0.2, width}), 14) << "phone, " << width;
    }
}

TEST(Photograph, MayBeOfFoldedPaper) {
    for (const double slope : {-0.03, 0.0, 0.02})
        for (const double dark : {0.15, 0.35}) {
            const auto folded = [=](double x, double y) {
                const double down = x - 190 - slope * y, across = y - 140 + slope * x;
                const double crease = std::exp(-down * down / 3) + std::exp(-across * across / 3);
                const double sides = (down > 0 ? 0.06 : 0) + (across > 0 ? 0.06 : 0);
                return lamp(x, y) * (1 - dark * std::min(1.0, crease)) * (1 - sides);
            };
            EXPECT_LT(apart({folded}), 12) << dark << " at " << slope;
        }
}

TEST(Photograph, KeepsALineThatRunsAcrossThePageInTheSamePen) {
    const auto evenly = [](double x, double y) {
        return std::abs(y - 300) < 2 ? 50.0 : lamp(x, y);  // drawn below the star
    };
    EXPECT_GT(apart({evenly}), 12);
}

TEST(Photograph, MayShowTheTableOnSomeSides) {
    const double turn = std::tan(15 * std::acos(-1.0) / 180);
    for (const double table : {30.0, 110.0}) {
        const auto left = [=](double x, double) { return x < 60 ? table : -1; };
        const auto three = [=](double x, double y) {
            return x < 30 || x > 395 || y < 25 ? table : -1;
        };
        const auto corner = [=](double x, double y) {
            return x + turn * y < 95 || y - turn * x < -60 ? table : -1;
        };
        const auto light = [](double x, double y) { return 190 + x / 20 + y / 30; };
        for (const auto& beside : {std::function<double(double, double)>(left),
                                   std::function<double(double, double)>(three),
                                   std::function<double(double, double)>(corner)})
            for (const double pen : {0.2, 0.6})
                EXPECT_LT(apart({light, pen, 6, beside}), 14) << table << ", pen " << pen;
    }
}

TEST(Photograph, MayBeOfAPageInLightThatIsNearlyEven) {
    for (const double fall : {0.0, 0.03}) {
        const auto light = [=](double x, double) { return 215 - fall * x; };
        const auto shaded = [=](double x, double y) {
            return light(x, y) * (x + y / 2 < 250 ? 0.55 : 1);
        };
        const auto table = [](double x, double) { return x < 60 ? 60.0 : -1; };
        EXPECT_LT(apart({shaded}), 12) << fall;
        EXPECT_LT(apart({light, 0.2, 6, table}), 12) << fall;
    }
}

/// What is filled with a thick pen, seen by a camera or not.
Image filled(int left, int grain) {
    Image picture{300, 300, 1, {}};
    std::uint32_t random = 1;
    for (int y = 0; y < 300; ++y)
        for (int x = 0; x < 300; ++x) {
            random = random * 1664525U + 1013904223U;
            const bool ink = x >= left && x < 220 && y >= 60 && y < 220;
            picture.pixels.push_back(static_cast<std::uint8_t>(
                (ink ? 60 : 245) - (grain > 0 ? static_cast<int>(random >> 8U) % grain : 0)));
        }
    return picture;
}

TEST(Photograph, IsNeitherAFilledShapeNorACanvasWithoutGrain) {
    for (const auto& [left, grain] : {std::pair{60, 0}, {60, 6}, {0, 0}}) {
        const auto input = normalise(filled(left, grain));
        ASSERT_TRUE(input);
        EXPECT_GT((*input)[model_side / 2 * model_side + model_side / 2], 200) << left;
    }
}

TEST(Photograph, MayBeOfAPencilInDimLight) {
    const auto dim = [](double x, double y) { return 105 + x / 20 + y / 20; };
    for (const double pencil : {0.6, 0.7, 0.78}) EXPECT_LT(apart({dim, pencil, 5}), 18) << pencil;
}

TEST(Photograph, OfABlankPageIsEmptyWhateverTheLight) {
    const Image blank{190, 190, 1, std::vector<std::uint8_t>(std::size_t{190} * 190, 255)};
    for (const double soft : {1.0, 20.0}) {
        const auto input = normalise(seen_from_above(blank, {half_in_shadow(30, 0.5, soft)}));
        EXPECT_FALSE(input) << soft;
    }
    const auto dim = [](double x, double) { return 100 + x / 10; };
    EXPECT_FALSE(normalise(seen_from_above(blank, {dim})));
}

TEST(Photograph, OfNothingIsNotWhatASmallScanShows) {
    for (const float width : {1.2F, 1.5F}) {
        const Strokes askew{{{4, 0}, {100, 2}, {96, 100}, {0, 98}, {4, 0}}};
        const Image scan = rasterise(askew, 28, Pen{width}, 1);
        EXPECT_TRUE(normalise(scan)) << width;
    }
}

TEST(Photograph, OfAnySizeIsRead) {
    for (const auto& [width, height] : {std::pair{1, 1},
                                        {5, 5},
                                        {28, 28},
                                        {64, 64},
                                        {127, 127},
                                        {128, 128},
                                        {200, 200},
                                        {300, 1},
                                        {3, 400},
                                        {200, 7},
                                        {9, 300}}) {
        Image photo{width, height, 1, {}};
        for (int y = 0; y < height; ++y)
            for (int x = 0; x < width; ++x)
                photo.pixels.push_back(static_cast<std::uint8_t>(
                    120 + 100 * (x + y) / (width + height) - (x == y ? 90 : 0) + (x + y) % 3));
        (void)normalise(photo);  // whatever it says, it says it
    }
}

}  // namespace
}  // namespace croquis::drawing
