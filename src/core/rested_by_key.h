#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "core/mutex.h"
#include "core/rested.h"

namespace croquis {

/// A Rested answer for each key, of those asked for lately. Thread-safe.
template <class Key, class Value>
class RestedByKey {
  public:
    using Clock = typename Rested<Value>::Clock;
    using Work = std::function<Value()>;

    /// `quick` and `now` are those of Rested. Where more than `most_kept` keys are asked for, what
    /// is kept of all of them is made anew.
    explicit RestedByKey(std::chrono::milliseconds quick, std::size_t most_kept = 256,
                         std::function<typename Clock::time_point()> now = Clock::now)
        : quick_(quick), most_kept_(most_kept), now_(std::move(now)) {}

    /// What `work` returns or returned for this key; throws what it throws.
    Value get(const Key& key, const Work& work) {
        return of(key)->get([&] { return Result<Value>(work()); }).value();
    }

  private:
    using Answer = std::shared_ptr<Rested<Value>>;

    Answer of(const Key& key) {
        const MutexLock lock(mutex_);
        if (answers_.size() >= most_kept_ && !answers_.contains(key)) answers_.clear();
        auto& answer = answers_[key];
        if (!answer) answer = std::make_shared<Rested<Value>>(now_, quick_);
        return answer;
    }

    const std::chrono::milliseconds quick_;
    const std::size_t most_kept_;
    const std::function<typename Clock::time_point()> now_;
    Mutex mutex_;
    std::map<Key, Answer> answers_ CROQUIS_GUARDED_BY(mutex_);
};

}  // namespace croquis
