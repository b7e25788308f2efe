#pragma once

#include <sys/types.h>

#include <boost/json/object.hpp>
#include <map>
#include <string>

namespace croquis::bench {

/// What a process and its descendants have used since they started.
struct Usage {
    double user_s = 0;
    double system_s = 0;
    double rss_mib = 0;                     ///< proportional set size: shared pages counted once
    double peak_rss_mib = 0;                ///< of the root process alone
    std::map<std::string, double> threads;  ///< CPU seconds by name of thread, living ones
};

/// Reads /proc. A process that has ended counts for nothing, except through its parent's account of
/// the children it waited for.
Usage usage_of_tree(pid_t root);

/// CPU between two looks; memory as of the second.
boost::json::object usage_between(const Usage& before, const Usage& after, double requests);

}  // namespace croquis::bench
