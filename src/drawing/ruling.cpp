#include "drawing/ruling.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "drawing/parts.h"

namespace croquis::drawing {
namespace {

constexpr int ruling_side = 1280;          // what is larger is reduced to it
constexpr int slice = 16;                  // pixels along a line that are looked at as one
constexpr int fewest_slices = 4;           // of a line
constexpr int faintest_ridge = 8;          // of 255, in a slice's mean
constexpr double steepest = 0.0875;        // five degrees
constexpr std::size_t least_lines = 4;     // that make a page ruled
constexpr std::size_t least_in_frame = 8;  // where they end before the picture does
constexpr int drawn_over = 14;             // of 255: a pen on a line is darker by more than this
constexpr std::size_t fewest_dots = 16;    // that make a page dotted
constexpr std::size_t most_dots = 4000;    // an A4 page has 2,500
constexpr int faintest_ink = 24;           // of 255

int thickest_line(const cv::Mat& depth) {
    return std::max(5, std::max(depth.cols, depth.rows) / 100);
}

/// How often a line of pixels goes into ink, and how much of it is ink.
struct Runs {
    int count = 0;
    int inked = 0;
};

/// Of the rows of these columns, from the top down.
Runs runs_down(const cv::Mat& depth, const cv::Range& columns) {
    Runs runs;
    bool inside = false;
    for (int y = 0; y < depth.rows; ++y) {
        const std::uint8_t* const row = depth.ptr(y);
        const bool ink = std::any_of(row + columns.start, row + columns.end,
                                     [](std::uint8_t v) { return v > 0; });
        runs.count += ink && !inside ? 1 : 0;
        runs.inked += ink ? 1 : 0;
        inside = ink;
    }
    return runs;
}

/// Of the columns of these rows, from the left; of every other row, as print is not so thin.
Runs runs_across(const cv::Mat& depth, const cv::Range& rows, std::vector<std::uint8_t>& most) {
    most.assign(static_cast<std::size_t>(depth.cols), 0);
    for (int y = rows.start; y < rows.end; y += 2) {
        const std::uint8_t* const row = depth.ptr(y);
        for (std::size_t x = 0; x < most.size(); ++x) most[x] = std::max(most[x], row[x]);
    }
    Runs runs;
    for (std::size_t x = 0; x < most.size(); ++x) {
        runs.count += most[x] > 0 && (x == 0 || most[x - 1] == 0) ? 1 : 0;
        runs.inked += most[x] > 0 ? 1 : 0;
    }
    return runs;
}

bool has_clear_frame(const cv::Mat& depth, const cv::Rect& box) {
    return box.x > 0 && box.y > 0 && box.x + box.width < depth.cols &&
           box.y + box.height < depth.rows;
}

/// A band of the box's columns or rows: `part` of them, from `at` on in 0…1.
cv::Range band(int start, int length, double at, double part) {
    const int from = start + static_cast<int>(at * length);
    return {from, std::min(start + length, from + std::max(1, static_cast<int>(part * length)))};
}

/// A line across the page, sheared so that it is level: y where it is in the middle of the page.
struct Level {
    double y = 0;
    double coverage = 0;  ///< share of the slices in which it is seen
    int slices = 0;       ///< that it crosses
};

/// How a printed line runs: per slice its middle, and which rows beside it are its own.
struct RulingLine {
    std::vector<double> middles;
    int above = 0;
    int below = 0;
    int depth = 0;
    bool is_even = false;  ///< as dark all along: no more than printed
    double filled = 0;     ///< share of its columns that have ink
    double ink = 0;        ///< in a column, in pixels of black
};

/// Finds the lines that run from the left to the right.
class RulingFinder {
  public:
    explicit RulingFinder(const cv::Mat& depth)
        : depth_(depth),
          slices_(depth.cols / slice),
          reach_(static_cast<int>(std::ceil(steepest * depth.cols / 2)) + 1) {
        if (slices_ < fewest_slices) return;
        cv::Mat means;
        cv::resize(depth.colRange(0, slices_ * slice), means, {slices_, depth.rows}, 0, 0,
                   cv::INTER_AREA);
        const int thick = 2 * thickest_line(depth) + 1;
        cv::morphologyEx(means, means, cv::MORPH_TOPHAT,
                         cv::getStructuringElement(cv::MORPH_RECT, {1, thick}));
        ridges_ = means.t();
        clipped_ = cv::min(ridges_, 4 * faintest_ridge);
        cv::Mat seen;
        cv::dilate(ridges_, seen, cv::getStructuringElement(cv::MORPH_RECT, {3, 1}));
        cv::threshold(seen, seen_, faintest_ridge - 1, 1, cv::THRESH_BINARY);
    }

