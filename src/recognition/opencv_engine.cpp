#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/dnn.hpp>

#include "drawing/normalise.h"
#include "recognition/engine.h"
#include "recognition/older_form.h"
#include "recognition/onnx_model.h"

namespace croquis::recognition {
namespace {

/// OpenCV's thread count and log level belong to the process. One thread: the batcher's threads
/// each run a network of their own, and OpenCV's pool would only make them wait for each other. No
/// log: what goes wrong is thrown as well, and becomes our Error.
void set_up_opencv() {
    static std::once_flag once;
    std::call_once(once, [] {
        cv::setNumThreads(1);
        cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
    });
}

Error failed(const cv::Exception& thrown) {
    return {ErrorKind::invalid, fmt::format("OpenCV cannot run the model: {}.", thrown.err),
            "model"};
}

class OpenCvEngine final : public Engine {
  public:
    /// `outputs`: the layers that give the logits and, where there is one, the embedding.
    OpenCvEngine(const cv::dnn::Net& net, std::int64_t batch, std::vector<cv::String> outputs)
        : net_(net), batch_(static_cast<int>(batch)), outputs_(std::move(outputs)) {}

    Result<void> run(std::span<const float> pictures, std::span<float> logits,
                     std::span<float> embeddings) override {
        const std::array<int, 4> shape{batch_, 1, drawing::model_side, drawing::model_side};
        try {
            // The input is only read; cv::Mat has no view of constant data.
            net_.setInput(cv::Mat(4, shape.data(), CV_32F, const_cast<float*>(pictures.data())));
            std::vector<cv::Mat> out;
            net_.forward(out, outputs_);
            auto done = copy(out.front(), logits);
            if (done && out.size() > 1) done = copy(out[1], embeddings);
            return done;
        } catch (const cv::Exception& thrown) {
            return failed(thrown);
        }
    }

  private:
    static Result<void> copy(const cv::Mat& out, std::span<float> to) {
        if (out.type() != CV_32F || !out.isContinuous() || out.total() != to.size())
            return Error{ErrorKind::invalid,
                         fmt::format("The model gives {} values where {} are expected.",
                                     out.total(), to.size()),
                         "model"};
        std::copy_n(out.ptr<float>(), to.size(), to.begin());
        return {};
    }

    cv::dnn::Net net_;
    int batch_;
    std::vector<cv::String> outputs_;
};

/// The same network, each operator named after what it gives: OpenCV calls its layers by the
/// operators' names, which a file may leave out or give twice.
Result<std::string> with_names(BytesView onnx) {
    onnx::ModelProto model;
    if (!model.ParseFromArray(onnx.data(), static_cast<int>(onnx.size())))
        return Error{ErrorKind::malformed, "The file is not an ONNX model, or is damaged.",
                     "model"};
    for (auto& node : *model.mutable_graph()->mutable_node())
        if (node.output_size() > 0) node.set_name(node.output(0));
    return model.SerializeAsString();
}

/// OpenCV's name for the layer that gives a value.
Result<cv::String> layer_of(const cv::dnn::Net& net, const std::string& value) {
    cv::String name = "onnx_node!" + value;
    if (net.getLayerId(name) >= 0) return name;
    return Error{ErrorKind::invalid, fmt::format("OpenCV has no layer that gives \"{}\".", value),
                 "model"};
}

}  // namespace

Result<std::unique_ptr<Engine>> make_opencv_engine(BytesView onnx, const Graph& graph,
                                                   std::int64_t batch) {
    set_up_opencv();
    try {
        const auto named = with_names(in_older_form(onnx));
        if (!named) return named.error();
        auto net = cv::dnn::readNetFromONNX(named->data(), named->size());
        net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
        net.setPreferableTarget(cv::dnn::DNN_TARGET_CPU);
        std::vector<cv::String> outputs;
        for (const auto value : {graph.output, graph.embedding}) {
            if (value == Node::none) continue;
            auto layer = layer_of(net, graph.value(value).name);
            if (!layer) return layer.error();
            outputs.push_back(std::move(*layer));
        }
        return std::make_unique<OpenCvEngine>(net, batch, std::move(outputs));
    } catch (const cv::Exception& thrown) {
        return failed(thrown);
    }
}

}  // namespace croquis::recognition
