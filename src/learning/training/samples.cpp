#include "learning/training/samples.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <unordered_map>

#include "learning/synthesis/augment.h"
#include "learning/synthesis/sketcher.h"

namespace croquis::learning {
namespace {

using drawing::Image;
using drawing::Strokes;

constexpr float others_among_sketches = 0.255F;
constexpr float specks_among_people = 0.05F;
constexpr float through_few_pixels = 0.25F;  ///< of the drawings with strokes

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
    Image picture;
    std::int64_t label = not_asked;
    std::int64_t category = not_asked;
    bool doubtful = false;
    bool again = false;  ///< the other sample of the pair shows it too
};

/// What chance decides of a sample, and of both samples of a pair.
struct Chances {
    Random own;
    Random shared;
};

/// On a scan of 28 by 28 pixels, as the smallest sets have them.
Image scan(const Strokes& strokes, Random& random) {
    return drawing::rasterise(strokes, random.integer(24, 36), {random.uniform(1, 2.8F)}, 1);
}

Image shown(const Strokes& strokes, Random& random) {
    return random.chance(through_few_pixels) ? scan(strokes, random) : picture(strokes, random);
}

Drawing sketch_of(std::size_t label, Random& random) {
    const auto strokes = sketch(shape_labels()[label], random);
    const auto number = static_cast<std::int64_t>(label);
    return {random.chance(0.1F) ? scan(strokes, random) : picture(strokes, random), number,
            label + 1 == shape_labels().size() ? not_asked : number};
}

Drawing any_sketch(Random& random) {
    const std::size_t last = shape_labels().size() - 1;
    return sketch_of(random.chance(others_among_sketches)
                         ? last
                         : static_cast<std::size_t>(random.integer(0, static_cast<int>(last) - 1)),
                     random);
}

using Draw = std::function<Drawing(std::size_t, Chances&)>;

/// Sample i: drawn until the picture shows something, as a photograph can lose a hair-thin line.
/// What never shows anything gives way to another drawing.
void add_sample(std::uint64_t seed, std::uint64_t number, std::size_t i, const Draw& draw,
                Samples& samples) {
    constexpr std::uint64_t tries_of_one_drawing = 16;
    const std::uint64_t pair = mix(~seed ^ mix(number / 2));
    Random own(mix(seed ^ mix(number)));
    for (std::uint64_t tries = 0;; ++tries) {
        Chances chances{own, Random(pair + tries / tries_of_one_drawing)};
        const Drawing drawn = draw(i, chances);
        own = chances.own;
        const auto input = drawing::normalise(drawn.picture);
        if (!input) continue;
        samples.images.push_back(*input);
        samples.labels.push_back(drawn.label);
        samples.categories.push_back(drawn.category);
        samples.doubtful.push_back(drawn.doubtful ? 1 : 0);
        samples.again.push_back(drawn.again ? 1 : 0);
        return;
    }
}

Samples make_with(std::uint64_t seed, std::uint64_t first, std::size_t count, const Draw& draw) {
    Samples samples;
    samples.images.reserve(count);
    for (std::size_t i = 0; i < count; ++i) add_sample(seed, first + i, i, draw, samples);
    return samples;
}

/// Drawings of a set from which one is taken at random: by category first, or all alike.
struct Shelf {
    float weight = 0;  ///< against the other shelves
    bool by_category = false;
    std::vector<std::vector<const PersonsDrawing*>> groups;
    std::vector<const PersonsDrawing*> all;

    [[nodiscard]] const PersonsDrawing& any(Random& random) const {
        return by_category ? *any_of(any_of(groups, random), random) : *any_of(all, random);
    }
};

}  // namespace

class Corpus::Impl {
  public:
    explicit Impl(const People& people) {
        for (std::size_t i = 0; i + 1 < shape_labels().size(); ++i) name(shape_labels()[i]);
        for (const auto& drawn : people.drawings) {
            if (drawn.use != Use::learn) continue;
            ++drawings;
            alone_ = alone_ || drawn.source == "project-alone";
            if (!drawn.category.empty()) name(drawn.category);
            const bool is_shape = index_of(drawn.label) + 1 < shape_labels().size();
            if (is_shape)
                add_shape(drawn);
            else
                others_[drawn.source].all.push_back(&drawn);
        }
        sort_shelves();
    }

    Drawing draw(Chances& chances) const {
        if (shares_.empty()) return any_sketch(chances.own);
        const auto which = chances.shared.weighted(shares_);
        if (which == 0) return any_sketch(chances.own);
        if (which == 1) return person_shape(chances.own);
        return other(shelves_[which - 2]->any(chances.shared), chances.own);
    }

    std::vector<std::string> categories;
    std::size_t drawings = 0;

  private:
    /// Of the samples; a set that is missing leaves its part to the others. Set
    /// by hand; no other sizes have been measured.
    static constexpr float sketches_share = 0.248F;
    static constexpr float shapes_share = 0.30F;
    static float share_of(const std::string& source) {
        if (source.starts_with("quickdraw")) return 0.17F;  // strokes and pictures
        if (source.starts_with("project")) return 0.30F;
        if (source == "detexify") return 0.10F;
        if (source == "omniglot") return 0.05F;
        return 0.02F;
    }

