#pragma once

#include <memory>

#include "drawing/decode.h"
#include "recognition/recognizer.h"

namespace croquis::recognition {

/// A picture that is decoded and normalised already.
struct PreparedPicture {
    drawing::ModelInput input{};
    drawing::MediaType media_type = drawing::MediaType::png;  ///< of the file that it is kept as
    int width = 0;                                            ///< of that
    int height = 0;
};

struct RecognitionResult {
    drawing::MediaType media_type = drawing::MediaType::png;
    int width = 0;  ///< of the picture, upright
    int height = 0;
    bool bare = false;                       ///< drawing::Decoded::bare
    std::shared_ptr<const ModelInfo> model;  ///< the one that answered
    Prediction prediction;
};

}  // namespace croquis::recognition
