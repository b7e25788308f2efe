#include "recognition/engine.h"

namespace croquis::recognition {

std::string_view to_string(EngineKind kind) {
    switch (kind) {
        case EngineKind::onednn_int8:
            return "oneDNN, 8 bits";
        case EngineKind::onednn:
            return "oneDNN";
        case EngineKind::onnxruntime:
            return "ONNX Runtime";
        case EngineKind::opencv:
            return "OpenCV dnn";
    }
    return "OpenCV dnn";
}

Result<std::unique_ptr<Engine>> make_engine(EngineKind kind, BytesView onnx, const Graph& graph,
                                            std::int64_t batch) {
    switch (kind) {
        case EngineKind::opencv:
            return make_opencv_engine(onnx, graph, batch);
        case EngineKind::onnxruntime:
            return make_onnxruntime_engine(onnx, graph, batch);
        case EngineKind::onednn:
        case EngineKind::onednn_int8:
            break;
    }
    return make_onednn_engine(graph, batch, kind == EngineKind::onednn_int8);
}

}  // namespace croquis::recognition
