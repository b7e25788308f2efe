#include "support/postgres.h"

#include <libpq-fe.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <utility>

#include "support/folders.h"

namespace croquis::testing_support {

Postgres::Postgres(std::string settings)
    : folder_(own_folder_.path().string()), settings_(std::move(settings)) {
    start();
}

Postgres::Postgres(Running running) : folder_(std::move(running.folder)), own_(false) {}

std::unique_ptr<Postgres> Postgres::shared() {
    const char* running = std::getenv("CROQUIS_TEST_POSTGRES");
    if (running == nullptr || *running == '\0') return std::make_unique<Postgres>("fsync=off");
    return std::unique_ptr<Postgres>(new Postgres(Running{running}));
}

Postgres::~Postgres() {
    try {
        if (own_)
            run("remove");
        else
            drop_databases();
    } catch (const std::exception& failed) {
        std::fprintf(stderr, "%s\n", failed.what());
    }
}

void Postgres::start() {
    setenv("CROQUIS_POSTGRES_WITH", std::to_string(getpid()).c_str(), 1);
    run("start", settings_);
}

void Postgres::run(const std::string& command, const std::string& argument) const {
    const std::string line = source_folder() + "/tools/postgres-for-tests " + command + " '" +
                             folder_ + "' " + argument + " >/dev/null";
    if (std::system(line.c_str()) != 0) throw std::runtime_error("failed: " + line);
}

std::string Postgres::url(const std::string& database) const {
    return "postgresql://croquis@/" + database + "?host=" + folder_;
}

std::string Postgres::new_database() {
    const std::string name = database(++databases_);
    sql(url("postgres"), "CREATE DATABASE " + name);
    return url(name);
}

void Postgres::drop_databases() const {
    for (int number = databases_; number > 0; --number)
        sql(url("postgres"), "DROP DATABASE IF EXISTS " + database(number) + " WITH (FORCE)");
}

std::string Postgres::database(int number) {
    return "test_" + std::to_string(getpid()) + "_" + std::to_string(number);
}

void Postgres::sql(const std::string& database_url, const std::string& statement) const {
    const std::unique_ptr<PGconn, void (*)(PGconn*)> connection(PQconnectdb(database_url.c_str()),
                                                                PQfinish);
    const std::unique_ptr<PGresult, void (*)(PGresult*)> result(
        PQexec(connection.get(), statement.c_str()), PQclear);
    const auto status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        throw std::runtime_error(statement + ": " + PQerrorMessage(connection.get()));
}

}  // namespace croquis::testing_support
