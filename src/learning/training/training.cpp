#include "learning/training/training.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <future>
#include <numbers>
#include <set>

#include "learning/synthesis/sketcher.h"
#include "learning/training/samples.h"

namespace croquis::learning {
namespace {

class Progress {
  public:
    explicit Progress(std::int64_t steps) : steps_(steps), terminal_(isatty(STDERR_FILENO) != 0) {}

    void show(std::int64_t step, double loss, double per_second) {
        const bool last = step == steps_;
        if (!last && step % (terminal_ ? 5 : std::max<std::int64_t>(1, steps_ / 100)) != 0) return;
        const double done = static_cast<double>(step) / static_cast<double>(steps_);
        const auto full = static_cast<std::size_t>(30 * done);
        const std::string bar = std::string(full, '#') + std::string(30 - full, '.');
        const auto line = fmt::format("[{}] {:3.0f}%  step {}/{}  loss {:.3f}  {:.0f}/s", bar,
                                      100 * done, step, steps_, loss, per_second);
        std::fprintf(stderr,
                     terminal_ && !last ? "\r%s"
                     : terminal_        ? "\r%s\n"
                                        : "%s\n",
                     line.c_str());
    }

  private:
    std::int64_t steps_;
    bool terminal_;
};

double rate_at(std::int64_t step, const TrainingOptions& options) {
    const double warm_up = std::min(100.0, 0.1 * static_cast<double>(options.steps));
    const auto at = static_cast<double>(step);
    if (at < warm_up) return options.learning_rate * (at + 1) / warm_up;
    const auto fall = static_cast<double>(options.fall());
    if (at < fall) return options.learning_rate;
    const double rest = (at - fall) / std::max(1.0, static_cast<double>(options.steps) - fall);
    const double part =
        options.lowest + (1 - options.lowest) * 0.5 * (1 + std::cos(std::numbers::pi * rest));
    return options.learning_rate * part;
}

std::vector<torch::Tensor> tensors_of(const Network& network) {
    auto all = network->parameters();
    for (const auto& buffer : network->buffers()) all.push_back(buffer);
    return all;
}

/// The mean of a network's weights over steps, statistics of its normalisations included.
class Average {
  public:
    explicit Average(const Network& like) : mean_(like->layout()) {}

    void add(const Network& network) {
        const torch::NoGradGuard no_gradients;
        ++count_;
        const auto now = tensors_of(network);
        const auto mean = tensors_of(mean_);
        for (std::size_t i = 0; i < now.size(); ++i) {
            if (count_ == 1 || !now[i].is_floating_point())
                mean[i].copy_(now[i]);
            else
                mean[i].add_((now[i] - mean[i]) / static_cast<double>(count_));
        }
    }

    /// Nothing changes where nothing was added.
    void copy_to(Network& network) const {
        if (count_ == 0) return;
        const torch::NoGradGuard no_gradients;
        const auto mean = tensors_of(mean_);
        const auto into = tensors_of(network);
        for (std::size_t i = 0; i < into.size(); ++i) into[i].copy_(mean[i]);
    }

    void save(torch::serialize::OutputArchive& archive) const {
        torch::serialize::OutputArchive weights;
        mean_->save(weights);
        archive.write("average", weights);
        archive.write("averaged", torch::tensor(count_));
    }

    void load(torch::serialize::InputArchive& archive) {
        torch::serialize::InputArchive weights;
        torch::Tensor count;
        archive.read("average", weights);
        archive.read("averaged", count);
        mean_->load(weights);
        count_ = count.item<std::int64_t>();
    }

