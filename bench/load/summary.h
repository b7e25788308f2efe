#pragma once

#include <boost/json/object.hpp>

#include "load.h"

namespace croquis::bench {

/// Throughput, exact percentiles (every latency is kept), statuses, and a line for each second.
boost::json::object summarise(const Plan& plan, const Outcome& outcome);

/// Answers below 400, which count as done.
std::size_t succeeded(const Outcome& outcome);

}  // namespace croquis::bench
