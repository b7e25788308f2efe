#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "drawing/ink_box.h"
#include "drawing/normalise.h"
#include "drawing/strokes.h"

namespace croquis::drawing {
namespace {

const Strokes drawn_house{
    {{0, 100, 0}, {0, 40, 0}, {40, 0, 0}, {80, 40, 0}, {80, 100, 0}, {0, 100, 0}}};
const Strokes drawn_square{{{0, 0, 0}, {100, 0, 0}, {100, 100, 0}, {0, 100, 0}, {0, 0, 0}}};

enum class Print { none, ruled, squared, seyes, dotted };

/// A scanned page: what is printed every `pitch` pixels in this colour, turned by so many degrees.
struct Page {
    Print print = Print::squared;
    double pitch = 20;
    double degrees = 0;
    std::array<int, 3> ink{130, 170, 225};
    int pen = 90;
    int frame = 0;  ///< pixels at each edge where nothing is printed
    int grain = 2;  ///< of the paper, at most
};

double cover(double distance, double half) {
    return std::clamp(half + 0.5 - std::abs(distance), 0.0, 1.0);
}

double from_line(double at, double pitch) {
    return at - pitch * std::round(at / pitch);
}

/// How much of a pixel is printed on, 0…1.
double printed(const Page& page, double x, double y) {
    const double across = cover(from_line(y, page.pitch), 1);
    const double upright = cover(from_line(x, page.pitch), 1);
    switch (page.print) {
        case Print::none:
            return 0;
        case Print::ruled:
            return std::max(across, cover(x - 60, 1.5));  // and a margin
        case Print::squared:
            return std::max(across, upright);
        case Print::seyes:
            return std::max({across, upright, 0.7 * cover(from_line(y, page.pitch / 4), 0.5)});
        case Print::dotted:
            return cover(std::hypot(from_line(x, page.pitch), from_line(y, page.pitch)), 1.5);
    }
    return 0;
}

constexpr int width = 420;
constexpr int height = 320;

Image scanned(const Image& sketch, const Page& page, int left = 115, int top = 65) {
    Image scan{width, height, 3, {}};
    const double angle = page.degrees * std::acos(-1.0) / 180;
    std::uint32_t random = 1;
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            random = random * 1664525U + 1013904223U;
            const bool in_frame = std::min({x, y, width - 1 - x, height - 1 - y}) < page.frame;
            const double print = in_frame
                                     ? 0
                                     : printed(page, std::cos(angle) * x + std::sin(angle) * y + 7,
                                               std::cos(angle) * y - std::sin(angle) * x + 5);
            double pen = 0;
            if (x >= left && x < left + sketch.width && y >= top && y < top + sketch.height)
                pen = 1 -
                      sketch.pixels[static_cast<std::size_t>((y - top) * sketch.width + x - left)] /
                          255.0;
            const int grain = page.grain > 0 ? static_cast<int>(random >> 8U) % page.grain : 0;
            for (const int ink : page.ink)
                scan.pixels.push_back(
                    static_cast<std::uint8_t>((252 - grain) * (1 - print * (1 - ink / 255.0)) *
                                              (1 - pen * (1 - page.pen / 255.0))));
        }
    return scan;
}

/// Mean difference of what is seen of two pictures, of 255.
double apart(const Image& a, const Image& b) {
    const auto of_a = normalise(a);
    const auto of_b = normalise(b);
    EXPECT_TRUE(of_a && of_b);
    if (!of_a || !of_b) return 255;
    double sum = 0;
    for (std::size_t i = 0; i < of_a->size(); ++i)
        sum += std::abs(int{(*of_a)[i]} - int{(*of_b)[i]});
    return sum / static_cast<double>(of_a->size());
}

const Image blank{1, 1, 1, {255}};

TEST(RuledPaper, IsTakenOutOfAScanWhateverIsPrintedAndHowItLies) {
    const Image sketch = rasterise(drawn_house, 190, {5}, 4);
    for (const Print print : {Print::ruled, Print::squared, Print::seyes, Print::dotted})
        for (const double degrees : {-4.0, -1.3, 0.0, 0.4, 2.0, 4.0})
            for (const double pitch : {16.0, 20.0, 27.5, 40.0}) {
                if (print == Print::seyes && pitch < 27) continue;  // fine lines of seven pixels
                EXPECT_LT(apart(sketch, scanned(sketch, {print, pitch, degrees})), 18)
                    << static_cast<int>(print) << " every " << pitch << " pixels at " << degrees;
            }
}

TEST(RuledPaper, MayBeAsDarkAsThePen) {
    const Image sketch = rasterise(drawn_house, 190, {5}, 4);
    for (const int grey : {60, 90, 120, 160, 200})
        for (const Print print : {Print::ruled, Print::squared})
            EXPECT_LT(apart(sketch, scanned(sketch, {print, 24, 1, {grey, grey, grey}, 100})), 16)
                << static_cast<int>(print) << " in " << grey;
}

TEST(RuledPaper, KeepsWhatIsDrawnAlongItsLines) {
    // 160 pixels a side, from line to line.
    const Image sketch = rasterise(drawn_square, 166, {5}, 3);
    EXPECT_LT(
        apart(sketch, scanned(sketch, {Print::squared, 20, 0}, 20 * 6 - 7 - 3, 20 * 3 - 5 - 3)),
        16);
}

TEST(RuledPaper, KeepsWhatIsDrawnBesideItsLines) {
    struct Case {
        float slant, height, pen;
        int top;
    };
    for (const auto& [slant, h, pen, top] :
         {Case{6, 63, 7, 50}, Case{6, 63, 7, 75}, Case{4, 48, 12, 65}, Case{2, 64, 7, 70}}) {
        const Strokes leaning{
            {{0, 0, 0}, {100, slant, 0}, {97, h + slant, 0}, {-3, h, 0}, {0, 0, 0}}};
        const Image sketch = rasterise(leaning, 260, {pen}, 8);
        const Page page{Print::squared, 40, 0, {140, 200, 160}, 20};
        EXPECT_LT(apart(sketch, scanned(sketch, page, 70, top)), 5) << slant << " at " << top;
    }
}

TEST(RuledPaper, EndsBeforeThePictureDoes) {
    const Image sketch = rasterise(drawn_house, 190, {5}, 4);
    for (const Print print : {Print::ruled, Print::squared, Print::dotted})
        EXPECT_LT(apart(sketch, scanned(sketch, {print, 20, 0, {130, 170, 225}, 90, 12, 0})), 16)
            << static_cast<int>(print);
}

TEST(RuledPaper, WithNothingDrawnOnItIsEmpty) {
    for (const Print print :
         {Print::none, Print::ruled, Print::squared, Print::seyes, Print::dotted})
        for (const double degrees : {-3.0, 0.0, 0.4, 2.0})
            for (const int frame : {0, 12}) {
                if (frame > 0 && degrees != 0) continue;  // print is askew with its frame
                const auto input =
                    normalise(scanned(blank, {print, 20, degrees, {130, 170, 225}, 255, frame}));
                ASSERT_FALSE(input) << static_cast<int>(print) << " at " << degrees;
                EXPECT_EQ(input.error().kind, ErrorKind::invalid);
                EXPECT_EQ(input.error().field, "image");
            }
}

TEST(RuledPaper, IsNoPartOfTheInksBox) {
    const Image sketch = rasterise(drawn_house, 190, {5}, 4);
    const auto alone = ink_box(sketch);
    const auto found = ink_box(scanned(sketch, {Print::squared, 20, 0, {130, 170, 225}, 40}));
    ASSERT_TRUE(alone && found);
    EXPECT_NEAR(found->x, alone->x + 115, 3);
    EXPECT_NEAR(found->y, alone->y + 65, 3);
    EXPECT_NEAR(found->width, alone->width, 4);
    EXPECT_NEAR(found->height, alone->height, 4);
}

/// Parallel lines as somebody draws them.
Strokes hatching(int lines, float wobble) {
    Strokes strokes;
    for (int i = 0; i < lines; ++i) {
        const auto y = static_cast<float>(10 * i);
        strokes.push_back({{0, y, 0}, {50, y + wobble, 0}, {100, y - wobble, 0}});
    }
    return strokes;
}

TEST(RuledPaper, IsNotWhatSomebodyDraws) {
    for (const int lines : {4, 5, 7}) {
        const Image sketch = rasterise(hatching(lines, 0), 256, {4}, 10);
        const auto input = normalise(sketch);
        ASSERT_TRUE(input);
        EXPECT_GT(std::count_if(input->begin(), input->end(), [](int v) { return v > 128; }),
                  30 * lines);
    }
}

}  // namespace
}  // namespace croquis::drawing
