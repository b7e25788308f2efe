#include <fmt/format.h>
#include <onnxruntime_cxx_api.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "drawing/normalise.h"
#include "recognition/engine.h"

namespace croquis::recognition {
namespace {

Error failed(const Ort::Exception& thrown) {
    return {ErrorKind::invalid,
            fmt::format("ONNX Runtime cannot run the model: {}.", thrown.what()), "model"};
}

/// The runtime's logger and threads belong to the process. No log: what goes wrong is thrown as
/// well, and becomes our Error.
const Ort::Env& environment() {
    static const Ort::Env env(ORT_LOGGING_LEVEL_FATAL, "croquis");
    return env;
}

/// One thread: the batcher's threads each run a network of their own.
Ort::SessionOptions options() {
    Ort::SessionOptions options;
    options.SetIntraOpNumThreads(1);
    options.SetInterOpNumThreads(1);
    options.SetExecutionMode(ORT_SEQUENTIAL);
    options.SetGraphOptimizationLevel(ORT_ENABLE_ALL);
    return options;
}

class OnnxRuntimeEngine final : public Engine {
  public:
    /// `outputs`: the values that are the logits and, where there is one, the embedding.
    OnnxRuntimeEngine(Ort::Session session, std::int64_t batch, std::string input,
                      std::vector<std::string> outputs)
        : session_(std::move(session)),
          batch_(batch),
          input_(std::move(input)),
          outputs_(std::move(outputs)) {
        for (const auto& output : outputs_) output_names_.push_back(output.c_str());
    }

    Result<void> run(std::span<const float> pictures, std::span<float> logits,
                     std::span<float> embeddings) override {
        const std::array<std::int64_t, 4> shape{batch_, 1, drawing::model_side,
                                                drawing::model_side};
        const std::array<const char*, 1> inputs{input_.c_str()};
        try {
            // The input is only read; Ort::Value has no view of constant data.
            const auto tensor =
                Ort::Value::CreateTensor<float>(memory_, const_cast<float*>(pictures.data()),
                                                pictures.size(), shape.data(), shape.size());
            const auto out = session_.Run(Ort::RunOptions(nullptr), inputs.data(), &tensor, 1,
                                          output_names_.data(), output_names_.size());
            auto done = copy(out.front(), logits);
            if (done && out.size() > 1) done = copy(out[1], embeddings);
            return done;
        } catch (const Ort::Exception& thrown) {
            return failed(thrown);
        }
    }

  private:
    static Result<void> copy(const Ort::Value& out, std::span<float> to) {
        const auto about = out.GetTensorTypeAndShapeInfo();
        if (about.GetElementType() != ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT ||
            about.GetElementCount() != to.size())
            return Error{ErrorKind::invalid,
                         fmt::format("The model gives {} values where {} are expected.",
                                     about.GetElementCount(), to.size()),
                         "model"};
        std::copy_n(out.GetTensorData<float>(), to.size(), to.begin());
        return {};
    }

    Ort::Session session_;
    std::int64_t batch_;
    std::string input_;
    std::vector<std::string> outputs_;
    std::vector<const char*> output_names_;  ///< of outputs_
    Ort::MemoryInfo memory_ = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
};

}  // namespace

Result<std::unique_ptr<Engine>> make_onnxruntime_engine(BytesView onnx, const Graph& graph,
                                                        std::int64_t batch) {
    std::vector<std::string> outputs;
    for (const auto value : {graph.output, graph.embedding})
        if (value != Node::none) outputs.push_back(graph.value(value).name);
    try {
        Ort::Session session(environment(), onnx.data(), onnx.size(), options());
        return std::make_unique<OnnxRuntimeEngine>(
            std::move(session), batch, graph.value(graph.input).name, std::move(outputs));
    } catch (const Ort::Exception& thrown) {
        return failed(thrown);
    }
}

}  // namespace croquis::recognition
