#include "drawing/ink.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <opencv2/core/hal/intrin.hpp>

namespace croquis::drawing {
namespace {

using Colour = std::array<std::uint8_t, 4>;

/// The median of the outermost pixels, channel by channel: what was drawn on.
Colour background(const Image& image, bool framed) {
    Colour median{};
    if (framed) {
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

}  // namespace

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

Ink find_ink(const Image& image) {
    const bool framed = is_framed_in_one_colour(image);
    const Colour from = background(image, framed);
    const bool transparent = image.channels % 2 == 0 && from[channels_of(image) - 1] < 128;
    Ink ink;
    switch (image.channels) {
        case 1:
            ink = Scan<1, 0>(image, from).run();
            break;
        case 2:
            ink = transparent ? Scan<2, 1>(image, from).run() : Scan<2, 0>(image, from).run();
            break;
        case 3:
            ink = Scan<3, 0>(image, from).run();
            break;
        default:
            ink = transparent ? Scan<4, 3>(image, from).run() : Scan<4, 0>(image, from).run();
    }
    ink.framed = framed;
    return ink;
}

Ink ink_of_mask(const cv::Mat& mask) {
    Image page{mask.cols, mask.rows, 1,
               std::vector<std::uint8_t>(mask.data, mask.data + mask.total())};
    return Scan<1, 0>(page, Colour{}).run();
}

}  // namespace croquis::drawing
