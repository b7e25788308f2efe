#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/metrics.h"
#include "store/audit_store.h"
#include "store/claim_store.h"
#include "store/drawing_store.h"
#include "store/duplicate_store.h"
#include "store/embedding_store.h"
#include "store/job_store.h"
#include "store/model.h"
#include "store/model_store.h"
#include "store/person_store.h"
#include "store/project_store.h"
#include "store/quality_store.h"
#include "store/user_store.h"
#include "store/worker_store.h"

namespace croquis::store {

struct StoreOptions {
    std::size_t readers = 4;  ///< connections for everything but submissions
    std::size_t writers = 2;  ///< PostgreSQL: connections that write submissions; SQLite has one
    std::size_t max_batch = 256;        ///< submissions in one commit
    std::size_t queue_capacity = 4096;  ///< submissions waiting; one more is ErrorKind::unavailable
    /// Under load, how long a small batch waits for more; 0 for never. A store that gets one
    /// submission at a time never waits.
    std::chrono::microseconds linger{1000};
    /// SQLite: take a database file that others can read or change from them, with a warning. A new
    /// one is never theirs.
    bool close_to_others = true;
};

/// What the platform remembers: one interface for each subject, and the database itself. All
/// functions are thread-safe. All but submit() block: call them from a WorkerPool, never from a
/// network thread. None waits for ever: a lost database, one that stands still, a full disk are
/// ErrorKind::unavailable, within seconds, and later calls try again; nothing that was answered
/// with success is ever lost.
class Store : public DrawingStore,
              public ProjectStore,
              public UserStore,
              public ModelStore,
              public EmbeddingStore,
              public ClaimStore,
              public QualityStore,
              public DuplicateStore,
              public JobStore,
              public WorkerStore,
              public AuditStore,
              public PersonStore {
  public:
    Store() = default;
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;
    virtual ~Store() = default;

    /// Applies the migrations not applied yet, each in its own transaction; returns their names.
    /// Safe when several processes start at once.
    virtual Result<std::vector<std::string>> migrate() = 0;
    /// Where the database is a file whose schema lacks steps, copies it as it is to a file beside
    /// it that only its owner can read, and returns that file's path once it is on disk. Nothing
    /// where there is nothing to copy, or where the database is a server's, which has its own
    /// tools.
    virtual Result<std::optional<std::string>> back_up_before_migration() = 0;
    /// The schema's version, without changing it.
    virtual Result<int> schema_version() = 0;
    /// A round trip to the database.
    virtual Result<void> ping() = 0;
    /// For readiness: ping(), and whether a write can succeed, as was seen or tried within the last
    /// seconds. Errors: unavailable, with the reason (a full disk, a standby).
    virtual Result<void> ready() = 0;
    /// Refuses new submissions, commits those that wait, and answers them; those that a silent
    /// database has not taken within its deadline are answered unavailable.
    virtual void stop() = 0;
};

/// Opens `sqlite:PATH` (relative to the working directory; created if missing) or
/// `postgresql://user@host:port/db?…` (libpq's URI). Does not migrate. Errors: invalid (the URL),
/// unavailable (no server). The password in a URL is never logged.
Result<std::unique_ptr<Store>> open_store(const std::string& url, const StoreOptions& options,
                                          Metrics& metrics);

}  // namespace croquis::store
