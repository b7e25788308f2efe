#include "drawing/page_marks.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "drawing/parts.h"

namespace croquis::drawing {
namespace {

constexpr int edge = 2;                // pixels: a blur away from the picture's edge
constexpr int least_hole = 5;          // pixels across
constexpr double largest_hole = 0.07;  // of the picture's longer side
constexpr double row_margin = 0.25;    // of the picture's side: rows of holes are within
constexpr double lone_margin = 0.15;   // and holes whose fellows are not in the picture
constexpr double alike = 1.5;          // holes of one page are as large, however askew
constexpr double apart = 1.3;          // of their size: from each to the next
constexpr double two_apart = 4;        // of their size, where there are but two
constexpr double beyond_a_pen = 1.4;   // times as wide as the lines: a lone hole
constexpr double askew = 0.1;          // of a row of holes

constexpr std::size_t most_holes = 100;   // along an edge: of pads that are torn off a spiral
constexpr std::size_t most_parts = 1000;  // of a picture in which holes can be told from specks

/// The longest side of the part that runs along the picture's edge, in pixels.
int along_edge(const Parts& parts, const Part& part) {
    const cv::Mat& labels = parts.labels;
    int most = 0;
    for (const int y : {edge - 1, labels.rows - edge})
        if (part.box.y <= y && y < part.box.y + part.box.height)
            most = std::max(most, cv::countNonZero(labels.row(y) == part.label));
    for (const int x : {edge - 1, labels.cols - edge})
        if (part.box.x <= x && x < part.box.x + part.box.width)
            most = std::max(most, cv::countNonZero(labels.col(x) == part.label));
    return most;
}

/// A line that is drawn across the edge is narrow there.
void remove_cut_off(cv::Mat& mask) {
    const Parts parts = parts_of(mask);
    auto kept = all_kept(parts);
    for (const Part& part : parts.all)
        if (2 * along_edge(parts, part) >= std::max(part.box.width, part.box.height))
            kept[static_cast<std::size_t>(part.label)] = 0;
    mask = by_label(parts.labels, kept);
}

double size_of(const Part& part) {
    return (part.box.width + part.box.height) / 2.0;
}

bool is_round(const Part& part, int longest) {
    const int narrow = std::min(part.box.width, part.box.height);
    const int wide = std::max(part.box.width, part.box.height);
    return narrow >= least_hole && wide <= largest_hole * longest &&
           wide <= std::max(1.3 * narrow, narrow + 4.0) && part.area >= 0.65 * part.box.area() &&
           part.area <= 0.93 * part.box.area();
}

/// A part as seen with one edge of the picture above: how far along the edge it is, and below it.
struct Seen {
    std::size_t part = 0;
    double along = 0;
    double below = 0;
    double size = 0;
};

class HoleFinder {
  public:
    explicit HoleFinder(const cv::Mat& mask)
        : size_(mask.size()),
          parts_(parts_of(mask)),
          width_(stroke_width(mask)),
          kept_(all_kept(parts_)) {}

    void remove_from(cv::Mat& mask) {
        if (parts_.all.size() > most_parts) return;
        for (int side = 0; side < 4; ++side) find_row(side);
        if (kept_ == all_kept(parts_)) find_lone();
        mask = by_label(parts_.labels, kept_);
    }

  private:
    [[nodiscard]] int longest() const { return std::max(size_.width, size_.height); }
    /// Sides 0 and 1: above and below; 2 and 3: left and right.
    [[nodiscard]] int depth_of(int side) const { return side < 2 ? size_.height : size_.width; }

    [[nodiscard]] double below(int side, double x, double y) const {
        const double at = side < 2 ? y : x;
        return side % 2 == 0 ? at : depth_of(side) - 1 - at;
    }

    [[nodiscard]] Seen seen_from(int side, std::size_t at) const {
        const Part& part = parts_.all[at];
        return {at, side < 2 ? part.middle.x : part.middle.y,
                below(side, part.middle.x, part.middle.y), size_of(part)};
    }

    /// How far below the edge the nearest pixel of the part is.
    [[nodiscard]] double nearest(int side, const Part& part) const {
        const cv::Point last = part.box.br() - cv::Point(1, 1);
        return std::min(below(side, part.box.x, part.box.y), below(side, last.x, last.y));
    }

