#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <iostream>

#include "cli/commands.h"
#include "cli/terminal.h"
#include "core/private_files.h"
#include "drawing/normalise.h"
#include "drawing/strokes.h"
#include "server/advice.h"
#include "server/open.h"
#include "service/models/registry.h"
#include "store/migrations.h"
#include "store/sqlite_url.h"

namespace croquis::cli {
namespace {

constexpr std::size_t files_beside_connections = 64;

/// What a check found, in a line; or what is wrong and what to do about it.
using Finding = Result<std::string>;

Error invalid(std::string detail) {
    return {ErrorKind::invalid, std::move(detail)};
}

/// Whether what listens on this machine's `port` answers as this program does.
bool is_croquis(const std::string& address, std::uint16_t port) {
    namespace ip = boost::asio::ip;
    const auto listening = ip::make_address(address);
    const auto here = !listening.is_unspecified() ? listening
                      : listening.is_v4()         ? ip::address(ip::address_v4::loopback())
                                                  : ip::address(ip::address_v6::loopback());
    ip::tcp::iostream peer;
    peer.expires_after(std::chrono::seconds(2));
    peer.connect(ip::tcp::endpoint(here, port));
    peer << "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" << std::flush;
    for (std::string line; std::getline(peer, line) && line != "\r";)
        if (line == "Server: croquis\r") return true;
    return false;
}

/// The checks. The store is opened once; what needs it says so where it cannot be.
class Doctor {
  public:
    explicit Doctor(const server::Config& config) : config_(config) {}

    int examine() {
        tell("store", check_store());
        tell("model", check_model());
        tell("page", check_page());
        tell("secret", check_secret());
        tell("API port", check_port(config_.port));
        tell("page port", check_port(config_.portal_port));
        if (config_.metrics_port != 0) tell("metrics port", check_port(config_.metrics_port));
        tell("open files", check_files());
        return exit_code_;
    }

  private:
    void tell(std::string_view name, const Finding& found);
    Finding check_store();
    [[nodiscard]] Result<void> check_database_files() const;
    Finding check_schema();
    bool has_schema();
    Finding check_model();
    Finding check_page() const;
    Finding check_secret();
    Finding check_port(std::uint16_t port) const;
    Finding check_files() const;

