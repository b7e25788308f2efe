#pragma once

#include <optional>
#include <string>

#include "support/postgres.h"

namespace croquis::testing_support {

/// PgBouncer in transaction mode in front of a server: what a statement leaves in its session, the
/// next may not find. Ends with the test program.
class PgBouncer {
  public:
    /// Whether Debian's package is here.
    static bool installed();

    /// Throws std::runtime_error where it cannot be started.
    explicit PgBouncer(const Postgres& server);
    ~PgBouncer();
    PgBouncer(const PgBouncer&) = delete;
    PgBouncer& operator=(const PgBouncer&) = delete;

    [[nodiscard]] std::string url(const std::string& database) const;

  private:
    TempFolder folder_;
    int process_ = 0;
};

}  // namespace croquis::testing_support