    [[nodiscard]] bool is_wide_enough() const { return slices_ >= fewest_slices; }
    [[nodiscard]] double slope() const { return slope_; }
    /// So few slices tell nothing of a line that is not expected there.
    [[nodiscard]] int usual_slices() const { return std::max(2, slices_ / 8); }

    /// Takes the slope among those from `low` to `high` along which the sums differ most.
    void find_slope(double low, double high) {
        low = std::max(low, -steepest);
        high = std::min(high, steepest);
        const double step = 2.0 / (slice * slices_);
        double most = -1;
        const int steps = static_cast<int>(std::lround((high - low) / step));
        for (int i = 0; i <= steps; ++i) {
            const double slope = low + i * step;
            const auto sums = sums_along(clipped_, slope);
            double sharpness = 0;
            for (std::size_t y = 1; y < sums.size(); ++y) {
                const double change = sums[y] - sums[y - 1];
                sharpness += change * change;
            }
            if (sharpness <= most) continue;
            most = sharpness;
            slope_ = slope;
        }
    }

    /// What is seen along the slope in at least `coverage` of the slices that it crosses, which are
    /// no fewer than `fewest`: lines that leave the page askew cross few.
    [[nodiscard]] std::vector<Level> levels(double coverage, int fewest) const {
        const auto strength = sums_along(clipped_, slope_);
        const auto seen = sums_along(seen_, slope_);
        const auto slices =
            sums_along(cv::Mat(ridges_.size(), CV_8UC1, cv::Scalar::all(1)), slope_);
        std::vector<Level> found;
        const int last = static_cast<int>(strength.size()) - 1;
        for (int y = 0; y <= last; ++y) {
            const auto at = static_cast<std::size_t>(y);
            if (slices[at] < fewest || strength[at] == 0) continue;
            const auto begin = strength.begin() + std::max(0, y - 2);
            const auto end = strength.begin() + std::min(last, y + 2) + 1;
            if (std::max_element(begin, end) != strength.begin() + y) continue;
            const double share = static_cast<double>(seen[at]) / slices[at];
            if (share >= coverage)
                found.push_back({static_cast<double>(y - reach_), share, slices[at]});
        }
        return found;
    }

    /// Follows a line from slice to slice, and measures it.
    [[nodiscard]] RulingLine follow(const Level& level) const {
        RulingLine line;
        std::vector<double> off(static_cast<std::size_t>(slices_), 0);
        for (int k = 0; k < slices_; ++k) off[static_cast<std::size_t>(k)] = offset_in(k, level);
        for (int k = 0; k < slices_; ++k) {
            std::vector<double> near(off.begin() + std::max(0, k - 2),
                                     off.begin() + std::min(slices_, k + 3));
            std::nth_element(near.begin(), near.begin() + static_cast<int>(near.size()) / 2,
                             near.end());
            line.middles.push_back(level.y + shift_of(k, slope_) + near[near.size() / 2]);
        }
        measure(line);
        return line;
    }

