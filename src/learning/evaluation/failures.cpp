#include "learning/evaluation/failures.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "core/bytes.h"
#include "drawing/decode.h"
#include "learning/evaluation/markup.h"

namespace croquis::learning {
namespace {

std::string png_of(const drawing::ModelInput& input) {
    drawing::Image image{drawing::model_side, drawing::model_side, 1,
                         std::vector<std::uint8_t>(input.size())};
    std::transform(input.begin(), input.end(), image.pixels.begin(),
                   [](std::uint8_t ink) { return static_cast<std::uint8_t>(255 - ink); });
    const auto png = drawing::encode_png(image);
    return png ? to_base64(*png) : std::string();
}

}  // namespace

std::vector<Misclassified> failures_of(const std::vector<Outcome>& outcomes,
                                       const std::vector<drawing::ModelInput>& inputs,
                                       std::size_t most) {
    std::vector<std::size_t> order(outcomes.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::erase_if(order, [&](std::size_t i) { return outcomes[i].predicted == outcomes[i].label; });
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return outcomes[a].confidence > outcomes[b].confidence;
    });
    order.resize(std::min(order.size(), most));
    std::vector<Misclassified> failures;
    failures.reserve(order.size());
    for (const auto i : order) failures.push_back({outcomes[i], inputs[i]});
    return failures;
}

std::string failures_svg(const std::vector<Misclassified>& failures) {
    constexpr int columns = 12;
    constexpr int wide = 88;
    constexpr int high = 104;
    const int count = static_cast<int>(failures.size());
    const int rows = std::max(1, (count + columns - 1) / columns);
    std::string svg = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" "
        "font-family=\"sans-serif\" font-size=\"10\" role=\"img\" aria-label=\"Drawings that the "
        "model got wrong\"><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>",
        columns * wide, rows * high);
    for (int i = 0; i < count; ++i) {
        const auto& failure = failures[static_cast<std::size_t>(i)];
        const int x = i % columns * wide;
        const int y = i / columns * high;
        svg += fmt::format(
            "<g transform=\"translate({},{})\"><title>{}</title><image x=\"8\" y=\"2\" "
            "width=\"72\" height=\"72\" href=\"data:image/png;base64,{}\"/><text x=\"44\" "
            "y=\"84\" text-anchor=\"middle\">{}</text><text x=\"44\" y=\"97\" "
            "text-anchor=\"middle\" fill=\"#b3261e\">{} {:.0f} %</text></g>",
            x, y, escaped(failure.outcome.id), png_of(failure.input),
            escaped(failure.outcome.label), escaped(failure.outcome.predicted),
            100 * static_cast<double>(failure.outcome.confidence));
    }
    return svg + "</svg>";
}

}  // namespace croquis::learning
