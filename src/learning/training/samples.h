#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "drawing/normalise.h"
#include "learning/dataset/people.h"

namespace croquis::learning {

/// The number of a label or a category that is not asked after.
inline constexpr std::int64_t not_asked = -1;

/// Pictures as the network sees them, and what is known of each. Row i of every member is sample i.
struct Samples {
    std::vector<drawing::ModelInput> images;
    std::vector<std::int64_t> labels;      ///< of shape_labels(), or not_asked
    std::vector<std::int64_t> categories;  ///< of Corpus::categories(), or not_asked
    std::vector<std::uint8_t> doubtful;    ///< 1: said to be "unknown", but nobody has looked
    std::vector<std::uint8_t> again;  ///< 1: samples 2k and 2k + 1 are two views of one drawing
};

/// What a network learns from: sketches, and people's drawings as far as there are any, each time
/// augmented differently (learning/synthesis/augment.h). Nobody was asked for an ellipse or a
/// rectangle; people's circles and squares, squeezed, stand in for them. Constant once made.
class Corpus {
  public:
    /// Takes of the drawings those to learn from; `people` must outlive the corpus.
    explicit Corpus(const People& people);
    ~Corpus();
    Corpus(const Corpus&) = delete;
    Corpus& operator=(const Corpus&) = delete;

    /// What the wide classifier tells apart: the shapes, then every other category learnt from.
    [[nodiscard]] const std::vector<std::string>& categories() const;
    /// People's drawings that are learnt from.
    [[nodiscard]] std::size_t drawings() const;

    /// `count` samples. Sample i depends on seed, corpus and first + i alone. Those that are no
    /// shape come as pairs, each drawing augmented twice; `first` and `count` are even. May be
    /// called by several threads at once.
    [[nodiscard]] Samples make(std::uint64_t seed, std::uint64_t first, std::size_t count) const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

/// `count` sketches of random labels.
Samples make_sketches(std::uint64_t seed, std::size_t count);

/// The labels that a careful hand with a pen on a tablet is measured on.
std::span<const std::string_view> careful_labels();

/// `count` sketches of careful_labels(), as many of each, by hands of care 0.8…1.
Samples make_careful_samples(std::uint64_t seed, std::size_t count);

}  // namespace croquis::learning