    void name(const std::string& category) {
        if (numbers_.emplace(category, static_cast<std::int64_t>(categories.size())).second)
            categories.push_back(category);
    }

    using Pages = std::vector<const PersonsDrawing*>;
    void add_shape(const PersonsDrawing& drawn) {
        shapes_[drawn.label][drawn.source].push_back(&drawn);
        if (drawn.label == "circle") shapes_["ellipse"][drawn.source].push_back(&drawn);
        if (drawn.label == "square") shapes_["rectangle"][drawn.source].push_back(&drawn);
    }

    void sort_shelves() {
        if (drawings == 0) return;
        for (std::size_t i = 0; i + 1 < shape_labels().size(); ++i) {
            const auto& label = shape_labels()[i];
            if (alone_ && !shapes_.contains(label)) continue;
            auto& [name, pages, weights] = by_label_.emplace_back();
            name = label;
            for (const auto& source : shapes_[label]) {
                pages.push_back(source.second);
                weights.push_back(std::sqrt(static_cast<float>(source.second.size())));
            }
        }
        shares_ = {alone_ ? 0 : sketches_share, by_label_.empty() ? 0 : shapes_share};
        for (auto& [source, shelf] : others_) {
            shelf.by_category = source.starts_with("quickdraw") || source.starts_with("project");
            std::map<std::string, Pages> groups;
            for (const auto* drawn : shelf.all) groups[drawn->category].push_back(drawn);
            for (auto& group : groups) shelf.groups.push_back(std::move(group.second));
            shelves_.push_back(&shelf);
            shares_.push_back(share_of(source));
        }
    }

    /// Each label as often as the others: where nobody drew it, by a sketch.
    Drawing person_shape(Random& random) const {
        const auto& [label, sources, weights] = any_of(by_label_, random);
        if (sources.empty()) return sketch_of(index_of(label), random);
        const auto& drawn = *any_of(sources[random.weighted(weights)], random);
        const bool squeezed = label != drawn.label;
        const float ratio = squeezed ? random.uniform(0.3F, 0.6F) : 1;
        const bool tall = squeezed && random.chance(0.4F);
        const auto number = static_cast<std::int64_t>(index_of(label));
        if (drawn.strokes.empty())
            return {augmented(squeezed ? flattened(drawn.picture, ratio, tall) : drawn.picture,
                              label, random),
                    number, number};
        auto strokes = augmented(squeezed ? flattened(drawn.strokes, ratio, tall) : drawn.strokes,
                                 label, random);
        if (random.chance(specks_among_people)) add_speck(strokes, random);
        return {shown(strokes, random), number, number};
    }

    Drawing other(const PersonsDrawing& drawn, Random& random) const {
        const std::string_view kind =
            drawn.source == "detexify" || drawn.source == "omniglot" ? "sign" : "unknown";
        Drawing made;
        if (!drawn.label.empty()) made.label = static_cast<std::int64_t>(index_of(drawn.label));
        if (!drawn.category.empty()) made.category = numbers_.at(drawn.category);
        made.doubtful = drawn.doubtful;
        made.again = true;
        made.picture = drawn.strokes.empty()
                           ? augmented(drawn.picture, kind, random)
                           : shown(augmented(drawn.strokes, kind, random), random);
        return made;
    }

    struct Label {
        std::string name;
        std::vector<Pages> sources;
        std::vector<float> weights;
    };

    bool alone_ = false;  ///< drawings are learnt from without sketches among them
    std::unordered_map<std::string, std::int64_t> numbers_;
    std::map<std::string, std::map<std::string, Pages>> shapes_;  ///< by label and set
    std::vector<Label> by_label_;
    std::map<std::string, Shelf> others_;  ///< by set
    std::vector<const Shelf*> shelves_;
    std::vector<float> shares_;  ///< sketches, people's shapes, then the shelves
};

Corpus::Corpus(const People& people) : impl_(std::make_unique<Impl>(people)) {}
Corpus::~Corpus() = default;

const std::vector<std::string>& Corpus::categories() const {
    return impl_->categories;
}

std::size_t Corpus::drawings() const {
    return impl_->drawings;
}

Samples Corpus::make(std::uint64_t seed, std::uint64_t first, std::size_t count) const {
    return make_with(seed, first, count,
                     [this](std::size_t, Chances& chances) { return impl_->draw(chances); });
}

Samples make_sketches(std::uint64_t seed, std::size_t count) {
    return make_with(seed, 0, count,
                     [](std::size_t, Chances& chances) { return any_sketch(chances.own); });
}

std::span<const std::string_view> careful_labels() {
    static constexpr std::array<std::string_view, 6> labels{"circle",    "diamond", "ellipse",
                                                            "rectangle", "square",  "triangle"};
    return labels;
}

Samples make_careful_samples(std::uint64_t seed, std::size_t count) {
    const auto labels = careful_labels();
    return make_with(seed, 0, count, [&](std::size_t i, Chances& chances) {
        Random& random = chances.own;
        const auto label = labels[i % labels.size()];
        const auto number = static_cast<std::int64_t>(index_of(label));
        return Drawing{picture(sketch(label, random.uniform(0.8F, 1), random), random), number,
                       number};
    });
}

}  // namespace croquis::learning