  private:
    Network mean_;
    std::int64_t count_ = 0;
};

/// Where a phase is: the step to go on with and what it has found out so far.
struct Place {
    std::int64_t step = 0;
    double first_loss = 0;
    double last_loss = 0;
};

void save(const std::filesystem::path& file, const Network& network,
          const torch::optim::AdamW& optimiser, const Average& average, const Place& place) {
    torch::serialize::OutputArchive archive;
    torch::serialize::OutputArchive weights;
    torch::serialize::OutputArchive moments;
    network->save(weights);
    optimiser.save(moments);
    archive.write("network", weights);
    archive.write("optimiser", moments);
    average.save(archive);
    archive.write("step", torch::tensor(place.step));
    archive.write("losses", torch::tensor({place.first_loss, place.last_loss}, torch::kFloat64));
    // Written beside and renamed, so that a kill in the middle leaves the last whole one.
    const auto beside = file.string() + ".new";
    archive.save_to(beside);
    std::filesystem::rename(beside, file);
}

Place restore(const std::filesystem::path& file, Network& network, torch::optim::AdamW& optimiser,
              Average& average) {
    torch::serialize::InputArchive archive;
    torch::serialize::InputArchive weights;
    torch::serialize::InputArchive moments;
    torch::Tensor step;
    torch::Tensor losses;
    archive.load_from(file.string());
    archive.read("network", weights);
    archive.read("optimiser", moments);
    average.load(archive);
    archive.read("step", step);
    archive.read("losses", losses);
    network->load(weights);
    optimiser.load(moments);
    return {step.item<std::int64_t>(), losses[0].item<double>(), losses[1].item<double>()};
}

/// Starts making the samples of a step, so that they are ready when the one before is learnt.
std::future<Samples> begin_samples(std::int64_t step, const TrainingOptions& options,
                                   const Corpus& corpus) {
    return std::async(std::launch::async, [step, &options, &corpus] {
        return corpus.make(options.seed, static_cast<std::uint64_t>(step * options.batch),
                           options.batch);
    });
}

/// The labels, without those of doubtful drawings that the network takes for a plain shape.
torch::Tensor believed(const Samples& samples, const torch::Tensor& logits) {
    constexpr double sure = 0.8;
    static const std::set<std::string> plain{"circle",    "ellipse",  "square",
                                             "rectangle", "triangle", "diamond",
                                             "arrow",     "cross",    "line"};
    std::vector<std::int64_t> numbers;
    for (std::size_t i = 0; i < shape_labels().size(); ++i)
        if (plain.contains(shape_labels()[i])) numbers.push_back(static_cast<std::int64_t>(i));
    const auto most = std::get<0>(
        torch::softmax(logits.detach(), 1).index_select(1, torch::tensor(numbers)).max(1));
    return samples.labels.masked_fill(samples.doubtful & (most > sure), not_asked);
}

/// The mean over the samples that are asked after; 0 where none is.
torch::Tensor loss_of(const torch::Tensor& logits, const torch::Tensor& truth, double smoothing) {
    const auto sum =
        torch::nn::functional::cross_entropy(logits, truth,
                                             torch::nn::functional::CrossEntropyFuncOptions()
                                                 .ignore_index(not_asked)
                                                 .label_smoothing(smoothing)
                                                 .reduction(torch::kSum));
    return sum / truth.ne(not_asked).sum().clamp_min(1);
}

/// How surely each drawing's other view is found among all views of the batch (NT-Xent: Chen et al.
/// 2020). Other drawings of the same category are neither sought nor shunned (Khosla et al. 2020
/// seek them; the wide classifier does that here). 0 where there are no pairs.
torch::Tensor loss_of_views(const torch::Tensor& views, const Samples& samples) {
    constexpr double temperature = 0.2;
    const auto whole = samples.again.view({-1, 2}).all(1, true).expand({-1, 2}).reshape({-1});
    const auto which = whole.nonzero().flatten();
    if (which.size(0) < 4) return torch::zeros({});
    const auto seen = views.index_select(0, which);
    const auto category = samples.categories.index_select(0, which);
    const auto other = torch::arange(which.size(0)).bitwise_xor(1);
    auto passed_over = category.unsqueeze(0).eq(category.unsqueeze(1)) & category.ne(not_asked);
    passed_over.scatter_(1, other.unsqueeze(1), false);
    passed_over.fill_diagonal_(true);
    const auto alike = (torch::mm(seen, seen.t()) / temperature).masked_fill(passed_over, -1e9);
    return torch::nn::functional::cross_entropy(alike, other);
}

double learn(Network& network, torch::optim::AdamW& optimiser, const Samples& samples,
             const TrainingOptions& options) {
    constexpr double smoothing = 0.1;  // of categories: many look alike
    const auto output = network->forward(samples.images.to(torch::kFloat32).div_(255));
    const auto loss = loss_of(output.logits, believed(samples, output.logits), 0) +
                      options.wide * loss_of(output.categories, samples.categories, smoothing) +
                      options.views * loss_of_views(output.views, samples);
    optimiser.zero_grad();
    loss.backward();
    optimiser.step();
    return loss.item<double>();
}

}  // namespace

Result<TrainingResult> train(Network& network, const TrainingOptions& options, const Corpus& corpus,
                             const std::filesystem::path& checkpoint) {
    torch::optim::AdamW optimiser(
        network->parameters(),
        torch::optim::AdamWOptions(options.learning_rate).weight_decay(options.weight_decay));
    Average average(network);
    const bool resumes = !checkpoint.empty() && std::filesystem::exists(checkpoint);
    const Place place = resumes ? restore(checkpoint, network, optimiser, average) : Place{};
    const std::int64_t start = place.step;
    network->train();
    Progress progress(options.steps);
    TrainingResult result{place.first_loss, place.last_loss, 0};
    const auto began = std::chrono::steady_clock::now();
    const std::int64_t window = std::max<std::int64_t>(1, options.steps / 20);
    double recent = 0;
    std::future<Samples> coming;
    if (start < options.steps) coming = begin_samples(start, options, corpus);
    for (std::int64_t step = start; step < options.steps; ++step) {
        for (auto& group : optimiser.param_groups())
            static_cast<torch::optim::AdamWOptions&>(group.options()).lr(rate_at(step, options));
        const Samples samples = coming.get();
        if (step + 1 < options.steps) coming = begin_samples(step + 1, options, corpus);
        torch::manual_seed(options.seed * 1'000'003 + static_cast<std::uint64_t>(step));  // dropout
        const double value = learn(network, optimiser, samples, options);
        if (!std::isfinite(value))
            return Error{ErrorKind::internal, "The training diverged: the loss is not a number."};
        const auto share = value / static_cast<double>(window);
        if (step < window) result.first_loss += share;
        if (step >= options.steps - window) result.last_loss += share;
        if (step >= options.average_from()) average.add(network);
        recent = step == start ? value : 0.98 * recent + 0.02 * value;
        const double elapsed =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
        result.samples_per_second =
            static_cast<double>((step + 1 - start) * options.batch) / elapsed;
        progress.show(step + 1, recent, result.samples_per_second);
        if (!checkpoint.empty() && (step + 1) % options.checkpoint_every == 0)
            save(checkpoint, network, optimiser, average,
                 {step + 1, result.first_loss, result.last_loss});
    }
    if (!checkpoint.empty())
        save(checkpoint, network, optimiser, average,
             {options.steps, result.first_loss, result.last_loss});
    average.copy_to(network);
    return result;
}

}  // namespace croquis::learning
