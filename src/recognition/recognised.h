#pragma once

#include <memory>

#include "drawing/decode.h"
#include "recognition/recognizer.h"

namespace croquis::recognition {

struct RecognitionResult {
    drawing::MediaType media_type = drawing::MediaType::png;
    int width = 0;  ///< of the picture, upright
    int height = 0;
    bool bare = false;                       ///< drawing::Decoded::bare
    std::shared_ptr<const ModelInfo> model;  ///< the one that answered
    Prediction prediction;
};

}  // namespace croquis::recognition
