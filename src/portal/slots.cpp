#include "portal/slots.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>

namespace croquis::portal {

namespace asio = boost::asio;

/// Lives in the frame of the coroutine that waits, and leaves the queue with it: a server that
/// stops may end a coroutine in the middle of its wait.
class Slots::Waiter {
  public:
    Waiter(Slots& slots, const asio::any_io_executor& executor)
        : slots_(slots), timer_(std::make_shared<asio::steady_timer>(executor)) {}
    ~Waiter() { withdraw(); }
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

    enum class Place { taken, queued, none };
    Place enter() {
        const MutexLock lock(slots_.mutex_);
        if (slots_.free_ > 0) {
            --slots_.free_;
            return Place::taken;
        }
        if (slots_.waiting_.size() >= slots_.max_waiting_) return Place::none;
        slots_.waiting_.push_back(this);
        return Place::queued;
    }
    std::shared_ptr<asio::steady_timer> timer() const { return timer_; }
    void grant() { granted_ = true; }
    /// True where a slot was granted, this then being the caller's.
    bool withdraw() {
        const MutexLock lock(slots_.mutex_);
        std::erase(slots_.waiting_, this);
        return granted_;
    }

  private:
    Slots& slots_;
    std::shared_ptr<asio::steady_timer> timer_;
    bool granted_ = false;
};

asio::awaitable<bool> Slots::take(std::chrono::milliseconds patience) {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    Waiter waiter(*this, executor);
    const auto place = waiter.enter();
    if (place != Waiter::Place::queued) co_return place == Waiter::Place::taken;
    const auto timer = waiter.timer();
    timer->expires_after(patience);
    co_await timer->async_wait(asio::as_tuple(asio::use_awaitable));
    co_return waiter.withdraw();
}

void Slots::give_back() {
    std::shared_ptr<asio::steady_timer> next;
    {
        const MutexLock lock(mutex_);
        if (waiting_.empty()) {
            ++free_;
            return;
        }
        waiting_.front()->grant();
        next = waiting_.front()->timer();
        waiting_.pop_front();
    }
    // On the waiter's own executor, where it is sure to have begun its wait.
    asio::post(next->get_executor(), [next] { next->cancel(); });
}

}  // namespace croquis::portal
