#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numbers>
#include <string_view>

#include "learning/synthesis/distractors.h"
#include "learning/synthesis/shapes.h"

/// Figures that are none of the shapes: things, letters, scribbles, and random assemblies of parts.
namespace croquis::learning {
namespace {

constexpr float pi = std::numbers::pi_v<float>;

void add(Figure& figure, Figure more) {
    for (auto& path : more) figure.push_back(std::move(path));
}

Path circle(Vec centre, float r) {
    return arc(centre, r, r, 0, 2 * pi);
}
Path open(std::vector<Vec> points) {
    return {std::move(points), false, false};
}
Path closed(std::vector<Vec> points) {
    return {std::move(points), true, false};
}

Figure house(Random& r) {
    Figure f{box(-0.8F, 0, 0.8F, 1), open({{-1, 0.02F}, {0, r.uniform(-1, -0.6F)}, {1, 0.02F}})};
    if (r.chance(0.8F)) f.push_back(box(-0.15F, 0.45F, 0.2F, 1));
    if (r.chance(0.6F)) f.push_back(box(-0.6F, 0.2F, -0.3F, 0.5F));
    if (r.chance(0.5F)) f.push_back(box(0.35F, 0.2F, 0.65F, 0.5F));
    return f;
}

Figure face(Random& r) {
    Figure f{circle({0, 0}, 1)};
    const float e = r.uniform(0.06F, 0.16F);
    f.push_back(circle({-0.35F, -0.25F}, e));
    f.push_back(circle({0.35F, -0.25F}, e));
    f.push_back(arc({0, 0.15F}, 0.5F, r.uniform(0.2F, 0.5F), 0.1F * pi, 0.9F * pi));
    if (r.chance(0.25F)) f.push_back(open({{0, -0.1F}, {-0.1F, 0.15F}, {0.05F, 0.15F}}));
    return f;
}

Figure sun(Random& r) {
    const float size = r.uniform(0.4F, 0.65F);
    Figure f{circle({0, 0}, size)};
    const int rays = r.integer(6, 14);
    for (int i = 0; i < rays; ++i) {
        const float a = 2 * pi * static_cast<float>(i) / static_cast<float>(rays) + r.normal(0.06F);
        const Vec d{std::cos(a), std::sin(a)};
        f.push_back(segment(d * (size + 0.08F), d * r.uniform(0.85F, 1.05F)));
    }
    return f;
}

Figure flower(Random& r) {
    Figure f{circle({0, -0.4F}, 0.18F)};
    const int petals = r.integer(4, 8);
    for (int i = 0; i < petals; ++i) {
        const float a = 2 * pi * static_cast<float>(i) / static_cast<float>(petals);
        f.push_back(circle({0.36F * std::cos(a), -0.4F + 0.36F * std::sin(a)}, 0.19F));
    }
    if (r.chance(0.8F)) f.push_back(segment({0, 0.1F}, {r.normal(0.05F), 1}));
    if (r.chance(0.5F)) f.push_back(arc({0.2F, 0.6F}, 0.22F, 0.1F, 0, 2 * pi));
    return f;
}

Figure tree(Random& r) {
    Figure f;
    if (r.chance(0.6F))
        f.push_back(arc({0, -0.4F}, 0.65F, 0.55F, 0, 2 * pi));
    else
        f.push_back(closed({{0, -1}, {0.6F, 0.2F}, {-0.6F, 0.2F}}));
    f.push_back(open({{-0.15F, 0.15F}, {-0.15F, 1}, {0.15F, 1}, {0.15F, 0.15F}}));
    return f;
}

Figure car(Random& r) {
    const float roof = r.uniform(-0.7F, -0.45F);
    Figure f{closed({{-1, 0.3F},
                     {-1, -0.1F},
                     {-0.6F, -0.1F},
                     {-0.35F, roof},
                     {0.35F, roof},
                     {0.6F, -0.1F},
                     {1, -0.05F},
                     {1, 0.3F}}),
             circle({-0.55F, 0.35F}, 0.2F), circle({0.55F, 0.35F}, 0.2F)};
    if (r.chance(0.5F)) f.push_back(segment({0, roof}, {0, -0.1F}));
    return f;
}

Figure fish(Random& r) {
    Figure f{arc({-0.15F, 0}, 0.75F, r.uniform(0.3F, 0.5F), 0, 2 * pi),
             closed({{0.58F, 0}, {1, -0.35F}, {1, 0.35F}})};
    if (r.chance(0.8F)) f.push_back(circle({-0.55F, -0.08F}, 0.05F));
    if (r.chance(0.3F)) f.push_back(arc({-0.4F, 0}, 0.12F, 0.3F, -0.4F * pi, 0.4F * pi));
    if (r.chance(0.3F)) {
        // In one line: the two curves cross at the tail.
        Path one{{}, false, true};
        for (int i = 0; i <= 60; ++i) {
            const float t = static_cast<float>(i) / 60;
            one.points.push_back({1 - 4 * t * (1 - t) * 2,
                                  0.45F * std::sin(2 * pi * t) * std::cos(pi * (t - 0.5F) * 0.3F)});
        }
        f = {one, circle({-0.6F, -0.1F}, 0.05F)};
    }
    return f;
}

Figure cat(Random& r) {
    Figure f{circle({0, 0.1F}, 0.8F), open({{-0.7F, -0.3F}, {-0.65F, -1}, {-0.2F, -0.68F}}),
             open({{0.2F, -0.68F}, {0.65F, -1}, {0.7F, -0.3F}}), circle({-0.3F, 0}, 0.08F),
             circle({0.3F, 0}, 0.08F)};
    for (int i = -1; i <= 1; ++i)
        if (r.chance(0.8F)) {
            const float y = 0.3F + 0.1F * static_cast<float>(i);
            f.push_back(segment({0.2F, 0.32F}, {1, y + 0.05F * static_cast<float>(i)}));
            f.push_back(segment({-0.2F, 0.32F}, {-1, y + 0.05F * static_cast<float>(i)}));
        }
    return f;
}

Figure bicycle(Random& r) {
    return {circle({-0.6F, 0.3F}, 0.38F),
            circle({0.6F, 0.3F}, 0.38F),
            open({{-0.6F, 0.3F}, {-0.2F, -0.3F}, {0.4F, -0.3F}, {0.05F, 0.3F}, {-0.6F, 0.3F}}),
            segment({-0.2F, -0.3F}, {0.05F, 0.3F}),
            open({{0.6F, 0.3F}, {0.38F, -0.5F}, {r.uniform(0.45F, 0.6F), -0.55F}}),
            segment({-0.32F, -0.4F}, {-0.08F, -0.4F})};
}

Figure clock(Random& r) {
    Figure f{circle({0, 0}, 1)};
    const float a = r.uniform(-pi, pi);
    f.push_back(segment({0, 0}, {0.6F * std::cos(a), 0.6F * std::sin(a)}));
    f.push_back(segment({0, 0}, Vec{0.4F * std::cos(a + 1.4F), 0.4F * std::sin(a + 1.4F)}));
    if (r.chance(0.6F))
        for (int i = 0; i < 12; i += r.chance(0.5F) ? 1 : 3) {
            const float b = pi * static_cast<float>(i) / 6;
            const Vec d{std::cos(b), std::sin(b)};
            f.push_back(segment(d * 0.8F, d * 0.92F));
        }
    return f;
}

Figure envelope(Random& r) {
    const float h = r.uniform(0.5F, 0.75F);
    Figure f{box(-1, -h, 1, h), open({{-1, -h}, {0, r.uniform(-0.1F, 0.25F)}, {1, -h}})};
    if (r.chance(0.3F)) add(f, {segment({-1, h}, {-0.25F, 0}), segment({1, h}, {0.25F, 0})});
    return f;
}

/// A key in outline: bow, shaft and bit in one line.
Figure outlined_key(Random& r) {
    Path path{{}, true, false};
    const float w = r.uniform(0.05F, 0.14F);
    for (int i = 1; i < 14; ++i) {
        const float a = pi / 7 * static_cast<float>(i) * 0.95F;
        path.points.push_back({-0.6F + 0.4F * std::cos(a), 0.4F * std::sin(a)});
    }
    path.points.push_back({1, -w});
    for (int i = 0, teeth = r.integer(1, 3); i < teeth; ++i) {
        const float x = 0.95F - 0.25F * static_cast<float>(i);
        const float deep = w + r.uniform(0.1F, 0.3F);
        for (const Vec p : {Vec{x, w}, Vec{x, deep}, Vec{x - 0.12F, deep}, Vec{x - 0.12F, w}})
            path.points.push_back(p);
    }
    return {path};
}

Figure key(Random& r) {
    if (r.chance(0.35F)) {
        Figure outline = outlined_key(r);
        if (r.chance(0.5F)) outline.push_back(circle({-0.65F, 0}, 0.12F));
        transform(outline, 1, 1, r.uniform(-pi, pi));
        return outline;
    }
    Figure f{circle({-0.65F, 0}, 0.35F), segment({-0.3F, 0}, {1, 0})};
    const int teeth = r.integer(2, 4);
    for (int i = 0; i < teeth; ++i) {
        const float x = 0.95F - 0.18F * static_cast<float>(i);
        f.push_back(segment({x, 0}, {x, r.uniform(0.15F, 0.35F)}));
    }
    if (r.chance(0.4F)) f.push_back(circle({-0.65F, 0}, 0.14F));
    transform(f, 1, 1, r.chance(0.5F) ? r.uniform(-pi, pi) : 0);
    return f;
}

Figure ladder(Random& r) {
    Figure f{segment({-0.4F, -1}, {-0.4F, 1}), segment({0.4F, -1}, {0.4F, 1})};
    const int rungs = r.integer(3, 8);
    for (int i = 0; i < rungs; ++i) {
        const float y = -0.85F + 1.7F * (static_cast<float>(i) + 0.5F) / static_cast<float>(rungs);
        f.push_back(segment({-0.4F, y}, {0.4F, y + r.normal(0.03F)}));
    }
    return f;
}

Figure umbrella(Random& r) {
    Figure f{arc({0, 0}, 1, 0.9F, -pi, 0)};
    const int scallops = r.chance(0.6F) ? r.integer(2, 5) : 0;
    if (scallops == 0) f.push_back(segment({-1, 0}, {1, 0}));
    for (int i = 0; i < scallops; ++i) {
        const float w = 1 / static_cast<float>(scallops);
        f.push_back(arc({-1 + w * static_cast<float>(2 * i + 1), 0}, w, 0.15F, -pi, 0));
    }
    f.push_back(segment({0, -0.1F}, {0, 0.8F}));
    f.push_back(arc({0.15F, 0.8F}, 0.15F, 0.18F, 0, pi));
    return f;
}

Figure moon(Random& r) {
    Path path{{}, true, true};
    const float depth = r.uniform(0.2F, 0.7F);
    for (int i = 0; i <= 30; ++i) {
        const float a = -pi / 2 - pi * static_cast<float>(i) / 30;
        path.points.push_back({std::cos(a), std::sin(a)});
    }
    for (int i = 1; i < 30; ++i) {
        const float a = pi / 2 + pi * static_cast<float>(i) / 30;
        path.points.push_back({depth * std::cos(a), std::sin(a)});
    }
    return {path};
}

Figure cloud(Random& r) {
    Path path{{}, r.chance(0.7F), true};
    const int bumps = r.integer(4, 11);
    const float squash = r.uniform(0.4F, 0.85F);
    float angle = r.uniform(-pi, pi);
    for (int b = 0; b < bumps; ++b) {
        const float wide = 2 * pi / static_cast<float>(bumps) * r.uniform(0.6F, 1.4F);
        const float high = r.uniform(0.1F, 0.4F);
        const float base = r.uniform(0.65F, 0.85F);
        for (int i = 0; i < 12; ++i) {
            const float t = static_cast<float>(i) / 12;
            const float out = base + high * std::sin(pi * t);
            path.points.push_back(
                {out * std::cos(angle + wide * t), squash * out * std::sin(angle + wide * t)});
        }
        angle += wide;
    }
    return {path};
}

Figure lightning(Random& r) {
    Figure f{closed({{0.1F, -1},
                     {-0.5F, 0.1F},
                     {0, 0.05F},
                     {-0.3F, 1},
                     {0.55F, -0.25F},
                     {0.05F, -0.2F},
                     {0.5F, -1}})};
    transform(f, r.uniform(0.6F, 1.2F), 1, r.normal(0.15F));
    return f;
}

Figure mountain(Random& r) {
    Path path;
    const int peaks = r.integer(1, 3);
    for (int i = 0; i < peaks; ++i) {
        const float x = -1 + 2 * static_cast<float>(i) / static_cast<float>(peaks);
        path.points.push_back({x, i == 0 ? 0.6F : r.uniform(-0.1F, 0.4F)});
        path.points.push_back({x + 1 / static_cast<float>(peaks), r.uniform(-0.9F, -0.3F)});
    }
    path.points.push_back({1, 0.6F});
    Figure f{path};
    f.front().closed = r.chance(0.4F);
    // Open and bare it could as well be a zigzag.
    if (!f.front().closed || r.chance(0.4F)) {
        const Vec top = path.points[1];
        f.push_back(open({{top.x - 0.25F, top.y + 0.35F},
                          {top.x - 0.05F, top.y + 0.25F},
                          {top.x + 0.08F, top.y + 0.4F},
                          {top.x + 0.25F, top.y + 0.33F}}));
    }
    return f;
}

Figure apple(Random& r) {
    Path path{{}, true, true};
    for (int i = 0; i < 50; ++i) {
        const float a = 2 * pi * static_cast<float>(i) / 50 - pi / 2;
        const float dent = 0.25F * std::exp(-8 * (a + pi / 2) * (a + pi / 2)) +
                           0.25F * std::exp(-8 * (a - 1.5F * pi) * (a - 1.5F * pi));
        path.points.push_back({0.9F * std::cos(a), 0.85F * std::sin(a) + dent});
    }
    Figure f{path, segment({0, -0.6F}, {r.uniform(0, 0.2F), -1.1F})};
    if (r.chance(0.6F)) f.push_back(arc({0.35F, -0.95F}, 0.25F, 0.1F, 0, 2 * pi));
    return f;
}

Figure hand_outline(Random& r) {
    Path path{{}, false, true};
    const int fingers = r.integer(4, 5);
    path.points.push_back({-0.5F, 1});
    for (int k = 0; k < fingers; ++k) {
        const float x = -0.75F + 1.5F * static_cast<float>(k) / static_cast<float>(fingers - 1);
        const float tip = -1 + 0.5F * std::abs(x) + r.normal(0.05F);
        for (const float t : {0.0F, 0.3F, 0.6F, 0.9F})
            path.points.push_back({x - 0.12F, 0.15F + (tip - 0.15F) * t});
        path.points.push_back({x, tip});
        for (const float t : {0.9F, 0.6F, 0.3F, 0.0F})
            path.points.push_back({x + 0.12F, 0.15F + (tip - 0.15F) * t});
    }
    path.points.push_back({0.5F, 1});
    return {path};
}

Figure stick_figure(Random& r) {
    const float arm = r.uniform(-0.3F, 0.3F);
    return {circle({0, -0.75F}, 0.25F),        segment({0, -0.5F}, {0, 0.3F}),
            segment({0, 0.3F}, {-0.4F, 1}),    segment({0, 0.3F}, {0.4F, 1}),
            segment({0, -0.2F}, {-0.5F, arm}), segment({0, -0.2F}, {0.5F, arm})};
}

Figure spiral(Random& r) {
    Path path{{}, false, true};
    const float turns = r.uniform(2, 5);
    for (int i = 0; i <= 160; ++i) {
        const float t = static_cast<float>(i) / 160;
        const float a = 2 * pi * turns * t;
        path.points.push_back({t * std::cos(a), t * std::sin(a)});
    }
    return {path};
}

/// Scribbled over and over: a dense tangle.
Figure scribble(Random& r) {
    Path path{{}, false, r.chance(0.5F)};
    if (!path.smooth) {
        for (int i = 0, n = r.integer(7, 30); i < n; ++i)
            path.points.push_back({r.uniform(-1, 1), r.uniform(-1, 1)});
        return {path};
    }
    Vec at{};
    float heading = 0;
    for (int i = 0, n = r.integer(240, 420); i < n; ++i) {
        heading += r.normal(0.45F) + 0.12F;
        at = at * 0.985F + Vec{std::cos(heading), std::sin(heading)} * 0.07F;
        path.points.push_back(at);
    }
    return {path};
}

Figure grid(Random& r) {
    Figure f;
    const int n = r.integer(2, 4);
    const bool framed = r.chance(0.4F);
    for (int i = framed ? 0 : 1; i <= (framed ? n : n - 1); ++i) {
        const float v = -1 + 2 * static_cast<float>(i) / static_cast<float>(n);
        f.push_back(segment({v, -1}, {v, 1}));
        f.push_back(segment({-1, v}, {1, v}));
    }
    if (f.size() < 3) f.push_back(box(-1, -1, 1, 1));
    return f;
}

/// Letters and digits on a grid 0…4 wide and 0…6 high, as corners_of() reads them.
constexpr std::array<std::string_view, 33> glyphs{"062046 1343",
                                                  "0600304153433303 334446060",
                                                  "40001004 0006 0646",
                                                  "06003042440636 ",
                                                  "40000646 0333",
                                                  "40000006 0333",
                                                  "4010010516464333",
                                                  "0006 4046 0343",
                                                  "2026 1030 1636",
                                                  "4045360615",
                                                  "0006 4004 0346",
                                                  "000646",
                                                  "0600234046",
                                                  "06004640",
                                                  "0600304153433303",
                                                  "0006 0030414333030346",
                                                  "41301001023344353606",
                                                  "2026 0040",
                                                  "000536454000",
                                                  "002640",
                                                  "0016233640",
                                                  "002340 2326",
                                                  "00400646",
                                                  "0110304142064606",
                                                  "01104043233344463606",
                                                  "36300444",
                                                  "400003334445361605",
                                                  "3001051636454433230304",
                                                  "0040164016",
                                                  "1101103041331304051646453313",
                                                  "4313041040463606",
                                                  "403020252636 1333",
                                                  "1030 2026"};

Figure glyph(std::string_view digits) {
    Figure f;
    for (const auto& corners : corners_of(digits)) {
        auto& path = f.emplace_back();
        for (const auto& corner : corners)
            path.points.push_back({corner.x / 3 - 0.66F, corner.y / 3 - 1});
    }
    return f;
}

/// Alone, these are zigzags.
bool is_zigzag(std::string_view letter) {
    static constexpr std::array<std::string_view, 3> m_w_z{"0600234046", "0016233640", "00400646"};
    return std::find(m_w_z.begin(), m_w_z.end(), letter) != m_w_z.end();
}

std::string_view any_glyph(Random& r, bool alone) {
    for (;;) {
        const auto letter =
            glyphs[static_cast<std::size_t>(r.integer(0, static_cast<int>(glyphs.size()) - 1))];
        if (!alone || !is_zigzag(letter)) return letter;
    }
}

Figure letters(Random& r) {
    Figure f;
    const int count = r.chance(0.45F) ? 1 : r.integer(2, 5);
    for (int i = 0; i < count; ++i) {
        Figure one = glyph(any_glyph(r, count == 1));
        transform(one, r.uniform(0.7F, 1.1F), r.uniform(0.8F, 1.1F), r.normal(0.08F),
                  {1.7F * static_cast<float>(i), r.normal(0.06F)});
        add(f, std::move(one));
    }
    return f;
}

/// Lines through one point, or arms that go out from it.
Figure asterisk(Random& r) {
    Figure f;
    const bool through = r.chance(0.6F);
    const int count = through ? r.integer(3, 5) : r.integer(5, 8);
    const float first = r.uniform(-pi, pi);
    for (int i = 0; i < count; ++i) {
        const float a =
            first + (through ? pi : 2 * pi) * static_cast<float>(i) / static_cast<float>(count) +
            r.normal(0.1F);
        const Vec arm = Vec{std::cos(a), std::sin(a)} * r.uniform(0.8F, 1.1F);
        f.push_back(segment(through ? arm * -1 : Vec{}, arm));
    }
    return f;
}

/// A stroke or a wedge over a dot.
Figure exclamation(Random& r) {
    const float end = r.uniform(0.3F, 0.6F);
    const float wide = r.uniform(0.06F, 0.25F);
    Figure f;
    if (r.chance(0.7F))
        f.push_back(segment({0, -1}, {r.normal(0.03F), end}));
    else
        f.push_back(closed({{-wide, -1}, {wide, -1}, {0, end}}));
    const float dot = r.uniform(0.01F, 0.12F);
    f.push_back(r.chance(0.5F) ? circle({0, 0.95F}, dot)
                               : segment({0, 0.92F}, {r.normal(0.03F), 0.92F + dot}));
    return f;
}

/// A straight back and one or two bows: D, P, B, b, p; or with the bow below: J, U.
Figure round_letter(Random& r) {
    const float wide = r.uniform(0.5F, 1.1F);
    const auto bow = [&](float top, float bottom) {
        return arc({-0.5F, (top + bottom) / 2}, wide, (bottom - top) / 2, -pi / 2, pi / 2);
    };
    Figure f{segment({-0.5F, -1}, {-0.5F, 1})};
    const float kind = r.uniform(0, 1);
    if (kind < 0.45F) {
        f.push_back(bow(-1, 1));
        if (r.chance(0.4F)) {
            // Without lifting the pen.
            f[0].points.push_back({-0.5F, 1});
            std::reverse(f[1].points.begin(), f[1].points.end());
            f[0].points.insert(f[0].points.end(), f[1].points.begin(), f[1].points.end());
            f.pop_back();
        }
    } else if (kind < 0.7F) {
        f.push_back(r.chance(0.6F) ? bow(-1, 0) : bow(0, 1));
    } else if (kind < 0.85F) {
        add(f, {bow(-1, 0), bow(0, 1)});
    } else {
        const float hook = r.chance(0.5F) ? pi : 0.8F * pi;
        f = {segment({0.5F, -1}, {0.5F, 0.5F}), arc({0, 0.5F}, 0.5F, 0.5F, 0, hook)};
        if (r.chance(0.5F)) f.push_back(segment({-0.5F, 0.5F}, {-0.5F, -1}));
    }
    return f;
}

/// One or two heads, filled or not, on stems, with a flag or a beam.
Figure note(Random& r) {
    const bool two = r.chance(0.4F);
    const float up = r.uniform(-1, -0.7F);
    Figure f;
    for (const float x : {-0.4F, 0.5F}) {
        if (x > 0 && !two) break;
        const float size = r.uniform(0.18F, 0.3F);
        f.push_back(arc({x - size, 0.8F}, size, 0.7F * size, 0, 2 * pi));
        if (r.chance(0.5F)) f.push_back(arc({x - size, 0.8F}, size / 2, size / 3, 0, 3.9F * pi));
        f.push_back(segment({x, 0.8F}, {x, up}));
    }
    if (two)
        f.push_back(segment({-0.4F, up}, {0.5F, up + r.normal(0.1F)}));
    else if (r.chance(0.8F))
        f.push_back(open({{-0.4F, up}, {r.uniform(-0.1F, 0.3F), up + r.uniform(0.15F, 0.5F)}}));
    return f;
}

/// A pencil, a knife, a brush, a bat: long and thin, with something at an end or across.
Figure long_thing(Random& r) {
    const float w = r.uniform(0.06F, 0.25F);
    const float neck = r.uniform(0.3F, 0.75F);
    Figure f;
    switch (r.integer(0, 4)) {
        case 0:  // pencil
            f = {box(-1, -w, neck, w), open({{neck, -w}, {1, 0}, {neck, w}})};
            if (r.chance(0.5F)) f.push_back(segment({-0.8F, -w}, {-0.8F, w}));
            if (r.chance(0.4F)) f.push_back(segment({-0.8F, 0}, {neck, 0}));
            if (r.chance(0.4F)) f.push_back(segment({0.9F, -w / 4}, {0.9F, w / 4}));
            break;
        case 1:  // knife, sword
            f = {closed({{-0.2F, -w}, {0.8F, -w}, {1, 0}, {0.8F, w}, {-0.2F, w}}),
                 box(-1, -w / 2, -0.25F, w / 2)};
            f.push_back(segment({-0.22F, -2.5F * w}, {-0.22F, 2.5F * w}));
            break;
        case 2:  // brush, broom
            f = {r.chance(0.5F) ? box(-1, -w / 4, neck, w / 4) : segment({-1, 0}, {neck, 0})};
            for (int i = 0, n = r.integer(3, 7); i < n; ++i) {
                const float at = 2 * static_cast<float>(i) / static_cast<float>(n - 1) - 1;
                f.push_back(segment({neck, at * w}, {1, 2 * at * w}));
            }
            f.push_back(segment({neck, -w}, {neck, w}));
            break;
        case 3:  // bat, bottle
            f = {closed({{-1, -w / 3},
                         {-0.1F, -w / 2},
                         {0.3F, -1.5F * w},
                         {1, -1.5F * w},
                         {1, 1.5F * w},
                         {0.3F, 1.5F * w},
                         {-0.1F, w / 2},
                         {-1, w / 3}})};
            if (r.chance(0.5F)) f.push_back(segment({-0.85F, -w / 2}, {-0.85F, w / 2}));
            break;
        default:  // hammer, axe
            f = {box(-1, -w / 3, 0.7F, w / 3),
                 box(0.5F, -r.uniform(0.3F, 0.5F), 0.5F + 2 * w, r.uniform(0.2F, 0.5F))};
    }
    transform(f, 1, 1, r.uniform(-pi, pi));
    return f;
}

/// A body with a waist, a neck, pegs, strings.
Figure guitar(Random& r) {
    const float lower = r.uniform(0.35F, 0.5F);
    const float upper = lower * r.uniform(0.6F, 0.85F);
    const float w = r.uniform(0.04F, 0.1F);
    Figure f{arc({0, 0.55F}, lower, lower, -0.25F * pi, 1.25F * pi),
             arc({0, 0.55F - lower}, upper, upper, 0.75F * pi, 2.25F * pi), box(-w, -1, w, 0.2F)};
    if (r.chance(0.7F)) f.push_back(circle({0, 0.35F}, r.uniform(0.08F, 0.16F)));
    if (r.chance(0.6F)) f.push_back(box(-1.8F * w, -1.25F, 1.8F * w, -1));
    for (int i = 0, n = r.integer(0, 3); i < n; ++i) {
        const float x = w * (static_cast<float>(i) - 1) * 0.6F;
        f.push_back(segment({x, -1}, {x, 0.6F}));
    }
    if (r.chance(0.5F)) f.push_back(segment({-0.15F, 0.65F}, {0.15F, 0.65F}));
    transform(f, 1, 1, r.chance(0.5F) ? r.normal(0.2F) : r.uniform(-pi, pi));
    return f;
}

/// Long, with the head of an arrow only on one side, or with too much at its ends.
Figure half_arrow(Random& r) {
    Figure f{segment({-1, 0}, {1, 0})};
    const float size = r.uniform(0.2F, 0.5F);
    if (r.chance(0.5F)) {
        f.push_back(segment({1, 0}, {1 - size, -size * r.uniform(0.4F, 1)}));
        if (r.chance(0.5F)) {
            const float below = r.uniform(0.2F, 0.35F);
            add(f, {segment({-1, below}, {1, below}),
                    segment({-1, below}, {size - 1, below + size * r.uniform(0.4F, 1)})});
        }
    } else {
        const float apart = r.uniform(0.35F, 0.7F);
        for (const float side : {-apart, apart})
            f.push_back(
                open({{1 - size, side - size * 0.6F}, {1, side}, {1 - size, side + size * 0.6F}}));
        f[0] = segment({-1, -apart}, {1, -apart});
        f.push_back(segment({-1, apart}, {1, apart}));
    }
    transform(f, 1, 1, r.uniform(-pi, pi));
    return f;
}

/// A closed curve with lobes of no particular form.
Figure blob(Random& r) {
    Path path{{}, true, true};
    std::array<float, 5> size{};
    std::array<float, 5> phase{};
    for (std::size_t k = 0; k < 5; ++k) {
        size[k] = r.normal(0.28F / std::sqrt(static_cast<float>(k + 1)));
        phase[k] = r.uniform(0, 2 * pi);
    }
    size[1] += r.chance(0.5F) ? 0.35F : -0.35F;
    for (int i = 0; i < 80; ++i) {
        const float a = 2 * pi * static_cast<float>(i) / 80;
        float radius = 1;
        for (std::size_t k = 0; k < 5; ++k)
            radius += size[k] * std::cos(static_cast<float>(k + 2) * a + phase[k]);
        path.points.push_back({radius * std::cos(a), radius * std::sin(a)});
    }
    return {path};
}

/// A polygon with corners anywhere that crosses itself or has deep dents, so that nobody takes it
/// for a hexagon or a star.
Figure crooked(Random& r) {
    Path path{{}, true, false};
    const int corners = r.integer(7, 12);
    for (int i = 0; i < corners; ++i) {
        const float a =
            2 * pi * (static_cast<float>(i) + r.uniform(0, 0.8F)) / static_cast<float>(corners);
        const float radius = r.uniform(0.2F, 1.1F);
        path.points.push_back({radius * std::cos(a), radius * std::sin(a)});
    }
    if (r.chance(0.6F))
        std::swap(path.points[static_cast<std::size_t>(r.integer(0, 2))],
                  path.points[static_cast<std::size_t>(r.integer(3, 6))]);
    return {path};
}

Figure part(Random& r) {
    static const Hand plain{};
    static constexpr std::array<std::string_view, 9> kinds{"circle",    "ellipse",  "square",
                                                           "rectangle", "triangle", "line",
                                                           "line",      "zigzag",   "squiggle"};
    return shape_figure(kinds[static_cast<std::size_t>(r.integer(0, 8))], plain, r);
}

/// Several simple parts put together: what most drawn things are.
Figure assembly(Random& r) {
    Figure f;
    const int parts = r.integer(2, 7);
    for (int i = 0; i < parts; ++i) {
        Figure one = part(r);
        const float size = i == 0 ? 1 : r.uniform(0.15F, 0.8F);
        const float a = r.uniform(-pi, pi);
        const float reach = i == 0 ? 0 : r.uniform(0.25F, 1.5F);
        transform(one, size * r.uniform(0.5F, 1), size, r.uniform(-pi, pi),
                  Vec{std::cos(a), std::sin(a)} * reach);
        add(f, std::move(one));
    }
    return f;
}

/// The same part several times in a row, a column or a ring.
Figure repetition(Random& r) {
    Figure f;
    const Figure one = part(r);
    const int count = r.integer(2, 6);
    const bool ring = r.chance(0.3F);
    for (int i = 0; i < count; ++i) {
        Figure copy = one;
        const float a = 2 * pi * static_cast<float>(i) / static_cast<float>(count);
        const Vec at = ring ? Vec{1.3F * std::cos(a), 1.3F * std::sin(a)}
                            : Vec{r.uniform(0.9F, 1.3F) * static_cast<float>(i), r.normal(0.1F)};
        transform(copy, 0.42F, 0.42F, ring ? a : r.normal(0.1F), at);
        add(f, std::move(copy));
    }
    return f;
}

/// Nested outlines: targets, frames, wheels.
Figure nested(Random& r) {
    static const Hand plain{};
    static constexpr std::array<std::string_view, 5> kinds{"circle", "square", "triangle",
                                                           "rectangle", "ellipse"};
    Figure f;
    float size = 1;
    for (int i = 0, n = r.integer(2, 4); i < n; ++i) {
        Figure one = shape_figure(kinds[static_cast<std::size_t>(r.integer(0, 4))], plain, r);
        transform(one, size, size, 0);
        add(f, std::move(one));
        size *= r.uniform(0.3F, 0.75F);
    }
    if (r.chance(0.4F))
        for (int i = 0, n = r.integer(2, 6); i < n; ++i) {
            const float a = r.uniform(-pi, pi);
            f.push_back(segment({0, 0}, {std::cos(a), std::sin(a)}));
        }
    return f;
}

/// A trapezium: either leg may stand upright, either of the parallel sides be the longer one. From
/// three quarters on it would be a rectangle that a hand or a camera has tilted.
Figure trapezium(Random& r) {
    const float tall = r.uniform(0.4F, 1);
    const float top = r.uniform(0.25F, 0.72F);
    float shift = 0;
    if (r.chance(0.3F))
        shift = (r.chance(0.5F) ? 1.0F : -1.0F) * (1 - top);  // a right angle on one side
    else if (r.chance(0.3F))
        shift = r.uniform(-0.4F, 0.4F);
    Figure f{closed({{shift - top, -tall}, {shift + top, -tall}, {1, tall}, {-1, tall}})};
    constexpr float quarter = pi / 2;
    transform(f, 1, 1, quarter * static_cast<float>(r.chance(0.4F) ? 0 : r.integer(1, 3)));
    return f;
}

/// A parallelogram that leans by more than any hurried hand.
Figure parallelogram(Random& r) {
    const float tall = r.uniform(0.4F, 1);
    const float lean = tall * std::tan(r.uniform(0.45F, 0.85F)) * (r.chance(0.8F) ? 1.0F : -1.0F);
    const float wide = r.uniform(0.7F, 1.3F);
    Figure f{closed(
        {{-wide + lean, -tall}, {wide + lean, -tall}, {wide - lean, tall}, {-wide - lean, tall}})};
    transform(f, 0.8F, 0.8F, 0);
    return f;
}

/// Four corners that are neither a rectangle's nor a rhombus's on its point: a parallelogram, a
/// trapezium, a dart.
Figure leaning(Random& r) {
    const float kind = r.uniform(0, 1);
    if (kind < 0.45F) return parallelogram(r);
    if (kind < 0.88F) return trapezium(r);
    return {closed({{0, -1}, {0.8F, 1}, {0, r.uniform(0, 0.55F)}, {-0.8F, 1}})};
}

/// A shape with a line or two drawn across it: a window, a box crossed out, a forbidding sign, a Q.
Figure crossed(Random& r) {
    const bool round = r.chance(0.4F);
    const bool cornered = !round && r.chance(0.7F);
    Figure f{round      ? arc({0, 0}, 1, r.uniform(0.75F, 1), 0, 2 * pi)
             : cornered ? box(-1, -1, 1, 1)
                        : polygon(3, 0)};
    if (round && r.chance(0.35F)) {
        const float a = r.chance(0.7F) ? pi / 4 + r.normal(0.15F) : r.uniform(-pi, pi);
        const Vec out{std::cos(a), std::sin(a)};
        f.push_back(segment(out * r.uniform(0.45F, 0.8F), out * r.uniform(1.1F, 1.4F)));
        return f;
    }
    const float reach = cornered ? 1.0F : round ? 0.97F : 0.8F;
    const bool diagonal = !round && r.chance(0.6F);
    const float first = (diagonal ? pi / 4 : 0) + (r.chance(0.5F) ? 0 : pi / 2);
    for (int i = 0, n = r.chance(0.55F) ? 1 : 2; i < n; ++i) {
        const float a = (round ? r.uniform(-pi, pi) : first + pi / 2 * static_cast<float>(i));
        const float length = cornered && diagonal ? std::numbers::sqrt2_v<float> : reach;
        const Vec end{length * std::cos(a), length * std::sin(a)};
        f.push_back(segment(end * -1, end * r.uniform(0.85F, 1.05F)));
    }
    transform(f, 1, r.uniform(0.55F, 1), 0);
    return f;
}

/// An open curve: C, U, S, a check mark, an angle with a tail.
Figure open_curve(Random& r) {
    if (r.chance(0.35F)) return {open({{-1, r.uniform(-0.2F, 0.3F)}, {-0.4F, 0.8F}, {1, -1}})};
    if (r.chance(0.35F)) return {open({{-0.8F, -1}, {-0.8F, 1}, {0.9F, 1}})};
    if (r.chance(0.5F)) {
        const float width = r.uniform(0.4F, 1.2F);
        return {open({{-width, 1}, {r.normal(0.15F), -1}, {width, r.uniform(0.7F, 1)}})};
    }
    return {arc({0, 0}, 1, r.uniform(0.6F, 1.2F), 0, r.uniform(0.6F, 1.5F) * pi)};
}

/// A round line with a good quarter of the way missing.
Figure gaping(Random& r) {
    const float from = r.uniform(-pi, pi);
    Figure f{arc({0, 0}, 1, r.uniform(0.75F, 1), from, from + r.uniform(0.9F, 1.5F) * pi)};
    transform(f, 1, 1, r.uniform(-pi, pi));
    return f;
}

/// The digit: a flag on one side of the stem's upper end, and mostly a foot.
Figure digit_one(Random& r) {
    const Vec flag{-r.uniform(0.25F, 0.75F), r.uniform(-0.8F, -0.25F)};
    const float lean = r.normal(0.05F);
    Figure f{open({flag, {lean, -1}, {-lean, 1}})};
    if (r.chance(0.2F)) f = {segment({lean, -1}, flag), segment({lean, -1}, {-lean, 1})};
    const float foot = r.uniform(0.25F, 0.6F);
    if (r.chance(0.6F))
        f.push_back(segment({-foot, 1 + r.normal(0.03F)}, {foot * r.uniform(0.7F, 1.3F), 1}));
    return f;
}

/// Dots in a ring, apart from each other.
Figure ring_of_dots(Random& r) {
    Figure f;
    const int count = r.integer(5, 11);
    const float most = std::min(0.16F, 0.8F / static_cast<float>(count));
    const float size = r.uniform(0.02F, most);
    const float flat = r.uniform(0.75F, 1);
    const float first = r.uniform(0, 2 * pi);
    for (int i = 0; i < count; ++i) {
        const float a = first + 2 * pi * static_cast<float>(i) / static_cast<float>(count);
        f.push_back(circle({std::cos(a), flat * std::sin(a)}, size));
    }
    return f;
}

/// A decagon: more corners than an octagon that was miscounted, and few enough to be seen.
Figure decagon(Random& r) {
    Figure f{polygon(10, r.uniform(-pi, pi))};
    transform(f, 1, r.uniform(0.8F, 1), r.uniform(-pi, pi));
    return f;
}

}  // namespace

Figure look_alike(Random& random) {
    using Make = Figure (*)(Random&);
    static constexpr std::array<Make, 7> kinds{trapezium, crossed,      gaping, parallelogram,
                                               digit_one, ring_of_dots, decagon};
    static constexpr std::array<float, 7> weights{2.6F, 3.2F, 1.4F, 1.4F, 1, 1, 0.8F};
    Figure figure = kinds[random.weighted(weights)](random);
    transform(figure, random.uniform(0.85F, 1.15F), random.uniform(0.85F, 1.15F),
              random.normal(0.08F));
    return figure;
}

Figure other_figure(Random& random) {
    using Make = Figure (*)(Random&);
    static constexpr std::array<Make, 20> things{
        house,    face, sun,    flower,   tree, car,   fish,      cat,      bicycle, clock,
        envelope, key,  ladder, umbrella, moon, cloud, lightning, mountain, apple,   hand_outline};
    static constexpr std::array<Make, 20> marks{
        stick_figure, spiral,   scribble,   grid,         letters,    blob,   crooked,
        nested,       assembly, repetition, open_curve,   leaning,    note,   asterisk,
        exclamation,  guitar,   long_thing, round_letter, half_arrow, crossed};
    static constexpr std::array<float, 20> weights{1, 1,    1.2F, 1, 5, 1.2F, 1.2F, 3,    9, 2,
                                                   2, 3.5F, 1,    1, 1, 1,    2.5F, 1.5F, 1, 3};
    Figure figure;
    if (random.chance(0.2F))
        figure = outlined_thing(random);
    else if (random.chance(0.4F))
        figure = things[static_cast<std::size_t>(
            random.integer(0, static_cast<int>(things.size()) - 1))](random);
    else
        figure = marks[random.weighted(weights)](random);
    // Things get extra bits, or lose some.
    if (random.chance(0.25F))
        add(figure, [&] {
            Figure more = part(random);
            transform(more, 0.3F, 0.3F, 0, {random.uniform(-1, 1), random.uniform(-1, 1)});
            return more;
        }());
    if (figure.size() > 3 && random.chance(0.25F)) figure.pop_back();
    transform(figure, random.uniform(0.7F, 1.2F), random.uniform(0.7F, 1.2F),
              random.chance(0.1F) ? random.uniform(-pi, pi) : random.normal(0.1F));
    return figure;
}

}  // namespace croquis::learning
