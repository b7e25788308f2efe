#include "learning/train/training.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <future>
#include <numbers>

#include "learning/train/samples.h"

namespace croquis::learning {
namespace {

class Progress {
  public:
    explicit Progress(std::int64_t steps) : steps_(steps), terminal_(isatty(STDERR_FILENO) != 0) {}

    void show(std::int64_t step, double loss, double per_second) {
        const bool last = step == steps_;
        if (!last && step % (terminal_ ? 5 : std::max<std::int64_t>(1, steps_ / 40)) != 0) return;
        const double done = static_cast<double>(step) / static_cast<double>(steps_);
        const auto full = static_cast<std::size_t>(30 * done);
        const std::string bar = std::string(full, '#') + std::string(30 - full, '.');
        const auto line = fmt::format("[{}] {:3.0f}%  step {}/{}  loss {:.3f}  {:.0f} sketches/s",
                                      bar, 100 * done, step, steps_, loss, per_second);
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
    const double warm_up = std::min(300.0, 0.05 * static_cast<double>(options.steps));
    const auto at = static_cast<double>(step);
    if (at < warm_up) return options.learning_rate * (at + 1) / warm_up;
    const double rest =
        (at - warm_up) / std::max(1.0, static_cast<double>(options.steps) - warm_up);
    return options.learning_rate * 0.5 * (1 + std::cos(std::numbers::pi * rest)) + 1e-6;
}

void save(const std::filesystem::path& file, const Network& network,
          const torch::optim::AdamW& optimiser, std::int64_t step) {
    torch::serialize::OutputArchive archive;
    torch::serialize::OutputArchive weights;
    torch::serialize::OutputArchive moments;
    network->save(weights);
    optimiser.save(moments);
    archive.write("network", weights);
    archive.write("optimiser", moments);
    archive.write("step", torch::tensor(step));
    // Written beside and renamed, so that a kill in the middle leaves the last whole one.
    const auto beside = file.string() + ".new";
    archive.save_to(beside);
    std::filesystem::rename(beside, file);
}

std::int64_t restore(const std::filesystem::path& file, Network& network,
                     torch::optim::AdamW& optimiser) {
    if (file.empty() || !std::filesystem::exists(file)) return 0;
    torch::serialize::InputArchive archive;
    torch::serialize::InputArchive weights;
    torch::serialize::InputArchive moments;
    torch::Tensor step;
    archive.load_from(file.string());
    archive.read("network", weights);
    archive.read("optimiser", moments);
    archive.read("step", step);
    network->load(weights);
    optimiser.load(moments);
    return step.item<std::int64_t>();
}

/// Starts making the sketches of a step, so that they are ready when the one before is learnt.
std::future<Samples> begin_samples(std::int64_t step, const TrainingOptions& options) {
    return std::async(std::launch::async, make_samples, options.seed,
                      static_cast<std::uint64_t>(step * options.batch), options.batch);
}

}  // namespace

Result<TrainingResult> train(Network& network, const TrainingOptions& options) {
    torch::optim::AdamW optimiser(
        network->parameters(),
        torch::optim::AdamWOptions(options.learning_rate).weight_decay(options.weight_decay));
    const std::int64_t start = restore(options.checkpoint, network, optimiser);
    network->train();
    Progress progress(options.steps);
    TrainingResult result;
    const auto began = std::chrono::steady_clock::now();
    const std::int64_t window = std::max<std::int64_t>(1, options.steps / 20);
    double recent = 0;
    auto coming = begin_samples(start, options);
    for (std::int64_t step = start; step < options.steps; ++step) {
        for (auto& group : optimiser.param_groups())
            static_cast<torch::optim::AdamWOptions&>(group.options()).lr(rate_at(step, options));
        const Samples samples = coming.get();
        if (step + 1 < options.steps) coming = begin_samples(step + 1, options);
        const auto logits = network->forward(samples.images.to(torch::kFloat32).div_(255));
        const auto loss = torch::nn::functional::cross_entropy(logits, samples.labels);
        optimiser.zero_grad();
        loss.backward();
        optimiser.step();
        const double value = loss.item<double>();
        if (!std::isfinite(value))
            return Error{ErrorKind::internal, "The training diverged: the loss is not a number."};
        if (step < window) result.first_loss += value / static_cast<double>(window);
        if (step >= options.steps - window) result.last_loss += value / static_cast<double>(window);
        recent = step == start ? value : 0.98 * recent + 0.02 * value;
        const double elapsed =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
        result.samples_per_second =
            static_cast<double>((step + 1 - start) * options.batch) / elapsed;
        progress.show(step + 1, recent, result.samples_per_second);
        if (!options.checkpoint.empty() && (step + 1) % options.checkpoint_every == 0)
            save(options.checkpoint, network, optimiser, step + 1);
    }
    return result;
}

}  // namespace croquis::learning
