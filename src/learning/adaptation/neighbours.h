#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// Drawings that a network sees alike.
namespace croquis::learning {

/// Embeddings in 8 bits a number, a row each, whose angles are compared: their scales do not
/// matter.
class PackedRows {
  public:
    explicit PackedRows(std::size_t width) : width_(width) {}

    /// A row of `width` numbers.
    void add(std::span<const std::int8_t> row);
    [[nodiscard]] std::size_t size() const { return inverse_lengths_.size(); }
    [[nodiscard]] std::size_t width() const { return width_; }
    /// The cosine of the angle between two rows, -1…1; 0 where one of them is all zeros.
    [[nodiscard]] float similarity(std::size_t a, std::size_t b) const;
    [[nodiscard]] std::span<const std::int8_t> row(std::size_t at) const {
        return std::span(numbers_).subspan(at * width_, width_);
    }
    /// One by the length of the row; 0 where it is all zeros.
    [[nodiscard]] float inverse_length(std::size_t at) const { return inverse_lengths_[at]; }

  private:
    std::size_t width_;
    std::vector<std::int8_t> numbers_;
    std::vector<float> inverse_lengths_;
};

struct Neighbour {
    std::size_t row = 0;
    float similarity = 0;
};

/// The `count` rows most like `row`, itself left out, most alike first. All of them are looked at.
std::vector<Neighbour> nearest(const PackedRows& rows, std::size_t row, std::size_t count);

/// An answer that its neighbours contradict.
struct Suspect {
    std::size_t row = 0;
    int suggested = 0;  ///< the label that most of its neighbours have
    float suggest = 0;  ///< the part of the neighbours that have that one
    float given = 0;    ///< the part that have the label that was given
};

/// Neighbours that are asked about each answer.
inline constexpr std::size_t asked_neighbours = 10;
/// Labels with fewer examples are neither suspected nor suggested.
inline constexpr std::size_t fewest_to_suspect = 5;

/// Answers that are likely mistakes, the likeliest first. What a drawing is without its own answer
/// is estimated by its ten nearest neighbours, weighed by similarity (Zhu, Dong and Liu 2022); it
/// is suspected where another label is likelier than that label is, on average, for drawings that
/// have it (confident learning: Northcutt, Jiang and Chuang 2021), and likelier than its own. Time
/// grows with the square of the rows.
std::vector<Suspect> suspects_among(const PackedRows& rows, const std::vector<int>& labels,
                                    std::size_t label_count);

}  // namespace croquis::learning
