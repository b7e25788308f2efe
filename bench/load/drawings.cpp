// croquis-bench-drawings: the drawings that every party of bench/run is sent. Prints one base64 PNG
// a line, each of another sketch, as a canvas gives them: RGBA, transparent or white, some sizes of
// canvas and pen. Deterministic.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <iostream>

#include "core/bytes.h"
#include "drawing/decode.h"
#include "drawing/strokes.h"
#include "learning/sketcher.h"

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

/// `side` 0: one of some usual canvases.
std::string draw(int side, learning::Random& random) {
    static constexpr std::array sides{160, 200, 240, 280};
    const auto& labels = learning::shape_labels();
    const auto strokes = learning::sketch(labels.at(pick(labels.size(), random)), random);
    if (side == 0) side = sides.at(pick(sides.size(), random));
    const drawing::Pen pen{random.uniform(2, 5)};
    const int margin = random.integer(10, 50);
    const auto canvas =
        on_canvas(drawing::rasterise(strokes, side, pen, margin), random.chance(0.5F));
    return to_base64(drawing::encode_png(canvas).value());
}

}  // namespace
}  // namespace croquis

int main(int argc, char** argv) {
    std::size_t count = 4096;
    std::uint64_t seed = 1;
    int side = 0;
    CLI::App program("Prints drawings as base64 PNG, one a line");
    program.add_option("--count", count, "Drawings")->capture_default_str();
    program.add_option("--seed", seed, "Another seed, other drawings")->capture_default_str();
    program.add_option("--side", side, "Longer side in pixels; 0 for some usual canvases")
        ->check(CLI::Range(0, 4096))
        ->capture_default_str();
    CLI11_PARSE(program, argc, argv);
    croquis::learning::Random random(seed);
    for (std::size_t i = 0; i < count; ++i) std::cout << croquis::draw(side, random) << '\n';
    return std::cout.good() ? 0 : 1;
}
