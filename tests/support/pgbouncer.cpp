#include "support/pgbouncer.h"

#include <libpq-fe.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <fstream>
#include <stdexcept>
#include <thread>
#include <vector>

namespace croquis::testing_support {
namespace {

constexpr const char* program = "/usr/sbin/pgbouncer";

void write_settings(const std::filesystem::path& folder, const Postgres& server) {
    std::ofstream(folder / "users.txt") << "\"croquis\" \"\"\n";
    std::ofstream(folder / "pgbouncer.ini")
        << "[databases]\n* = host=" << server.socket_folder() << "\n"
        << "[pgbouncer]\nlisten_addr =\nunix_socket_dir = " << folder.string()
        << "\nauth_type = trust\nauth_file = " << (folder / "users.txt").string()
        << "\npool_mode = transaction\ndefault_pool_size = 3\nlogfile = "
        << (folder / "log").string() << "\n";
}

/// Runs PgBouncer, which refuses to be root, as the user postgres then; it ends with this process.
int spawn(const std::filesystem::path& settings) {
    std::vector<std::string> words;
    words = {"/usr/bin/setpriv", "--pdeathsig=TERM"};
    if (getuid() == 0)
        words.insert(words.end(), {"--reuid=postgres", "--regid=postgres", "--init-groups"});
    words.insert(words.end(), {program, "--quiet", settings.string()});
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const int child = fork();
    if (child != 0) return child;
    execv(arguments.front(), arguments.data());
    _exit(127);
}

bool answers(const std::string& url) {
    PGconn* connection = PQconnectdb(url.c_str());
    const bool connected = PQstatus(connection) == CONNECTION_OK;
    PQfinish(connection);
    return connected;
}

}  // namespace

bool PgBouncer::installed() {
    return std::filesystem::exists(program);
}

PgBouncer::PgBouncer(const Postgres& server) {
    write_settings(folder_.path(), server);
    std::filesystem::permissions(folder_.path(), std::filesystem::perms::all);
    process_ = spawn(folder_.path() / "pgbouncer.ini");
    for (int tries = 0; tries < 500; ++tries) {
        if (answers(url("postgres"))) return;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    throw std::runtime_error("PgBouncer did not start");
}

PgBouncer::~PgBouncer() {
    kill(process_, SIGTERM);
    waitpid(process_, nullptr, 0);
}

std::string PgBouncer::url(const std::string& database) const {
    return "postgresql://croquis@:6432/" + database + "?host=" + folder_.path().string();
}

}  // namespace croquis::testing_support
