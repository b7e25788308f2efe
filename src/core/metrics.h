#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <chrono>
#include <memory>
#include <string>

namespace croquis {

/// The process's Prometheus metrics, made once at start and handed to the modules that count.
/// Thread-safe.
class Metrics {
  public:
    Metrics();

    prometheus::Counter& counter(const std::string& name, const std::string& help,
                                 const prometheus::Labels& labels = {});
    prometheus::Gauge& gauge(const std::string& name, const std::string& help,
                             const prometheus::Labels& labels = {});
    /// A histogram of seconds, 50 µs to 10 s.
    prometheus::Histogram& seconds(const std::string& name, const std::string& help,
                                   const prometheus::Labels& labels = {});
    /// A histogram of seconds of what may take hours, 0.1 s to a day.
    prometheus::Histogram& long_seconds(const std::string& name, const std::string& help,
                                        const prometheus::Labels& labels = {});
    /// A histogram of counts, 1 to 1024 by doubling (batch sizes, queue lengths).
    prometheus::Histogram& sizes(const std::string& name, const std::string& help,
                                 const prometheus::Labels& labels = {});

    /// Prometheus text exposition format 0.0.4.
    [[nodiscard]] std::string text() const;

  private:
    std::shared_ptr<prometheus::Registry> registry_;
};

/// Observes, in seconds, the time since the last call or since it was made.
class Stopwatch {
  public:
    void lap(prometheus::Histogram& into) {
        const auto now = Clock::now();
        into.Observe(std::chrono::duration<double>(now - since_).count());
        since_ = now;
    }

  private:
    using Clock = std::chrono::steady_clock;
    Clock::time_point since_ = Clock::now();
};

}  // namespace croquis
