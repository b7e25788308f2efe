#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "core/bytes.h"
#include "core/error.h"
#include "recognition/graph.h"

namespace croquis::recognition {

/// A network made ready for batches of one size. Thread-compatible; runs on the calling thread
/// alone, because the batcher's threads are what is parallel.
class Engine {
  public:
    Engine() = default;
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;
    virtual ~Engine() = default;

    /// `pictures` is batch x 1 x side x side floats, `logits` batch x labels, `embeddings` batch x
    /// Graph::embedding_size().
    virtual Result<void> run(std::span<const float> pictures, std::span<float> logits,
                             std::span<float> embeddings) = 0;
};

/// What a network is run with.
enum class EngineKind {
    onednn_int8,  ///< oneDNN with 8-bit weights and activations where the card says how large these
                  ///< become (Value::largest), on processors with VNNI; sums are 32-bit
    onednn,       ///< oneDNN in 32-bit floats
    onnxruntime,  ///< ONNX Runtime in 32-bit floats, where the program was built with it
    opencv,       ///< OpenCV dnn in 32-bit floats: every network that read_graph takes
};

std::string_view to_string(EngineKind kind);

/// Builds an engine for `batch` pictures. `onnx` and `graph` are the same network. Errors: invalid
/// ("model") where this engine does not take the network or the processor.
Result<std::unique_ptr<Engine>> make_engine(EngineKind kind, BytesView onnx, const Graph& graph,
                                            std::int64_t batch);

Result<std::unique_ptr<Engine>> make_opencv_engine(BytesView onnx, const Graph& graph,
                                                   std::int64_t batch);
Result<std::unique_ptr<Engine>> make_onnxruntime_engine(BytesView onnx, const Graph& graph,
                                                        std::int64_t batch);
Result<std::unique_ptr<Engine>> make_onednn_engine(const Graph& graph, std::int64_t batch,
                                                   bool narrow);

}  // namespace croquis::recognition
