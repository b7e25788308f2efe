#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "support/temp_folder.h"

namespace croquis::testing_support {

/// A private PostgreSQL server, made and started in a folder of its own by tools/postgres-for-tests
/// and removed at the end, even where the test program is killed. Throws std::runtime_error where
/// it cannot.
class Postgres {
  public:
    /// `settings` go to the server as NAME=VALUE, separated by spaces.
    explicit Postgres(std::string settings = {});
    /// The server of the whole suite, which ctest starts in the folder CROQUIS_TEST_POSTGRES; one
    /// of its own, that does without fsync, where there is none. Not to be stopped, crashed or
    /// frozen.
    static std::unique_ptr<Postgres> shared();
    ~Postgres();
    Postgres(const Postgres&) = delete;
    Postgres& operator=(const Postgres&) = delete;

    /// The URL of a new, empty database. Thread-safe.
    std::string new_database();
    [[nodiscard]] std::string url(const std::string& database) const;
    /// The folder of its socket, for a connection pooler in front of it.
    [[nodiscard]] std::string socket_folder() const { return folder_; }

    void start();
    void stop() { run("stop", "fast"); }
    /// As if the power failed, but for what the operating system has in memory.
    void crash() { run("stop", "immediate"); }

    /// Stops all its processes where they are: it takes connections and requests, and answers none.
    void freeze() { run("freeze"); }
    void thaw() { run("thaw"); }

    /// Runs SQL on a database, as an operator would.
    void sql(const std::string& database_url, const std::string& statement) const;

  private:
    struct Running {
        std::string folder;
    };
    explicit Postgres(Running running);
    void run(const std::string& command, const std::string& argument = {}) const;
    /// On a server that goes on, hundreds of them would be written to the disk, and be in the way.
    void drop_databases() const;
    static std::string database(int number);

    TempFolder own_folder_;
    std::string folder_;
    bool own_ = true;  ///< started here, and to be removed
    std::string settings_;
    std::atomic<int> databases_{0};
};

}  // namespace croquis::testing_support
