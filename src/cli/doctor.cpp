#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <filesystem>
#include <functional>
#include <iostream>

#include "cli/commands.h"
#include "cli/open.h"
#include "drawing/normalise.h"
#include "drawing/strokes.h"
#include "recognition/recognizer.h"

namespace croquis::cli {
namespace {

/// A check's finding in a line, or what to do about it.
using Finding = Result<std::string>;

Finding check_store(const Config& config) {
    Metrics metrics;
    auto store = open_quietly(config, metrics);
    if (!store) return store.error();
    if (const auto answered = (*store)->ping(); !answered) return answered.error();
    const auto version = (*store)->schema_version();
    if (!version) return version.error();
    return fmt::format("{} answers, schema version {}", without_password(config.store), *version);
}

Finding check_model(const Config& config) {
    auto model = recognition::load_recognizer(config.model);
    if (!model) return model.error();
    const drawing::Strokes square{{{0, 0}, {100, 0}, {100, 100}, {0, 100}, {0, 0}}};
    const auto input = drawing::normalise(drawing::rasterise(square, 256, drawing::Pen{}, 16));
    if (!input) return input.error();
    const auto answers = (*model)->recognise(std::span(&*input, 1));
    if (!answers) return answers.error();
    return fmt::format("{} says a square is a {} ({:.0f}%)", (*model)->info().id,
                       answers->front().tag, 100 * answers->front().confidence);
}

Finding check_page(const Config& config) {
    if (!std::filesystem::exists(config.web_root / "index.html"))
        return Error{ErrorKind::not_found,
                     "The page is not built: npm ci && npm run build in web/.", config.web_root};
    return config.web_root.string();
}

Finding check_secret(const Config& config) {
    if (config.demo) return std::string("demo mode makes one at each start");
    const auto secret = read_secret(config);
    if (!secret) return secret.error();
    if (secret->size() < 32)
        return Error{ErrorKind::invalid,
                     "Set CROQUIS_SECRET or --secret-file to 32 bytes or more, or use --demo.",
                     "secret"};
    return std::string("set");
}

Finding check_port(const Config& config, std::uint16_t port) {
    namespace asio = boost::asio;
    asio::io_context io;
    boost::system::error_code failed;
    const auto address = asio::ip::make_address(config.address, failed);
    if (failed) return Error{ErrorKind::invalid, "The address is not an IP address.", "address"};
    asio::ip::tcp::acceptor acceptor(io);
    acceptor.open(address.is_v6() ? asio::ip::tcp::v6() : asio::ip::tcp::v4(), failed);
    acceptor.set_option(asio::socket_base::reuse_address(true), failed);
    acceptor.bind({address, port}, failed);
    if (failed)
        return Error{ErrorKind::unavailable, fmt::format("Port {}: {}.", port, failed.message()),
                     "port"};
    return fmt::format("{} is free", port);
}

Finding check_files(const Config& config) {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return Error{ErrorKind::internal, "The limit on open files is unknown."};
    if (limit.rlim_cur < config.max_connections + 64)
        return Error{ErrorKind::invalid,
                     fmt::format("{} open files are allowed, {} connections are: raise ulimit -n.",
                                 limit.rlim_cur, config.max_connections)};
    return fmt::format("{} open files allowed", limit.rlim_cur);
}

int doctor(const Config& config) {
    const std::pair<const char*, std::function<Finding()>> checks[] = {
        {"store", [&] { return check_store(config); }},
        {"model", [&] { return check_model(config); }},
        {"page", [&] { return check_page(config); }},
        {"secret", [&] { return check_secret(config); }},
        {"API port", [&] { return check_port(config, config.port); }},
        {"page port", [&] { return check_port(config, config.portal_port); }},
        {"open files", [&] { return check_files(config); }},
    };
    const bool colour = isatty(STDOUT_FILENO) != 0;
    int exit_code = success;
    for (const auto& [name, check] : checks) {
        const auto found = check();
        if (!found) exit_code = failed;
        const auto mark = found ? (colour ? "\033[32mok\033[0m  " : "ok  ")
                                : (colour ? "\033[31mFAIL\033[0m" : "FAIL");
        std::cout << fmt::format("{} {:<11} {}\n", mark, name,
                                 found ? *found : found.error().detail);
    }
    return exit_code;
}

}  // namespace

void add_doctor(CLI::App& program, Context& context) {
    auto* command =
        program.add_subcommand("doctor", "Check that everything Croquis needs is there");
    add_settings(*command, Settings::store | Settings::model | Settings::serve | Settings::identity,
                 context.config);
    command->callback([&context] { context.exit_code = doctor(context.config); });
}

}  // namespace croquis::cli
