#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "recognition/recognizer.h"

namespace croquis::bench {

/// Drawings whose labels are known, as the shipped model sees them.
struct LabelledSet {
    std::string name;
    std::size_t labels = 0;
    std::size_t width = 0;          ///< numbers in an embedding
    std::vector<float> embeddings;  ///< a row a drawing, rounded to 8 bits as the store rounds them
    std::vector<std::int8_t> packed;  ///< the same rows in 8 bits
    std::vector<int> truth;           ///< 0…labels - 1
    std::vector<float> confidence;    ///< of the shipped model's answer
    std::vector<float> margin;        ///< of its probabilities

    [[nodiscard]] std::size_t size() const { return truth.size(); }
    [[nodiscard]] const float* row(std::size_t i) const { return embeddings.data() + i * width; }
    [[nodiscard]] std::span<const std::int8_t> packed_row(std::size_t i) const {
        return std::span(packed).subspan(i * width, width);
    }
};

/// Three sets: Quick, Draw! objects and careful sketches of TU-Berlin, of which the shipped model
/// learnt no category, and LaTeX symbols, of which it learnt. `labels` categories of each, the ones
/// with the most drawings, and at most `each` drawings of one. `only` names one set; empty for all.
Result<std::vector<LabelledSet>> read_sets(const std::filesystem::path& people,
                                           recognition::Recognizer& model, std::size_t labels,
                                           std::size_t each, const std::string& only);

}  // namespace croquis::bench
