#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <thread>

#include "store/store.h"

/// Drawings of a project that says for how many days they are kept are deleted after that.
namespace croquis::service {

/// In the audit log and in what is left of a drawing, who deleted it.
inline constexpr const char* retention_name = "retention";

struct RetentionOptions {
    std::chrono::milliseconds every = std::chrono::minutes(10);
    std::chrono::milliseconds rest{200};  ///< between two transactions
    std::size_t at_once = 200;            ///< drawings in one transaction, 1 to 200
    std::function<Timestamp()> clock = now;
    std::function<std::chrono::steady_clock::time_point()> steady = std::chrono::steady_clock::now;
};

/// Looks for what is too old, on a thread of its own that gives way to others. Several processes
/// may do so at once. Where the clock was set meanwhile, nothing is deleted until it has gone
/// steadily for one round: a wrong clock must not empty a store.
class Retention {
  public:
    /// How far the clock may be from where it should be.
    static constexpr std::chrono::minutes clock_slack{5};

    explicit Retention(store::Store& store, RetentionOptions options = {});
    ~Retention();
    Retention(const Retention&) = delete;
    Retention& operator=(const Retention&) = delete;

    /// From now on, until stop().
    void start();
    void stop();

    /// One round over all projects: how many drawings were deleted. Errors: those of the store.
    /// Not to be called beside start().
    Result<std::size_t> sweep();

  private:
    void run();
    bool clock_is_steady();
    Result<std::size_t> sweep(const store::Project& project, Timestamp at);

    store::Store& store_;
    const RetentionOptions options_;
    struct Seen {
        Timestamp at;
        std::chrono::steady_clock::time_point steady;
    };
    std::optional<Seen> seen_;  ///< the thread's own
    std::stop_source stopping_;
    std::thread thread_;
};

}  // namespace croquis::service
