#include "learning/training/calibration.h"

#include <algorithm>
#include <cmath>

#include "learning/synthesis/sketcher.h"
#include "learning/training/learner.h"
#include "recognition/answer.h"

namespace croquis::learning {
namespace {

struct Outputs {
    torch::Tensor logits;
    torch::Tensor embeddings;
};

/// So many at once that the pictures of a large source, as floats, do not fill the memory.
Outputs run(Network& network, std::span<const drawing::ModelInput> inputs) {
    constexpr std::size_t at_once = 512;
    const torch::NoGradGuard no_gradients;
    network->eval();
    std::vector<torch::Tensor> logits, embeddings;
    do {
        const auto chunk = inputs.first(std::min(at_once, inputs.size()));
        inputs = inputs.subspan(chunk.size());
        auto output = network->forward(to_images(chunk));
        logits.push_back(std::move(output.logits));
        embeddings.push_back(std::move(output.embedding));
    } while (!inputs.empty());
    return {torch::cat(logits), torch::cat(embeddings)};
}

std::int64_t unknown() {
    return static_cast<std::int64_t>(shape_labels().size()) - 1;
}

std::int64_t label_index(const std::string& label) {
    const auto& labels = shape_labels();
    const auto found = std::find(labels.begin(), labels.end(), label);
    return found == labels.end() ? not_asked : found - labels.begin();
}

/// The logits as they are once "unknown" has its bias.
torch::Tensor biased(const Judged& judged, float bias) {
    auto logits = judged.logits.clone();
    logits.select(1, unknown()).add_(bias);
    return logits.contiguous();
}

recognition::ModelInfo info_of(const Calibration& calibration) {
    recognition::ModelInfo info;
    info.labels = shape_labels();
    info.temperature = calibration.temperature;
    info.unknown_below = calibration.unknown_below;
    return info;
}

/// Drawings that count together as much as any other group of their kind.
struct Group {
    torch::Tensor logits;
    torch::Tensor truth;
};

/// The chosen drawings of a part; nothing where they are less than a handful.
void add_group(const torch::Tensor& logits, const torch::Tensor& truth, const torch::Tensor& which,
               std::vector<Group>& groups) {
    constexpr std::int64_t least = 20;
    const auto indices = which.nonzero().flatten();
    if (indices.size(0) < least) return;
    groups.push_back({logits.index_select(0, indices), truth.index_select(0, indices)});
}

/// The mean over the groups of their cross-entropy; 0 where there is none.
torch::Tensor mean_loss(const std::vector<Group>& groups, const torch::Tensor& bias,
                        const torch::Tensor& temperature) {
    auto loss = torch::zeros({1});
    for (const auto& group : groups)
        loss = loss + torch::nn::functional::cross_entropy((group.logits + bias) / temperature,
                                                           group.truth);
    return loss / std::max<double>(1, static_cast<double>(groups.size()));
}

}  // namespace

Judged judge(Network& network, const Samples& samples) {
    const auto answers = run(network, samples.images);
    const auto truth = torch::tensor(samples.labels, torch::kInt64);
    Judged judged{answers.logits, answers.embeddings, truth, {}, {}, {}, samples.images};
    for (std::size_t i = 0; i < samples.images.size(); ++i)
        judged.ids.push_back("sketch " + std::to_string(i));
    judged.categories.resize(samples.images.size());
    judged.hands.resize(samples.images.size());
    return judged;
}

Judged judge(Network& network, const std::vector<const PersonsDrawing*>& drawings) {
    Judged judged;
    std::vector<std::int64_t> truth;
    for (const auto* drawn : drawings) {
        const auto input = to_input(*drawn);
        if (!input) continue;
        judged.inputs.push_back(*input);
        judged.ids.push_back(drawn->id);
        judged.categories.push_back(drawn->category);
        judged.hands.push_back(drawn->hand);
        truth.push_back(label_index(drawn->label));
    }
    const auto answers = run(network, judged.inputs);
    judged.logits = answers.logits;
    judged.embeddings = answers.embeddings;
    judged.truth = torch::tensor(truth, torch::kInt64);
    return judged;
}

Calibration calibrate(const std::vector<const Judged*>& parts, float unknown_below) {
    // Who opens the page means to draw a shape; how often they do not, nobody has measured.
    constexpr double shapes_weight = 2;
    std::vector<Group> shapes;
    std::vector<Group> outside;
    for (const auto* part : parts) {
        const auto& truth = part->truth;
        add_group(part->logits, truth, truth.ne(not_asked) & truth.ne(unknown()), shapes);
        add_group(part->logits, truth, truth.eq(unknown()), outside);
    }
    auto log_temperature = torch::zeros({1}, torch::requires_grad());
    auto bias = torch::zeros({1}, torch::requires_grad());
    auto is_unknown = torch::zeros({unknown() + 1});
    is_unknown[unknown()] = 1;
    torch::optim::LBFGS optimiser(
        {log_temperature, bias},
        torch::optim::LBFGSOptions(0.5).max_iter(60).line_search_fn("strong_wolfe"));
    optimiser.step([&] {
        optimiser.zero_grad();
        const auto added = bias * is_unknown;
        auto loss = shapes_weight * mean_loss(shapes, added, log_temperature.exp()) +
                    mean_loss(outside, added, log_temperature.exp());
        loss.backward();
        return loss;
    });
    return {std::exp(log_temperature.item<float>()), bias.item<float>(), unknown_below};
}

std::vector<Outcome> outcomes_of(const Judged& judged, const Calibration& calibration) {
    const auto info = info_of(calibration);
    const auto logits = biased(judged, calibration.unknown_bias);
    const auto classes = static_cast<std::size_t>(logits.size(1));
    std::vector<Outcome> outcomes;
    for (std::size_t i = 0; i < judged.ids.size(); ++i) {
        const auto truth = judged.truth[static_cast<std::int64_t>(i)].item<std::int64_t>();
        if (truth == not_asked) continue;
        const std::span<const float> row(logits.data_ptr<float>() + i * classes, classes);
        const auto answer = recognition::to_prediction(row, info);
        if (!answer) continue;  // not finite: cannot happen in a network that trained
        outcomes.push_back({judged.ids[i], shape_labels()[static_cast<std::size_t>(truth)],
                            answer->tag, answer->confidence, judged.hands[i]});
    }
    return outcomes;
}

std::vector<drawing::ModelInput> inputs_of(const Judged& judged) {
    std::vector<drawing::ModelInput> inputs;
    for (std::size_t i = 0; i < judged.ids.size(); ++i)
        if (judged.truth[static_cast<std::int64_t>(i)].item<std::int64_t>() != not_asked)
            inputs.push_back(judged.inputs[i]);
    return inputs;
}

}  // namespace croquis::learning
