#include "drawing/normalise.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <opencv2/core/hal/intrin.hpp>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <vector>

namespace croquis::drawing {
namespace {

constexpr int margin = 3;                 // of the model's square, in its pixels
constexpr int min_contrast = 24;          // of 255: less than this is no ink
constexpr int background_noise = 12;      // of 255: what a clean canvas stays within
constexpr double min_page_contrast = 20;  // of 255: grain and shadows on paper stay under it
constexpr int photo_side = 512;  // photographs are reduced to this before their paper is taken away

using Colour = std::array<std::uint8_t, 4>;

std::size_t channels_of(const Image& image) {
    return static_cast<std::size_t>(image.channels);
}

const std::uint8_t* row_of(const Image& image, int y) {
    return image.pixels.data() +
           static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) * channels_of(image);
}

/// The median of the outermost pixels, channel by channel: what was drawn on.
Colour background(const Image& image) {
    std::array<std::array<int, 256>, 4> histogram{};
    int count = 0;
    const auto add = [&](const std::uint8_t* pixel) {
        for (std::size_t c = 0; c < channels_of(image); ++c) ++histogram[c][pixel[c]];
        ++count;
    };
    const std::size_t last = static_cast<std::size_t>(image.width - 1) * channels_of(image);
    for (int y = 0; y < image.height; ++y) {
        const std::uint8_t* row = row_of(image, y);
        if (y == 0 || y == image.height - 1)
            for (std::size_t i = 0; i <= last; i += channels_of(image)) add(row + i);
        add(row);
        add(row + last);
    }
    Colour median{};
    for (std::size_t c = 0; c < channels_of(image); ++c)
        for (int sum = 0, v = 0; v < 256; ++v) {
            sum += histogram[c][static_cast<std::size_t>(v)];
            if (2 * sum >= count) {
                median[c] = static_cast<std::uint8_t>(v);
                break;
            }
        }
    return median;
}

/// What one look at a picture's pixels finds out.
struct Ink {
    cv::Mat depth;                      ///< how far each pixel is from the background, 0…255
    std::vector<std::uint8_t> columns;  ///< the darkest of each column
    std::vector<std::uint8_t> rows;     ///< and of each row
    std::size_t quiet = 0;              ///< pixels that are background
};

constexpr std::size_t lanes = 16;

std::array<cv::v_uint8x16, 4> load(const std::uint8_t* at, std::integral_constant<int, 1>) {
    return {cv::v_load(at), {}, {}, {}};
}
std::array<cv::v_uint8x16, 4> load(const std::uint8_t* at, std::integral_constant<int, 2>) {
    std::array<cv::v_uint8x16, 4> v;
    cv::v_load_deinterleave(at, v[0], v[1]);
    return v;
}
std::array<cv::v_uint8x16, 4> load(const std::uint8_t* at, std::integral_constant<int, 3>) {
    std::array<cv::v_uint8x16, 4> v;
    cv::v_load_deinterleave(at, v[0], v[1], v[2]);
    return v;
}
std::array<cv::v_uint8x16, 4> load(const std::uint8_t* at, std::integral_constant<int, 4>) {
    std::array<cv::v_uint8x16, 4> v;
    cv::v_load_deinterleave(at, v[0], v[1], v[2], v[3]);
    return v;
}

/// The distance from the background is taken in the channel where it is furthest: a yellow pen on
/// white is as dark as a black one. Channels before First are not looked at.
template <std::size_t C, std::size_t First>
class Scan {
  public:
    Scan(const Image& image, const Colour& from) : image_(image), from_(from) {}

    Ink run() {
        ink_.depth.create(image_.height, image_.width, CV_8UC1);
        ink_.columns.assign(static_cast<std::size_t>(image_.width), 0);
        ink_.rows.resize(static_cast<std::size_t>(image_.height));
        for (int y = 0; y < image_.height; ++y)
            ink_.rows[static_cast<std::size_t>(y)] = scan_row(row_of(image_, y), ink_.depth.ptr(y));
        return std::move(ink_);
    }

