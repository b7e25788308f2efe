#include "learning/train/network.h"

namespace croquis::learning {

namespace {
constexpr int pool = 3;
}

std::vector<Stage> default_stages() {
    return {{16, 2}, {32, 2}, {48, 1}, {80, 2}, {112, 1}};
}

NetworkImpl::NetworkImpl(std::vector<Stage> stages, int side, int classes)
    : stages_(std::move(stages)), side_(side), classes_(classes), grid_(side) {
    int in = 1;
    for (std::size_t i = 0; i < stages_.size(); ++i) {
        const auto [channels, stride] = stages_[i];
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
    dense = register_module("dense", torch::nn::Linear(in * grid_ * grid_, classes));
}

torch::Tensor NetworkImpl::stage(std::size_t i, const torch::Tensor& from) {
    return torch::relu(normalisations[i]->forward(convolutions[i]->forward(from)));
}

torch::Tensor NetworkImpl::forward(torch::Tensor images) {
    for (std::size_t i = 0; i < convolutions.size(); ++i) images = stage(i, images);
    images = torch::avg_pool2d(images, pool, pool).flatten(1);
    images = torch::dropout(images, 0.1, is_training());
    return dense->forward(images);
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
    std::int64_t side = side_;
    for (const auto& [channels, stride] : stages_) {
        side = (side + stride - 1) / stride;
        total += side * side * channels * in * 9;
        in = channels;
    }
    return total + in * grid_ * grid_ * classes_;
}

}  // namespace croquis::learning
