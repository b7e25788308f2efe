#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/error.h"
#include "sets.h"

namespace croquis::bench {

/// In which order a simulated person is asked.
enum class Strategy {
    random,           ///< any drawing that may be learnt from
    least_confident,  ///< where the model's best probability is smallest
    margin,           ///< where the best is nearest to the second
    queue,  ///< the program's queue: by margin, one question in ten at random and not learnt from
    typical_first,  ///< as queue, but while labels have few examples, the middles of clusters first
    pages,          ///< the program's pages of look-alikes; a page accepted is one answer
};
const char* name_of(Strategy strategy);

/// Accuracy on the drawings kept back after so many answers.
struct Point {
    std::size_t answers = 0;   ///< of a person: a page is one, with what is clicked out of it
    std::size_t drawings = 0;  ///< looked at: all of a page, also those clicked out
    double accuracy = 0;
};

struct Run {
    std::vector<Point> points;
    double all = 0;  ///< accuracy of a head taught on everything that may be learnt from
};

/// One drawing in four is kept back and measures; the others are asked about from nothing, each
/// answered as its author meant it. After each round a head is taught, as the program teaches it,
/// and orders the next round. Always the same for the same seed.
Result<Run> simulate(const LabelledSet& set, Strategy strategy, std::uint64_t seed);

/// Answers until `accuracy` is reached, between two points in proportion; beyond the last point,
/// its answers. `drawings` counts every drawing as an answer.
double answers_until(const Run& run, double accuracy, bool drawings);

}  // namespace croquis::bench
