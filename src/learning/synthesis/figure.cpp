#include "learning/synthesis/figure.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace croquis::learning {
namespace {

constexpr float pi = std::numbers::pi_v<float>;
constexpr float step = 0.035F;  // distance between the points of a drawn line, in figure units

float distance(Vec a, Vec b) {
    return std::hypot(a.x - b.x, a.y - b.y);
}

using Line = std::vector<Vec>;

void append_edge(Line& line, Vec from, Vec to, float bow) {
    const float length = distance(from, to);
    const int count = std::max(1, static_cast<int>(length / step));
    const Vec normal = length > 0 ? Vec{(from.y - to.y) / length, (to.x - from.x) / length} : Vec{};
    for (int i = line.empty() ? 0 : 1; i <= count; ++i) {
        const float t = static_cast<float>(i) / static_cast<float>(count);
        line.push_back(from + (to - from) * t + normal * (bow * length * 4 * t * (1 - t)));
    }
}

/// Moves each point to the mean of its neighbours within `reach` points: cuts corners as a fast pen
/// does.
Line smoothed(const Line& line, int reach) {
    if (reach <= 0 || line.size() < 3) return line;
    Line out(line.size());
    const int last = static_cast<int>(line.size()) - 1;
    for (int i = 0; i <= last; ++i) {
        const int near = std::min({reach, i, last - i});
        Vec sum{};
        for (int j = i - near; j <= i + near; ++j) sum = sum + line[static_cast<std::size_t>(j)];
        out[static_cast<std::size_t>(i)] = sum * (1.0F / static_cast<float>(2 * near + 1));
    }
    return out;
}

/// Slow drift: a few long waves of random phase along the line, in both directions.
void drift(Line& line, float amplitude, Random& random) {
    if (amplitude <= 0) return;
    struct Wave {
        float turns, phase_x, phase_y, size;
    };
    std::array<Wave, 4> waves{};
    for (std::size_t k = 0; k < waves.size(); ++k)
        waves[k] = {random.uniform(0.4F, 1.4F) * static_cast<float>(k + 1),
                    random.uniform(0, 2 * pi), random.uniform(0, 2 * pi),
                    amplitude / static_cast<float>(k + 1)};
    const auto n = static_cast<float>(std::max<std::size_t>(line.size(), 2) - 1);
    for (std::size_t i = 0; i < line.size(); ++i) {
        const float t = static_cast<float>(i) / n * 2 * pi;
        for (const auto& w : waves)
            line[i] = line[i] +
                      Vec{std::sin(w.turns * t + w.phase_x), std::sin(w.turns * t + w.phase_y)} *
                          (w.size * 0.7F);
    }
}

void shake(Line& line, float amplitude, Random& random) {
    if (amplitude <= 0) return;
    Vec off{};
    for (auto& p : line) {
        off = off * 0.6F + Vec{random.normal(amplitude), random.normal(amplitude)};
        p = p + off;
    }
}

void add_hook(Line& line, Random& random) {
    if (line.size() < 2) return;
    const Vec end = line.back();
    const float angle = random.uniform(0, 2 * pi);
    const float length = random.uniform(0.04F, 0.14F);
    append_edge(line, end, end + Vec{std::cos(angle), std::sin(angle)} * length, 0);
}

/// The corners of a closed path from a random one on, either way round; an open path either way.
std::vector<Vec> route(const Path& path, Random& random) {
    std::vector<Vec> corners = path.points;
    if (corners.empty()) return corners;
    if (path.closed) {
        // People like to start at the top.
        auto start =
            random.chance(0.55F)
                ? std::min_element(corners.begin(), corners.end(),
                                   [](Vec a, Vec b) { return a.y < b.y; })
                : corners.begin() + random.integer(0, static_cast<int>(corners.size()) - 1);
        std::rotate(corners.begin(), start, corners.end());
        corners.push_back(corners.front());
    }
    if (random.chance(0.4F)) std::reverse(corners.begin(), corners.end());
    return corners;
}

/// The pen's way along the path, cut where the pen is lifted.
std::vector<Line> trace(const Path& path, const Hand& hand, Random& random) {
    std::vector<Vec> corners = route(path, random);
    if (corners.size() == 1) return {{corners.front()}};
    if (!path.smooth)
        for (auto& corner : corners)
            corner =
                corner + Vec{random.normal(hand.corner_error), random.normal(hand.corner_error)};
    if (path.closed && !path.smooth && random.chance(0.5F)) corners.back() = corners.front();
    std::vector<Line> lines(1);
    for (std::size_t i = 1; i < corners.size(); ++i) {
        append_edge(lines.back(), corners[i - 1], corners[i],
                    path.smooth ? 0 : random.normal(hand.bow));
        const bool last = i + 1 == corners.size();
        if (last || !random.chance(path.smooth ? hand.lift * 0.02F : hand.lift)) continue;
        const Vec off{random.normal(hand.miss), random.normal(hand.miss)};
        lines.push_back({corners[i] + off});
    }
    return lines;
}

/// Stops short of closing, or runs on over the start.
void close_badly(Line& line, float gap) {
    const auto count = static_cast<std::size_t>(std::abs(gap) * static_cast<float>(line.size()));
    if (gap > 0 && line.size() > count + 3) {
        line.resize(line.size() - count);
    } else if (gap < 0 && line.size() > count + 3) {
        const Vec jump = line.back() - line.front();
        for (std::size_t i = 1; i <= count; ++i) line.push_back(line[i] + jump);
    }
}

/// The whole leans, and one end of it comes out smaller than the other.
void lean(Figure& figure, const Hand& hand, Random& random) {
    const float sideways = random.chance(0.5F) ? hand.keystone : 0;
    const float upwards = hand.keystone - sideways;
    const bool slanted = random.chance(0.5F);
    for (auto& path : figure)
        for (auto& p : path.points) {
            const Vec q{p.x * (1 + upwards * p.y), p.y * (1 + sideways * p.x)};
            p = slanted ? Vec{q.x + hand.shear * q.y, q.y} : Vec{q.x, q.y + hand.shear * q.x};
        }
}

/// The pen runs on past the corner where it should have stopped, or stops before it.
void run_over(Line& line, float by) {
    if (line.size() < 6 || by == 0) return;
    if (by < 0) {
        const auto cut = std::min(line.size() / 5, static_cast<std::size_t>(-by / step));
        line.resize(line.size() - cut);
        return;
    }
    const Vec way = line.back() - line[line.size() - 5];
    const float length = std::max(distance({}, way), 1e-3F);
    append_edge(line, line.back(), line.back() + way * (by / length), 0);
}

/// Whoever is understood early stops drawing: the last part of the way is missing.
void stop_early(drawing::Strokes& strokes, float part) {
    std::size_t total = 0;
    for (const auto& stroke : strokes) total += stroke.size();
    auto cut = static_cast<std::size_t>(part * static_cast<float>(total));
    while (cut > 0 && !strokes.empty()) {
        auto& last = strokes.back();
        if (last.size() > cut) {
            last.resize(last.size() - cut);
            return;
        }
        cut -= last.size();
        strokes.pop_back();
    }
}

drawing::Stroke to_stroke(const Line& line, const Hand& hand, float& clock) {
    drawing::Stroke stroke;
    const float snap = hand.mouse_steps ? 0.012F : 0;
    for (const Vec p : line) {
        const auto at = [&](float v) { return snap > 0 ? std::round(v / snap) * snap : v; };
        stroke.push_back({at(p.x) * 100, at(p.y) * 100, clock});
        clock += hand.care > 0.5F ? 16.0F : 8.0F;
    }
    clock += 200;
    return stroke;
}

}  // namespace

