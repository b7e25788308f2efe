#include "learning/training/loader.h"

#include <algorithm>

namespace croquis::learning {

Loader::Loader(const Corpus& corpus, std::uint64_t seed, std::size_t batch, std::int64_t first,
               std::int64_t last, std::size_t ahead)
    : corpus_(corpus),
      seed_(seed),
      batch_(batch),
      begun_(first),
      last_(last),
      ahead_(std::max<std::size_t>(1, ahead)) {
    begin_more();
}

void Loader::begin_more() {
    for (; begun_ < last_ && coming_.size() < ahead_; ++begun_)
        coming_.push_back(std::async(std::launch::async, [this, step = begun_] {
            return corpus_.make(seed_, static_cast<std::uint64_t>(step) * batch_, batch_);
        }));
}

Samples Loader::next() {
    auto samples = coming_.front().get();
    coming_.pop_front();
    begin_more();
    return samples;
}

}  // namespace croquis::learning
