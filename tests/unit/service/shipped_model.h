#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "core/bytes.h"
#include "drawing/decode.h"
#include "drawing/strokes.h"
#include "support/folders.h"

/// The shipped model, and drawings for it.
namespace croquis::service {

inline const std::filesystem::path models =
    std::filesystem::path(testing_support::source_folder()) / "models";

inline std::string file_text(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// A square whose picture no other `seed` gives.
inline Bytes square(int seed) {
    const auto side = static_cast<float>(100 + seed);
    const drawing::Strokes outline{{{0, 0}, {side, 0}, {side, 100}, {0, 100}, {0, 0}}};
    const auto image = drawing::rasterise(outline, 120 + seed % 40, drawing::Pen{}, 10);
    return drawing::encode_png(image).value();
}

}  // namespace croquis::service
