#include "learning/training/few_shot.h"

#include <algorithm>
#include <map>

#include "learning/synthesis/random.h"

namespace croquis::learning {
namespace {

constexpr std::size_t most_asked = 15;
constexpr std::size_t least_asked = 5;

using Rows = std::vector<std::int64_t>;

std::vector<Rows> by_category(const std::vector<std::string>& categories, std::size_t least) {
    std::map<std::string, Rows> rows;
    for (std::size_t i = 0; i < categories.size(); ++i)
        if (!categories[i].empty()) rows[categories[i]].push_back(static_cast<std::int64_t>(i));
    std::vector<Rows> all;
    for (auto& named : rows)
        if (named.second.size() >= least) all.push_back(std::move(named.second));
    return all;
}

/// The first `count` of `list` become a random choice of it.
template <class T>
void choose(std::vector<T>& list, std::size_t count, Random& random) {
    for (std::size_t i = 0; i < count; ++i)
        std::swap(list[i], list[static_cast<std::size_t>(random.integer(
                               static_cast<int>(i), static_cast<int>(list.size()) - 1))]);
}

/// A head's weights, [ways,size+1], the bias last: what makes the truth likeliest, with a penalty
/// on its weights.
torch::Tensor taught(const torch::Tensor& examples, const torch::Tensor& truth, int ways) {
    constexpr double sharpness = 10;
    constexpr double penalty = 2e-3;
    auto weights = torch::zeros({ways, examples.size(1)}, torch::requires_grad());
    torch::optim::LBFGS optimiser(
        {weights}, torch::optim::LBFGSOptions(1).max_iter(25).line_search_fn("strong_wolfe"));
    optimiser.step([&] {
        optimiser.zero_grad();
        const auto logits = sharpness * torch::mm(examples, weights.t());
        auto loss =
            torch::nn::functional::cross_entropy(logits, truth) + penalty * weights.square().sum();
        loss.backward();
        return loss;
    });
    return weights.detach();
}

/// Of each way, how many of the drawings asked after were told.
struct Told {
    std::vector<std::size_t> category;
    std::vector<double> part;
};

Told episode(const torch::Tensor& embeddings, std::vector<Rows>& groups, int ways, int shots,
             Random& random) {
    std::vector<std::size_t> order(groups.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    choose(order, static_cast<std::size_t>(ways), random);
    const auto taught_rows = static_cast<std::size_t>(shots);
    Rows learnt, asked, learnt_truth, asked_truth;
    for (int way = 0; way < ways; ++way) {
        auto& rows = groups[order[static_cast<std::size_t>(way)]];
        const auto used = std::min(rows.size(), taught_rows + most_asked);
        choose(rows, used, random);
        for (std::size_t i = 0; i < used; ++i) {
            (i < taught_rows ? learnt : asked).push_back(rows[i]);
            (i < taught_rows ? learnt_truth : asked_truth).push_back(way);
        }
    }
    const auto weights = taught(embeddings.index_select(0, torch::tensor(learnt)),
                                torch::tensor(learnt_truth), ways);
    const auto predicted =
        torch::mm(embeddings.index_select(0, torch::tensor(asked)), weights.t()).argmax(1);
    const auto right = predicted.eq(torch::tensor(asked_truth));
    Told told;
    for (int way = 0; way < ways; ++way) {
        std::size_t all = 0, some = 0;
        for (std::size_t i = 0; i < asked.size(); ++i) {
            if (asked_truth[i] != way) continue;
            ++all;
            some += right[static_cast<std::int64_t>(i)].item<bool>() ? 1 : 0;
        }
        told.category.push_back(order[static_cast<std::size_t>(way)]);
        told.part.push_back(static_cast<double>(some) / static_cast<double>(all));
    }
    return told;
}

}  // namespace

FewShot few_shot(const torch::Tensor& embeddings, const std::vector<std::string>& categories,
                 int ways, int shots, int episodes, std::uint64_t seed) {
    const auto unit = torch::nn::functional::normalize(
        embeddings, torch::nn::functional::NormalizeFuncOptions().dim(1));
    auto groups = by_category(categories, static_cast<std::size_t>(shots) + least_asked);
    FewShot result{ways, shots, episodes, groups.size(), 0, 0, 1};
    if (groups.size() < static_cast<std::size_t>(ways)) return result;
    Random random(seed);
    std::vector<double> sum(groups.size(), 0), times(groups.size(), 0);
    double all = 0;
    for (int i = 0; i < episodes; ++i) {
        const auto told = episode(unit, groups, ways, shots, random);
        for (std::size_t k = 0; k < told.part.size(); ++k) {
            sum[told.category[k]] += told.part[k];
            times[told.category[k]] += 1;
            all += told.part[k];
        }
    }
    result.accuracy = all / (static_cast<double>(episodes) * ways);
    std::vector<double> means;
    for (int draw = 0; draw < 1000; ++draw) {
        double part = 0, count = 0;
        for (std::size_t i = 0; i < groups.size(); ++i) {
            const auto k =
                static_cast<std::size_t>(random.integer(0, static_cast<int>(groups.size()) - 1));
            part += sum[k];
            count += times[k];
        }
        means.push_back(part / std::max(count, 1.0));
    }
    std::sort(means.begin(), means.end());
    result.low = means[25];
    result.high = means[974];
    return result;
}

}  // namespace croquis::learning
