#pragma once

#include <atomic>
#include <functional>
#include <utility>

namespace croquis {

/// Whether the client of a connection has hung up, so that work nobody waits for any more can be
/// dropped. A connection sets it once, on its own thread; happened() may be asked on any.
class HangUp {
  public:
    [[nodiscard]] bool happened() const { return happened_.load(std::memory_order_relaxed); }

    /// On the connection's thread.
    void happen() {
        if (happened_.exchange(true, std::memory_order_relaxed)) return;
        if (const auto then = std::exchange(then_, nullptr)) then();
    }

    /// On the connection's thread: called once, when it happens later than now. Replaces what was
    /// given before; an empty one withdraws it.
    void then(std::function<void()> call) { then_ = std::move(call); }

  private:
    std::atomic<bool> happened_{false};
    std::function<void()> then_;
};

}  // namespace croquis
