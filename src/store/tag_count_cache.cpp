#include "store/tag_count_cache.h"

namespace croquis::store {

std::vector<TagCount> TagCountCache::get(const Count& count) {
    {
        const MutexLock lock(mutex_);
        if (counted_slowly_ && (counting_ || now_() < fresh_until_)) return last_;
        counting_ = true;
    }
    return count_anew(count);
}

std::vector<TagCount> TagCountCache::count_anew(const Count& count) {
    const auto start = now_();
    try {
        auto counts = count();
        const MutexLock lock(mutex_);
        last_ = counts;
        finish(now_() - start);
        return counts;
    } catch (...) {
        const MutexLock lock(mutex_);
        counting_ = false;
        throw;
    }
}

void TagCountCache::finish(Clock::duration took) {
    counting_ = false;
    counted_slowly_ = took > quick;
    fresh_until_ = now_() + took * rest;
}

}  // namespace croquis::store