    /// Where the line is in this column.
    [[nodiscard]] int row_of(const RulingLine& line, int x) const {
        const int k = std::min(x / slice, slices_ - 1);
        const double from_middle = x - (k + 0.5) * slice + 0.5;
        return static_cast<int>(
            std::lround(line.middles[static_cast<std::size_t>(k)] + slope_ * from_middle));
    }

  private:
    [[nodiscard]] double shift_of(int k, double slope) const {
        return slope * slice * (k + 0.5 - slices_ / 2.0);
    }

    /// Sums over the slices along a slope; from `reach_` above the page to as far below it.
    [[nodiscard]] std::vector<int> sums_along(const cv::Mat& values, double slope) const {
        std::vector<int> sums(static_cast<std::size_t>(values.cols + 2 * reach_), 0);
        for (int k = 0; k < slices_; ++k) {
            const std::uint8_t* const from = values.ptr(k);
            int* const to =
                sums.data() + reach_ - static_cast<int>(std::lround(shift_of(k, slope)));
            for (int y = 0; y < values.cols; ++y) to[y] += from[y];
        }
        return sums;
    }

    /// How far the line is in this slice from where its slope puts it: the mean of its rows.
    [[nodiscard]] double offset_in(int k, const Level& level) const {
        const double expected = level.y + shift_of(k, slope_);
        const int middle = static_cast<int>(std::lround(expected));
        int sum = 0;
        double moment = 0;
        for (int y = std::max(0, middle - 2); y <= std::min(ridges_.cols - 1, middle + 2); ++y) {
            const int here = ridges_.at<std::uint8_t>(k, y);
            sum += here;
            moment += here * (y - expected);
        }
        return sum < faintest_ridge ? 0 : moment / sum;
    }

    /// The rows that the line takes and how dark it is: the medians over its columns.
    void measure(RulingLine& line) const {
        const int thick = thickest_line(depth_);
        std::vector<int> above, below, depths;
        int columns = 0;
        for (int x = 0; x < slices_ * slice; x += 2) {
            const int y = row_of(line, x);
            if (y < 0 || y >= depth_.rows) continue;
            ++columns;
            int peak = y;
            for (const int row : {std::max(0, y - 1), std::min(depth_.rows - 1, y + 1)})
                if (at(row, x) > at(peak, x)) peak = row;
            if (at(peak, x) < faintest_ridge) continue;
            const int least = std::max(faintest_ridge, at(peak, x) / 4);
            int top = peak, bottom = peak;
            while (top > 0 && peak - top < thick && at(top - 1, x) >= least) --top;
            while (bottom + 1 < depth_.rows && bottom - peak < thick && at(bottom + 1, x) >= least)
                ++bottom;
            above.push_back(y - top);
            below.push_back(bottom - y);
            depths.push_back(at(peak, x));
            for (int row = top; row <= bottom; ++row) line.ink += at(row, x) / 255.0;
        }
        line.ink /= static_cast<double>(std::max<std::size_t>(1, depths.size()));
        // Not the medians: a line between two rows is now in one, now in the other.
        line.above = quantile_of(above, 0.8);
        line.below = quantile_of(below, 0.8);
        line.depth = quantile_of(depths, 0.5);
        line.filled = static_cast<double>(depths.size()) / std::max(1, columns);
        line.is_even = line.filled > 0.85 && 4 * quantile_of(depths, 0.05) >= 3 * line.depth;
    }

    [[nodiscard]] int at(int y, int x) const { return depth_.at<std::uint8_t>(y, x); }

    static int quantile_of(std::vector<int>& values, double part) {
        if (values.empty()) return 0;
        const auto at = values.begin() +
                        static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size() - 1));
        std::nth_element(values.begin(), at, values.end());
        return *at;
    }

    cv::Mat depth_;
    int slices_;
    int reach_;
    double slope_ = 0;
    cv::Mat ridges_;   ///< a row a slice: what is thin in its mean
    cv::Mat clipped_;  ///< the same, so that a pen weighs no more than print
    cv::Mat seen_;     ///< 1 where there is any
};