void transform(Figure& figure, float sx, float sy, float angle, Vec shift) {
    const float c = std::cos(angle);
    const float s = std::sin(angle);
    for (auto& path : figure)
        for (auto& p : path.points) {
            const Vec q{p.x * sx, p.y * sy};
            p = Vec{c * q.x - s * q.y, s * q.x + c * q.y} + shift;
        }
}

Path polygon(int corners, float turn) {
    Path path{{}, true, false};
    for (int i = 0; i < corners; ++i) {
        const float angle =
            turn + 2 * pi * static_cast<float>(i) / static_cast<float>(corners) - pi / 2;
        path.points.push_back({std::cos(angle), std::sin(angle)});
    }
    return path;
}

Path arc(Vec centre, float rx, float ry, float from, float to) {
    const bool whole = std::abs(to - from) >= 2 * pi - 1e-3F;
    Path path{{}, whole, true};
    const int count = std::max(8, static_cast<int>(std::abs(to - from) * std::max(rx, ry) / step));
    for (int i = 0; i < count + (whole ? 0 : 1); ++i) {
        const float angle = from + (to - from) * static_cast<float>(i) / static_cast<float>(count);
        path.points.push_back(centre + Vec{rx * std::cos(angle), ry * std::sin(angle)});
    }
    return path;
}

