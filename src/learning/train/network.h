#pragma once

// LibTorch's headers are not clean under this project's warnings.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wshadow"
#include <torch/torch.h>
#pragma GCC diagnostic pop

#include <vector>

namespace croquis::learning {

/// One convolution of the network: 3x3, same padding, batch normalisation, ReLU.
struct Stage {
    int channels;
    int stride;
};

/// The shipped architecture. Cost and accuracy were measured together: see models/shapes.md.
std::vector<Stage> default_stages();

/// A plain convolutional network (VGG, Simonyan and Zisserman 2015, with batch normalisation): the
/// stages, a 3x3 average pool that keeps where things are roughly, and one dense layer to the
/// logits. Input float [N,1,side,side] in 0…1, output logits [N,classes].
class NetworkImpl : public torch::nn::Module {
  public:
    NetworkImpl(std::vector<Stage> stages, int side, int classes);

    torch::Tensor forward(torch::Tensor images);
    /// The largest number that each stage gives for any of these images.
    [[nodiscard]] std::vector<float> largest_activations(torch::Tensor images);

    [[nodiscard]] const std::vector<Stage>& stages() const { return stages_; }
    [[nodiscard]] int side() const { return side_; }
    [[nodiscard]] int classes() const { return classes_; }
    /// Multiply-accumulates of one drawing.
    [[nodiscard]] std::int64_t multiply_accumulates() const;

    std::vector<torch::nn::Conv2d> convolutions;
    std::vector<torch::nn::BatchNorm2d> normalisations;
    torch::nn::Linear dense{nullptr};

  private:
    torch::Tensor stage(std::size_t i, const torch::Tensor& from);

    std::vector<Stage> stages_;
    int side_;
    int classes_;
    int grid_;  ///< side of the last stage's maps after pooling
};
TORCH_MODULE(Network);

}  // namespace croquis::learning
