// croquis-bench-drawings: the drawings that every party of bench/run is sent. Prints one base64 PNG
// a line, each of another sketch: as the page sends them (256 x 256, grey, or RGB with a coloured
// pen: web/src/features/draw/png.ts), or as a canvas gives them (RGBA, transparent or white, some
// sizes); or the strokes alone, as Quick, Draw! publishes them. Deterministic.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cmath>
#include <iostream>
#include <string>
#include <utility>

#include "core/bytes.h"
#include "drawing/decode.h"
#include "drawing/strokes.h"
#include "learning/synthesis/sketcher.h"

namespace croquis {
namespace {

drawing::Image on_canvas(const drawing::Image& ink, bool transparent) {
    drawing::Image canvas{ink.width, ink.height, 4, {}};
    canvas.pixels.reserve(ink.pixels.size() * 4);
    for (const std::uint8_t grey : ink.pixels) {
        const std::uint8_t colour = transparent ? 0 : grey;
        const auto alpha = static_cast<std::uint8_t>(transparent ? 255 - grey : 255);
        canvas.pixels.insert(canvas.pixels.end(), {colour, colour, colour, alpha});
    }
    return canvas;
}

std::size_t pick(std::size_t count, learning::Random& random) {
    return static_cast<std::size_t>(random.integer(0, static_cast<int>(count) - 1));
}

/// The ink somewhere on a white square.
drawing::Image on_square(const drawing::Image& ink, int side, learning::Random& random) {
    drawing::Image square{side, side, 1, Bytes(static_cast<std::size_t>(side) * side, 255)};
    const auto left = random.integer(0, side - ink.width);
    const auto top = random.integer(0, side - ink.height);
    for (int y = 0; y < ink.height; ++y)
        std::copy_n(ink.pixels.begin() + static_cast<std::ptrdiff_t>(y) * ink.width, ink.width,
                    square.pixels.begin() + static_cast<std::ptrdiff_t>(top + y) * side + left);
    return square;
}

drawing::Image coloured(const drawing::Image& ink, learning::Random& random) {
    std::array<int, 3> pen{};
    for (int& channel : pen) channel = random.integer(0, 200);
    drawing::Image picture{ink.width, ink.height, 3, {}};
    picture.pixels.reserve(ink.pixels.size() * 3);
    for (const std::uint8_t grey : ink.pixels)
        for (const int channel : pen)
            picture.pixels.push_back(
                static_cast<std::uint8_t>(channel + (255 - channel) * grey / 255));
    return picture;
}

drawing::Strokes any_sketch(learning::Random& random) {
    const auto& labels = learning::shape_labels();
    return learning::sketch(labels.at(pick(labels.size(), random)), random);
}

drawing::Image as_page(learning::Random& random) {
    constexpr int side = 256;
    const auto strokes = any_sketch(random);
    const drawing::Pen pen{random.uniform(3, 8)};
    const auto ink = drawing::rasterise(strokes, random.integer(120, side), pen, 10);
    auto square = on_square(ink, side, random);
    return random.chance(0.2F) ? coloured(square, random) : square;
}

/// `side` 0: one of some usual canvases.
drawing::Image as_canvas(int side, learning::Random& random) {
    static constexpr std::array sides{160, 200, 240, 280};
    const auto strokes = any_sketch(random);
    if (side == 0) side = sides.at(pick(sides.size(), random));
    const drawing::Pen pen{random.uniform(2, 5)};
    const int margin = random.integer(10, 50);
    return on_canvas(drawing::rasterise(strokes, side, pen, margin), random.chance(0.5F));
}

/// A line of Quick, Draw!'s simplified form.
std::string as_strokes(std::size_t number, learning::Random& random) {
    const auto& labels = learning::shape_labels();
    const auto& label = labels.at(pick(labels.size(), random));
    boost::json::array strokes;
    for (const auto& stroke : learning::sketch(label, random)) {
        boost::json::array x, y;
        for (const auto& point : stroke) {
            x.emplace_back(std::lround(point.x));
            y.emplace_back(std::lround(point.y));
        }
        strokes.emplace_back(boost::json::array{std::move(x), std::move(y)});
    }
    return boost::json::serialize(boost::json::object{
        {"key_id", std::to_string(number)}, {"word", label}, {"drawing", std::move(strokes)}});
}

}  // namespace
}  // namespace croquis

int main(int argc, char** argv) {
    std::size_t count = 4096;
    std::uint64_t seed = 1;
    int side = 0;
    std::string kind = "page";
    CLI::App program("Prints drawings as base64 PNG or as strokes, one a line");
    program.add_option("--count", count, "Drawings")->capture_default_str();
    program.add_option("--seed", seed, "Another seed, other drawings")->capture_default_str();
    program.add_option("--as", kind, "Who made the pictures, or strokes")
        ->check(CLI::IsMember({"page", "canvas", "strokes"}))
        ->capture_default_str();
    program
        .add_option("--side", side,
                    "With --as canvas: longer side in pixels; 0 for some usual canvases")
        ->check(CLI::Range(0, 4096))
        ->capture_default_str();
    CLI11_PARSE(program, argc, argv);
    croquis::learning::Random random(seed);
    for (std::size_t i = 0; i < count; ++i) {
        if (kind == "strokes") {
            std::cout << croquis::as_strokes(i, random) << '\n';
            continue;
        }
        const auto picture =
            kind == "page" ? croquis::as_page(random) : croquis::as_canvas(side, random);
        std::cout << croquis::to_base64(croquis::drawing::encode_png(picture).value()) << '\n';
    }
    return std::cout.good() ? 0 : 1;
}
