#include "drawing/photograph.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "drawing/page_marks.h"
#include "drawing/parts.h"
#include "drawing/ruling.h"

namespace croquis::drawing {
namespace {

constexpr double min_page_contrast = 20;  // of 255: grain and shadows on paper stay under it
constexpr int smallest_tile = 8;          // pixels: fewer tell nothing of what is under the lines
constexpr std::size_t fewest_tiles = 16;  // so that a slope is seen
constexpr int least_slope = 4;            // of 255, among those tiles
constexpr int rim = 9;     // pixels of a reduced photograph: twice what blurs a page's edge
constexpr int strip = 16;  // pixels of a reduced photograph: a slanting line stays in its row
constexpr std::size_t fewest_rules = 4;  // lines in a strip that make it ruled
constexpr int widest_rule = 6;           // pixels of a reduced photograph
constexpr int faintest_rule = 8;         // of 255
constexpr double good_light = 200;       // of 255: paper that is darker is brightened to this,
constexpr double most_lift = 2.5;        // but no more than so many times
constexpr int photo_side = 512;  // photographs are reduced to this before their paper is taken away

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
                std::copy_n(depth.ptr(y * tile + i) + std::ptrdiff_t{x} * tile, tile,
                            values.begin() + std::ptrdiff_t{i} * tile);
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

/// The tiles of a picture that are not background in their middle depth.
struct Tiles {
    std::size_t all = 0;
    std::vector<std::uint8_t> loud;
    Slopes slopes;
};

Tiles tiles_of(const Ink& ink) {
    const cv::Mat medians = tile_medians(ink.depth);
    Tiles tiles;
    tiles.all = medians.total();
    for (int y = 0; y < medians.rows; ++y)
        for (int x = 0; x < medians.cols; ++x) {
            const int here = medians.at<std::uint8_t>(y, x);
            if (here != 0) tiles.loud.push_back(static_cast<std::uint8_t>(here));
            if (x > 0) tiles.slopes.add(here, medians.at<std::uint8_t>(y, x - 1));
            if (y > 0) tiles.slopes.add(here, medians.at<std::uint8_t>(y - 1, x));
        }
    return tiles;
}

/// Paper under uneven light changes from tile to tile by a little and over the page by much;
/// what is filled on a canvas is of one colour, or of several with edges between them.
bool is_uneven(Tiles tiles) {
    auto& paper = tiles.loud;
    std::sort(paper.begin(), paper.end());
    const std::size_t tail = paper.size() / 10;
    return 2 * tiles.slopes.gentle >= tiles.slopes.pairs &&
           paper[paper.size() - 1 - tail] - paper[tail] >= least_slope;
}

/// Pixels of the outermost rows and columns that are not 0; those in the corners count twice.
int count_at_edge(const cv::Mat& picture) {
    return cv::countNonZero(picture.row(0)) + cv::countNonZero(picture.row(picture.rows - 1)) +
           cv::countNonZero(picture.col(0)) + cv::countNonZero(picture.col(picture.cols - 1));
}

/// Whether much of the picture's edge is something else than the rest of it: a shadow or a table
/// goes on beyond the picture, what is drawn ends before.
bool goes_beyond(const cv::Mat& depth) {
    return 12 * count_at_edge(depth) >= 2 * (depth.cols + depth.rows);
}

/// A camera sees grain: of two pixels side by side a third differ. On a canvas few do.
bool is_grainy(const Image& image) {
    constexpr int rows_apart = 8;
    const std::size_t pixel = channels_of(image);
    std::size_t pairs = 0;
    std::size_t differing = 0;
    for (int y = 0; y < image.height; y += rows_apart) {
        const std::uint8_t* row = row_of(image, y);
        for (int x = 1; x < image.width; ++x, row += pixel) {
            ++pairs;
            differing += row[0] != row[pixel] ? 1U : 0U;
        }
    }
    return 3 * differing > pairs;
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
    const Parts parts = parts_of(mask);
    const int speck = std::max(6, mask.cols * mask.rows / 20000);
    auto kept = all_kept(parts);
    for (const Part& part : parts.all)
        if (part.area < speck) kept[static_cast<std::size_t>(part.label)] = 0;
    mask = by_label(parts.labels, kept);
}

/// Whether the picture's edge is nearly all outside `page` and its middle is on it.
bool lies_on_a_table(const cv::Mat& page) {
    const cv::Rect middle(page.cols / 4, page.rows / 4, page.cols - page.cols / 2,
                          page.rows - page.rows / 2);
    return 5 * count_at_edge(page) < 2 * (page.cols + page.rows) &&
           10 * cv::countNonZero(page(middle)) > 9 * static_cast<int>(middle.area());
}

/// Without what is darker and narrower than the window. What lies up to `border` pixels beyond the
/// picture's edge is as what is at it, so that a strip of table there stays.
cv::Mat closed_by(const cv::Mat& picture, int window, int border) {
    cv::Mat closed;
    cv::copyMakeBorder(picture, closed, border, border, border, border, cv::BORDER_REPLICATE);
    cv::morphologyEx(closed, closed, cv::MORPH_CLOSE,
                     cv::getStructuringElement(cv::MORPH_RECT, {window, window}));
    return closed(cv::Rect(border, border, picture.cols, picture.rows)).clone();
}

/// Where the page is, without a rim, if a table of another brightness is all round it; everywhere
/// otherwise.
cv::Mat page_of(const cv::Mat& photo, int window) {
    const cv::Mat even = closed_by(photo, window, window);
    cv::Mat page;
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

/// Evens out what is page.
cv::Mat evened(const cv::Mat& paper, const cv::Mat& page, int window) {
    cv::Mat sum, share;
    paper.convertTo(sum, CV_32F);
    page.convertTo(share, CV_32F, 1.0 / 255);
    cv::blur(sum, sum, {window, window});
    cv::blur(share, share, {window, window});
    cv::divide(sum, share, sum);
    sum.convertTo(sum, CV_8U);
    return sum;
}

/// The page without what is drawn on it in lines narrower than the window.
cv::Mat bare_page(const cv::Mat& photo, const cv::Mat& page, int window, int border) {
    cv::Mat bare(photo.size(), CV_8UC1, cv::Scalar::all(0));
    photo.copyTo(bare, page);
    bare = closed_by(bare, window, border);
    bare.setTo(0, ~page);
    return bare;
}

/// The brightness of the paper, which changes slowly over the page, but at once at the edge of a
/// shadow: on its dark side the paper is no brighter than it looks.
cv::Mat paper_of(const cv::Mat& photo, const cv::Mat& page, int window) {
    const cv::Mat bare = bare_page(photo, page, window, window);
    return cv::min(evened(bare, page, window), bare);
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

/// The values of those pixels that the mask has.
std::vector<std::uint8_t> values_in(const cv::Mat& picture, const cv::Mat& mask) {
    std::vector<std::uint8_t> values;
    for (int y = 0; y < picture.rows; ++y)
        for (int x = 0; x < picture.cols; ++x)
            if (mask.at<std::uint8_t>(y, x) != 0) values.push_back(picture.at<std::uint8_t>(y, x));
    return values;
}

/// How much darker the page is than its paper; what is no page is not.
cv::Mat darkness(const cv::Mat& paper, const cv::Mat& photo, const cv::Mat& page) {
    cv::Mat depth;
    cv::subtract(paper, photo, depth);
    depth.setTo(0, ~page);
    return depth;
}

/// How dark each pixel of the page is beside its paper, as if all of it lay in good light.
cv::Mat depth_beside(const cv::Mat& paper, const cv::Mat& photo, const cv::Mat& page) {
    cv::Mat depth = darkness(paper, photo, page);
    auto brightness = values_in(paper, page);
    if (brightness.empty()) return depth;
    const double light = std::max<double>(good_light, quantile(brightness, 0.9));
    cv::Mat lift;
    paper.convertTo(lift, CV_32F);
    cv::divide(light, cv::max(lift, light / most_lift), lift);
    cv::multiply(depth, lift, depth, 1, CV_8U);
    return depth;
}

/// Where thin strokes are.
cv::Mat strokes_of(const cv::Mat& thin) {
    cv::Mat strokes;
    const double otsu = cv::threshold(thin, strokes, 0, 255, cv::THRESH_BINARY | cv::THRESH_OTSU);
    cv::threshold(thin, strokes, std::max(otsu, min_page_contrast), 255, cv::THRESH_BINARY);
    remove_specks(strokes);
    return strokes;
}

/// How dark they are; 0 where there are hardly any.
double pen_depth(const cv::Mat& thin, const cv::Mat& strokes) {
    auto depths = values_in(thin, strokes);
    return depths.size() <= thin.total() / 1000 ? 0 : quantile(depths, 0.75);
}

/// The brightness of the lit paper round each pixel, whatever shadows there are on it.
cv::Mat lit_paper(const cv::Mat& photo) {
    constexpr int coarse = 8;  // pixels that are looked at as one
    cv::Mat small, lit;
    cv::resize(photo, small, {std::max(1, photo.cols / coarse), std::max(1, photo.rows / coarse)},
               0, 0, cv::INTER_AREA);
    // What lies beyond the picture is not asked: shadows go on there.
    const int window = (std::max(small.cols, small.rows) * 3 / 4) | 1;
    cv::morphologyEx(small, small, cv::MORPH_CLOSE,
                     cv::getStructuringElement(cv::MORPH_RECT, {window, window}));
    cv::resize(small, lit, photo.size(), 0, 0, cv::INTER_LINEAR);
    return lit;
}

/// Which of the labels lie along more than `least` pixels of the picture's edge; none is 0.
std::vector<std::uint8_t> labels_at_edge(const cv::Mat& labels, int count, double least) {
    std::vector<int> at_edge(static_cast<std::size_t>(count), 0);
    for (const cv::Mat& line : {labels.row(0), labels.row(labels.rows - 1), cv::Mat(labels.col(0)),
                                cv::Mat(labels.col(labels.cols - 1))})
        for (auto at = line.begin<int>(); at != line.end<int>(); ++at)
            ++at_edge[static_cast<std::size_t>(*at)];
    std::vector<std::uint8_t> are(static_cast<std::size_t>(count), 0);
    for (std::size_t i = 1; i < are.size(); ++i) are[i] = at_edge[i] > least ? 255 : 0;
    return are;
}

/// Adds to the shadows what is as dark as they are, lies near them and is small: leaves, say.
void add_islands(cv::Mat& shadows, const cv::Mat& photo, const cv::Mat& dark, const cv::Mat& lit,
                 int window) {
    constexpr double as_dark = 0.8;   // times as bright as a shadow: a pen is darker
    constexpr double largest = 0.12;  // of the picture's longer side
    const int reach = 8 * window + 1;
    const double usual = cv::mean(photo, shadows)[0] / cv::mean(lit, shadows)[0];
    cv::Mat near;
    cv::dilate(shadows, near, cv::getStructuringElement(cv::MORPH_RECT, {reach, reach}));
    const Parts parts = parts_of(dark & ~shadows);
    for (const auto& [label, box, middle, area] : parts.all) {
        if (std::max(box.width, box.height) > largest * std::max(photo.cols, photo.rows)) continue;
        const cv::Mat island = parts.labels(box) == label;
        if (cv::countNonZero(near(box) & island) == 0) continue;
        const double ratio = cv::mean(photo(box), island)[0] / cv::mean(lit(box), island)[0];
        if (ratio >= as_dark * usual) shadows(box).setTo(255, island);
    }
}

/// What lies in a shadow: darker than the paper round it, thicker than a pen's line, and come in
/// from beyond the picture.
cv::Mat shadows_of(const cv::Mat& photo, const cv::Mat& page, int window) {
    constexpr double least_dark = 0.85;  // of the lit paper
    cv::Mat dark, thick, labels;
    const cv::Mat lit = lit_paper(photo);
    cv::compare(photo, lit * least_dark, dark, cv::CMP_LT);
    dark.setTo(0, ~page);
    const cv::Mat disc = cv::getStructuringElement(cv::MORPH_ELLIPSE, {window, window});
    cv::morphologyEx(dark, thick, cv::MORPH_OPEN, disc);
    const int count = cv::connectedComponents(thick, labels, 4);
    thick = by_label(labels, labels_at_edge(labels, count, 2.0 * window));
    if (cv::countNonZero(thick) > 0) add_islands(thick, photo, dark, lit, window);
    return thick;
}

/// How bright the paper is in and round the shadows, of which it is no brighter where they end in
/// points than in their midst; 255 elsewhere. `bare` is the paper beside lines.
cv::Mat dimmed(const cv::Mat& bare, const cv::Mat& shadows, int window) {
    cv::Mat near, midst, dim(bare.size(), CV_8UC1, cv::Scalar::all(255));
    cv::dilate(shadows, near, cv::getStructuringElement(cv::MORPH_RECT, {2 * window, 2 * window}));
    bare.copyTo(midst, shadows);
    evened(midst, shadows, 4 * window + 1).copyTo(dim, near);
    return dim;
}

/// The brightness of the paper beside lines no wider than the window, at whatever angle: the corner
/// of a shadow has room for a disc.
cv::Mat paper_beside_lines(const cv::Mat& photo, const cv::Mat& page, int window) {
    cv::Mat bare(photo.size(), CV_8UC1, cv::Scalar::all(0));
    photo.copyTo(bare, page);
    cv::morphologyEx(bare, bare, cv::MORPH_CLOSE,
                     cv::getStructuringElement(cv::MORPH_ELLIPSE, {window, window}));
    bare.setTo(0, ~page);
    return cv::min(evened(bare, page, window), bare);
}

/// How dark a photograph is beside its paper. What is thick is as dark as the strokes that are
/// thin: where a shadow is narrow or has a corner it is thick too, but fainter than the pen.
cv::Mat drawn_depth(const cv::Mat& photo, const cv::Mat& page) {
    constexpr double as_dark = 0.75;
    const int longest = std::max(photo.cols, photo.rows);
    const int widest = (longest / 28) | 1;
    cv::Mat depth = depth_beside(paper_of(photo, page, widest), photo, page);
    cv::Mat paper = paper_of(photo, page, (longest / 8) | 1);
    const cv::Mat strokes = strokes_of(depth);
    const double pen = pen_depth(depth, strokes);
    if (pen == 0) return depth_beside(paper, photo, page);
    const int window =
        std::min(widest, static_cast<int>(std::lround(2 * stroke_width(strokes) + 3)) | 1);
    const cv::Mat beside = paper_beside_lines(photo, page, window);
    const cv::Mat dim = dimmed(beside, shadows_of(photo, page, window), window);
    paper = cv::min(paper, dim);
    depth = cv::min(depth, depth_beside(cv::min(beside, dim), photo, page));
    const cv::Mat any = depth_beside(paper, photo, page);
    cv::Mat thick;
    cv::threshold(any, thick, as_dark * pen, 255, cv::THRESH_BINARY);
    any.copyTo(depth, thick);
    return depth;
}

/// How dark a photograph is, without its table and the creases and print of its page.
cv::Mat depth_of_photograph(const cv::Mat& photo) {
    const int longest = std::max(photo.cols, photo.rows);
    const int window = (longest / 12) | 1;
    const cv::Mat page = page_of(photo, window);
    cv::Mat depth =
        longest < smallest_photograph
            ? darkness(evened(bare_page(photo, page, window, 0), page, window), photo, page)
            : drawn_depth(photo, page);
    if (const auto drawn = without_ruling(depth)) return *drawn;
    if (const auto flat = without_creases(depth)) return *flat;
    return depth;
}

cv::Mat ink_in(const cv::Mat& depth) {
    cv::Mat mask;
    cv::threshold(depth, mask, ink_threshold(depth), 255, cv::THRESH_BINARY);
    remove_specks(mask);
    return mask;
}

}  // namespace

bool is_photograph(const Image& image, const Ink& ink) {
    if (is_haze(ink)) return true;
    const std::size_t loud = ink.depth.total() - ink.quiet;
    if (10 * loud < ink.depth.total() || ink.framed) return false;
    const Tiles tiles = tiles_of(ink);
    if (tiles.loud.size() < fewest_tiles || 20 * tiles.loud.size() < tiles.all) return false;
    return is_uneven(tiles) || (goes_beyond(ink.depth) && is_grainy(image));
}

cv::Mat ink_of_photograph(const Image& image) {
    const cv::Mat grey = grey_of(image);
    const double scale =
        std::min(1.0, static_cast<double>(photo_side) / std::max(grey.cols, grey.rows));
    const cv::Size size(std::max(1, static_cast<int>(std::lround(grey.cols * scale))),
                        std::max(1, static_cast<int>(std::lround(grey.rows * scale))));
    cv::Mat photo;
    cv::resize(grey, photo, size, 0, 0, cv::INTER_AREA);
    cv::GaussianBlur(photo, photo, {3, 3}, 0);
    cv::Mat depth = depth_of_photograph(photo);
    cv::Mat mask = ink_in(depth);
    if (std::max(mask.cols, mask.rows) < smallest_photograph) return mask;
    cv::Mat marks = mask.clone();
    remove_page_marks(mask);
    marks -= mask;
    if (cv::countNonZero(marks) == 0) return mask;
    // They may be darker than all that is drawn.
    cv::dilate(marks, marks, cv::getStructuringElement(cv::MORPH_RECT, {rim, rim}));
    depth.setTo(0, marks);
    mask = ink_in(depth);
    remove_page_marks(mask);
    return mask;
}

std::optional<cv::Mat> ink_in_even_light(const Image& image, const Ink& ink) {
    const std::size_t loud = ink.depth.total() - ink.quiet;
    if (ink.framed || 10 * loud >= ink.depth.total() ||
        std::max(image.width, image.height) < smallest_photograph || !is_grainy(image))
        return std::nullopt;
    cv::Mat mask = ink_of_photograph(image);
    const int peak = *std::max_element(ink.rows.begin(), ink.rows.end());
    cv::Mat strong, around;
    cv::resize(ink.depth, strong, mask.size(), 0, 0, cv::INTER_AREA);
    cv::threshold(strong, strong, peak / 2.0, 255, cv::THRESH_BINARY);
    remove_page_marks(strong);
    cv::dilate(mask, around, cv::getStructuringElement(cv::MORPH_RECT, {rim, rim}));
    const int drawn = cv::countNonZero(strong);
    strong.setTo(0, around);
    if (2 * cv::countNonZero(strong) > drawn) return std::nullopt;
    return mask;
}

}  // namespace croquis::drawing
