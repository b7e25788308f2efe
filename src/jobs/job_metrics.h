#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/metrics.h"

namespace croquis::jobs {

/// What a process did of one kind of job. Thread-safe.
class JobMetrics {
  public:
    JobMetrics(Metrics& metrics, const std::string& kind);

    void begun() { running_.Increment(); }
    /// `outcome` is one of those of croquis_jobs_ended_total.
    void ended(std::string_view outcome, double seconds);

    static constexpr std::string_view succeeded = "succeeded";
    static constexpr std::string_view failed = "failed";
    static constexpr std::string_view cancelled = "cancelled";
    static constexpr std::string_view handed_back = "handed_back";  ///< the process stops
    static constexpr std::string_view lost = "lost";                ///< its lease ended meanwhile

  private:
    prometheus::Gauge& running_;
    prometheus::Histogram& seconds_;
    std::map<std::string, prometheus::Counter*, std::less<>> ended_;  ///< by outcome
};

}  // namespace croquis::jobs
