#include "store/breaker.h"

namespace croquis::store {

Breaker::Turn Breaker::turn(Clock::time_point at) {
    const MutexLock lock(mutex_);
    if (!silent_) return Turn::go;
    if (at < again_at_) return Turn::refused;
    again_at_ = at + pause_;
    return Turn::retry;
}

void Breaker::answered() {
    const MutexLock lock(mutex_);
    silent_ = false;
}

void Breaker::silent(Clock::time_point at) {
    const MutexLock lock(mutex_);
    silent_ = true;
    again_at_ = at + pause_;
}

}  // namespace croquis::store
