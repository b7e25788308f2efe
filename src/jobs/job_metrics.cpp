#include "jobs/job_metrics.h"

namespace croquis::jobs {

JobMetrics::JobMetrics(Metrics& metrics, const std::string& kind)
    : running_(
          metrics.gauge("croquis_jobs_running", "Jobs that this process is at.", {{"kind", kind}})),
      seconds_(metrics.long_seconds("croquis_job_seconds",
                                    "How long this process was at each job, however it ended.",
                                    {{"kind", kind}})) {
    for (const auto outcome : {succeeded, failed, cancelled, handed_back, lost})
        ended_.emplace(
            outcome, &metrics.counter("croquis_jobs_ended_total", "Jobs that ended here, and how.",
                                      {{"kind", kind}, {"outcome", std::string(outcome)}}));
}

void JobMetrics::ended(std::string_view outcome, double seconds) {
    running_.Decrement();
    seconds_.Observe(seconds);
    ended_.find(outcome)->second->Increment();
}

}  // namespace croquis::jobs
