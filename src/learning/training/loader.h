#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <future>

#include "learning/training/samples.h"

namespace croquis::learning {

/// Makes the samples of the coming steps while earlier ones are learnt from: one thread a step, at
/// most `ahead` steps at once. What a step gets does not depend on `ahead`. Used by one thread.
class Loader {
  public:
    /// Of the steps from `first` to before `last`. `corpus` must outlive the loader.
    Loader(const Corpus& corpus, std::uint64_t seed, std::size_t batch, std::int64_t first,
           std::int64_t last, std::size_t ahead);

    /// The samples of the next step; waits for them. Not called more often than there are steps.
    Samples next();

  private:
    void begin_more();

    const Corpus& corpus_;
    std::uint64_t seed_;
    std::size_t batch_;
    std::int64_t begun_;  ///< the first step whose samples nobody makes yet
    std::int64_t last_;
    std::size_t ahead_;
    std::deque<std::future<Samples>> coming_;
};

}  // namespace croquis::learning
