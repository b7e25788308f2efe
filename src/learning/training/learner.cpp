#include "learning/training/learner.h"

#include <algorithm>
#include <set>

#include "learning/synthesis/sketcher.h"

namespace croquis::learning {
namespace {

namespace nn = torch::nn::functional;

std::vector<torch::Tensor> tensors_of(const Network& network) {
    auto all = network->parameters();
    for (const auto& buffer : network->buffers()) all.push_back(buffer);
    return all;
}

template <class T>
torch::Tensor tensor_of(const std::vector<T>& values, torch::ScalarType type) {
    // Only read: from_blob() has no form for constant data.
    return torch::from_blob(const_cast<T*>(values.data()),
                            {static_cast<std::int64_t>(values.size())}, type)
        .clone();
}

/// The numbers of the labels of few strokes, which a scrawl or a letter is easily taken for.
torch::Tensor plain_labels() {
    static const std::set<std::string> plain{"circle",    "ellipse",  "square",
                                             "rectangle", "triangle", "diamond",
                                             "arrow",     "cross",    "line"};
    std::vector<std::int64_t> numbers;
    for (std::size_t i = 0; i < shape_labels().size(); ++i)
        if (plain.contains(shape_labels()[i])) numbers.push_back(static_cast<std::int64_t>(i));
    return torch::tensor(numbers);
}

/// The labels, without those of doubtful drawings that the network takes for a plain shape.
torch::Tensor believed(const Batch& batch, const torch::Tensor& logits) {
    constexpr double sure = 0.8;
    const auto most = std::get<0>(torch::softmax(logits.detach(), 1)
                                      .index_select(1, plain_labels().to(logits.device()))
                                      .max(1));
    return batch.labels.masked_fill(batch.doubtful & (most > sure), not_asked);
}

/// The mean over the samples that are asked after; 0 where none is.
torch::Tensor loss_of(const torch::Tensor& logits, const torch::Tensor& truth, double smoothing) {
    const auto sum = nn::cross_entropy(
        logits, truth,
        nn::CrossEntropyFuncOptions().ignore_index(not_asked).label_smoothing(smoothing).reduction(
            torch::kSum));
    return sum / truth.ne(not_asked).sum().clamp_min(1);
}

/// The share of the samples asked after that the network names rightly; 0 where none is.
double accuracy_of(const torch::Tensor& logits, const torch::Tensor& truth) {
    const auto right = logits.detach().argmax(1).eq(truth).sum();
    return right.item<double>() / truth.ne(not_asked).sum().clamp_min(1).item<double>();
}

/// How surely each drawing's other view is found among all views of the batch (NT-Xent: Chen et al.
/// 2020). Other drawings of the same category are neither sought nor shunned (Khosla et al. 2020
/// seek them; the wide classifier does that here). 0 where there are no pairs.
torch::Tensor loss_of_views(const torch::Tensor& views, const Batch& batch) {
    constexpr double temperature = 0.2;
    const auto whole = batch.again.view({-1, 2}).all(1, true).expand({-1, 2}).reshape({-1});
    const auto which = whole.nonzero().flatten();
    if (which.size(0) < 4) return torch::zeros({}, views.device());
    const auto seen = views.index_select(0, which);
    const auto category = batch.categories.index_select(0, which);
    const auto other = torch::arange(which.size(0), which.options()).bitwise_xor(1);
    auto passed_over = category.unsqueeze(0).eq(category.unsqueeze(1)) & category.ne(not_asked);
    passed_over.scatter_(1, other.unsqueeze(1), false);
    passed_over.fill_diagonal_(true);
    const auto alike = (torch::mm(seen, seen.t()) / temperature).masked_fill(passed_over, -1e9);
    return nn::cross_entropy(alike, other);
}

}  // namespace

torch::Tensor to_images(std::span<const drawing::ModelInput> inputs, torch::Device device) {
    constexpr std::int64_t side = drawing::model_side;
    const auto count = static_cast<std::int64_t>(inputs.size());
    auto images = torch::empty({count, 1, side, side}, torch::kUInt8);
    auto* to = images.data_ptr<std::uint8_t>();
    for (const auto& input : inputs) to = std::copy(input.begin(), input.end(), to);
    return images.to(device).to(torch::kFloat32).div_(255);
}

Batch to_batch(const Samples& samples, torch::Device device) {
    return {to_images(samples.images, device), tensor_of(samples.labels, torch::kInt64).to(device),
            tensor_of(samples.categories, torch::kInt64).to(device),
            tensor_of(samples.doubtful, torch::kUInt8).to(torch::kBool).to(device),
            tensor_of(samples.again, torch::kUInt8).to(torch::kBool).to(device)};
}

Average::Average(const Network& like, torch::Device device) : mean_(like->layout()) {
    mean_->to(device);
}

void Average::add(const Network& network) {
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

void Average::copy_to(Network& network) const {
    if (count_ == 0) return;
    const torch::NoGradGuard no_gradients;
    const auto mean = tensors_of(mean_);
    const auto into = tensors_of(network);
    for (std::size_t i = 0; i < into.size(); ++i) into[i].copy_(mean[i]);
}

void Average::save(torch::serialize::OutputArchive& archive) const {
    torch::serialize::OutputArchive weights;
    mean_->save(weights);
    archive.write("average", weights);
    archive.write("averaged", torch::tensor(count_));
}

void Average::load(torch::serialize::InputArchive& archive) {
    torch::serialize::InputArchive weights;
    torch::Tensor count;
    archive.read("average", weights);
    archive.read("averaged", count);
    mean_->load(weights);
    count_ = count.item<std::int64_t>();
}

Learner::Learner(Network network, const LossWeights& weights, double weight_decay,
                 torch::Device device)
    : network_(std::move(network)),
      weights_(weights),
      optimiser_(network_->parameters(), torch::optim::AdamWOptions().weight_decay(weight_decay)),
      average_(network_, device) {
    network_->to(device);
    network_->train();
}

StepResult Learner::learn(const Batch& batch, double rate, std::uint64_t seed) {
    constexpr double smoothing = 0.1;  // of categories: many look alike
    torch::manual_seed(seed);
    for (auto& group : optimiser_.param_groups())
        static_cast<torch::optim::AdamWOptions&>(group.options()).lr(rate);
    const auto output = network_->forward(batch.images);
    const auto labels = believed(batch, output.logits);
    const auto loss = loss_of(output.logits, labels, 0) +
                      weights_.wide * loss_of(output.categories, batch.categories, smoothing) +
                      weights_.views * loss_of_views(output.views, batch);
    optimiser_.zero_grad();
    loss.backward();
    optimiser_.step();
    return {loss.item<double>(), accuracy_of(output.logits, labels)};
}

void Learner::save(torch::serialize::OutputArchive& archive) const {
    torch::serialize::OutputArchive weights;
    torch::serialize::OutputArchive moments;
    network_->save(weights);
    optimiser_.save(moments);
    archive.write("network", weights);
    archive.write("optimiser", moments);
    average_.save(archive);
}

void Learner::load(torch::serialize::InputArchive& archive) {
    torch::serialize::InputArchive weights;
    torch::serialize::InputArchive moments;
    archive.read("network", weights);
    archive.read("optimiser", moments);
    network_->load(weights);
    optimiser_.load(moments);
    average_.load(archive);
}

}  // namespace croquis::learning