/// Evenly spaced levels: where the first is, and how far it is from each to the next.
struct Lattice {
    std::vector<std::size_t> members;
    std::size_t places = 0;  ///< from the first member to the last
    double pitch = 0;
};

/// Goes from member to member, as the spacing of a page seen from aside changes along it.
class LatticeWalk {
  public:
    LatticeWalk(const std::vector<Level>& levels, std::size_t first, double pitch)
        : levels_(levels), first_(first), lattice_{{first}, 1, pitch} {}

    Lattice run() {
        for (const bool down : {true, false}) {
            const double pitch = lattice_.pitch;
            walk(down);
            if (down) lattice_.pitch = pitch;
        }
        std::sort(lattice_.members.begin(), lattice_.members.end());
        return lattice_;
    }

  private:
    void walk(bool down) {
        constexpr long furthest = 5;  // places without a line
        double pitch = lattice_.pitch;
        double last = levels_[first_].y;
        const std::size_t count = down ? levels_.size() - first_ - 1 : first_;
        for (std::size_t i = 1; i <= count; ++i) {
            const std::size_t here = down ? first_ + i : first_ - i;
            const double gap = std::abs(levels_[here].y - last);
            const long places = std::lround(gap / pitch);
            if (places > furthest) return;
            const double error = std::abs(gap - static_cast<double>(places) * pitch);
            if (places == 0 || error > std::max(1.5, 0.08 * pitch)) continue;
            lattice_.members.push_back(here);
            lattice_.places += static_cast<std::size_t>(places);
            last = levels_[here].y;
            if (places == 1) pitch += (gap - pitch) / 4;
        }
    }

    const std::vector<Level>& levels_;
    std::size_t first_;
    Lattice lattice_;
};

/// The lattice that most of the levels are on; no members where there is none. Where it runs out of
/// the picture, it has filled that.
Lattice lattice_of(const std::vector<Level>& levels, int rows, std::size_t least) {
    constexpr double narrowest = 4;  // pixels
    Lattice best;
    for (std::size_t i = 0; i + 1 < levels.size(); ++i) {
        const double pitch = levels[i + 1].y - levels[i].y;
        if (pitch < narrowest) continue;
        Lattice lattice = LatticeWalk(levels, i, pitch).run();
        const std::size_t members = lattice.members.size();
        if (members < least || 5 * members < 3 * lattice.places || 3 * members < 2 * levels.size())
            continue;
        const bool is_everywhere = levels[lattice.members.front()].y < 2 * pitch &&
                                   levels[lattice.members.back()].y > rows - 2 * pitch;
        if (least < least_in_frame && !is_everywhere) continue;
        if (members > best.members.size()) best = std::move(lattice);
    }
    return best;
}

/// Lines in one direction.
struct Ruling {
    std::vector<RulingLine> lines;
    double pitch = 0;
};

constexpr double usual_coverage = 0.75;
constexpr double lone_coverage = 0.85;

/// The lines on the lattice, those that a drawing mostly hides too, and others that run across all
/// of the page, such as a margin's.
Ruling ruling_on(const RulingFinder& finder, const std::vector<Level>& levels,
                 const Lattice& lattice) {
    constexpr double hidden_coverage = 0.1;
    Ruling ruling{{}, lattice.pitch};
    std::vector<Level> chosen;
    for (const Level& level : finder.levels(hidden_coverage, 1)) {
        const bool on_lattice =
            std::any_of(lattice.members.begin(), lattice.members.end(), [&](std::size_t member) {
                const double places = (level.y - levels[member].y) / lattice.pitch;
                return std::abs(places) < 3.5 &&
                       std::abs(places - std::round(places)) * lattice.pitch <=
                           std::max(1.5, 0.1 * lattice.pitch);
            });
        const bool is_lone =
            level.coverage >= lone_coverage && level.slices >= finder.usual_slices();
        if (!on_lattice && !is_lone) continue;
        // Of what is close together, that is printed which is seen further: the rest is drawn.
        if (on_lattice && !chosen.empty() && level.y - chosen.back().y < lattice.pitch / 3) {
            if (level.coverage > chosen.back().coverage) chosen.back() = level;
            continue;
        }
        chosen.push_back(level);
    }
    for (const Level& level : chosen) ruling.lines.push_back(finder.follow(level));
    return ruling;
}

