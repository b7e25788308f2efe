#include "learning/synthesis/shapes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <numbers>
#include <string>
#include <utility>

namespace croquis::learning {
namespace {

constexpr float pi = std::numbers::pi_v<float>;

/// Mostly upright; sometimes any way round.
float turn(Random& random, float usual, float any_way) {
    return random.chance(any_way) ? random.uniform(-pi, pi) : random.normal(usual);
}

/// One whole turn drawn freehand: radii that wander, ends that do not quite meet, sometimes twice
/// round.
Path round_shape(float ratio, const Hand& hand, Random& random) {
    const float haste = 1 - hand.care;
    const float turns = 2 * pi * (1 + random.normal(0.015F + 0.05F * haste));
    const float whole = random.chance(0.05F) ? turns * random.uniform(1.3F, 2.6F) : turns;
    const float start =
        random.chance(0.6F) ? -pi / 2 + random.normal(0.4F) : random.uniform(-pi, pi);
    const float way = random.chance(0.6F) ? -1.0F : 1.0F;
    // Now and then a hurried one comes out as an egg or a drop.
    const float odd = random.chance(0.2F) ? 1 + haste : 1;
    const float a2 = random.normal(0.006F + 0.03F * haste), p2 = random.uniform(0, 2 * pi);
    const float a3 = random.normal(odd * (0.004F + 0.025F * haste)), p3 = random.uniform(0, 2 * pi);
    const float a5 = random.normal(odd * (0.004F + 0.020F * haste)), p5 = random.uniform(0, 2 * pi);
    const int lobes = random.integer(4, 6);
    const float spiral = random.normal(0.01F + 0.07F * haste);
    Path path{{}, false, true};
    const int count = static_cast<int>(60 * whole / (2 * pi));
    for (int i = 0; i <= count; ++i) {
        const float t = static_cast<float>(i) / static_cast<float>(count);
        const float angle = start + way * whole * t;
        const float r = 1 + a2 * std::cos(2 * angle + p2) + a3 * std::cos(3 * angle + p3) +
                        a5 * std::cos(static_cast<float>(lobes) * angle + p5) + spiral * (t - 0.5F);
        path.points.push_back({r * std::cos(angle), ratio * r * std::sin(angle)});
    }
    return path;
}

/// Only some of the points, so that the line between them is straight.
Path flicked(const Path& path, int points) {
    Path few{{}, path.closed, false};
    for (int i = 0; i <= points; ++i)
        few.points.push_back(path.points[static_cast<std::size_t>(i) * (path.points.size() - 1) /
                                         static_cast<std::size_t>(points)]);
    return few;
}

Figure circle(const Hand& hand, Random& random) {
    // Hurried people draw circles down to about 0.72 of their width; careful ones closer to round.
    const float flat = std::abs(random.normal(0.035F + 0.15F * (1 - hand.care)));
    // A small one is over before the hand has bent: few flicks, and the ends far from each other.
    Hand quick = hand;
    const bool small = random.chance(0.2F * (1 - hand.care));
    if (small) quick.care *= 0.3F;
    Figure figure{round_shape(1 - std::min(flat, 0.17F + 0.12F * (1 - hand.care)), quick, random)};
    if (small) figure.front() = flicked(figure.front(), random.integer(7, 11));
    transform(figure, 1, 1, random.uniform(-pi, pi));
    if (random.chance(0.02F)) figure.push_back(arc({0, 0}, 0.03F, 0.03F, 0, 2 * pi));
    return figure;
}

Figure ellipse(const Hand& hand, Random& random) {
    const float most = 0.60F + 0.17F * hand.care;
    Figure figure{round_shape(random.uniform(0.25F, most), hand, random)};
    transform(figure, 1, 1,
              random.chance(0.5F) ? random.normal(0.08F) : turn(random, pi / 2, 0.7F));
    return figure;
}

Figure square(const Hand& hand, Random& random) {
    const float flat = std::abs(random.normal(0.03F + 0.17F * (1 - hand.care)));
    const float ratio = 1 - std::min(flat, 0.18F + 0.18F * (1 - hand.care));
    Figure figure{box(-1, -1, 1, 1)};
    const bool tall = random.chance(0.5F);
    transform(figure, tall ? ratio : 1, tall ? 1 : ratio, random.normal(0.07F));
    if (random.chance(0.06F)) transform(figure, 1, 1, random.uniform(-0.35F, 0.35F));
    return figure;
}

Figure rectangle(const Hand& hand, Random& random) {
    const float most = 0.56F + 0.22F * hand.care;
    const float ratio = random.uniform(0.18F, most);
    Figure figure{box(-1, -1, 1, 1)};
    const bool tall = random.chance(0.35F);
    transform(figure, tall ? ratio : 1, tall ? 1 : ratio, random.normal(0.06F));
    if (random.chance(0.25F) && ratio < 0.7F) transform(figure, 1, 1, random.uniform(-pi, pi));
    return figure;
}

Figure triangle(const Hand& hand, Random& random) {
    Path path = polygon(3, 0);
    const float kind = random.uniform(0, 1);
    if (kind < 0.15F) {
        path.points = {{-1, -1}, {-1, 1}, {1, 1}};  // right-angled
        if (random.chance(0.5F))
            for (auto& p : path.points) p.x = -p.x;
    } else if (kind < 0.4F) {
        path.points = {{random.uniform(-1.2F, 1.2F), -1}, {1, 1}, {-1, 1}};
    }
    Figure figure{path};
    const float least = 0.6F - 0.25F * (1 - hand.care);
    transform(figure, random.uniform(least, 1.25F), random.uniform(least, 1.2F),
              turn(random, 0.06F, 0.25F));
    if (random.chance(0.03F))
        figure.push_back(arc({0, 0.15F}, random.uniform(0.04F, 0.2F), 0.08F, 0, 2 * pi));
    return figure;
}

/// Lines within the gem from its table and girdle to its point.
void add_facets(Figure& figure, float table, float girdle, float crown, Random& random) {
    if (random.chance(0.6F)) figure.push_back(segment({-1, girdle}, {1, girdle}));
    const int lines = random.integer(0, 3);
    for (int i = 0; i < lines; ++i) {
        const float x =
            table * (2 * (static_cast<float>(i) + 0.5F) / static_cast<float>(lines) - 1);
        const float from = random.chance(0.5F) ? girdle : crown;
        figure.push_back(segment({x + random.normal(0.06F), from},
                                 {x * random.uniform(0, 0.6F), random.uniform(0.2F, 1)}));
    }
    const float facet = random.uniform(0.25F, 0.5F);
    if (random.chance(0.3F))
        figure.push_back({{{-1, girdle},
                           {-table * 0.8F, crown},
                           {-facet, girdle},
                           {0, crown},
                           {facet, girdle},
                           {table * 0.8F, crown},
                           {1, girdle}},
                          false,
                          false});
}

/// A cut gem, as many people draw a diamond: from nearly a triangle on its point to a deep crown.
Figure gem(Random& random) {
    const float table = random.uniform(0.4F, 0.9F);
    const float crown = random.uniform(-1, -0.6F);
    const float girdle = crown + random.uniform(0.08F, 0.55F);
    Path outline{{{-table, crown}, {table, crown}, {1, girdle}, {0, 1}, {-1, girdle}}, true, false};
    Figure figure{outline};
    if (random.chance(0.15F)) {
        // First the stone on its point, then the lid.
        figure = {{{{-1, girdle}, {1, girdle}, {0, 1}}, true, false},
                  {{{-1, girdle}, {-table, crown}, {table, crown}, {1, girdle}}, false, false}};
    }
    if (random.chance(0.55F)) add_facets(figure, table, girdle, crown, random);
    if (random.chance(0.06F))
        for (int i = -1; i <= 1; ++i) {
            const auto x = static_cast<float>(i);
            figure.push_back(segment({0.7F * x, crown - 0.2F}, {0.95F * x, crown - 0.5F}));
        }
    transform(figure, random.uniform(0.6F, 1.15F), random.uniform(0.7F, 1.1F),
              random.normal(0.07F));
    return figure;
}

Figure diamond(const Hand& hand, Random& random) {
    if (random.chance(0.06F + 0.5F * (1 - hand.care))) return gem(random);
    const float waist = random.chance(0.8F) ? random.normal(0.03F) : random.uniform(-0.45F, 0.15F);
    Figure figure{{{{0, -1}, {1, waist}, {0, 1}, {-1, waist}}, true, false}};
    const float haste = 1 - hand.care;
    if (random.chance(0.08F * haste)) figure.push_back(segment({0, -1}, {0, 1}));
    if (random.chance(0.08F * haste)) figure.push_back(segment({-1, waist}, {1, waist}));
    if (random.chance(0.06F * haste))
        figure.push_back(segment({0.1F, -0.4F}, {random.uniform(0.2F, 0.5F), 0}));
    const float ratio = random.uniform(0.42F, 1.05F);
    const bool wide = random.chance(0.3F);
    transform(figure, wide ? 1 : ratio, wide ? ratio : 1,
              random.normal(random.chance(0.2F) ? 0.17F : 0.06F));
    return figure;
}

/// A regular polygon as it comes out of a hand: corners too early or too late on the way round.
Figure regular(int corners, const Hand& hand, Random& random, float flat_bottom) {
    // Either a corner or an edge up: half a corner's angle apart.
    const float half = pi / static_cast<float>(corners);
    const float first = random.chance(flat_bottom) ? half : 0;
    const float slip = random.uniform(0, 0.06F + 0.25F * (1 - hand.care)) * half;
    Path path{{}, true, false};
    for (int i = 0; i < corners; ++i) {
        const float angle = first + 2 * half * static_cast<float>(i) - pi / 2 + random.normal(slip);
        const float reach = 1 - std::abs(random.normal(0.01F + 0.06F * (1 - hand.care)));
        path.points.push_back({reach * std::cos(angle), reach * std::sin(angle)});
    }
    Figure figure{path};
    const float squeeze = random.uniform(0.72F - 0.22F * (1 - hand.care), 1);
    const bool tall = random.chance(0.4F);
    transform(figure, tall ? squeeze : 1, tall ? 1 : squeeze,
              random.chance(0.2F) ? random.uniform(-pi, pi) : random.normal(0.07F));
    return figure;
}

Figure pentagon(const Hand& hand, Random& random) {
    if (random.chance(0.45F)) {
        // From a house to nearly a diamond with its lowest corner cut off.
        const float eaves = random.uniform(-0.7F, 0.35F);
        const float foot = random.chance(0.3F) ? 1.0F : random.uniform(0.22F, 1);
        const float ridge = random.chance(0.7F) ? random.normal(0.06F) : random.normal(0.3F);
        Figure house{{{{ridge, -1}, {1, eaves}, {foot, 1}, {-foot, 1}, {-1, eaves}}, true, false}};
        transform(house, random.uniform(0.6F, 1.5F), 1,
                  random.chance(0.1F) ? random.uniform(-pi, pi) : random.normal(0.06F));
        return house;
    }
    return regular(5, hand, random, 0.08F);
}

/// Two long sides and two points: the pencil's hexagon.
Figure hexagon(const Hand& hand, Random& random) {
    if (random.chance(0.75F)) return regular(6, hand, random, 0.5F);
    const float point = random.uniform(0.35F, 0.75F);
    Figure figure{
        {{{-1, 0}, {-point, -0.75F}, {point, -0.75F}, {1, 0}, {point, 0.75F}, {-point, 0.75F}},
         true,
         false}};
    transform(figure, 1, random.uniform(0.6F, 1.2F),
              random.chance(0.4F) ? pi / 2 : random.normal(0.1F));
    return figure;
}

/// A square with its corners cut.
Figure octagon(const Hand& hand, Random& random) {
    // Hurried people lose count by one.
    if (random.chance(0.3F * (1 - hand.care)))
        return regular(random.chance(0.5F) ? 7 : 9, hand, random, 0.75F);
    if (random.chance(0.7F)) return regular(8, hand, random, 0.75F);
    const float cut = random.uniform(0.3F, 0.6F);
    Figure figure{
        {{{-cut, -1}, {cut, -1}, {1, -cut}, {1, cut}, {cut, 1}, {-cut, 1}, {-1, cut}, {-1, -cut}},
         true,
         false}};
    transform(figure, random.uniform(0.7F, 1), random.uniform(0.7F, 1), random.normal(0.08F));
    return figure;
}

Path star_outline(int points, float inner, Random& random) {
    Path path{{}, true, false};
    for (int i = 0; i < 2 * points; ++i) {
        const float angle = pi * static_cast<float>(i) / static_cast<float>(points) - pi / 2;
        const float r =
            i % 2 == 0 ? 1.0F + random.normal(0.04F) : inner * (1 + random.normal(0.08F));
        path.points.push_back({r * std::cos(angle), r * std::sin(angle)});
    }
    return path;
}

Figure star(const Hand&, Random& random) {
    Figure figure;
    const float kind = random.uniform(0, 1);
    if (kind < 0.42F) {
        const Path five = polygon(5, 0);
        Path pentagram{{}, true, false};
        for (std::size_t i = 0; i < 5; ++i) pentagram.points.push_back(five.points[i * 2 % 5]);
        figure.push_back(pentagram);
    } else if (kind < 0.88F) {
        figure.push_back(star_outline(5, random.uniform(0.32F, 0.55F), random));
    } else if (kind < 0.93F) {
        figure = {polygon(3, 0), polygon(3, pi)};
    } else {
        figure.push_back(star_outline(random.chance(0.5F) ? 4 : random.integer(6, 8),
                                      random.uniform(0.3F, 0.55F), random));
    }
    transform(figure, random.uniform(0.65F, 1), random.uniform(0.65F, 1),
              turn(random, 0.15F, 0.15F));
    return figure;
}

/// Two arches and two straight sides down to the point, each half its own way, as it is drawn on
/// paper; the ends of the halves need not meet.
Figure arched_heart(Random& random) {
    const float cleft = random.chance(0.2F) ? random.uniform(-0.15F, 0.35F)  // down to a "W"
                                            : random.uniform(-0.75F, -0.15F);
    const float low = random.chance(0.25F) ? random.uniform(0.3F, 0.9F) : 0;  // no point
    const float miss = random.chance(0.4F) ? random.normal(0.08F) : 0;
    const float point = random.normal(0.12F);
    const auto half = [&](float side) {
        const float reach = random.uniform(0.85F, 1.1F);
        const float crown = random.uniform(-1.05F, -0.85F);
        const float belly = random.uniform(-0.05F, 0.45F);
        const float lowest = (0.35F + belly) * (1 - low) + low;
        Path path{{}, false, true};
        const std::array<Vec, 4> over{Vec{0, cleft + miss * side}, Vec{0.1F * side, crown - 0.35F},
                                      Vec{reach * side, crown - 0.2F},
                                      Vec{reach * side, random.uniform(-0.55F, -0.2F)}};
        const std::array<Vec, 4> down{over[3], Vec{reach * side, belly * 0.6F},
                                      Vec{(0.35F + belly) * side * 0.8F, lowest},
                                      Vec{point + miss * side * 0.5F, 1}};
        for (const auto& curve : {over, down})
            for (int i = path.points.empty() ? 0 : 1; i <= 16; ++i) {
                const float t = static_cast<float>(i) / 16;
                const float u = 1 - t;
                path.points.push_back(curve[0] * (u * u * u) + curve[1] * (3 * u * u * t) +
                                      curve[2] * (3 * u * t * t) + curve[3] * (t * t * t));
            }
        return path;
    };
    Path left = half(-1);
    Path right = half(1);
    if (random.chance(0.4F)) return {left, right};
    std::reverse(left.points.begin(), left.points.end());
    left.points.insert(left.points.end(), right.points.begin(), right.points.end());
    return {left};
}

Figure heart(const Hand&, Random& random) {
    if (random.chance(0.55F)) {
        Figure arched = arched_heart(random);
        transform(arched, random.uniform(0.65F, 1.2F), random.uniform(0.65F, 1.2F),
                  turn(random, 0.15F, 0.05F));
        return arched;
    }
    // x = 16 sin³t, y = 13 cos t - 5 cos 2t - 2 cos 3t - cos 4t (Weisstein, MathWorld, "Heart
    // Curve").
    Path path{{}, true, true};
    for (int i = 0; i < 64; ++i) {
        const float t = 2 * pi * static_cast<float>(i) / 64;
        const float s = std::sin(t);
        path.points.push_back({s * s * s, -(13 * std::cos(t) - 5 * std::cos(2 * t) -
                                            2 * std::cos(3 * t) - std::cos(4 * t)) /
                                              16});
    }
    Figure figure{path};
    if (random.chance(0.3F)) {
        Path left{{}, false, true};
        Path right{{}, false, true};
        for (std::size_t i = 0; i <= 32; ++i) {
            right.points.push_back(path.points[i]);
            left.points.push_back(path.points[(64 - i) % 64]);
        }
        figure = {left, right};
    }
    transform(figure, random.uniform(0.75F, 1.15F), random.uniform(0.75F, 1.15F),
              turn(random, 0.12F, 0.08F));
    return figure;
}

/// The way from an arrow's tail to its tip at (1, 0): straight, bowed, bent once or twice, waving.
Path shaft(Random& random) {
    const float kind = random.uniform(0, 1);
    if (kind < 0.58F) return segment({-1, 0}, {1, 0});
    if (kind < 0.66F) {
        // Half a circle, more or less.
        const float half = random.uniform(0.3F, 0.8F) * pi;
        const float round = random.chance(0.5F) ? 1.0F : -1.0F;
        Path way = arc({0, 0}, 1, random.uniform(0.6F, 1.1F), -half, half);
        for (auto& p : way.points) p.y *= round;
        return way;
    }
    if (kind < 0.8F) {
        const float sag = random.uniform(-0.7F, 0.7F);
        Path bowed{{}, false, true};
        for (int i = 0; i <= 24; ++i) {
            const float t = static_cast<float>(i) / 12 - 1;
            bowed.points.push_back({t, sag * (1 - t * t)});
        }
        return bowed;
    }
    const float side = random.uniform(0.4F, 1.1F) * (random.chance(0.5F) ? 1.0F : -1.0F);
    if (kind < 0.9F) return {{{-0.6F, side}, {-0.6F, 0}, {1, 0}}, false, false};
    const float middle = random.uniform(-0.4F, 0.3F);
    return {{{-1, side}, {middle, side}, {middle, 0}, {1, 0}}, false, false};
}

/// A head that points along (dx, dy): two barbs in one line or in two, closed, or filled.
Figure head(Vec tip, Vec along, Random& random) {
    const float size =
        random.chance(0.3F) ? random.uniform(0.1F, 0.25F) : random.uniform(0.25F, 0.7F);
    const float spread = size * random.uniform(0.35F, 1.1F);
    const Vec across{-along.y, along.x};
    const auto barb = [&](float side) {
        const float reach = size * random.uniform(0.8F, 1.2F);
        return tip - along * reach + across * (side * spread * random.uniform(0.75F, 1.25F));
    };
    const Vec a = barb(-1);
    const Vec b = barb(1);
    const float kind = random.uniform(0, 1);
    if (kind < 0.5F) return {{{a, tip, b}, false, false}};
    if (kind < 0.65F) return {segment(tip, a), segment(tip, b)};
    if (kind < 0.8F) return {{{a, tip, b}, true, false}};
    if (kind < 0.88F) {
        // Barbs that bend back.
        Path bent{{}, false, true};
        const Vec pull = tip - along * (size * 0.25F);
        for (const auto& [from, to] : {std::pair{a, tip}, std::pair{tip, b}})
            for (int i = 0; i <= 8; ++i) {
                const float t = static_cast<float>(i) / 8;
                bent.points.push_back(from * ((1 - t) * (1 - t)) + pull * (2 * t * (1 - t)) +
                                      to * (t * t));
            }
        return {bent};
    }
    Path filled{{a, tip, b}, false, false};
    const int lines = random.integer(4, 9);
    for (int i = 1; i <= lines; ++i) {
        const float t = static_cast<float>(i) / static_cast<float>(lines + 1);
        const Vec left = a + (tip - a) * t;
        const Vec right = b + (tip - b) * t;
        filled.points.push_back(i % 2 == 0 ? right : left);
        filled.points.push_back(i % 2 == 0 ? left : right);
    }
    filled.points.push_back(tip);
    return {filled};
}

/// Only its outline: the shaft has a width.
Figure block_arrow(Random& random) {
    const float length = random.uniform(0.4F, 1.1F);
    const float w = random.uniform(0.08F, 0.35F);
    const float s = w + random.uniform(0.15F, 0.5F);
    const float tip = 1 - length;
    const float notch = random.chance(0.15F) ? random.uniform(0.1F, 0.3F) : 0;
    Path outline{
        {{-1, -w}, {tip, -w}, {tip, -s}, {1, 0}, {tip, s}, {tip, w}, {-1, w}}, true, false};
    if (notch > 0) outline.points.push_back({-1 + notch, 0});
    return {outline};
}

/// Two lines for a shaft, as for "follows from" and "if and only if".
Figure double_arrow(Random& random) {
    const float w = random.uniform(0.08F, 0.25F);
    const bool both_ways = random.chance(0.3F);
    // The lines may stop before the head or run on to it and through it.
    const float end = 1 - w * random.uniform(0.3F, 1.6F);
    const float begin = both_ways ? -end : -1;
    Figure figure{segment({begin, -w}, {end, -w}), segment({begin, w}, {end, w})};
    const float size = random.uniform(0.25F, 0.6F);
    const float spread = w + random.uniform(0.05F, 0.4F);
    figure.push_back({{{1 - size, -spread}, {1, 0}, {1 - size, spread}}, false, false});
    if (both_ways)
        figure.push_back({{{size - 1, -spread}, {-1, 0}, {size - 1, spread}}, false, false});
    return figure;
}

/// The same way in dashes.
Figure dashed(const Path& way, Random& random) {
    const Vec from = way.points.front();
    const Vec along = way.points.back() - from;
    Figure dashes;
    const int count = random.integer(3, 6);
    for (int i = 0; i < count; ++i) {
        const auto at = [&](float t) {
            return from + along * ((static_cast<float>(i) + t) / static_cast<float>(count));
        };
        dashes.push_back(segment(at(random.uniform(0, 0.15F)), at(random.uniform(0.5F, 0.8F))));
    }
    return dashes;
}

/// A line with a head at its end, perhaps two, perhaps at both ends.
Figure headed_line(Random& random) {
    Path way = shaft(random);
    const auto direction = [](Vec from, Vec to) {
        const Vec d = to - from;
        return d * (1 / std::max(std::hypot(d.x, d.y), 1e-3F));
    };
    const Vec tip = way.points.back();
    const Vec along = direction(way.points[way.points.size() - 2], tip);
    const Vec back = direction(way.points[1], way.points[0]);
    const Vec tail = way.points.front();
    Figure heads = head(tip, along, random);
    const bool one = heads.size() == 1 && !heads[0].closed && !heads[0].smooth && !way.smooth;
    // In one stroke: out to the tip, and the head without lifting the pen.
    if (one && random.chance(0.3F)) {
        way.points.insert(way.points.end(), heads[0].points.begin(), heads[0].points.end());
        way.points.push_back(tip);
        return {way};
    }
    // The head stands a little off, or the shaft runs through it.
    if (random.chance(0.12F)) way.points.back() = tip - along * random.uniform(-0.15F, 0.2F);
    Figure figure{way};
    if (!way.smooth && way.points.size() == 2 && random.chance(0.06F)) figure = dashed(way, random);
    const auto add = [&](Figure more) { figure.insert(figure.end(), more.begin(), more.end()); };
    if (random.chance(0.06F)) {
        Figure second = heads;
        transform(second, 1, 1, 0, along * -random.uniform(0.1F, 0.3F));
        add(std::move(second));
    }
    add(std::move(heads));
    if (random.chance(0.08F)) add(head(tail, back, random));
    if (random.chance(0.15F)) std::swap(figure.front(), figure.back());
    return figure;
}

Figure arrow(const Hand&, Random& random) {
    const float kind = random.uniform(0, 1);
    Figure figure = kind < 0.15F   ? block_arrow(random)
                    : kind < 0.25F ? double_arrow(random)
                                   : headed_line(random);
    transform(figure, 1, random.uniform(0.6F, 1.3F), random.uniform(-pi, pi));
    return figure;
}

Figure cross(const Hand&, Random& random) {
    const float kind = random.uniform(0, 1);
    Figure figure;
    if (kind < 0.42F) {
        figure = {segment({0, -1}, {0, 1}), segment({-1, 0}, {1, 0})};
    } else if (kind < 0.72F) {
        figure = {segment({-1, -1}, {1, 1}), segment({1, -1}, {-1, 1})};
    } else if (kind < 0.87F) {
        const float bar = random.uniform(-0.55F, -0.2F);
        const float arm = random.uniform(0.45F, 0.8F);
        figure = {segment({0, -1}, {0, 1}), segment({-arm, bar}, {arm, bar})};
    } else {
        const float w = random.uniform(0.18F, 0.38F);
        figure = {{{{-w, -1},
                    {w, -1},
                    {w, -w},
                    {1, -w},
                    {1, w},
                    {w, w},
                    {w, 1},
                    {-w, 1},
                    {-w, w},
                    {-1, w},
                    {-1, -w},
                    {-w, -w}},
                   true,
                   false}};
    }
    transform(figure, random.uniform(0.7F, 1), random.uniform(0.7F, 1), turn(random, 0.1F, 0.12F));
    return figure;
}

Figure line(const Hand& hand, Random& random) {
    Figure figure;
    const float sag = random.normal(0.02F + 0.08F * (1 - hand.care));
    Path path{{}, false, true};
    for (int i = 0; i <= 30; ++i) {
        const float t = static_cast<float>(i) / 15 - 1;
        path.points.push_back({t, sag * (1 - t * t)});
    }
    figure.push_back(path);
    if (random.chance(0.07F))
        for (int i = random.integer(1, 3); i > 0; --i)
            figure.push_back(segment({-1 + std::abs(random.normal(0.15F)), random.normal(0.06F)},
                                     {1 - std::abs(random.normal(0.2F)), random.normal(0.06F)}));
    transform(figure, 1, 1, random.chance(0.5F) ? random.normal(0.12F) : random.uniform(-pi, pi));
    return figure;
}

Figure zigzag(const Hand& hand, Random& random) {
    const float haste = 1 - hand.care;
    const int corners = random.chance(0.3F) ? random.integer(4, 6) : random.integer(5, 14);
    // High and with three sides only it would be an N.
    const float height = random.uniform(0.12F, corners == 4 ? 0.5F : 1.3F);
    const float uneven = random.uniform(0.05F, 0.15F + 0.4F * haste);
    const float drift = random.normal(0.03F + 0.06F * haste);
    const float swell = random.normal(0.5F * haste);
    const float back = random.chance(0.25F) ? random.uniform(-0.5F, 0.1F) : 0.5F;
    Path path;
    float x = 0;
    for (int i = 0; i < corners; ++i) {
        const float side = i % 2 == 0 ? 1.0F : -1.0F;
        const float t = static_cast<float>(i) / static_cast<float>(corners) - 0.5F;
        const float reach = height * (1 + swell * t) * (1 - random.uniform(0, uneven));
        path.points.push_back({x, side * reach + drift * static_cast<float>(i)});
        x += (i % 2 == 0 ? 1.0F : 2 * back) * random.uniform(1 - uneven, 1 + uneven);
    }
    const float length = std::max(std::abs(x), 0.5F);
    for (auto& p : path.points) p.x = p.x / length * 2 - 1;
    Figure figure{path};
    const float way = random.uniform(0, 1);
    transform(figure, 1, 1,
              way < 0.5F    ? random.normal(0.15F)
              : way < 0.72F ? pi / 2 + random.normal(0.15F)
                            : random.uniform(-pi, pi));
    return figure;
}

Path wave(Random& random) {
    Path path{{}, false, true};
    const float kind = random.uniform(0, 1);
    const float waves = random.chance(0.75F) ? random.uniform(1, 6) : random.uniform(6, 12);
    // Steeper than this, people call it a zigzag whether its corners are sharp or round.
    const float height = std::max(0.04F, random.uniform(0.06F, 0.5F) * 2 / std::max(waves, 1.6F));
    const float loop = kind < 0.35F ? random.uniform(0.5F, 1.6F) * height : 0;
    const float grow = random.normal(0.5F);
    const float p2 = random.uniform(0, 2 * pi), p3 = random.uniform(0, 2 * pi);
    const float a2 = kind > 0.5F ? random.uniform(0.1F, 0.5F) : 0;
    const float hurry = random.uniform(0, 0.5F);
    const int count = 150;
    for (int i = 0; i <= count; ++i) {
        const float t = static_cast<float>(i) / static_cast<float>(count);
        const float angle = 2 * pi * waves * (t + hurry * std::sin(2 * pi * t + p3) / (2 * pi));
        const float h = height * (1 + grow * (t - 0.5F));
        path.points.push_back({2 * t - 1 + loop * std::cos(angle),
                               h * std::sin(angle) + a2 * std::sin(2 * pi * t * 1.3F + p2)});
    }
    return path;
}

Figure squiggle(const Hand&, Random& random) {
    Figure figure{wave(random)};
    transform(figure, 1, 1, random.chance(0.6F) ? random.normal(0.2F) : random.uniform(-pi, pi));
    // Some go on with a second and a third.
    if (random.chance(0.08F))
        for (int i = random.integer(1, 2); i > 0; --i) {
            Figure more{wave(random)};
            transform(more, random.uniform(0.5F, 1), random.uniform(0.5F, 1), random.normal(0.3F),
                      {random.normal(0.4F), random.uniform(0.4F, 0.9F) * static_cast<float>(i)});
            figure.push_back(more.front());
        }
    return figure;
}

/// A random smooth curve that turns at will: the freest of squiggles. `home` pulls it back to where
/// it began, so that it crosses itself.
Figure wander(Random& random, int points, float home) {
    Path path{{}, false, true};
    Vec at{};
    float heading = random.uniform(-pi, pi);
    float bend = 0;
    const float curl = home > 0 ? random.normal(0.06F) : 0;
    for (int i = 0; i < points; ++i) {
        bend = 0.9F * bend + random.normal(0.09F);
        heading += bend + curl;
        at = at * (1 - home) + Vec{std::cos(heading), std::sin(heading)} * 0.05F;
        path.points.push_back(at);
    }
    return {path};
}

/// Round and round on one spot, or along a line: what many people scribble when asked for a
/// squiggle.
Figure curls(Random& random) {
    Path path{{}, false, true};
    const float turns = random.uniform(3, 12);
    const float reach = random.chance(0.4F) ? 0 : random.uniform(0.3F, 4);  // of the line, in radii
    const float flat = random.uniform(0.35F, 1);
    const float p2 = random.uniform(0, 2 * pi), p3 = random.uniform(0, 2 * pi);
    const float wander_x = random.uniform(0.05F, 0.5F);
    const float wander_y = random.uniform(0.05F, 0.5F);
    const float swell = random.uniform(0, 0.5F);
    const int count = static_cast<int>(28 * turns);
    for (int i = 0; i <= count; ++i) {
        const float t = static_cast<float>(i) / static_cast<float>(count);
        const float angle = 2 * pi * turns * t;
        const float radius = 1 + swell * std::sin(0.37F * angle + p2);
        path.points.push_back(
            {reach * (2 * t - 1) + radius * std::cos(angle) +
                 wander_x * std::sin(0.61F * angle + p3),
             flat * radius * std::sin(angle) + wander_y * std::sin(0.43F * angle + p2 - p3)});
    }
    const float size = 1 / (1 + reach);
    Figure figure{path};
    transform(figure, size, size,
              random.chance(0.6F) ? random.normal(0.25F) : random.uniform(-pi, pi));
    return figure;
}

/// As if written, but no letter in it: a line of humps, loops and long strokes that lean.
Figure scrawl(Random& random) {
    Path path{{}, false, true};
    const int humps = random.integer(4, 14);
    const float slant = random.normal(0.25F);
    const float usual = random.uniform(0.15F, 0.5F);
    float x = 0;
    float from = 0;
    for (int i = 0; i < humps; ++i) {
        const bool up = i % 2 == 0;
        const float tall =
            usual * (random.chance(0.2F) ? random.uniform(1.5F, 3) : random.uniform(0.5F, 1.2F));
        const float to = up ? -tall : random.chance(0.15F) ? tall : random.normal(0.1F * usual);
        const float step = usual * random.uniform(0.3F, 1.1F);
        const float loop = random.chance(0.3F) ? usual * random.uniform(0.4F, 1.2F) : 0;
        for (int k = path.points.empty() ? 0 : 1; k <= 12; ++k) {
            const float t = static_cast<float>(k) / 12;
            const float y = from + (to - from) * (1 - std::cos(pi * t)) / 2;
            path.points.push_back({x + step * t + loop * std::sin(2 * pi * t) - slant * y, y});
        }
        x += step;
        from = to;
    }
    const float half = std::max(x, 0.3F) / 2;
    for (auto& p : path.points) p = Vec{p.x / half - 1, p.y / half};
    Figure figure{path};
    transform(figure, 1, 1, random.chance(0.8F) ? random.normal(0.15F) : random.uniform(-pi, pi));
    return figure;
}

Figure any_squiggle(const Hand& hand, Random& random) {
    const float kind = random.uniform(0, 1);
    if (kind < 0.59F) return squiggle(hand, random);
    if (kind < 0.64F) return scrawl(random);
    if (kind < 0.76F) return curls(random);
    if (kind < 0.88F) return wander(random, random.integer(60, 160), 0);
    return wander(random, random.integer(140, 420), random.uniform(0.005F, 0.03F));
}

}  // namespace

Figure shape_figure(std::string_view label, const Hand& hand, Random& random) {
    using Make = std::function<Figure(const Hand&, Random&)>;
    static const std::map<std::string, Make, std::less<>> makers{
        {"circle", circle},     {"ellipse", ellipse},
        {"square", square},     {"rectangle", rectangle},
        {"triangle", triangle}, {"diamond", diamond},
        {"pentagon", pentagon}, {"hexagon", hexagon},
        {"octagon", octagon},   {"star", star},
        {"heart", heart},       {"arrow", arrow},
        {"cross", cross},       {"line", line},
        {"zigzag", zigzag},     {"squiggle", any_squiggle}};
    return makers.find(label)->second(hand, random);
}

}  // namespace croquis::learning