Path segment(Vec a, Vec b) {
    return {{a, b}, false, false};
}

Path box(float left, float top, float right, float bottom) {
    return {{{left, top}, {right, top}, {right, bottom}, {left, bottom}}, true, false};
}

Hand random_hand(Random& random) {
    // Some hands are careful, the others anything down to very hurried.
    const float care = random.chance(0.4F) ? random.uniform(0.75F, 1) : random.uniform(0, 0.8F);
    return random_hand(care, random);
}

Hand random_hand(float care, Random& random) {
    Hand hand;
    hand.care = care;
    const float haste = 1 - hand.care;
    hand.wobble = random.uniform(0, 0.010F + 0.030F * haste);
    hand.tremor = random.chance(0.3F) ? random.uniform(0, 0.003F + 0.006F * haste) : 0;
    hand.bow = random.uniform(0, 0.012F + 0.055F * haste);
    hand.corner_error = random.uniform(0, 0.02F + 0.11F * haste);
    hand.shear = random.normal(0.015F + 0.13F * haste);
    hand.keystone = random.normal(0.01F + 0.08F * haste);
    hand.rounding = random.chance(0.6F) ? random.uniform(0, 0.15F + 0.6F * haste) : 0;
    hand.gap = random.normal(0.010F + 0.05F * haste);
    hand.lift = random.chance(0.35F) ? random.uniform(0.2F, 1) : random.uniform(0, 0.06F);
    hand.miss = random.uniform(0, 0.02F + 0.10F * haste);
    hand.hook = random.uniform(0, 0.05F + 0.2F * haste);
    hand.retrace = random.chance(0.06F) ? random.uniform(0.2F, 0.9F) : 0;
    hand.overshoot = random.chance(0.45F) ? random.normal(0.03F + 0.13F * haste) : 0;
    hand.mouse_steps = random.chance(0.2F);
    return hand;
}

drawing::Strokes draw(const Figure& meant, const Hand& hand, Random& random) {
    Figure figure = meant;
    lean(figure, hand, random);
    drawing::Strokes strokes;
    float clock = 0;
    for (const auto& path : figure) {
        auto lines = trace(path, hand, random);
        if (path.closed && lines.size() == 1)
            close_badly(lines.front(), std::clamp(hand.gap, -0.2F, 0.12F));
        const int repeats = random.chance(hand.retrace) ? random.integer(2, 3) : 1;
        for (int r = 0; r < repeats; ++r)
            for (auto line : lines) {
                line = smoothed(line, static_cast<int>(hand.rounding * 6));
                drift(line, hand.wobble * (r > 0 ? 1.8F : 1), random);
                shake(line, hand.tremor, random);
                if (!path.smooth) {
                    run_over(line, hand.overshoot * random.uniform(0, 1));
                    std::reverse(line.begin(), line.end());
                    run_over(line, hand.overshoot * random.uniform(-0.5F, 1));
                    std::reverse(line.begin(), line.end());
                }
                if (random.chance(hand.hook)) add_hook(line, random);
                strokes.push_back(to_stroke(line, hand, clock));
            }
    }
    stop_early(strokes, hand.unfinished);
    return strokes;
}

}  // namespace croquis::learning
