// The same fixed 200 JSON as the bare responder, through Croquis's server and router: limits,
// deadlines, metrics, request ids and security headers included. The gap to the bare one is their
// price.
#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <iostream>

#include "core/logging.h"
#include "http/server.h"

namespace {

using namespace croquis;

http::Router fixed_answer() {
    http::Router router;
    const auto answer = [](http::Request&) -> boost::asio::awaitable<http::Response> {
        http::Response response;
        response.set("Content-Type", "application/json");
        response.body = R"({"status":"ok"})";
        co_return response;
    };
    for (const auto method : {http::Method::get, http::Method::post})
        router.add(method, "/api/v1/public/drawings/{id}", answer);
    return router;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App program("Croquis's server and router around one fixed 200 JSON");
    http::ServerOptions options;
    options.name = "bench";
    program.add_option("--port", options.port, "Port on 127.0.0.1")->required();
    program.add_option("--threads", options.threads, "Network threads")->capture_default_str();
    CLI11_PARSE(program, argc, argv);
    start_logging("info", LogFormat::text);
    Metrics metrics;
    http::Server server(options, fixed_answer(), metrics);
    if (const auto started = server.start(); !started) {
        std::cerr << "croquis-bench-router: " << started.error().detail << '\n';
        return 1;
    }
    boost::asio::io_context io(1);
    boost::asio::signal_set signals(io, SIGINT, SIGTERM);
    signals.async_wait([&](const boost::system::error_code&, int) { io.stop(); });
    io.run();
    server.stop();
}
