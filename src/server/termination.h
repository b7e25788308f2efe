#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <thread>

#include "core/mutex.h"

namespace croquis::server {

/// Watches for SIGINT and SIGTERM, on a thread of its own, so that they end the program whatever
/// the others wait for: before the program has started at once, then within `limit`, and at once
/// when they come a second time. What was answered is durable by then, so an end by force loses
/// nothing but answers.
class Termination {
  public:
    /// Less than what Docker, Kubernetes and systemd wait for, as deploy/ sets them.
    static constexpr std::chrono::seconds limit{25};

    explicit Termination(std::chrono::milliseconds within = limit);
    ~Termination();
    Termination(const Termination&) = delete;
    Termination& operator=(const Termination&) = delete;

    /// From now on a signal calls `stop`, once, which returns at once; the program must end soon
    /// after.
    void started(std::function<void()> stop);

  private:
    void wait_for_signal();
    void told();

    const std::chrono::milliseconds within_;
    Mutex mutex_;
    std::function<void()> stop_ CROQUIS_GUARDED_BY(mutex_);
    bool told_ CROQUIS_GUARDED_BY(mutex_) = false;
    boost::asio::io_context io_{1};
    boost::asio::signal_set signals_;
    boost::asio::steady_timer timer_{io_};
    std::thread thread_;
};

}  // namespace croquis::server
