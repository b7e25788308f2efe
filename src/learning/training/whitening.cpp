#include "learning/training/whitening.h"

#include <algorithm>

#include "learning/training/learner.h"

namespace croquis::learning {
namespace {

constexpr std::uint64_t whitening_seed = 0x9d2c5680b5026f5aULL;
constexpr std::size_t at_once = 512;  ///< even
constexpr double shrinkage = 0.1;
constexpr double power = 0.25;
constexpr std::int64_t fewest_samples = 8'192;
constexpr std::int64_t most_samples = 65'536;

/// Sums over embeddings, from which their covariances follow.
class Spread {
  public:
    explicit Spread(std::int64_t categories)
        : counts_(torch::zeros({categories}, torch::kFloat64)),
          sums_(torch::zeros({categories, embedding_size}, torch::kFloat64)),
          squares_(torch::zeros({embedding_size, embedding_size}, torch::kFloat64)) {}

    /// Those whose category is not asked after are passed over.
    void add(const torch::Tensor& embeddings, const torch::Tensor& categories) {
        const auto asked = (categories != not_asked).nonzero().flatten();
        const auto rows = embeddings.index_select(0, asked).to(torch::kFloat64);
        const auto which = categories.index_select(0, asked);
        counts_.index_add_(0, which, torch::ones({which.size(0)}, torch::kFloat64));
        sums_.index_add_(0, which, rows);
        squares_ += torch::mm(rows.t(), rows);
    }

    [[nodiscard]] bool tells() const { return all() > met(); }

    /// About the middle of each category.
    [[nodiscard]] torch::Tensor within() const {
        const auto roots = sums_ / counts_.clamp_min(1).sqrt().unsqueeze(1);
        return (squares_ - torch::mm(roots.t(), roots)) / (all() - met());
    }
    /// About the middle of all.
    [[nodiscard]] torch::Tensor total() const {
        const auto mean = sums_.sum(0) / all();
        return squares_ / all() - torch::outer(mean, mean);
    }

  private:
    [[nodiscard]] double all() const { return counts_.sum().item<double>(); }
    [[nodiscard]] double met() const { return (counts_ > 0).sum().item<double>(); }

    torch::Tensor counts_;   ///< [categories]
    torch::Tensor sums_;     ///< [categories,embedding_size]
    torch::Tensor squares_;  ///< [embedding_size,embedding_size]
};

Spread spread_of(Network& network, const Corpus& corpus, std::size_t count) {
    Spread spread(static_cast<std::int64_t>(corpus.categories().size()));
    for (std::size_t first = 0; first < count; first += at_once) {
        const auto batch =
            to_batch(corpus.make(whitening_seed, first, std::min(at_once, count - first)));
        spread.add(network->forward(batch.images).embedding, batch.categories);
    }
    return spread;
}

/// What embeddings are multiplied by.
torch::Tensor whitener(const Spread& spread) {
    const auto within = spread.within();
    const auto even =
        torch::eye(embedding_size, torch::kFloat64) * (within.trace() / embedding_size);
    const auto [spreads, directions] =
        torch::linalg_eigh((1 - shrinkage) * within + shrinkage * even);
    const auto turned = torch::mm(directions * spreads.pow(-power).unsqueeze(0), directions.t());
    const auto total = spread.total();
    const auto grown = torch::mm(torch::mm(turned, total), turned.t()).trace() / total.trace();
    return turned / grown.sqrt();
}

}  // namespace

void whiten(Network& network, const Corpus& corpus, std::size_t count) {
    const torch::NoGradGuard no_gradients;
    const auto spread = spread_of(network, corpus, count);
    if (!spread.tells()) return;
    const auto by = whitener(spread);
    auto& norm = network->centring;
    const auto scale = 1 / torch::sqrt(norm->running_var + norm->options.eps());
    const auto weight = network->projection->weight * scale.view({-1, 1});
    network->projection->weight.copy_(torch::mm(by, weight.to(torch::kFloat64)));
    norm->running_mean.copy_(torch::mv(by, (norm->running_mean * scale).to(torch::kFloat64)));
    norm->running_var.fill_(1 - norm->options.eps());
}

std::size_t whitening_samples(std::int64_t learnt) {
    return static_cast<std::size_t>(std::clamp(learnt / 8 * 2, fewest_samples, most_samples));
}

}  // namespace croquis::learning
