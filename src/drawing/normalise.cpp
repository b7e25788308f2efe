#include "drawing/normalise.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <vector>

namespace croquis::drawing {
namespace {

constexpr int margin = 3;             // of the model's square, in its pixels
constexpr int min_contrast = 24;      // of 255: less than this is no ink
constexpr int background_noise = 12;  // of 255: what a clean canvas stays within
constexpr int photo_side = 512;  // photographs are reduced to this before their paper is taken away

using Colour = std::array<std::uint8_t, 4>;

const std::uint8_t* pixel(const Image& image, int x, int y) {
    return image.pixels.data() +
           (static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) +
            static_cast<std::size_t>(x)) *
               static_cast<std::size_t>(image.channels);
}

/// The median of the outermost pixels, channel by channel: what was drawn on.
Colour background(const Image& image) {
    std::array<std::array<int, 256>, 4> histogram{};
    int count = 0;
    const auto add = [&](int x, int y) {
        const auto* p = pixel(image, x, y);
        for (int c = 0; c < image.channels; ++c) ++histogram[static_cast<std::size_t>(c)][p[c]];
        ++count;
    };
    for (int x = 0; x < image.width; ++x) {
        add(x, 0);
        add(x, image.height - 1);
    }
    for (int y = 0; y < image.height; ++y) {
        add(0, y);
        add(image.width - 1, y);
    }
    Colour median{};
    for (std::size_t c = 0; c < static_cast<std::size_t>(image.channels); ++c)
        for (int sum = 0, v = 0; v < 256; ++v) {
            sum += histogram[c][static_cast<std::size_t>(v)];
            if (2 * sum >= count) {
                median[c] = static_cast<std::uint8_t>(v);
                break;
            }
        }
    return median;
}

/// How far each pixel is from the background, in the channel where it is furthest: a yellow pen on
/// white is as dark as a black one. C is known at compile time so that the loop is vectorised.
template <int C>
void distance(const Image& image, const Colour& from, cv::Mat& ink) {
    const std::size_t count = image.pixels.size() / C;
    const std::uint8_t* in = image.pixels.data();
    std::uint8_t* out = ink.data;
    for (std::size_t i = 0; i < count; ++i) {
        int furthest = 0;
        for (int c = 0; c < C; ++c)
            furthest = std::max(furthest, std::abs(in[i * C + static_cast<std::size_t>(c)] -
                                                   from[static_cast<std::size_t>(c)]));
        out[i] = static_cast<std::uint8_t>(furthest);
    }
}

/// On a transparent canvas what is opaque is ink, whatever its colour.
void take_alpha(const Image& image, cv::Mat& ink) {
    const auto channels = static_cast<std::size_t>(image.channels);
    for (std::size_t i = 0; i < ink.total(); ++i)
        ink.data[i] = image.pixels[i * channels + channels - 1];
}

cv::Mat find_ink(const Image& image) {
    cv::Mat ink(image.height, image.width, CV_8UC1);
    const Colour from = background(image);
    const bool has_alpha = image.channels == 2 || image.channels == 4;
    if (has_alpha && from[static_cast<std::size_t>(image.channels - 1)] < 128) {
        take_alpha(image, ink);
        return ink;
    }
    switch (image.channels) {
        case 1:
            distance<1>(image, from, ink);
            break;
        case 2:
            distance<2>(image, from, ink);
            break;
        case 3:
            distance<3>(image, from, ink);
            break;
        default:
            distance<4>(image, from, ink);
            break;
    }
    return ink;
}

/// A canvas is its background almost everywhere; a photographed page is nowhere one colour.
bool is_photograph(const cv::Mat& ink) {
    std::size_t quiet = 0;
    for (std::size_t i = 0; i < ink.total(); ++i)
        quiet += ink.data[i] <= background_noise ? 1U : 0U;
    return 2 * quiet < ink.total();
}

/// Takes the paper away: its brightness, which changes slowly over the page, is the closing of the
/// picture by a window wider than a pen line; what is darker than it is ink. Otsu's threshold
/// (1979) decides how much.
cv::Mat ink_of_photograph(const Image& image) {
    const int type = CV_MAKETYPE(CV_8U, image.channels);
    // The pixels are only read; cv::Mat has no view of constant data.
    const cv::Mat whole(image.height, image.width, type,
                        const_cast<std::uint8_t*>(image.pixels.data()));
    cv::Mat grey;
    if (image.channels == 1)
        grey = whole;
    else if (image.channels == 2)
        cv::extractChannel(whole, grey, 0);
    else
        cv::cvtColor(whole, grey, image.channels == 3 ? cv::COLOR_RGB2GRAY : cv::COLOR_RGBA2GRAY);
    const double scale =
        std::min(1.0, static_cast<double>(photo_side) / std::max(grey.cols, grey.rows));
    cv::Mat page;
    cv::resize(grey, page, {}, scale, scale, cv::INTER_AREA);
    cv::GaussianBlur(page, page, {3, 3}, 0);
    const int window = (std::max(page.cols, page.rows) / 12) | 1;
    cv::Mat paper;
    cv::morphologyEx(page, paper, cv::MORPH_CLOSE,
                     cv::getStructuringElement(cv::MORPH_RECT, {window, window}));
    cv::blur(paper, paper, {window, window});
    cv::Mat ink;
    cv::subtract(paper, page, ink);
    const double threshold = std::max(20.0, cv::threshold(ink, cv::Mat(), 0, 255, cv::THRESH_OTSU));
    cv::Mat mask;
    cv::threshold(ink, mask, threshold, 255, cv::THRESH_BINARY);
    // Specks of paper grain go; the pen's lines are long.
    cv::Mat labels, stats, centroids;
    const int count = cv::connectedComponentsWithStats(mask, labels, stats, centroids, 8);
    const int speck = std::max(6, page.cols * page.rows / 20000);
    for (int i = 1; i < count; ++i)
        if (stats.at<int>(i, cv::CC_STAT_AREA) < speck) mask.setTo(0, labels == i);
    return mask;
}

struct Extent {
    cv::Rect box;
    int peak = 0;
};

/// The box around all that is at least half as dark as the darkest ink.
std::optional<Extent> extent(const cv::Mat& ink) {
    double peak = 0;
    cv::minMaxLoc(ink, nullptr, &peak);
    if (peak < min_contrast) return std::nullopt;
    const int threshold = std::max(min_contrast, static_cast<int>(peak) / 3);
    std::vector<std::uint8_t> columns(static_cast<std::size_t>(ink.cols), 0);
    int top = -1;
    int bottom = -1;
    for (int y = 0; y < ink.rows; ++y) {
        const std::uint8_t* row = ink.ptr(y);
        std::uint8_t darkest = 0;
        for (int x = 0; x < ink.cols; ++x) {
            columns[static_cast<std::size_t>(x)] =
                std::max(columns[static_cast<std::size_t>(x)], row[x]);
            darkest = std::max(darkest, row[x]);
        }
        if (darkest < threshold) continue;
        if (top < 0) top = y;
        bottom = y;
    }
    const auto dark = [&](std::uint8_t v) { return v >= threshold; };
    const auto left = std::find_if(columns.begin(), columns.end(), dark) - columns.begin();
    const auto right = columns.rend() - std::find_if(columns.rbegin(), columns.rend(), dark);
    return Extent{
        cv::Rect(static_cast<int>(left), top, static_cast<int>(right - left), bottom - top + 1),
        static_cast<int>(peak)};
}

/// Lines thinner than a pixel of the model's square come out faint; this makes the darker ink black
/// again.
void even_out(ModelInput& input) {
    std::array<int, 256> histogram{};
    int inked = 0;
    for (const auto v : input)
        if (v > 8) {
            ++histogram[v];
            ++inked;
        }
    if (inked == 0) return;
    int dark = 255;
    for (int sum = 0; dark > 9; --dark) {
        sum += histogram[static_cast<std::size_t>(dark)];
        if (10 * sum >= 3 * inked) break;
    }
    const int gain = 255 * 256 / dark;
    for (auto& v : input) v = static_cast<std::uint8_t>(std::min(255, v * gain / 256));
}

ModelInput fit(const cv::Mat& ink, const Extent& extent) {
    constexpr int room = model_side - 2 * margin;
    const int longest = std::max(extent.box.width, extent.box.height);
    const double scale = static_cast<double>(room) / longest;
    const cv::Size size(std::max(1, static_cast<int>(std::lround(extent.box.width * scale))),
                        std::max(1, static_cast<int>(std::lround(extent.box.height * scale))));
    ModelInput input{};
    cv::Mat square(model_side, model_side, CV_8UC1, input.data());
    cv::Mat place = square(cv::Rect((model_side - size.width) / 2, (model_side - size.height) / 2,
                                    size.width, size.height));
    cv::resize(ink(extent.box), place, size, 0, 0, scale < 1 ? cv::INTER_AREA : cv::INTER_LINEAR);
    even_out(input);
    return input;
}

}  // namespace

Result<ModelInput> normalise(const Image& image) {
    cv::Mat ink = find_ink(image);
    if (is_photograph(ink)) ink = ink_of_photograph(image);
    const auto found = extent(ink);
    if (!found)
        return Error{ErrorKind::invalid, "The picture is empty: nothing is drawn on it.", "image"};
    return fit(ink, *found);
}

}  // namespace croquis::drawing
