#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/error.h"
#include "recognition/card.h"
#include "recognition/recognizer.h"

namespace croquis::recognition {

/// A linear layer on an embedding: logits = weights * embedding + bias.
struct HeadLayer {
    std::size_t labels = 0;
    std::size_t width = 0;       ///< numbers in the embedding
    std::vector<float> weights;  ///< labels x width, row by row
    std::vector<float> bias;     ///< labels
};

/// An ONNX network whose second output is its embedding.
struct EmbeddingNetwork {
    Bytes onnx;
    std::size_t size = 0;  ///< numbers in the embedding
};

/// The same network with an output named "embedding". Where it has none, that is what its last
/// matrix product reads. Errors (field "model"): those of read_graph; invalid where the network
/// does not end in a matrix product.
Result<EmbeddingNetwork> with_embedding(BytesView onnx, std::size_t labels);

/// The network with the layer in the place of what made its logits; the embedding stays an output.
/// The result is an ordinary ONNX model. `labels` is how many the network has now. Errors besides
/// those of with_embedding: invalid where the layer does not fit the embedding.
Result<Bytes> with_head(BytesView onnx, std::size_t labels, const HeadLayer& head);

/// The layer that makes the network's logits of its embedding; none where they are made in another
/// way. Errors: those of read_graph.
Result<std::optional<HeadLayer>> head_of(BytesView onnx, std::size_t labels);

/// What the layer says of embeddings, a row of HeadLayer::width each: what a network that ends in
/// it would answer, but for the embeddings' rounding. The answers repeat no embedding. `info` is
/// the model's, with a label for each of the layer's.
Result<std::vector<Prediction>> answers_of(const HeadLayer& head, const ModelInfo& info,
                                           std::span<const float> embeddings);

/// Names what computes the network's embedding from a picture: 16 hexadecimal digits of the SHA-256
/// of the operators and weights that it needs and of how pixels are scaled. Empty where the network
/// gives no embedding. The network is one that read_graph takes.
std::string trunk_of(BytesView onnx, const Scaling& scaling);

}  // namespace croquis::recognition