/// Rows of dots are no lines, and neither is what takes much of the paper: hatching.
bool is_printed(const Ruling& ruling) {
    constexpr double most_ink = 0.3;  // of the paper; dark lines every two millimetres take half
    if (ruling.pitch == 0) return true;
    const auto printed =
        std::count_if(ruling.lines.begin(), ruling.lines.end(), [&](const RulingLine& line) {
            return line.filled > 0.6 && line.ink < most_ink * ruling.pitch;
        });
    return 2 * printed >= static_cast<std::ptrdiff_t>(ruling.lines.size());
}

/// A drawing along few of the lines does not make all of them seem dark.
void level_depths(Ruling& ruling) {
    constexpr std::size_t drawn_along = 2;
    if (ruling.lines.size() < least_lines) return;
    std::vector<int> depths;
    for (const auto& line : ruling.lines) depths.push_back(line.depth);
    std::sort(depths.begin(), depths.end(), std::greater<>());
    const int most = depths[drawn_along] * 5 / 4;
    for (auto& line : ruling.lines)
        if (!line.is_even) line.depth = std::min(line.depth, most);
}

/// How dark the printed lines are, where they are: 0 elsewhere.
cv::Mat print_of(const RulingFinder& finder, const Ruling& ruling, cv::Size size) {
    cv::Mat print(size, CV_8UC1, cv::Scalar::all(0));
    for (const auto& line : ruling.lines) {
        const int rim = line.depth * 3 / 5;
        for (int x = 0; x < size.width; ++x) {
            const int middle = finder.row_of(line, x);
            const int top = middle - line.above - 1;
            const int bottom = middle + line.below + 1;
            for (int y = std::max(0, top); y <= std::min(size.height - 1, bottom); ++y) {
                auto& at = print.at<std::uint8_t>(y, x);
                at = static_cast<std::uint8_t>(
                    std::max<int>(at, y == top || y == bottom ? rim : line.depth));
            }
        }
    }
    return print;
}

struct Print {
    cv::Mat depth;     ///< how dark what is printed is
    int thickest = 0;  ///< rows of a line
    double pitch = 0;
    int darkest = 0;
};

void add(Print& print, const RulingFinder& finder, const Ruling& ruling, bool upright) {
    const cv::Size size =
        upright ? cv::Size(print.depth.rows, print.depth.cols) : print.depth.size();
    cv::Mat lines = print_of(finder, ruling, size);
    if (upright) lines = lines.t();
    // Where two lines cross, one is printed over the other.
    cv::Mat both;
    cv::multiply(print.depth, lines, both, 1.0 / 255);
    print.depth = print.depth + (lines - both);
    for (const auto& line : ruling.lines) {
        print.thickest = std::max(print.thickest, line.above + line.below + 3);
        print.darkest = std::max(print.darkest, line.depth);
    }
    print.pitch = std::max(print.pitch, ruling.pitch);
}