    void find_row(int side) {
        std::vector<Seen> round;
        for (std::size_t i = 0; i < parts_.all.size(); ++i) {
            const Seen seen = seen_from(side, i);
            if (is_round(parts_.all[i], longest()) && seen.below < row_margin * depth_of(side))
                round.push_back(seen);
        }
        if (round.size() > most_holes) return;
        std::vector<Seen> best;
        for (std::size_t i = 0; i < round.size(); ++i)
            for (std::size_t j = 0; j < round.size(); ++j) {
                const double way = round[j].along - round[i].along;
                if (way <= 0 || std::abs(round[j].below - round[i].below) > askew * way) continue;
                const auto row = row_through(round, round[i], round[j]);
                if (row.size() > best.size() && is_punched(row, side)) best = row;
            }
        for (const Seen& hole : best)
            kept_[static_cast<std::size_t>(parts_.all[hole.part].label)] = 0;
    }

    static std::vector<Seen> row_through(const std::vector<Seen>& round, const Seen& first,
                                         const Seen& second) {
        const double slope = (second.below - first.below) / (second.along - first.along);
        std::vector<Seen> row;
        for (const Seen& seen : round) {
            const double off = seen.below - first.below - slope * (seen.along - first.along);
            if (std::abs(off) <= 0.4 * first.size && seen.size <= alike * first.size &&
                first.size <= alike * seen.size)
                row.push_back(seen);
        }
        std::sort(row.begin(), row.end(),
                  [](const Seen& a, const Seen& b) { return a.along < b.along; });
        return row;
    }

    /// Whether the holes are far enough from one another, and all else is below them.
    [[nodiscard]] bool is_punched(const std::vector<Seen>& row, int side) const {
        const double least = row.size() == 2 ? two_apart : apart;
        for (std::size_t i = 1; i < row.size(); ++i)
            if (row[i].along - row[i - 1].along < least * row[0].size) return false;
        double lowest = 0;
        std::vector<std::uint8_t> in_row(kept_.size(), 0);
        for (const Seen& hole : row) {
            lowest = std::max(lowest, hole.below + hole.size / 2);
            in_row[static_cast<std::size_t>(parts_.all[hole.part].label)] = 1;
        }
        return std::all_of(parts_.all.begin(), parts_.all.end(), [&](const Part& part) {
            const auto label = static_cast<std::size_t>(part.label);
            return in_row[label] != 0 || kept_[label] == 0 || nearest(side, part) > lowest;
        });
    }

    /// A hole whose fellows are not in the picture.
    void find_lone() {
        for (const Part& part : parts_.all) {
            const double size = size_of(part);
            if (!is_round(part, longest()) || size < beyond_a_pen * width_) continue;
            const cv::Rect around(part.box.x - part.box.width, part.box.y - part.box.height,
                                  3 * part.box.width, 3 * part.box.height);
            bool at_margin = false;
            for (int side = 0; side < 4; ++side)
                at_margin |=
                    below(side, part.middle.x, part.middle.y) < lone_margin * depth_of(side);
            const bool is_alone =
                std::all_of(parts_.all.begin(), parts_.all.end(), [&](const Part& other) {
                    return other.label == part.label || (other.box & around).empty();
                });
            if (at_margin && is_alone && parts_.all.size() > 1)
                kept_[static_cast<std::size_t>(part.label)] = 0;
        }
    }

    cv::Size size_;
    Parts parts_;
    double width_;
    std::vector<std::uint8_t> kept_;  ///< by label, as all_kept() has them
};

}  // namespace

double stroke_width(const cv::Mat& mask) {
    cv::Mat inside, most;
    cv::distanceTransform(mask, inside, cv::DIST_L2, cv::DIST_MASK_3);
    cv::dilate(inside, most, cv::Mat());
    std::vector<float> middles;
    for (int y = 0; y < mask.rows; ++y)
        for (int x = 0; x < mask.cols; ++x)
            if (const float here = inside.at<float>(y, x); here > 0 && here >= most.at<float>(y, x))
                middles.push_back(here);
    if (middles.empty()) return 0;
    const auto at = middles.begin() + static_cast<std::ptrdiff_t>(middles.size() / 2);
    std::nth_element(middles.begin(), at, middles.end());
    return std::max(1.0, 2.0 * static_cast<double>(*at) - 1);
}

void remove_page_marks(cv::Mat& mask) {
    if (std::min(mask.cols, mask.rows) < 2 * edge) return;
    remove_cut_off(mask);
    HoleFinder(mask).remove_from(mask);
}

}  // namespace croquis::drawing
