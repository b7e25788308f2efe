#include "learning/adaptation/few_shot.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <span>

#include "learning/adaptation/teaching.h"
#include "learning/synthesis/random.h"

namespace croquis::learning {
namespace {

constexpr std::size_t most_asked = 15;
constexpr std::size_t least_asked = 5;
constexpr int resamples = 1000;

using Rows = std::vector<std::size_t>;

std::vector<Rows> by_category(const std::vector<std::string>& categories, std::size_t least) {
    std::map<std::string, Rows> rows;
    for (std::size_t i = 0; i < categories.size(); ++i)
        if (!categories[i].empty()) rows[categories[i]].push_back(i);
    std::vector<Rows> all;
    for (auto& named : rows)
        if (named.second.size() >= least) all.push_back(std::move(named.second));
    return all;
}

/// The first `count` of `list` become a random choice of it.
void choose(Rows& list, std::size_t count, Random& random) {
    for (std::size_t i = 0; i < count; ++i)
        std::swap(list[i], list[static_cast<std::size_t>(random.integer(
                               static_cast<int>(i), static_cast<int>(list.size()) - 1))]);
}

struct Drawn {
    Episode episode;
    Rows groups;             ///< which category of all each of the episode's is
    std::vector<int> truth;  ///< of the rows asked after
};

Drawn draw(std::vector<Rows>& groups, const FewShotOptions& options, Random& random) {
    Drawn drawn;
    drawn.groups.resize(groups.size());
    std::iota(drawn.groups.begin(), drawn.groups.end(), std::size_t{0});
    choose(drawn.groups, static_cast<std::size_t>(options.ways), random);
    drawn.groups.resize(static_cast<std::size_t>(options.ways));
    drawn.episode.ways = options.ways;
    const auto shots = static_cast<std::size_t>(options.shots);
    for (int way = 0; way < options.ways; ++way) {
        auto& rows = groups[drawn.groups[static_cast<std::size_t>(way)]];
        const auto used = std::min(rows.size(), shots + most_asked);
        choose(rows, used, random);
        for (std::size_t i = 0; i < used; ++i) {
            (i < shots ? drawn.episode.learnt : drawn.episode.asked).push_back(rows[i]);
            (i < shots ? drawn.episode.categories : drawn.truth).push_back(way);
        }
    }
    return drawn;
}

/// Of a category, the parts of its drawings that were told, summed over the episodes it was in.
struct Tally {
    double sum = 0;
    int times = 0;
};

void count(const Drawn& drawn, const std::vector<int>& told, std::vector<Tally>& tallies) {
    std::vector<std::size_t> all(drawn.groups.size(), 0), right(drawn.groups.size(), 0);
    for (std::size_t i = 0; i < told.size(); ++i) {
        const auto way = static_cast<std::size_t>(drawn.truth[i]);
        ++all[way];
        right[way] += told[i] == drawn.truth[i] ? 1 : 0;
    }
    for (std::size_t way = 0; way < all.size(); ++way) {
        Tally& tally = tallies[drawn.groups[way]];
        tally.sum += static_cast<double>(right[way]) / static_cast<double>(all[way]);
        ++tally.times;
    }
}

void add_interval(const std::vector<Tally>& tallies, Random& random, FewShot& result) {
    std::vector<double> means;
    const int last = static_cast<int>(tallies.size()) - 1;
    for (int draw = 0; draw < resamples; ++draw) {
        Tally all;
        for (std::size_t i = 0; i < tallies.size(); ++i) {
            const Tally& tally = tallies[static_cast<std::size_t>(random.integer(0, last))];
            all.sum += tally.sum;
            all.times += tally.times;
        }
        means.push_back(all.sum / std::max(all.times, 1));
    }
    std::sort(means.begin(), means.end());
    result.low = means[resamples / 40];
    result.high = means[resamples - 1 - resamples / 40];
}

}  // namespace

Result<FewShot> few_shot(const std::vector<std::string>& categories, const FewShotOptions& options,
                         const EpisodeHead& head,
                         const std::function<void(int done, int all)>& progress) {
    auto groups = by_category(categories, static_cast<std::size_t>(options.shots) + least_asked);
    if (groups.size() < static_cast<std::size_t>(options.ways))
        return Error{
            ErrorKind::invalid,
            fmt::format("{} categories have {} drawings or more, which is fewer than {}.",
                        groups.size(), options.shots + static_cast<int>(least_asked), options.ways),
            "few_shot"};
    FewShot result{options.ways, options.shots, options.episodes, groups.size(), 0, 0, 1};
    Random random(options.seed);
    std::vector<Tally> tallies(groups.size());
    for (int i = 0; i < options.episodes; ++i) {
        const auto drawn = draw(groups, options, random);
        const auto told = head(drawn.episode);
        if (!told) return told.error();
        count(drawn, *told, tallies);
        if (progress) progress(i + 1, options.episodes);
    }
    double all = 0;
    for (const Tally& tally : tallies) all += tally.sum;
    result.accuracy = all / (static_cast<double>(options.episodes) * options.ways);
    add_interval(tallies, random, result);
    return result;
}

EpisodeHead taught_head(const std::vector<float>& embeddings, std::size_t width) {
    return [&embeddings, width](const Episode& episode) -> Result<std::vector<int>> {
        const auto row = [&](std::size_t i) {
            return std::span(embeddings).subspan(i * width, width);
        };
        Examples examples;
        examples.width = width;
        examples.label_count = static_cast<std::size_t>(episode.ways);
        examples.labels = episode.categories;
        for (const auto learnt : episode.learnt)
            examples.embeddings.insert(examples.embeddings.end(), row(learnt).begin(),
                                       row(learnt).end());
        const auto head = teach(examples);
        if (!head) return head.error();
        std::vector<int> told;
        for (const auto asked : episode.asked) {
            std::vector<float> logits = head->layer.bias;
            for (std::size_t label = 0; label < logits.size(); ++label)
                logits[label] = std::inner_product(
                    row(asked).begin(), row(asked).end(),
                    head->layer.weights.begin() + static_cast<std::ptrdiff_t>(label * width),
                    logits[label]);
            told.push_back(
                static_cast<int>(std::max_element(logits.begin(), logits.end()) - logits.begin()));
        }
        return told;
    };
}

}  // namespace croquis::learning
