#pragma once

#include <vector>

#include "learning/training/torch.h"

namespace croquis::learning {

/// One convolution of the network: 3x3, same padding, batch normalisation, ReLU.
struct Stage {
    int channels;
    int stride;
};

/// What the program trains unless told otherwise. The first stages are those of the shipped model.
std::vector<Stage> default_stages();

/// Numbers in an embedding.
inline constexpr std::int64_t embedding_size = 128;
/// Numbers by which views of a drawing are compared while the network trains.
inline constexpr std::int64_t view_size = 64;

/// What a network's layers are.
struct Layout {
    std::vector<Stage> stages = default_stages();
    int side = 0;        ///< of the pictures
    int classes = 0;     ///< that it answers with
    int categories = 0;  ///< that the wide classifier tells apart while it trains
};

/// The outputs for N pictures.
struct NetworkOutput {
    torch::Tensor logits;      ///< [N,classes]
    torch::Tensor embedding;   ///< [N,embedding_size]; over what was learnt from its mean is 0
    torch::Tensor categories;  ///< [N,categories]: of the wide classifier
    torch::Tensor views;       ///< [N,view_size], of length 1: alike for views of one drawing
};

/// A plain convolutional network (VGG, Simonyan and Zisserman 2015, with batch normalisation): the
/// stages, a 2x2 average pool that keeps where things are roughly, and two linear outputs: the
/// logits, and an embedding. That the
/// embedding tells apart what it never saw, it learns from a wide classifier by the angle between
/// embedding and category (cosine softmax: Wang et al. 2018; that wide classification does as well
/// as episodes: Chen et al. 2019, Tian et al. 2020), and from finding a drawing again among others
/// by a second view of it, over two more layers (Chen et al. 2020, "SimCLR"; that a classifier's
/// features serve other categories better for it: Islam et al. 2021). Both are left behind at the
/// export. Input float [N,1,side,side] in 0…1.
class NetworkImpl : public torch::nn::Module {
  public:
    explicit NetworkImpl(Layout layout);

    NetworkOutput forward(torch::Tensor images);
    /// The largest number that each stage gives for any of these images.
    [[nodiscard]] std::vector<float> largest_activations(torch::Tensor images);

    [[nodiscard]] const Layout& layout() const { return layout_; }
    /// Side of the last stage's maps once pooled, and of the pooling's window.
    [[nodiscard]] int grid() const { return grid_; }
    [[nodiscard]] int pooling() const;
    /// Multiply-accumulates of one drawing, without the wide classifier.
    [[nodiscard]] std::int64_t multiply_accumulates() const;

    std::vector<torch::nn::Conv2d> convolutions;
    std::vector<torch::nn::BatchNorm2d> normalisations;
    torch::nn::Linear dense{nullptr};       ///< to the logits
    torch::nn::Linear projection{nullptr};  ///< to the embedding, before it is centred and scaled
    torch::nn::BatchNorm1d centring{nullptr};
    torch::nn::Sequential comparison{nullptr};  ///< from the embedding to the views
    torch::Tensor directions;                   ///< of the categories, [categories,embedding_size]

  private:
    torch::Tensor stage(std::size_t i, const torch::Tensor& from);

    Layout layout_;
    int grid_;
};
TORCH_MODULE(Network);

}  // namespace croquis::learning
