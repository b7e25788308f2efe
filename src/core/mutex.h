#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

/// What a mutex guards, and which function needs it held, checked by clang's thread-safety analysis
/// (https://clang.llvm.org/docs/ThreadSafetyAnalysis.html) in `./test lint`. g++ ignores it. The
/// attributes have no spelling of standard C++, so these are macros, as in every code base that has
/// them.
#if defined(__clang__)
#define CROQUIS_THREAD_SAFETY(attribute) __attribute__((attribute))
#else
#define CROQUIS_THREAD_SAFETY(attribute)
#endif

/// On a member: touched only with `mutex` held.
#define CROQUIS_GUARDED_BY(mutex) CROQUIS_THREAD_SAFETY(guarded_by(mutex))
/// On a function: the caller holds it.
#define CROQUIS_REQUIRES(...) CROQUIS_THREAD_SAFETY(requires_capability(__VA_ARGS__))

namespace croquis {

/// A std::mutex that the analysis knows.
class CROQUIS_THREAD_SAFETY(capability("mutex")) Mutex {
  public:
    Mutex() = default;
    ~Mutex() = default;
    Mutex(const Mutex&) = delete;
    Mutex& operator=(const Mutex&) = delete;

    void lock() CROQUIS_THREAD_SAFETY(acquire_capability()) { mutex_.lock(); }
    void unlock() CROQUIS_THREAD_SAFETY(release_capability()) { mutex_.unlock(); }

  private:
    friend class ConditionVariable;

    std::mutex mutex_;
};

/// Holds a mutex until it is destroyed, or released before.
class CROQUIS_THREAD_SAFETY(scoped_lockable) MutexLock {
  public:
    explicit MutexLock(Mutex& mutex) CROQUIS_THREAD_SAFETY(acquire_capability(mutex))
        : mutex_(mutex) {
        mutex_.lock();
    }
    ~MutexLock() CROQUIS_THREAD_SAFETY(release_capability()) {
        if (is_held_) mutex_.unlock();
    }
    MutexLock(const MutexLock&) = delete;
    MutexLock& operator=(const MutexLock&) = delete;

    void unlock() CROQUIS_THREAD_SAFETY(release_capability()) {
        is_held_ = false;
        mutex_.unlock();
    }
    void lock() CROQUIS_THREAD_SAFETY(acquire_capability()) {
        mutex_.lock();
        is_held_ = true;
    }

  private:
    Mutex& mutex_;
    bool is_held_ = true;
};

/// A std::condition_variable for Mutex. It has no waits with a predicate: the analysis looks into
/// no lambda, but knows that a loop around wait_until() holds the lock.
class ConditionVariable {
  public:
    /// False at `deadline`. May return true for no reason.
    bool wait_until(Mutex& mutex, std::chrono::steady_clock::time_point deadline)
        CROQUIS_REQUIRES(mutex) {
        std::unique_lock lock(mutex.mutex_, std::adopt_lock);
        const auto status = changed_.wait_until(lock, deadline);
        lock.release();
        return status == std::cv_status::no_timeout;
    }
    void notify_one() { changed_.notify_one(); }
    void notify_all() { changed_.notify_all(); }

  private:
    std::condition_variable changed_;
};

}  // namespace croquis