/// What is printed on the page, in both directions; nothing where it is neither ruled nor squared.
std::optional<Print> find_print(const cv::Mat& depth, std::size_t least) {
    std::array<RulingFinder, 2> finders{RulingFinder(depth), RulingFinder(depth.t())};
    std::array<std::vector<Level>, 2> levels;
    std::array<Lattice, 2> lattices;
    for (std::size_t i = 0; i < 2; ++i) {
        if (!finders[i].is_wide_enough()) return std::nullopt;
        finders[i].find_slope(-steepest, steepest);
        levels[i] = finders[i].levels(usual_coverage, finders[i].usual_slices());
        lattices[i] = lattice_of(levels[i], i == 0 ? depth.rows : depth.cols, least);
    }
    if (lattices[0].members.empty() && lattices[1].members.empty()) return std::nullopt;
    Print print{cv::Mat(depth.size(), CV_8UC1, cv::Scalar::all(0))};
    for (std::size_t i = 0; i < 2; ++i) {
        if (lattices[i].members.empty()) {
            // No more than a margin, at a right angle to the others or nearly so.
            const double slope = -finders[1 - i].slope();
            finders[i].find_slope(slope - 0.01, slope + 0.01);
        }
        Ruling ruling = ruling_on(finders[i], levels[i], lattices[i]);
        if (!is_printed(ruling)) return std::nullopt;
        level_depths(ruling);
        add(print, finders[i], ruling, i == 1);
    }
    return print;
}

/// A line of `length` pixels through the middle of a square, at one of eight angles.
cv::Mat line_element(int length, int eighth) {
    cv::Mat element(length, length, CV_8UC1, cv::Scalar::all(0));
    const double angle = eighth * CV_PI / 8;
    const double half = (length - 1) / 2.0;
    const double stretch = half / std::max(std::abs(std::cos(angle)), std::abs(std::sin(angle)));
    const cv::Point middle(length / 2, length / 2);
    const cv::Point end(static_cast<int>(std::lround(stretch * std::cos(angle))),
                        static_cast<int>(std::lround(stretch * std::sin(angle))));
    cv::line(element, middle - end, middle + end, cv::Scalar::all(1));
    return element;
}

/// Takes the print away and closes the strokes that cross it.
cv::Mat take_out(const cv::Mat& depth, const Print& print) {
    cv::Mat limit, drawn, strokes(depth.size(), CV_8UC1, cv::Scalar::all(0));
    print.depth.convertTo(limit, CV_8U, 1.25, drawn_over);
    limit.setTo(0, print.depth == 0);
    cv::compare(depth, limit, drawn, cv::CMP_GT);
    depth.copyTo(strokes, drawn);
    cv::Mat closed = strokes.clone();
    const int length = std::min(2 * (print.thickest / 2) + 3, 31);
    cv::Mat along;
    for (int eighth = 0; eighth < 8; ++eighth) {
        cv::morphologyEx(strokes, along, cv::MORPH_CLOSE, line_element(length, eighth));
        closed = cv::max(closed, along);
    }
    cv::Mat crossing = cv::min(closed, depth);
    crossing.copyTo(strokes, print.depth > 0);
    return strokes;
}

/// Leaves out what is too small to be drawn, and what is left of a printed line itself.
void remove_rests(cv::Mat& strokes, const Print& print) {
    const int core = print.thickest - 2;
    const int smallest = std::max(6, core * core);  // pixels
    cv::Mat mask;
    cv::threshold(strokes, mask, std::max(faintest_ink, print.darkest * 3 / 10), 255,
                  cv::THRESH_BINARY);
    const Parts parts = parts_of(mask);
    std::vector<int> beside(parts.all.size() + 1, 0);
    for (int y = 0; y < mask.rows; ++y)
        for (int x = 0; x < mask.cols; ++x)
            if (print.depth.at<std::uint8_t>(y, x) == 0)
                ++beside[static_cast<std::size_t>(parts.labels.at<int>(y, x))];
    auto kept = all_kept(parts);
    for (const auto& [label, box, middle, area] : parts.all) {
        const int longest = std::max(box.width, box.height);
        const int on_lines = area - beside[static_cast<std::size_t>(label)];
        const bool is_rest = (10 * on_lines > 9 * area && longest < 2 * print.pitch) ||
                             (2 * on_lines > area && longest <= 2 * print.thickest);
        if (area < smallest || is_rest) kept[static_cast<std::size_t>(label)] = 0;
    }
    mask = by_label(parts.labels, kept);
    cv::dilate(mask, mask, cv::getStructuringElement(cv::MORPH_RECT, {3, 3}));
    strokes.setTo(0, ~mask);
}

