#include "store/write_probe.h"

#include <utility>

namespace croquis::store {

Result<void> WriteProbe::check() {
    if (auto fresh = known()) return *std::move(fresh);
    const MutexLock one_at_a_time(writing_);
    if (auto fresh = known()) return *std::move(fresh);
    auto outcome = write_();
    note(outcome);
    return outcome;
}

void WriteProbe::note(Result<void> outcome) {
    const auto until = now_() + (outcome ? good_for : bad_for);
    const MutexLock lock(mutex_);
    last_ = std::move(outcome);
    known_until_ = until;
}

std::optional<Result<void>> WriteProbe::known() {
    const auto at = now_();
    const MutexLock lock(mutex_);
    if (at >= known_until_) return std::nullopt;
    return last_;
}

}  // namespace croquis::store
