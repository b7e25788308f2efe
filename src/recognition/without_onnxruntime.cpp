#include "recognition/engine.h"

namespace croquis::recognition {

Result<std::unique_ptr<Engine>> make_onnxruntime_engine(BytesView /*onnx*/, const Graph& /*graph*/,
                                                        std::int64_t /*batch*/) {
    return Error{ErrorKind::invalid, "This program was built without ONNX Runtime.", "model"};
}

}  // namespace croquis::recognition
