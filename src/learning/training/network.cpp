#include "learning/training/network.h"

namespace croquis::learning {

namespace {
constexpr double sharpness = 16;  ///< of the cosine softmax
constexpr int pool = 2;

torch::Tensor of_length_1(const torch::Tensor& rows) {
    return torch::nn::functional::normalize(rows,
                                            torch::nn::functional::NormalizeFuncOptions().dim(1));
}
}  // namespace

std::vector<Stage> default_stages() {
    return {{16, 2}, {32, 2}, {48, 1}, {80, 2}, {96, 1}};
}

NetworkImpl::NetworkImpl(Layout layout) : layout_(std::move(layout)), grid_(layout_.side) {
    int in = 1;
    for (std::size_t i = 0; i < layout_.stages.size(); ++i) {
        const auto [channels, stride] = layout_.stages[i];
        auto options =
            torch::nn::Conv2dOptions(in, channels, 3).stride(stride).padding(1).bias(false);
        convolutions.push_back(
            register_module("conv" + std::to_string(i), torch::nn::Conv2d(options)));
        normalisations.push_back(
            register_module("norm" + std::to_string(i), torch::nn::BatchNorm2d(channels)));
        grid_ = (grid_ + stride - 1) / stride;
        in = channels;
    }
    grid_ /= pool;
    const std::int64_t flat = in * grid_ * grid_;
    dense = register_module("dense", torch::nn::Linear(flat, layout_.classes));
    projection = register_module(
        "projection",
        torch::nn::Linear(torch::nn::LinearOptions(flat, embedding_size).bias(false)));
    centring = register_module(
        "centring",
        torch::nn::BatchNorm1d(torch::nn::BatchNorm1dOptions(embedding_size).affine(false)));
    comparison = register_module(
        "comparison",
        torch::nn::Sequential(
            torch::nn::Linear(torch::nn::LinearOptions(embedding_size, embedding_size).bias(false)),
            torch::nn::BatchNorm1d(embedding_size), torch::nn::ReLU(),
            torch::nn::Linear(embedding_size, view_size)));
    directions =
        register_parameter("directions", torch::randn({layout_.categories, embedding_size}));
}

torch::Tensor NetworkImpl::stage(std::size_t i, const torch::Tensor& from) {
    return torch::relu(normalisations[i]->forward(convolutions[i]->forward(from)));
}

int NetworkImpl::pooling() const {
    return pool;
}

NetworkOutput NetworkImpl::forward(torch::Tensor images) {
    for (std::size_t i = 0; i < convolutions.size(); ++i) images = stage(i, images);
    images = torch::avg_pool2d(images, pool, pool);
    images = torch::dropout(images.flatten(1), 0.1, is_training());
    const auto embedding = centring->forward(projection->forward(images));
    const auto along = of_length_1(embedding);
    return {dense->forward(images), embedding,
            sharpness * torch::mm(along, of_length_1(directions).t()),
            of_length_1(comparison->forward(embedding))};
}

std::vector<float> NetworkImpl::largest_activations(torch::Tensor images) {
    std::vector<float> largest;
    for (std::size_t i = 0; i < convolutions.size(); ++i) {
        images = stage(i, images);
        largest.push_back(images.max().item<float>());
    }
    return largest;
}

std::int64_t NetworkImpl::multiply_accumulates() const {
    std::int64_t total = 0;
    std::int64_t in = 1;
    std::int64_t side = layout_.side;
    for (const auto& [channels, stride] : layout_.stages) {
        side = (side + stride - 1) / stride;
        total += side * side * channels * in * 9;
        in = channels;
    }
    return total + in * grid_ * grid_ * (layout_.classes + embedding_size);
}

}  // namespace croquis::learning