/// Dots everywhere on the page, each as far from its nearest as the others are.
bool are_printed(const std::vector<Part>& dots, cv::Size size) {
    constexpr std::size_t cells = 4;
    if (dots.size() < fewest_dots || dots.size() > most_dots) return false;
    std::array<bool, cells * cells> has{};
    std::vector<double> nearest;
    for (const Part& dot : dots) {
        const auto cell = [](double at, int of) {
            return std::min(cells - 1, static_cast<std::size_t>(at * cells / of));
        };
        has[cell(dot.middle.y, size.height) * cells + cell(dot.middle.x, size.width)] = true;
        double least = 1e9;
        for (const Part& other : dots) {
            if (other.label == dot.label) continue;
            const cv::Point2d apart = other.middle - dot.middle;
            least = std::min(least, apart.dot(apart));
        }
        nearest.push_back(std::sqrt(least));
    }
    const auto inked = std::count(has.begin(), has.end(), true);
    if (static_cast<std::size_t>(inked) < has.size() * 3 / 4) return false;
    std::vector<double> sorted = nearest;
    std::nth_element(sorted.begin(), sorted.begin() + static_cast<int>(sorted.size() / 2),
                     sorted.end());
    const double pitch = sorted[sorted.size() / 2];
    const auto even = std::count_if(nearest.begin(), nearest.end(), [&](double distance) {
        return std::abs(distance - pitch) <= std::max(1.0, 0.12 * pitch);
    });
    return 4 * even >= 3 * static_cast<std::ptrdiff_t>(nearest.size());
}

/// The ink without the dots of dotted paper; nothing where there are none.
std::optional<cv::Mat> without_dots(const cv::Mat& depth) {
    cv::Mat mask;
    cv::threshold(depth, mask, faintest_ink, 255, cv::THRESH_BINARY);
    const Parts parts = parts_of(mask);
    const int largest = thickest_line(depth) * 3 / 2;
    std::vector<Part> dots;
    for (const Part& part : parts.all) {
        if (dots.size() > most_dots) break;
        if (part.box.width <= largest && part.box.height <= largest) dots.push_back(part);
    }
    if (!are_printed(dots, depth.size())) return std::nullopt;
    auto kept = all_kept(parts);
    for (const Part& dot : dots) kept[static_cast<std::size_t>(dot.label)] = 0;
    mask = by_label(parts.labels, kept);
    cv::dilate(mask, mask, cv::getStructuringElement(cv::MORPH_RECT, {3, 3}));
    cv::Mat strokes(depth.size(), CV_8UC1, cv::Scalar::all(0));
    depth.copyTo(strokes, mask);
    return strokes;
}

/// The lines of one direction that run from edge to edge.
Ruling creases_along(RulingFinder& finder, int slices) {
    constexpr double whole = 0.9;
    constexpr std::size_t most_creases = 3;
    finder.find_slope(-steepest, steepest);
    Ruling ruling;
    for (const Level& level : finder.levels(whole, slices * 9 / 10))
        ruling.lines.push_back(finder.follow(level));
    if (ruling.lines.size() > most_creases) ruling.lines.clear();
    return ruling;
}

/// How dark the strokes are where they are darkest.
int pen_of(const cv::Mat& strokes) {
    std::vector<std::uint8_t> depths;
    for (int y = 0; y < strokes.rows; ++y)
        for (int x = 0; x < strokes.cols; ++x)
            if (strokes.at<std::uint8_t>(y, x) > faintest_ink)
                depths.push_back(strokes.at<std::uint8_t>(y, x));
    if (depths.empty()) return 0;
    const auto at = depths.begin() + static_cast<std::ptrdiff_t>(depths.size() * 9 / 10);
    std::nth_element(depths.begin(), at, depths.end());
    return *at;
}

}  // namespace

