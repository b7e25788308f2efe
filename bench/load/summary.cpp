#include "summary.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <numeric>

namespace croquis::bench {
namespace {

namespace json = boost::json;

bool is_success(const Sample& sample) {
    return sample.status < 400;
}

/// Nearest rank; `sorted` must not be empty.
double percentile(const std::vector<float>& sorted, double share) {
    const auto rank =
        static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
    return static_cast<double>(sorted[std::max<std::size_t>(rank, 1) - 1]);
}

json::value latencies_ms(std::vector<float> seconds) {
    if (seconds.empty()) return nullptr;
    std::sort(seconds.begin(), seconds.end());
    const double sum = std::accumulate(seconds.begin(), seconds.end(), 0.0);
    json::object out{{"mean", sum / static_cast<double>(seconds.size()) * 1e3}};
    for (const auto& [name, share] : {std::pair("p50", 0.5), std::pair("p90", 0.9),
                                      std::pair("p99", 0.99), std::pair("p99_9", 0.999)})
        out[name] = percentile(seconds, share) * 1e3;
    out["max"] = static_cast<double>(seconds.back()) * 1e3;
    return out;
}

template <class Keep>
json::value latencies_of(const std::vector<Sample>& samples, Keep keep) {
    std::vector<float> kept;
    for (const auto& sample : samples)
        if (keep(sample)) kept.push_back(sample.latency_s);
    return latencies_ms(std::move(kept));
}

json::object statuses(const std::vector<Sample>& samples) {
    std::map<unsigned, std::size_t> counts;
    for (const auto& sample : samples) ++counts[sample.status];
    json::object out;
    for (const auto& [status, count] : counts) out[std::to_string(status)] = count;
    return out;
}

json::array timeline(const std::vector<Sample>& samples) {
    std::map<int, std::vector<Sample>> seconds;
    for (const auto& sample : samples)
        seconds[static_cast<int>(std::floor(sample.at_s))].push_back(sample);
    json::array out;
    for (const auto& [second, those] : seconds) {
        const auto good = std::count_if(those.begin(), those.end(), is_success);
        const auto full = std::count_if(those.begin(), those.end(),
                                        [](const Sample& s) { return s.status == 503; });
        out.push_back(json::object{{"second", second},
                                   {"succeeded", good},
                                   {"refused", full},
                                   {"latency_ms", latencies_of(those, is_success)}});
    }
    return out;
}

}  // namespace

std::size_t succeeded(const Outcome& outcome) {
    return static_cast<std::size_t>(
        std::count_if(outcome.samples.begin(), outcome.samples.end(), is_success));
}

json::object summarise(const Plan& plan, const Outcome& outcome) {
    json::object errors;
    for (const auto& [what, count] : outcome.connection_errors) errors[what] = count;
    const auto in_time =
        std::count_if(outcome.samples.begin(), outcome.samples.end(), [&](const Sample& sample) {
            return is_success(sample) && static_cast<double>(sample.at_s) <= outcome.seconds;
        });
    return {{"connections", plan.connections},
            {"rate", plan.rate > 0 ? json::value(plan.rate) : json::value(nullptr)},
            {"seconds", outcome.seconds},
            {"answers", outcome.samples.size()},
            {"per_s", static_cast<double>(in_time) / outcome.seconds},
            {"latency_ms", latencies_of(outcome.samples, is_success)},
            {"refused_latency_ms",
             latencies_of(outcome.samples, [](const Sample& s) { return s.status == 503; })},
            {"statuses", statuses(outcome.samples)},
            {"connection_errors", errors},
            {"unsent", outcome.unsent},
            {"unanswered", outcome.unanswered},
            {"refusals_without_retry_after", outcome.refusals_without_retry_after},
            {"first_error", outcome.first_error},
            {"timeline", timeline(outcome.samples)}};
}

}  // namespace croquis::bench
