#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/error.h"
#include "recognition/recognizer.h"

namespace croquis::recognition {

/// How pixels become the network's input: (pixel - mean) * scale, pixel in 0…255.
struct Scaling {
    float mean = 0;
    float scale = 1.0F / 255;
};

/// What serving reads of a model's card; every other field of it is free.
struct Card {
    ModelInfo info;  ///< without the id, which needs the ONNX bytes
    Scaling scaling;
    std::string sha256;  ///< of the ONNX file it was written for, lower-case; empty where not said
    std::map<std::string, float> activations;  ///< Value::largest by Value::name
    std::size_t embedding = 0;  ///< numbers in the network's embedding; 0 where not said
};

/// Reads a card:
/// {"name", "labels": […], "temperature": 1, "unknown_below": 0, "sha256": "…",
///  "input": {"width": 48, "height": 48, "channels": 1, "scale": 1/255, "mean": 0},
///  "embedding": {"size": 128}, "activations": {"relu0": 6.5, …}}
/// Name and labels are required. "embedding" says that the network's second output is one.
/// "activations" says of tensors that are never negative what they stay within, by which 8-bit
/// engines scale them; what is not named there is not rounded. Limits: 4 MiB of text; a name of 64
/// letters, digits, '.', '_' and
/// '-'; 2 to 1000 different labels of at most 64 bytes; a temperature of 0.01 to 100; a scale that
/// is not 0; an embedding of 1 to 1024 numbers; 1000 activations, each above 0 and at most a
/// million. Errors: malformed, invalid, too_large, with the field at fault under "card".
Result<Card> parse_card(std::string_view text);

}  // namespace croquis::recognition
