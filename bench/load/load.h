#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "requests.h"

namespace croquis::bench {

struct Plan {
    Target target;
    std::size_t connections = 32;
    std::chrono::duration<double> warm_up{2};
    std::chrono::duration<double> measured{10};
    std::chrono::duration<double> patience{15};  ///< for answers still missing at the end
    double rate = 0;  ///< arrivals a second, Poisson; 0: each connection sends as soon as answered
    std::size_t max_waiting = 100'000;  ///< arrivals with no free connection; more are not sent
    bool keyed = false;                 ///< an Idempotency-Key of its own to every request
    std::uint64_t seed = 1;
};

/// One answer. `latency` counts from when the request was meant to be sent, so that a slow server
/// cannot hide by holding up the sender (no coordinated omission).
struct Sample {
    float at_s = 0;  ///< of the answer's end, since the start of the measured time
    float latency_s = 0;
    std::uint16_t status = 0;
};

struct Outcome {
    std::vector<Sample> samples;
    std::map<std::string, std::size_t> connection_errors;
    std::size_t unsent = 0;      ///< arrivals past max_waiting
    std::size_t unanswered = 0;  ///< sent, but no answer in plan.patience
    std::size_t refusals_without_retry_after = 0;
    std::string first_error;  ///< head and body of the first answer of 400 and up
    double seconds = 0;       ///< really measured
};

/// Runs on the calling thread alone. `at_edge` is called as the measured time starts and ends.
Outcome run_load(const Plan& plan, const std::vector<Request>& requests,
                 const std::function<void()>& at_edge);

}  // namespace croquis::bench