    const server::Config& config_;
    Metrics metrics_;
    std::unique_ptr<store::Store> store_;  ///< null where it cannot be opened, or is not there yet
    int exit_code_ = success;
};

void Doctor::tell(std::string_view name, const Finding& found) {
    const bool colour = colour_on(STDOUT_FILENO);
    const auto mark = found ? (colour ? "\033[32mok\033[0m  " : "ok  ")
                            : (colour ? "\033[31mFAIL\033[0m" : "FAIL");
    std::cout << fmt::format("{} {:<13} {}\n", mark, name, found ? *found : found.error().detail)
              << std::flush;
    if (!found) exit_code_ = failed;
}

Finding Doctor::check_store() {
    const auto name = server::without_password(config_.store);
    if (!server::store_is_there(config_)) return name + " will be made at the first start";
    const auto safe = check_database_files();
    auto opened = server::open_quietly(config_, metrics_);
    if (!opened) return opened.error();
    if (const auto ready = (*opened)->ready(); !ready) return ready.error();
    store_ = std::move(*opened);
    const auto schema = check_schema();
    if (!schema) return schema.error();
    if (!safe) return safe.error();
    return fmt::format("{} answers; {}", name, *schema);
}

/// What serve mends, with a warning.
Result<void> Doctor::check_database_files() const {
    if (!config_.store.starts_with(store::sqlite_scheme)) return {};
    for (const char* suffix : {"", "-wal", "-shm"}) {
        const auto file = config_.store.substr(store::sqlite_scheme.size()) + suffix;
        if (const auto mode = open_to_others(file))
            return invalid(fmt::format(
                "Others can read or change {0} (its permissions are {1}): chmod 600 {0}.", file,
                *mode));
    }
    return {};
}

Finding Doctor::check_schema() {
    const auto known = config_.store.starts_with(store::sqlite_scheme)
                           ? store::sqlite_migrations()
                           : store::postgres_migrations();
    const int newest = known.empty() ? 0 : known.back().version;
    const auto version = store_->schema_version();
    if (!version) return version.error();
    if (*version > newest)
        return invalid(fmt::format(
            "The store has schema version {}, newer than this program's {}: run a newer Croquis.",
            *version, newest));
    if (*version < newest)
        return fmt::format("schema version {}, serve and migrate bring it to {}", *version, newest);
    return fmt::format("schema version {}, the newest", *version);
}

/// A store without its schema has neither a registry nor users yet.
bool Doctor::has_schema() {
    if (!store_) return false;
    const auto version = store_->schema_version();
    return version && *version > 0;
}

Finding Doctor::check_model() {
    auto model = has_schema() ? service::live_model(*store_, config_.model)
                              : recognition::load_recognizer(config_.model);
    if (!model) return model.error();
    const drawing::Strokes square{{{0, 0}, {100, 0}, {100, 100}, {0, 100}, {0, 0}}};
    const auto input = drawing::normalise(drawing::rasterise(square, 256, drawing::Pen{}, 16));
    if (!input) return input.error();
    const auto answers = (*model)->recognise(std::span(&*input, 1));
    if (!answers) return answers.error();
    return fmt::format("{} says of a square: {} ({:.0f}%)", (*model)->info().id,
                       answers->front().tag, 100 * answers->front().confidence);
}

Finding Doctor::check_page() const {
    std::error_code failed;
    if (!std::filesystem::exists(config_.web_root / "index.html", failed))
        return invalid(fmt::format("There is no page in {}: build it with tools/build-page.",
                                   config_.web_root.string()));
    return config_.web_root.string();
}

/// What serve refuses: no secret, one that can be guessed, the demo's password outside demo mode.
Finding Doctor::check_secret() {
    if (config_.demo) return std::string("demo mode: admin / admin, for trying out alone");
    auto options = server::identity_options(config_);
    if (!options) return options.error();
    if (options->secret.size() < 32)
        return invalid(
            "The secret has fewer than 32 bytes: make one with openssl rand -base64 32.");
    if (!has_schema()) return std::string("set");
    identity::Identity identity(*store_, std::move(*options));
    if (const auto safe = identity.refuse_defaults(); !safe)
        return safe.error().field == "password" ? server::demo_password_left(config_)
                                                : safe.error();
    return std::string("set, and nobody has the demo's password");
}

Finding Doctor::check_port(std::uint16_t port) const {
    namespace asio = boost::asio;
    asio::io_context io;
    boost::system::error_code failed;
    const auto address = asio::ip::make_address(config_.address, failed);
    if (failed) return invalid("Not an IP address: " + config_.address + ".");
    asio::ip::tcp::acceptor acceptor(io);
    const asio::ip::tcp::endpoint endpoint(address, port);
    acceptor.open(endpoint.protocol(), failed);
    if (!failed) acceptor.set_option(asio::socket_base::reuse_address(true), failed);
    if (!failed) acceptor.bind(endpoint, failed);
    if (failed == asio::error::address_in_use && is_croquis(config_.address, port))
        return fmt::format("{}: a croquis serves there", port);
    if (failed) return invalid(fmt::format("{}:{}: {}.", config_.address, port, failed.message()));
    return port == 0 ? std::string("any free one") : fmt::format("{} is free", port);
}

Finding Doctor::check_files() const {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return invalid("The limit on open files is unknown.");
    if (limit.rlim_cur < config_.max_connections + files_beside_connections)
        return invalid(
            fmt::format("{} open files are allowed, {} connections are: raise ulimit "
                        "-n, or lower --max-connections.",
                        limit.rlim_cur, config_.max_connections));
    return fmt::format("{} allowed, for {} connections", limit.rlim_cur, config_.max_connections);
}

}  // namespace

void add_doctor(CLI::App& program, Context& context) {
    auto* command = program.add_subcommand(
        "doctor", "Check that everything serve needs is there; exit status 1 if not");
    const auto config = own_settings(*command,
                                     server::Settings::store | server::Settings::model |
                                         server::Settings::serve | server::Settings::identity,
                                     context);
    command->callback([=, &context] { context.exit_code = Doctor(*config).examine(); });
}

}  // namespace croquis::cli
