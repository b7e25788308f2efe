#pragma once

#include <chrono>
#include <stop_token>
#include <string>
#include <thread>

#include "store/worker_store.h"

namespace croquis::jobs {

struct PresenceOptions {
    std::chrono::milliseconds renew{5000};    ///< how often a process says that it is there
    std::chrono::milliseconds lasts{15'000};  ///< after which a silent one is taken to be dead
};

/// "lab-2:4711": the machine's name and the process's number there.
std::string name_of_process();

/// Has the store know that this process does jobs, from the constructor to stop(), on a thread that
/// sleeps but for one statement every few seconds.
class Presence {
  public:
    /// `self` without its times. A store that cannot be reached is told at the next renewal.
    Presence(store::WorkerStore& store, store::Worker self, PresenceOptions options = {});
    ~Presence();
    Presence(const Presence&) = delete;
    Presence& operator=(const Presence&) = delete;

    /// Joins, and takes the process off the list.
    void stop();

  private:
    void renew();
    void run(const std::stop_token& stop);

    store::WorkerStore& store_;
    store::Worker self_;  ///< the thread's own, once that runs
    const PresenceOptions options_;
    bool failing_ = false;  ///< so is this
    std::jthread thread_;
};

}  // namespace croquis::jobs