bool may_be_ruled(const cv::Mat& depth, const cv::Rect& box) {
    constexpr double inside = 0.03;    // of the box: lines that end askew have all begun there
    constexpr double dot_band = 0.12;  // of the box: more than the way to the next dot
    const int least = static_cast<int>(has_clear_frame(depth, box) ? least_in_frame : least_lines);
    const auto columns = [&](double at, double part) {
        return runs_down(depth, band(box.x, box.width, at, part));
    };
    std::vector<std::uint8_t> most;
    const auto rows = [&](double at, double part) {
        return runs_across(depth, band(box.y, box.height, at, part), most);
    };
    // A line that is there lengthwise says nothing: the one beside it does.
    const auto crosses = [&](const auto& line, int length, double at, double beside) {
        Runs runs = line(at);
        if (2 * runs.inked > length) runs = line(beside);
        return runs.count >= least;
    };
    for (const bool down : {false, true}) {
        const auto along = [&](double at) { return down ? columns(at, 0) : rows(at, 0); };
        const int length = down ? box.height : box.width;
        if (crosses(along, length, inside, 2 * inside) &&
            crosses(along, length, 1 - inside, 1 - 2 * inside))
            return true;
    }
    // A drawing may hide the dots of one side.
    int sides = 0;
    sides += rows(0, dot_band).count >= least ? 1 : 0;
    sides += rows(1 - dot_band, dot_band).count >= least ? 1 : 0;
    if (sides == 0) return false;
    sides += columns(0, dot_band).count >= least ? 1 : 0;
    sides += columns(1 - dot_band, dot_band).count >= least ? 1 : 0;
    return sides >= 3;
}

std::optional<cv::Mat> without_ruling(const cv::Mat& depth) {
    const double scale =
        std::min(1.0, static_cast<double>(ruling_side) / std::max(depth.cols, depth.rows));
    cv::Mat small = depth;
    if (scale < 1)
        cv::resize(depth, small,
                   {std::max(1, static_cast<int>(std::lround(depth.cols * scale))),
                    std::max(1, static_cast<int>(std::lround(depth.rows * scale)))},
                   0, 0, cv::INTER_AREA);
    const bool in_frame = cv::countNonZero(small.row(0)) + cv::countNonZero(small.col(0)) +
                              cv::countNonZero(small.row(small.rows - 1)) +
                              cv::countNonZero(small.col(small.cols - 1)) ==
                          0;
    const auto print = find_print(small, in_frame ? least_in_frame : least_lines);
    if (!print) return without_dots(small);
    cv::Mat strokes = take_out(small, *print);
    remove_rests(strokes, *print);
    return strokes;
}

std::optional<cv::Mat> without_creases(const cv::Mat& depth) {
    std::array<RulingFinder, 2> finders{RulingFinder(depth), RulingFinder(depth.t())};
    Print print{cv::Mat(depth.size(), CV_8UC1, cv::Scalar::all(0))};
    for (std::size_t i = 0; i < 2; ++i) {
        if (!finders[i].is_wide_enough()) return std::nullopt;
        const auto ruling = creases_along(finders[i], (i == 0 ? depth.cols : depth.rows) / slice);
        add(print, finders[i], ruling, i == 1);
    }
    if (print.darkest == 0) return std::nullopt;
    print.pitch = std::min(depth.cols, depth.rows) / 8.0;  // what is left of a crease is short
    cv::Mat strokes = take_out(depth, print);
    remove_rests(strokes, print);
    const int pen = pen_of(strokes);
    if (3 * pen < 4 * print.darkest) return std::nullopt;
    return strokes;
}

}  // namespace croquis::drawing