  private:
    std::uint8_t scan_row(const std::uint8_t* in, std::uint8_t* out) {
        const std::size_t width = static_cast<std::size_t>(image_.width);
        const std::size_t whole = width - width % lanes;
        std::uint8_t most = 0;
        // A lane of the count of quiet pixels holds 255.
        for (std::size_t x = 0; x < whole; x += lanes * 255)
            most = std::max(most, scan_blocks(in, out, x, std::min(whole, x + lanes * 255)));
        for (std::size_t x = whole; x < width; ++x) {
            int furthest = 0;
            for (std::size_t c = First; c < C; ++c)
                furthest = std::max(furthest, std::abs(in[x * C + c] - from_[c]));
            const bool silent = furthest <= background_noise;
            out[x] = silent ? std::uint8_t{0} : static_cast<std::uint8_t>(furthest);
            ink_.columns[x] = std::max(ink_.columns[x], out[x]);
            most = std::max(most, out[x]);
            ink_.quiet += silent ? 1U : 0U;
        }
        return most;
    }

    std::uint8_t scan_blocks(const std::uint8_t* in, std::uint8_t* out, std::size_t begin,
                             std::size_t end) {
        std::array<cv::v_uint8x16, C> from;
        for (std::size_t c = 0; c < C; ++c) from[c] = cv::v_setall_u8(from_[c]);
        const cv::v_uint8x16 noise = cv::v_setall_u8(background_noise);
        cv::v_uint8x16 darkest = cv::v_setzero_u8();
        cv::v_uint8x16 quiet = cv::v_setzero_u8();
        for (std::size_t x = begin; x < end; x += lanes) {
            const auto pixels = load(in + x * C, std::integral_constant<int, C>{});
            cv::v_uint8x16 furthest = cv::v_absdiff(pixels[First], from[First]);
            for (std::size_t c = First + 1; c < C; ++c)
                furthest = cv::v_max(furthest, cv::v_absdiff(pixels[c], from[c]));
            const cv::v_uint8x16 silent = furthest <= noise;
            furthest = furthest & ~silent;
            cv::v_store(out + x, furthest);
            std::uint8_t* column = ink_.columns.data() + x;
            cv::v_store(column, cv::v_max(cv::v_load(column), furthest));
            darkest = cv::v_max(darkest, furthest);
            quiet = cv::v_sub_wrap(quiet, silent);  // silent is 255, that is -1
        }
        ink_.quiet += cv::v_reduce_sum(quiet);
        return cv::v_reduce_max(darkest);
    }

