#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/dnn.hpp>

#include "drawing/normalise.h"
#include "recognition/engine.h"

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
    OpenCvEngine(const cv::dnn::Net& net, std::int64_t batch)
        : net_(net), batch_(static_cast<int>(batch)) {}

    Result<void> run(std::span<const float> pictures, std::span<float> logits) override {
        const std::array<int, 4> shape{batch_, 1, drawing::model_side, drawing::model_side};
        try {
            // The input is only read; cv::Mat has no view of constant data.
            net_.setInput(cv::Mat(4, shape.data(), CV_32F, const_cast<float*>(pictures.data())));
            const cv::Mat out = net_.forward();
            if (out.type() != CV_32F || !out.isContinuous() || out.total() != logits.size())
                return Error{ErrorKind::invalid,
                             fmt::format("The model gives {} values where {} are expected.",
                                         out.total(), logits.size()),
                             "model"};
            std::copy_n(out.ptr<float>(), logits.size(), logits.begin());
            return {};
        } catch (const cv::Exception& thrown) {
            return failed(thrown);
        }
    }

  private:
    cv::dnn::Net net_;
    int batch_;
};

}  // namespace

Result<std::unique_ptr<Engine>> make_opencv_engine(BytesView onnx, const Graph&,
                                                   std::int64_t batch) {
    set_up_opencv();
    try {
        auto net =
            cv::dnn::readNetFromONNX(reinterpret_cast<const char*>(onnx.data()), onnx.size());
        net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
        net.setPreferableTarget(cv::dnn::DNN_TARGET_CPU);
        return std::make_unique<OpenCvEngine>(net, batch);
    } catch (const cv::Exception& thrown) {
        return failed(thrown);
    }
}

}  // namespace croquis::recognition
