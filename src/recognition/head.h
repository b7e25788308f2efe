#pragma once

#include <cstddef>
#include <vector>

#include "core/bytes.h"
#include "core/error.h"

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

}  // namespace croquis::recognition