    const Image& image_;
    const Colour from_;
    Ink ink_;
};

/// Of a transparent canvas only alpha counts, the last channel: what is opaque is ink, whatever its
/// colour.
Ink find_ink(const Image& image) {
    const Colour from = background(image);
    const bool transparent = image.channels % 2 == 0 && from[channels_of(image) - 1] < 128;
    switch (image.channels) {
        case 1:
            return Scan<1, 0>(image, from).run();
        case 2:
            return transparent ? Scan<2, 1>(image, from).run() : Scan<2, 0>(image, from).run();
        case 3:
            return Scan<3, 0>(image, from).run();
        default:
            return transparent ? Scan<4, 3>(image, from).run() : Scan<4, 0>(image, from).run();
    }
}

/// A canvas is background and ink, a filled shape included; a photographed page is nowhere one
/// colour, so that much of it is neither.
bool is_photograph(const Ink& ink) {
    if (2 * ink.quiet >= ink.depth.total()) return false;
    const int peak = *std::max_element(ink.rows.begin(), ink.rows.end());
    cv::Mat strong;
    cv::compare(ink.depth, peak / 2, strong, cv::CMP_GT);
    const auto between =
        ink.depth.total() - ink.quiet - static_cast<std::size_t>(cv::countNonZero(strong));
    return 4 * between > ink.depth.total();
}

cv::Mat grey_of(const Image& image) {
    // The pixels are only read; cv::Mat has no view of constant data.
    const cv::Mat whole(image.height, image.width, CV_MAKETYPE(CV_8U, image.channels),
                        const_cast<std::uint8_t*>(image.pixels.data()));
    if (image.channels == 1) return whole;
    cv::Mat grey;
    if (image.channels == 2)
        cv::extractChannel(whole, grey, 0);
    else
        cv::cvtColor(whole, grey, image.channels == 3 ? cv::COLOR_RGB2GRAY : cv::COLOR_RGBA2GRAY);
    return grey;
}

/// Specks of paper grain go; the pen's lines are long.
void remove_specks(cv::Mat& mask) {
    cv::Mat labels, stats, centroids;
    const int count = cv::connectedComponentsWithStats(mask, labels, stats, centroids, 8);
    const int speck = std::max(6, mask.cols * mask.rows / 20000);
    std::vector<std::uint8_t> keep(static_cast<std::size_t>(count), 255);
    keep[0] = 0;
    for (int i = 1; i < count; ++i)
        if (stats.at<int>(i, cv::CC_STAT_AREA) < speck) keep[static_cast<std::size_t>(i)] = 0;
    for (int y = 0; y < mask.rows; ++y)
        for (int x = 0; x < mask.cols; ++x)
            mask.at<std::uint8_t>(y, x) = keep[static_cast<std::size_t>(labels.at<int>(y, x))];
}

/// Takes the paper away: its brightness, which changes slowly over the page, is the closing of the
/// picture by a window wider than a pen line; what is darker than it is ink. Otsu's threshold
/// (1979) decides how much.
cv::Mat ink_of_photograph(const Image& image) {
    const cv::Mat grey = grey_of(image);
    const double scale =
        std::min(1.0, static_cast<double>(photo_side) / std::max(grey.cols, grey.rows));
    const cv::Size size(std::max(1, static_cast<int>(std::lround(grey.cols * scale))),
                        std::max(1, static_cast<int>(std::lround(grey.rows * scale))));
    cv::Mat page;
    cv::resize(grey, page, size, 0, 0, cv::INTER_AREA);
    cv::GaussianBlur(page, page, {3, 3}, 0);
    const int window = (std::max(page.cols, page.rows) / 12) | 1;
    cv::Mat paper;
    cv::morphologyEx(page, paper, cv::MORPH_CLOSE,
                     cv::getStructuringElement(cv::MORPH_RECT, {window, window}));
    cv::blur(paper, paper, {window, window});
    cv::Mat depth;
    cv::subtract(paper, page, depth);
    cv::Mat mask;
    const double otsu = cv::threshold(depth, mask, 0, 255, cv::THRESH_BINARY | cv::THRESH_OTSU);
    if (otsu < min_page_contrast)
        cv::threshold(depth, mask, min_page_contrast, 255, cv::THRESH_BINARY);
    remove_specks(mask);
    return mask;
}

Ink photographed_ink(const Image& image) {
    const cv::Mat mask = ink_of_photograph(image);
    Image page{mask.cols, mask.rows, 1,
               std::vector<std::uint8_t>(mask.data, mask.data + mask.total())};
    return Scan<1, 0>(page, Colour{}).run();
}

/// First and last of the values that reach the threshold, as a start and a length.
std::pair<int, int> span_of(const std::vector<std::uint8_t>& values, int threshold) {
    const auto dark = [&](std::uint8_t v) { return v >= threshold; };
    const auto first = std::find_if(values.begin(), values.end(), dark) - values.begin();
    const auto end = values.rend() - std::find_if(values.rbegin(), values.rend(), dark);
    return {static_cast<int>(first), static_cast<int>(end - first)};
}

/// The box around all that is at least a third as dark as the darkest ink.
std::optional<cv::Rect> extent(const Ink& ink) {
    const int peak = *std::max_element(ink.rows.begin(), ink.rows.end());
    if (peak < min_contrast) return std::nullopt;
    const int threshold = std::max(min_contrast, peak / 3);
    const auto [left, width] = span_of(ink.columns, threshold);
    const auto [top, height] = span_of(ink.rows, threshold);
    return cv::Rect(left, top, width, height);
}

using Square = std::array<float, model_side * model_side>;

/// Which source pixels make up each pixel of a shorter line, and by how much: box filtering.
struct Share {
    int target;
    float here;  ///< part of the source pixel that falls into `target`; the rest into the next one
};

std::vector<Share> shares(int from, int to) {
    std::vector<Share> list(static_cast<std::size_t>(from));
    const double scale = static_cast<double>(to) / from;
    for (int i = 0; i < from; ++i) {
        const double start = i * scale;
        const int target = std::min(to - 1, static_cast<int>(start));
        const double over = (i + 1) * scale - (target + 1);
        const double here = target == to - 1 ? 1.0 : 1.0 - std::clamp(over / scale, 0.0, 1.0);
        list[static_cast<std::size_t>(i)] = {target, static_cast<float>(here)};
    }
    return list;
}

/// Averages the ink of `box` into the `size` rectangle of the square at `at`. Kept as floats, so
/// that a hair-thin line on a huge canvas is not rounded away before it is evened out.
void shrink(const cv::Mat& depth, const cv::Rect& box, cv::Size size, cv::Point at,
            Square& square) {
    const auto across = shares(box.width, size.width);
    const auto down = shares(box.height, size.height);
    const auto width = static_cast<std::size_t>(box.width);
    std::vector<float> line(width, 0.0F), next(width, 0.0F);
    const auto flush = [&](int target) {
        float* out = square.data() + (at.y + target) * model_side + at.x;
        float sum = 0;
        int column = 0;
        for (std::size_t x = 0; x < width; ++x) {
            const auto [mine, here] = across[x];
            if (mine != column) {
                out[column] = sum;
                sum = 0;
                column = mine;
            }
            sum += line[x] * here;
            if (here < 1) {
                out[column] = sum;
                sum = line[x] * (1 - here);
                ++column;
            }
        }
        out[column] = sum;
    };
    int current = 0;
    for (int y = 0; y < box.height; ++y) {
        const auto [target, here] = down[static_cast<std::size_t>(y)];
        if (target != current) {
            flush(current);
            line.swap(next);
            std::fill(next.begin(), next.end(), 0.0F);
            current = target;
        }
        const std::uint8_t* in = depth.ptr(box.y + y) + box.x;
        for (std::size_t x = 0; x < width; ++x) line[x] += static_cast<float>(in[x]) * here;
        if (here < 1)
            for (std::size_t x = 0; x < width; ++x)
                next[x] += static_cast<float>(in[x]) * (1 - here);
    }
    flush(current);
}

void enlarge(const cv::Mat& depth, const cv::Rect& box, cv::Size size, cv::Point at,
             Square& square) {
    cv::Mat grown, place;
    cv::resize(depth(box), grown, size, 0, 0, cv::INTER_LINEAR);
    cv::Mat whole(model_side, model_side, CV_32FC1, square.data());
    place = whole(cv::Rect(at, size));
    grown.convertTo(place, CV_32F);
}

/// Lines thinner than a pixel of the model's square come out faint, and so do faint pens; this
/// makes the darker ink black again.
ModelInput even_out(const Square& square) {
    constexpr float steps = 255;
    const float peak = *std::max_element(square.begin(), square.end());
    std::array<int, 256> histogram{};
    int inked = 0;
    const float to_step = steps / peak;
    for (const float v : square) {
        const int step = static_cast<int>(v * to_step);
        if (step <= 12) continue;
        ++histogram[static_cast<std::size_t>(step)];
        ++inked;
    }
    int dark = 255;
    for (int sum = 0; dark > 13; --dark) {
        sum += histogram[static_cast<std::size_t>(dark)];
        if (10 * sum >= 3 * inked) break;
    }
    const float gain = to_step * steps / static_cast<float>(dark);
    ModelInput input;
    for (std::size_t i = 0; i < square.size(); ++i)
        input[i] = static_cast<std::uint8_t>(std::min(255.0F, square[i] * gain + 0.5F));
    return input;
}

ModelInput fit(const cv::Mat& depth, const cv::Rect& box) {
    constexpr int room = model_side - 2 * margin;
    const int longest = std::max(box.width, box.height);
    const double scale = static_cast<double>(room) / longest;
    const cv::Size size(std::max(1, static_cast<int>(std::lround(box.width * scale))),
                        std::max(1, static_cast<int>(std::lround(box.height * scale))));
    const cv::Point at((model_side - size.width) / 2, (model_side - size.height) / 2);
    Square square{};
    if (scale < 1)
        shrink(depth, box, size, at, square);
    else
        enlarge(depth, box, size, at, square);
    return even_out(square);
}

}  // namespace

Result<ModelInput> normalise(const Image& image) {
    Ink ink = find_ink(image);
    if (is_photograph(ink)) ink = photographed_ink(image);
    const auto box = extent(ink);
    if (!box)
        return Error{ErrorKind::invalid, "The picture is empty: nothing is drawn on it.", "image"};
    return fit(ink.depth, *box);
}

}  // namespace croquis::drawing
