#include "drawing/normalise.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <opencv2/core/hal/intrin.hpp>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <vector>

#include "drawing/ink_box.h"
#include "drawing/ruling.h"

namespace croquis::drawing {
namespace {

constexpr int margin = 3;                 // of the model's square, in its pixels
constexpr int min_contrast = 24;          // of 255: less than this is no ink
constexpr int background_noise = 12;      // of 255: what a clean canvas stays within
constexpr double min_page_contrast = 20;  // of 255: grain and shadows on paper stay under it
constexpr int smallest_tile = 8;          // pixels: fewer tell nothing of what is under the lines
constexpr std::size_t fewest_tiles = 16;  // so that a slope is seen
constexpr int least_slope = 4;            // of 255, among those tiles
constexpr int rim = 9;     // pixels of a reduced photograph: twice what blurs a page's edge
constexpr int strip = 16;  // pixels of a reduced photograph: a slanting line stays in its row
constexpr std::size_t fewest_rules = 4;  // lines in a strip that make it ruled
constexpr int widest_rule = 6;           // pixels of a reduced photograph
constexpr int faintest_rule = 8;         // of 255
constexpr int photo_side = 512;  // photographs are reduced to this before their paper is taken away

using Colour = std::array<std::uint8_t, 4>;

std::size_t channels_of(const Image& image) {
    return static_cast<std::size_t>(image.channels);
}

const std::uint8_t* row_of(const Image& image, int y) {
    return image.pixels.data() +
           static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) * channels_of(image);
}

/// Whether all of the outermost pixels are the first.
bool is_framed_in_one_colour(const Image& image) {
    const std::size_t pixel = channels_of(image);
    const std::size_t last = static_cast<std::size_t>(image.width - 1) * pixel;
    const std::uint8_t* const first = row_of(image, 0);
    // A row is of one colour if it equals itself moved by a pixel.
    for (const std::uint8_t* row : {first, row_of(image, image.height - 1)})
        if (std::memcmp(row, row + pixel, last) != 0) return false;
    for (int y = 0; y < image.height; ++y) {
        const std::uint8_t* row = row_of(image, y);
        if (!std::equal(row, row + pixel, first) ||
            !std::equal(row + last, row + last + pixel, first))
            return false;
    }
    return true;
}

/// The median of the outermost pixels, channel by channel: what was drawn on.
Colour background(const Image& image) {
    Colour median{};
    if (is_framed_in_one_colour(image)) {
        std::copy_n(row_of(image, 0), channels_of(image), median.begin());
        return median;
    }
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

constexpr std::size_t lanes = 16;

/// What one look at a picture's pixels finds out.
struct Ink {
    cv::Mat depth;  ///< how far each pixel is from the background, 0…255; rows
                    ///< go on with zeros to a whole number of blocks
    std::vector<std::uint8_t> columns;    ///< the darkest of each column
    std::vector<std::uint8_t> rows;       ///< and of each row
    std::size_t quiet = 0;                ///< pixels that are background
    std::vector<int> blocks;              ///< row by row, where `lanes` pixels begin that have ink
    std::vector<std::size_t> block_ends;  ///< of each row, in `blocks`
};

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
/// white is as dark as a black one. Channels before First are not looked at. Most of a drawing is
/// background, which a glance at the bytes tells in whatever order its channels are.
template <std::size_t C, std::size_t First>
class Scan {
  public:
    Scan(const Image& image, const Colour& from) : image_(image), from_(from) {
        for (std::size_t i = 0; i < clean_.size(); ++i) clean_[i] = from[i % C];
    }

    Ink run() {
        const int whole = static_cast<int>((width() + lanes - 1) / lanes * lanes);
        ink_.depth =
            cv::Mat(image_.height, whole, CV_8UC1, cv::Scalar::all(0)).colRange(0, image_.width);
        ink_.columns.assign(static_cast<std::size_t>(whole), 0);
        ink_.rows.resize(static_cast<std::size_t>(image_.height));
        ink_.block_ends.resize(static_cast<std::size_t>(image_.height));
        for (int y = 0; y < image_.height; ++y) {
            const auto row = static_cast<std::size_t>(y);
            ink_.rows[row] = scan_row(row_of(image_, y), ink_.depth.ptr(y));
            ink_.block_ends[row] = ink_.blocks.size();
        }
        ink_.quiet = ink_.depth.total() - loud_;
        return std::move(ink_);
    }

  private:
    static constexpr std::size_t stride = 4 * lanes;

    [[nodiscard]] std::size_t width() const { return static_cast<std::size_t>(image_.width); }

    std::uint8_t scan_row(const std::uint8_t* in, std::uint8_t* out) {
        const std::size_t whole = width() - width() % lanes;
        std::uint8_t most = 0;
        std::size_t x = 0;
        while (x < whole) {
            if (x + stride <= whole && is_clean(in + x * C)) {
                x += stride;
                continue;
            }
            const std::size_t end = std::min(whole, x + stride);
            most = std::max(most, scan_blocks(in, out, x, end));
            x = end;
        }
        if (whole < width()) most = std::max(most, scan_rest(in, out, whole));
        return most;
    }

    [[nodiscard]] bool is_clean(const std::uint8_t* in) const {
        cv::v_uint8x16 same = cv::v_load(in) == cv::v_load(clean_.data());
        for (std::size_t i = lanes; i < clean_.size(); i += lanes)
            same = same & (cv::v_load(in + i) == cv::v_load(clean_.data() + i));
        return cv::v_check_all(same);
    }

    std::uint8_t scan_blocks(const std::uint8_t* in, std::uint8_t* out, std::size_t begin,
                             std::size_t end) {
        // Copies, as what is stored through `out` might otherwise have changed them.
        std::array<cv::v_uint8x16, C> from;
        for (std::size_t c = 0; c < C; ++c) from[c] = cv::v_setall_u8(from_[c]);
        const cv::v_uint8x16 noise = cv::v_setall_u8(background_noise);
        std::uint8_t* const columns = ink_.columns.data();
        cv::v_uint8x16 darkest = cv::v_setzero_u8();
        cv::v_uint8x16 count = cv::v_setzero_u8();
        for (std::size_t x = begin; x < end; x += lanes) {
            const auto pixels = load(in + x * C, std::integral_constant<int, C>{});
            cv::v_uint8x16 furthest = cv::v_absdiff(pixels[First], from[First]);
            for (std::size_t c = First + 1; c < C; ++c)
                furthest = cv::v_max(furthest, cv::v_absdiff(pixels[c], from[c]));
            const cv::v_uint8x16 loud = furthest > noise;
            if (!cv::v_check_any(loud)) continue;
            count = cv::v_sub_wrap(count, loud);  // loud is 255, that is -1
            ink_.blocks.push_back(static_cast<int>(x));
            furthest = furthest & loud;
            cv::v_store(out + x, furthest);
            cv::v_store(columns + x, cv::v_max(cv::v_load(columns + x), furthest));
            darkest = cv::v_max(darkest, furthest);
        }
        loud_ += cv::v_reduce_sum(count);
        return cv::v_reduce_max(darkest);
    }

    std::uint8_t scan_rest(const std::uint8_t* in, std::uint8_t* out, std::size_t from) {
        std::uint8_t most = 0;
        for (std::size_t x = from; x < width(); ++x) {
            int furthest = 0;
            for (std::size_t c = First; c < C; ++c)
                furthest = std::max(furthest, std::abs(in[x * C + c] - from_[c]));
            if (furthest <= background_noise) continue;
            out[x] = static_cast<std::uint8_t>(furthest);
            ink_.columns[x] = std::max(ink_.columns[x], out[x]);
            most = std::max(most, out[x]);
            ++loud_;
        }
        if (most > 0) ink_.blocks.push_back(static_cast<int>(from));
        return most;
    }

    const Image& image_;
    const Colour from_;
    std::array<std::uint8_t, stride * C> clean_;  ///< as many pixels of background
    Ink ink_;
    std::size_t loud_ = 0;  ///< pixels that are not background
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
bool is_haze(const Ink& ink) {
    if (2 * ink.quiet >= ink.depth.total()) return false;
    const int peak = *std::max_element(ink.rows.begin(), ink.rows.end());
    cv::Mat strong;
    cv::compare(ink.depth, static_cast<double>(peak) / 2, strong, cv::CMP_GT);
    const auto between =
        ink.depth.total() - ink.quiet - static_cast<std::size_t>(cv::countNonZero(strong));
    return 4 * between > ink.depth.total();
}

/// The middle depth of each tile of the picture: what is under the lines, whatever the grain.
cv::Mat tile_medians(const cv::Mat& depth) {
    const int tile = std::max(smallest_tile, std::min(depth.cols, depth.rows) / 16);
    cv::Mat medians(depth.rows / tile, depth.cols / tile, CV_8UC1);
    std::vector<std::uint8_t> values(static_cast<std::size_t>(tile) *
                                     static_cast<std::size_t>(tile));
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    for (int y = 0; y < medians.rows; ++y)
        for (int x = 0; x < medians.cols; ++x) {
            for (int i = 0; i < tile; ++i)
                std::copy_n(depth.ptr(y * tile + i) + x * tile, tile, values.begin() + i * tile);
            std::nth_element(values.begin(), middle, values.end());
            medians.at<std::uint8_t>(y, x) = *middle;
        }
    return medians;
}

/// Neighbours among the tiles that are not background: how many, and how many differ by a little.
struct Slopes {
    std::size_t pairs = 0;
    std::size_t gentle = 0;

    void add(int a, int b) {
        if (a == 0 || b == 0) return;
        ++pairs;
        if (a != b && std::abs(a - b) <= background_noise) ++gentle;
    }
};

/// Paper under uneven light changes from tile to tile by a little and over the page by much;
/// what is filled on a canvas is of one colour, or of several with edges between them.
bool is_uneven(const Ink& ink) {
    const std::size_t loud = ink.depth.total() - ink.quiet;
    if (10 * loud < ink.depth.total()) return false;
    const cv::Mat medians = tile_medians(ink.depth);
    std::vector<std::uint8_t> paper;
    Slopes slopes;
    for (int y = 0; y < medians.rows; ++y)
        for (int x = 0; x < medians.cols; ++x) {
            const int here = medians.at<std::uint8_t>(y, x);
            if (here != 0) paper.push_back(static_cast<std::uint8_t>(here));
            if (x > 0) slopes.add(here, medians.at<std::uint8_t>(y, x - 1));
            if (y > 0) slopes.add(here, medians.at<std::uint8_t>(y - 1, x));
        }
    if (paper.size() < fewest_tiles || 20 * paper.size() < medians.total()) return false;
    std::sort(paper.begin(), paper.end());
    const std::size_t tail = paper.size() / 10;
    return 2 * slopes.gentle >= slopes.pairs &&
           paper[paper.size() - 1 - tail] - paper[tail] >= least_slope;
}

/// What has an edge of exactly one colour is no photograph, however a shape on it is shaded.
bool is_photograph(const Image& image, const Ink& ink) {
    return is_haze(ink) || (is_uneven(ink) && !is_framed_in_one_colour(image));
}

cv::Mat grey_of(const Image& image) {
    // The pixels are only read; cv::Mat has no view of constant data.
    cv::Mat whole(image.height, image.width, CV_MAKETYPE(CV_8U, image.channels),
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

/// Whether the picture's edge is nearly all outside `page` and its middle is on it.
bool lies_on_a_table(const cv::Mat& page) {
    const int right = page.cols - 1, bottom = page.rows - 1;
    const int edge = cv::countNonZero(page.row(0)) + cv::countNonZero(page.row(bottom)) +
                     cv::countNonZero(page.col(0)) + cv::countNonZero(page.col(right));
    const cv::Rect middle(page.cols / 4, page.rows / 4, page.cols - page.cols / 2,
                          page.rows - page.rows / 2);
    return 5 * edge < 2 * (page.cols + page.rows) &&
           10 * cv::countNonZero(page(middle)) > 9 * static_cast<int>(middle.area());
}

/// Where the page is, without a rim, if a table of another brightness is all round it; everywhere
/// otherwise.
cv::Mat page_of(const cv::Mat& photo, int window) {
    const cv::Mat square = cv::getStructuringElement(cv::MORPH_RECT, {window, window});
    cv::Mat even, page;
    // The lines go, and at the picture's edge the table stays: what lies beyond it is not bright.
    cv::copyMakeBorder(photo, even, window, window, window, window, cv::BORDER_REPLICATE);
    cv::morphologyEx(even, even, cv::MORPH_CLOSE, square);
    even = even(cv::Rect(window, window, photo.cols, photo.rows)).clone();
    for (const int kind : {cv::THRESH_BINARY, cv::THRESH_BINARY_INV}) {
        cv::threshold(even, page, 0, 255, kind | cv::THRESH_OTSU);
        if (!lies_on_a_table(page)) continue;
        cv::Mat beyond;
        cv::bitwise_not(page, beyond);
        if (std::abs(cv::mean(even, page)[0] - cv::mean(even, beyond)[0]) < min_page_contrast)
            continue;
        cv::copyMakeBorder(page, page, 1, 1, 1, 1, cv::BORDER_CONSTANT, cv::Scalar::all(0));
        cv::erode(page, page, cv::getStructuringElement(cv::MORPH_RECT, {rim, rim}));
        return page(cv::Rect(1, 1, photo.cols, photo.rows)).clone();
    }
    return {photo.size(), CV_8UC1, cv::Scalar::all(255)};
}

/// The brightness of the paper, which changes slowly over the page: the closing of the picture by
/// a window wider than a pen line, evened out over what is page.
cv::Mat paper_of(const cv::Mat& photo, const cv::Mat& page, int window) {
    cv::Mat paper(photo.size(), CV_8UC1, cv::Scalar::all(0));
    photo.copyTo(paper, page);
    cv::morphologyEx(paper, paper, cv::MORPH_CLOSE,
                     cv::getStructuringElement(cv::MORPH_RECT, {window, window}));
    paper.setTo(0, ~page);
    cv::Mat sum, share;
    paper.convertTo(sum, CV_32F);
    page.convertTo(share, CV_32F, 1.0 / 255);
    cv::blur(sum, sum, {window, window});
    cv::blur(share, share, {window, window});
    cv::divide(sum, share, sum);
    sum.convertTo(paper, CV_8U);
    return paper;
}

/// The value that `part` of the values, 0…1, do not exceed.
std::uint8_t quantile(std::vector<std::uint8_t>& values, double part) {
    const auto at =
        values.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

/// The depths of the thin lines that cross the columns `left` to `left + strip`, from the top down.
std::vector<std::uint8_t> lines_across(const cv::Mat& depth, int left) {
    std::array<std::uint8_t, strip> values{};
    std::vector<std::uint8_t> lines;
    int run = 0;
    std::uint8_t deepest = 0;
    for (int y = 0; y <= depth.rows; ++y) {
        std::uint8_t middle = 0;
        if (y < depth.rows) {
            std::copy_n(depth.ptr(y) + left, strip, values.begin());
            std::nth_element(values.begin(), values.begin() + strip / 2, values.end());
            middle = values[strip / 2];
        }
        if (middle >= faintest_rule) {
            ++run;
            deepest = std::max(deepest, middle);
            continue;
        }
        if (run > 0 && run <= widest_rule) lines.push_back(deepest);
        run = 0;
        deepest = 0;
    }
    return lines;
}

/// How deep the lines are that a page was printed with, ruled or squared; 0 where it was not.
/// They are many, one above the other nearly everywhere, and much fainter than what is drawn.
double rules_of(const cv::Mat& depth) {
    std::vector<std::uint8_t> lines;
    int ruled = 0;
    int strips = 0;
    for (int left = 0; left + strip <= depth.cols; left += strip, ++strips) {
        const auto found = lines_across(depth, left);
        if (found.size() < fewest_rules) continue;
        ++ruled;
        lines.insert(lines.end(), found.begin(), found.end());
    }
    if (ruled == 0 || 5 * ruled < 3 * strips) return 0;
    constexpr double less_than_drawn = 0.002;  // of the page: even a small drawing has more ink
    std::vector<std::uint8_t> all(depth.begin<std::uint8_t>(), depth.end<std::uint8_t>());
    const double drawn = quantile(all, 1 - less_than_drawn);
    const double rules = quantile(lines, 0.8);
    return 2 * rules < drawn ? rules : 0;
}

/// From how deep on it is ink: Otsu's threshold (1979), but more than grain and what is printed.
double ink_threshold(const cv::Mat& depth) {
    cv::Mat ignored;
    const double otsu = cv::threshold(depth, ignored, 0, 255, cv::THRESH_BINARY | cv::THRESH_OTSU);
    const double rules = std::max(rules_of(depth), rules_of(depth.t()));
    return std::max({otsu, min_page_contrast, 1.5 * rules});
}

/// Takes the paper away, the lines printed on it, and the table round it: what is darker is ink.
cv::Mat ink_of_photograph(const Image& image) {
    const cv::Mat grey = grey_of(image);
    const double scale =
        std::min(1.0, static_cast<double>(photo_side) / std::max(grey.cols, grey.rows));
    const cv::Size size(std::max(1, static_cast<int>(std::lround(grey.cols * scale))),
                        std::max(1, static_cast<int>(std::lround(grey.rows * scale))));
    cv::Mat photo;
    cv::resize(grey, photo, size, 0, 0, cv::INTER_AREA);
    cv::GaussianBlur(photo, photo, {3, 3}, 0);
    const int window = (std::max(photo.cols, photo.rows) / 12) | 1;
    const cv::Mat page = page_of(photo, window);
    cv::Mat depth;
    cv::subtract(paper_of(photo, page, window), photo, depth);
    depth.setTo(0, ~page);
    if (const auto drawn = without_ruling(depth)) depth = *drawn;
    cv::Mat mask;
    cv::threshold(depth, mask, ink_threshold(depth), 255, cv::THRESH_BINARY);
    remove_specks(mask);
    return mask;
}

/// First and last of the values that reach the threshold, as a start and a length.
std::pair<int, int> span_of(const std::vector<std::uint8_t>& values, int threshold) {
    const auto dark = [&](std::uint8_t v) { return v >= threshold; };
    const auto first = std::find_if(values.begin(), values.end(), dark) - values.begin();
    const auto end = values.rend() - std::find_if(values.rbegin(), values.rend(), dark);
    return {static_cast<int>(first), static_cast<int>(end - first)};
}

Ink ink_of_mask(const cv::Mat& mask) {
    Image page{mask.cols, mask.rows, 1,
               std::vector<std::uint8_t>(mask.data, mask.data + mask.total())};
    return Scan<1, 0>(page, Colour{}).run();
}

/// The box around all ink, however faint; an empty one where there is none.
cv::Rect box_of(const Ink& ink) {
    if (ink.blocks.empty()) return {};
    const auto [left, width] = span_of(ink.columns, 1);
    const auto [top, height] = span_of(ink.rows, 1);
    return {left, top, width, height};
}

/// The ink of a picture, without the paper and what is printed on it. Its depth may be smaller than
/// the picture.
Ink ink_of(const Image& image) {
    Ink ink = find_ink(image);
    if (is_photograph(image, ink)) return ink_of_mask(ink_of_photograph(image));
    const cv::Rect box = box_of(ink);
    if (box.empty() || !may_be_ruled(ink.depth, box)) return ink;
    const auto drawn = without_ruling(ink.depth);
    return drawn ? ink_of_mask(*drawn) : ink;
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

using Square = std::array<float, std::size_t{model_side} * model_side>;

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

/// A row of the picture's pixels, added up over several; only blocks that have ink are touched.
class InkLine {
  public:
    explicit InkLine(std::size_t blocks) : sums_(blocks * lanes, 0.0F), touched_(blocks, 0) {}

    void add_block(const std::uint8_t* in, int at, float share) {
        touched_[static_cast<std::size_t>(at) / lanes] = 1;
        cv::v_uint16x8 low, high;
        cv::v_expand(cv::v_load(in + at), low, high);
        float* out = sums_.data() + at;
        const cv::v_float32x4 part = cv::v_setall_f32(share);
        for (const auto& half : {low, high}) {
            cv::v_uint32x4 first, second;
            cv::v_expand(half, first, second);
            for (const auto& four : {first, second}) {
                const auto ink = cv::v_cvt_f32(cv::v_reinterpret_as_s32(four));
                cv::v_store(out, cv::v_load(out) + ink * part);
                out += 4;
            }
        }
    }

    /// Adds the pixels from `left` on into `out`, by their shares.
    void flush(const std::vector<Share>& across, int left, float* out) const {
        const int right = left + static_cast<int>(across.size());
        float sum = 0;
        int column = 0;
        for (std::size_t block = 0; block < touched_.size(); ++block) {
            if (touched_[block] == 0) continue;
            const int begin = static_cast<int>(block * lanes);
            const int end = std::min(right, begin + static_cast<int>(lanes));
            for (int x = std::max(left, begin); x < end; ++x) {
                const auto [mine, here] = across[static_cast<std::size_t>(x - left)];
                if (mine != column) {
                    out[column] = sum;
                    sum = 0;
                    column = mine;
                }
                const float ink = sums_[static_cast<std::size_t>(x)];
                sum += ink * here;
                if (here < 1) {
                    out[column] = sum;
                    sum = ink * (1 - here);
                    ++column;
                }
            }
        }
        out[column] = sum;
    }

    void clear() {
        std::fill(sums_.begin(), sums_.end(), 0.0F);
        std::fill(touched_.begin(), touched_.end(), std::uint8_t{0});
    }

  private:
    std::vector<float> sums_;
    std::vector<std::uint8_t> touched_;
};

/// Averages the ink of `box` into the `size` rectangle of the square at `at`. Kept as floats, so
/// that a hair-thin line on a huge canvas is not rounded away before it is evened out.
void shrink(const Ink& ink, const cv::Rect& box, cv::Size size, cv::Point at, Square& square) {
    const auto across = shares(box.width, size.width);
    const auto down = shares(box.height, size.height);
    const std::size_t blocks = ink.columns.size() / lanes;
    InkLine line(blocks), next(blocks);
    const auto flush = [&](int target) {
        const auto row = static_cast<std::size_t>(at.y) + static_cast<std::size_t>(target);
        line.flush(across, box.x,
                   square.data() + row * model_side + static_cast<std::size_t>(at.x));
    };
    int current = 0;
    for (int y = 0; y < box.height; ++y) {
        const auto [target, here] = down[static_cast<std::size_t>(y)];
        if (target != current) {
            flush(current);
            std::swap(line, next);
            next.clear();
            current = target;
        }
        const int from = box.y + y;
        const auto row = static_cast<std::size_t>(from);
        const std::uint8_t* in = ink.depth.ptr(from);
        for (std::size_t i = row == 0 ? 0 : ink.block_ends[row - 1]; i < ink.block_ends[row]; ++i) {
            line.add_block(in, ink.blocks[i], here);
            if (here < 1) next.add_block(in, ink.blocks[i], 1 - here);
        }
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

float darkest(const Square& square) {
    cv::v_float32x4 most = cv::v_setzero_f32();
    for (std::size_t i = 0; i < square.size(); i += 4)
        most = cv::v_max(most, cv::v_load(square.data() + i));
    return cv::v_reduce_max(most);
}

/// Lines thinner than a pixel of the model's square come out faint, and so do faint pens; this
/// makes the darker ink black again.
ModelInput even_out(Square& square) {
    constexpr double steps = 255;
    const cv::Mat from(model_side, model_side, CV_32FC1, square.data());
    const double to_step = steps / static_cast<double>(darkest(square));
    ModelInput input;
    cv::Mat to(model_side, model_side, CV_8UC1, input.data());
    from.convertTo(to, CV_8U, to_step);
    std::array<int, 256> histogram{};
    int inked = 0;
    for (std::size_t i = 0; i < input.size(); i += sizeof(std::uint64_t)) {
        std::uint64_t eight = 0;
        std::memcpy(&eight, input.data() + i, sizeof eight);
        if (eight == 0) continue;
        for (std::size_t k = i; k < i + sizeof eight; ++k) {
            ++histogram[input[k]];
            inked += input[k] > 12 ? 1 : 0;
        }
    }
    int dark = 255;
    for (int sum = 0; dark > 13; --dark) {
        sum += histogram[static_cast<std::size_t>(dark)];
        if (10 * sum >= 3 * inked) break;
    }
    from.convertTo(to, CV_8U, to_step * steps / dark);
    return input;
}

ModelInput fit(const Ink& ink, const cv::Rect& box) {
    constexpr int room = model_side - 2 * margin;
    const int longest = std::max(box.width, box.height);
    const double scale = static_cast<double>(room) / longest;
    const cv::Size size(std::max(1, static_cast<int>(std::lround(box.width * scale))),
                        std::max(1, static_cast<int>(std::lround(box.height * scale))));
    const cv::Point at((model_side - size.width) / 2, (model_side - size.height) / 2);
    Square square{};
    if (scale < 1)
        shrink(ink, box, size, at, square);
    else
        enlarge(ink.depth, box, size, at, square);
    return even_out(square);
}

}  // namespace

Result<ModelInput> normalise(const Image& image) {
    const Ink ink = ink_of(image);
    const auto box = extent(ink);
    if (!box)
        return Error{ErrorKind::invalid, "The picture is empty: nothing is drawn on it.", "image"};
    return fit(ink, *box);
}

std::optional<InkBox> ink_box(const Image& image) {
    const Ink ink = ink_of(image);
    const auto box = extent(ink);
    if (!box) return std::nullopt;
    // Where the picture was reduced, whole pixels of that in those of the picture.
    const auto in_width = [&](int at) { return at * image.width / ink.depth.cols; };
    const auto in_height = [&](int at) { return at * image.height / ink.depth.rows; };
    const int x = in_width(box->x);
    const int y = in_height(box->y);
    return InkBox{x, y, in_width(box->x + box->width) - x, in_height(box->y + box->height) - y};
}

}  // namespace croquis::drawing
