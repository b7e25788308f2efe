#include "learning/training/export_model.h"

#include <fmt/format.h>

#include <opencv2/dnn.hpp>

#include "learning/synthesis/sketcher.h"
#include "learning/training/learner.h"
#include "learning/training/measuring.h"
#include "learning/training/onnx_export.h"

namespace croquis::learning {
namespace {

/// Runs the exported model with the reference engine and compares both outputs, in batches of
/// several sizes.
Result<void> check_export(Network& network, const std::string& onnx) {
    constexpr std::int64_t side = drawing::model_side;
    const torch::NoGradGuard no_gradients;
    auto engine = cv::dnn::readNetFromONNX(onnx.data(), onnx.size());
    for (const std::int64_t count : {1, 7, 32}) {
        auto images =
            to_images(make_sketches(held_out_seed, static_cast<std::size_t>(count)).images);
        const std::array<int, 4> shape{static_cast<int>(count), 1, side, side};
        engine.setInput(cv::Mat(4, shape.data(), CV_32F, images.data_ptr<float>()));
        const auto expected = network->forward(images);
        std::vector<cv::Mat> outputs;
        engine.forward(outputs, std::vector<cv::String>{"logits", "embedding"});
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            const auto& wanted = i == 0 ? expected.logits : expected.embedding;
            const auto got = torch::from_blob(outputs[i].ptr<float>(), wanted.sizes());
            const double off = (wanted - got).abs().max().item<double>();
            if (!(off < 1e-2))
                return Error{ErrorKind::internal,
                             fmt::format("The exported model differs from the trained one by {} in "
                                         "a batch of {}.",
                                         off, count)};
        }
    }
    return {};
}

}  // namespace

Result<std::string> export_model(Network& network, const ModelCard& card) {
    const torch::NoGradGuard no_gradients;
    network->eval();
    network->dense->bias[static_cast<std::int64_t>(shape_labels().size()) - 1] +=
        card.calibration.unknown_bias;
    auto onnx = to_onnx(network, card.name);
    if (const auto same = check_export(network, onnx); !same) return same.error();
    return onnx;
}

}  // namespace croquis::learning
