#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/error.h"

/// How well categories are told apart after a few examples of each.
namespace croquis::learning {

struct FewShotOptions {
    int ways = 5;   ///< categories in an episode, 2 or more
    int shots = 5;  ///< examples of each that a head is taught on, 1 or more
    int episodes = 1000;
    std::uint64_t seed = 1;
};

struct FewShot {
    int ways = 0;
    int shots = 0;
    int episodes = 0;
    std::size_t categories = 0;  ///< to draw from
    double accuracy = 0;         ///< 0…1, mean over the episodes
    double low = 0;  ///< 95 of 100 means over other draws of categories lie between these
    double high = 0;
};

/// One episode: rows to learn from with their categories (0…ways-1), and rows to be told.
struct Episode {
    int ways = 0;
    std::vector<std::size_t> learnt;
    std::vector<int> categories;  ///< of `learnt`
    std::vector<std::size_t> asked;
};

/// Teaches a head on an episode's examples and says the category of each row asked after.
using EpisodeHead = std::function<Result<std::vector<int>>(const Episode&)>;

/// Teaches on `shots` drawings of each of `ways` categories and asks about up to 15 others of each,
/// in episodes drawn from the seed. `categories` has one a row; a row whose category is empty is in
/// none. The interval is by bootstrap over the categories. Categories with fewer than shots + 5
/// drawings are left out. Errors: invalid ("few_shot") where fewer than `ways` are left; the
/// head's.
Result<FewShot> few_shot(const std::vector<std::string>& categories, const FewShotOptions& options,
                         const EpisodeHead& head,
                         const std::function<void(int done, int all)>& progress = {});

/// The head that `croquis teach` makes, on `embeddings`, a row of `width` numbers each. It needs
/// fewest_examples of each category. What it refers to must outlive it.
EpisodeHead taught_head(const std::vector<float>& embeddings, std::size_t width);

}  // namespace croquis::learning
