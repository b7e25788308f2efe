#include "drawing/normalise.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <opencv2/core/hal/intrin.hpp>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "drawing/ink.h"
#include "drawing/ink_box.h"
#include "drawing/photograph.h"
#include "drawing/ruling.h"

namespace croquis::drawing {
namespace {

constexpr int margin = 3;         // of the model's square, in its pixels
constexpr int min_contrast = 24;  // of 255: less than this is no ink

/// First and last of the values that reach the threshold, as a start and a length.
std::pair<int, int> span_of(const std::vector<std::uint8_t>& values, int threshold) {
    const auto dark = [&](std::uint8_t v) { return v >= threshold; };
    const auto first = std::find_if(values.begin(), values.end(), dark) - values.begin();
    const auto end = values.rend() - std::find_if(values.rbegin(), values.rend(), dark);
    return {static_cast<int>(first), static_cast<int>(end - first)};
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
    if (is_photograph(image, ink)) {
        const auto drawn = ink_of_photograph(image);
        // A shape that fills a small scan to its edges looks like a photograph of nothing.
        const bool is_small = std::max(image.width, image.height) < smallest_photograph;
        if (!is_small || cv::countNonZero(drawn) > 0) return ink_of_mask(drawn);
    }
    const cv::Rect box = box_of(ink);
    if (box.empty()) return ink;
    if (may_be_ruled(ink.depth, box))
        if (const auto drawn = without_ruling(ink.depth)) return ink_of_mask(*drawn);
    const auto drawn = ink_in_even_light(image, ink);
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

/// Where a pixel of a line goes in a shorter one, and by how much: box filtering.
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
