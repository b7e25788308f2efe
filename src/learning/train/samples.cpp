#include "learning/train/samples.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>

#include "drawing/normalise.h"
#include "learning/redraw.h"
#include "learning/sketcher.h"

namespace croquis::learning {
namespace {

using drawing::Strokes;

constexpr float others_among_sketches = 0.16F;
constexpr float others_among_people = 0.3F;
constexpr float specks_among_people = 0.05F;

/// SplitMix64 (Steele et al. 2014): neighbouring samples get seeds that have nothing in common.
std::uint64_t mix(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

std::size_t index_of(std::string_view label) {
    const auto& labels = shape_labels();
    const auto found = std::find(labels.begin(), labels.end(), label);
    return found == labels.end() ? labels.size() - 1
                                 : static_cast<std::size_t>(found - labels.begin());
}

template <class List>
const auto& any_of(const List& list, Random& random) {
    return list[static_cast<std::size_t>(random.integer(0, static_cast<int>(list.size()) - 1))];
}

struct Drawing {
    std::size_t label;
    Strokes strokes;
};

/// People's drawings by label, to be drawn from evenly.
class Album {
  public:
    explicit Album(const People& people) : share_(people.share) {
        std::map<std::string, Pages> by_label;
        for (const auto& drawn : people.drawings) {
            if (index_of(drawn.word) == shape_labels().size() - 1) {
                others_.push_back(&drawn.strokes);
                continue;
            }
            by_label[drawn.word].push_back(&drawn.strokes);
            if (drawn.word == "circle") by_label["ellipse"].push_back(&drawn.strokes);
            if (drawn.word == "square") by_label["rectangle"].push_back(&drawn.strokes);
        }
        for (auto& [label, pages] : by_label) shapes_.emplace_back(label, std::move(pages));
    }

    [[nodiscard]] bool is_next(Random& random) const {
        return !shapes_.empty() && !others_.empty() && random.chance(share_);
    }

    [[nodiscard]] Drawing draw(Random& random) const {
        Drawing drawn = draw_clean(random);
        if (random.chance(specks_among_people)) add_speck(drawn.strokes, random);
        return drawn;
    }

  private:
    using Pages = std::vector<const Strokes*>;

    [[nodiscard]] Drawing draw_clean(Random& random) const {
        if (random.chance(others_among_people))
            return {shape_labels().size() - 1,
                    redrawn(*any_of(others_, random), "unknown", random)};
        const auto& [label, pages] = any_of(shapes_, random);
        Strokes strokes = *any_of(pages, random);
        if (label == "ellipse" || label == "rectangle")
            strokes = flattened(strokes, random.uniform(0.3F, 0.6F), random.chance(0.4F));
        return {index_of(label), redrawn(strokes, label, random)};
    }

    std::vector<std::pair<std::string, Pages>> shapes_;
    Pages others_;
    float share_;
};

Drawing any_sketch(Random& random) {
    const std::size_t last = shape_labels().size() - 1;
    const std::size_t label =
        random.chance(others_among_sketches)
            ? last
            : static_cast<std::size_t>(random.integer(0, static_cast<int>(last) - 1));
    return {label, sketch(shape_labels()[label], random)};
}

struct Sample {
    std::size_t label;
    drawing::ModelInput input;
};

/// Draws until the picture shows something: a photograph can lose a hair-thin line.
Sample seen(const std::function<Drawing(Random&)>& draw, Random& random) {
    for (;;) {
        const Drawing drawn = draw(random);
        const auto input = drawing::normalise(picture(drawn.strokes, random));
        if (input) return {drawn.label, *input};
    }
}

Samples make(std::uint64_t seed, std::uint64_t first, std::int64_t count,
             const std::function<Drawing(std::int64_t, Random&)>& draw) {
    constexpr std::int64_t side = drawing::model_side;
    Samples samples{torch::empty({count, 1, side, side}, torch::kUInt8),
                    torch::empty({count}, torch::kInt64)};
    auto* images = samples.images.data_ptr<std::uint8_t>();
    auto* labels = samples.labels.data_ptr<std::int64_t>();
    at::parallel_for(0, count, 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
            Random random(mix(seed ^ mix(first + static_cast<std::uint64_t>(i))));
            const Sample sample = seen([&](Random& chance) { return draw(i, chance); }, random);
            std::copy(sample.input.begin(), sample.input.end(), images + i * side * side);
            labels[i] = static_cast<std::int64_t>(sample.label);
        }
    });
    return samples;
}

}  // namespace

Samples make_samples(std::uint64_t seed, std::uint64_t first, std::int64_t count,
                     const People& people) {
    const Album album(people);
    return make(seed, first, count, [&](std::int64_t, Random& random) {
        return album.is_next(random) ? album.draw(random) : any_sketch(random);
    });
}

std::span<const std::string_view> careful_labels() {
    static constexpr std::array<std::string_view, 6> labels{"circle",    "diamond", "ellipse",
                                                            "rectangle", "square",  "triangle"};
    return labels;
}

Samples make_careful_samples(std::uint64_t seed, std::int64_t count) {
    const auto labels = careful_labels();
    return make(seed, 0, count, [&](std::int64_t i, Random& random) {
        const auto label = labels[static_cast<std::size_t>(i) % labels.size()];
        return Drawing{index_of(label), sketch(label, random.uniform(0.8F, 1), random)};
    });
}

}  // namespace croquis::learning
