#include "learning/training/training.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <numbers>
#include <system_error>

#include "core/new_file.h"
#include "learning/training/learner.h"
#include "learning/training/loader.h"

namespace croquis::learning {
namespace {

class Progress {
  public:
    explicit Progress(std::int64_t steps) : steps_(steps), terminal_(isatty(STDERR_FILENO) != 0) {}

    void show(std::int64_t step, const StepResult& recent, double per_second) {
        const bool last = step == steps_;
        if (!last && step % (terminal_ ? 5 : std::max<std::int64_t>(1, steps_ / 100)) != 0) return;
        const double done = static_cast<double>(step) / static_cast<double>(steps_);
        const auto full = static_cast<std::size_t>(30 * done);
        const std::string bar = std::string(full, '#') + std::string(30 - full, '.');
        const auto line =
            fmt::format("[{}] {:3.0f}%  step {}/{}  loss {:.3f}  accuracy {:.1f} %  {:.0f}/s", bar,
                        100 * done, step, steps_, recent.loss, 100 * recent.accuracy, per_second);
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

/// The running mean of the last fifty steps or so.
void take_in(const StepResult& step, StepResult& recent) {
    recent.loss = 0.98 * recent.loss + 0.02 * step.loss;
    recent.accuracy = 0.98 * recent.accuracy + 0.02 * step.accuracy;
}

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

/// Where a training is: the step to go on with and what it has found out so far.
struct Place {
    std::int64_t step = 0;
    double first_loss = 0;
    double last_loss = 0;
    bool on_gpu = false;
};

void require(std::error_code failed, const std::filesystem::path& file) {
    if (failed) throw std::filesystem::filesystem_error("cannot write", file, failed);
}

void save(const std::filesystem::path& file, const Learner& learner, const Place& place) {
    torch::serialize::OutputArchive archive;
    learner.save(archive);
    archive.write("step", torch::tensor(place.step));
    archive.write("losses", torch::tensor({place.first_loss, place.last_loss}, torch::kFloat64));
    archive.write("on_gpu", torch::tensor(place.on_gpu));
    // A kill in the middle leaves the last whole one.
    NewFile whole(file, NewFile::Readers::as_usual);
    require(whole.make(), whole.partial());
    archive.save_to(whole.partial().string());
    require(whole.keep(), file);
}

Place restore(const std::filesystem::path& file, torch::Device device, Learner& learner) {
    torch::serialize::InputArchive archive;
    torch::Tensor step;
    torch::Tensor losses;
    torch::Tensor on_gpu;
    archive.load_from(file.string(), device);
    learner.load(archive);
    archive.read("step", step);
    archive.read("losses", losses);
    archive.read("on_gpu", on_gpu);
    return {step.item<std::int64_t>(), losses[0].item<double>(), losses[1].item<double>(),
            on_gpu.item<bool>()};
}

}  // namespace

Result<TrainingResult> train(Network& network, const TrainingOptions& options, const Corpus& corpus,
                             const std::filesystem::path& checkpoint) {
    const torch::Device device =
        options.device == Device::cuda ? torch::Device(torch::kCUDA) : torch::Device(torch::kCPU);
    Learner learner(network, options.weights, options.weight_decay, device);
    const bool resumes = !checkpoint.empty() && std::filesystem::exists(checkpoint);
    Place place = resumes ? restore(checkpoint, device, learner) : Place{};
    const std::int64_t start = place.step;
    Progress progress(options.steps);
    const auto began = std::chrono::steady_clock::now();
    const std::int64_t window = std::max<std::int64_t>(1, options.steps / 20);
    StepResult recent;
    double per_second = 0;
    Loader loader(corpus, options.seed, static_cast<std::size_t>(options.batch), start,
                  options.steps, options.loaders);
    for (std::int64_t step = start; step < options.steps; ++step) {
        const auto batch = to_batch(loader.next(), device);
        place.on_gpu = place.on_gpu || device.is_cuda();
        const double rate = rate_at(step, options);
        const auto seed = options.seed * 1'000'003 + static_cast<std::uint64_t>(step);
        const auto learnt = learner.learn(batch, rate, seed);
        if (!std::isfinite(learnt.loss))
            return Error{ErrorKind::internal, "The training diverged: the loss is not a number."};
        const auto share = learnt.loss / static_cast<double>(window);
        if (step < window) place.first_loss += share;
        if (step >= options.steps - window) place.last_loss += share;
        if (step >= options.average_from()) learner.take_into_average();
        if (step == start) recent = learnt;
        take_in(learnt, recent);
        const double elapsed =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
        per_second = static_cast<double>((step + 1 - start) * options.batch) / elapsed;
        progress.show(step + 1, recent, per_second);
        place.step = step + 1;
        if (!checkpoint.empty() && place.step % options.checkpoint_every == 0)
            save(checkpoint, learner, place);
    }
    if (!checkpoint.empty()) save(checkpoint, learner, place);
    learner.finish();
    network->to(torch::kCPU);
    return TrainingResult{place.first_loss, place.last_loss, per_second, place.on_gpu};
}

}  // namespace croquis::learning
