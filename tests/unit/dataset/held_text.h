#pragma once

#include <memory>
#include <sstream>
#include <string>
#include <utility>

#include "learning/dataset/text_source.h"

namespace croquis::dataset {

/// A text that a test holds.
inline TextSource held_text(std::string text) {
    return {"x", [text = std::move(text)] {
                return Result<std::unique_ptr<std::istream>>(
                    std::make_unique<std::istringstream>(text));
            }};
}

}  // namespace croquis::dataset
