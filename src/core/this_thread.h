#pragma once

#include <pthread.h>
#include <sys/resource.h>

namespace croquis {

/// Names the calling thread in /proc, `top -H` and debuggers, so that its work can be told from the
/// others'. Costs a system call of a fraction of a microsecond. At most 15 characters; a longer
/// name changes nothing.
inline void name_this_thread(const char* name) {
    pthread_setname_np(pthread_self(), name);
}

/// Lets threads of the usual priority go first where processors are short: this one then gets about
/// a third of one's share. On Linux the nice value is a thread's own. Where it may not be set all
/// works as before, so that is no error.
inline void give_way_to_other_threads() {
    constexpr int step = 5;
    static_cast<void>(setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + step));
}

}  // namespace croquis
