#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/error.h"
#include "drawing/normalise.h"

namespace croquis::recognition {

/// The tag of a drawing whose calibrated confidence is too low to say.
inline constexpr std::string_view unknown_tag = "unknown";

/// What a model is, read from the JSON card beside its ONNX file.
struct ModelInfo {
    std::string id;    ///< name and short digest of the ONNX bytes: "shapes-v1-3f2a9c10"
    std::string name;  ///< "shapes-v1"
    std::vector<std::string>
        labels;                 ///< output k of the network means labels[k]; may hold "unknown"
    float temperature = 1;      ///< logits are divided by it (Guo et al. 2017)
    float unknown_below = 0;    ///< a top confidence under this is answered as "unknown"
    std::size_t embedding = 0;  ///< numbers in Prediction::embedding; 0 where it gives none
    /// Names what computes the embedding: models with different heads on one trunk share it. Empty
    /// where there is no embedding.
    std::string trunk = {};
};

/// One answer. `probabilities` follows ModelInfo::labels and sums to 1; `confidence` is in 0…1 and
/// is the probability of `tag`: 0 where that is "unknown" and no label of the model is.
struct Prediction {
    std::string tag;
    float confidence = 0;
    std::vector<float> probabilities;
    /// What the model makes of the drawing, for heads that tell other things apart than its labels:
    /// ModelInfo::embedding finite numbers of any size. Empty where the model gives none.
    std::vector<float> embedding = {};  // named, so that what gives none may leave it out
};

/// An ONNX model that can be asked. Thread-compatible: one thread at a time per instance; clone()
/// gives another thread its own.
class Recognizer {
  public:
    Recognizer() = default;
    Recognizer(const Recognizer&) = delete;
    Recognizer& operator=(const Recognizer&) = delete;
    virtual ~Recognizer() = default;

    [[nodiscard]] virtual const ModelInfo& info() const = 0;
    /// One Prediction an input, in order. 1 to 256 inputs.
    virtual Result<std::vector<Prediction>> recognise(
        std::span<const drawing::ModelInput> batch) = 0;
    [[nodiscard]] virtual Result<std::unique_ptr<Recognizer>> clone() const = 0;
};

/// Loads `onnx` (bytes) with its card (JSON text). A broken or hostile file is an Error, never a
/// crash: size, graph inputs and outputs, and operators are checked before the engine sees it, then
/// sample inputs are run.
Result<std::unique_ptr<Recognizer>> load_recognizer(BytesView onnx, std::string_view card);

/// Loads MODEL.onnx and MODEL.json beside it.
Result<std::unique_ptr<Recognizer>> load_recognizer(const std::filesystem::path& onnx_file);

}  // namespace croquis::recognition
