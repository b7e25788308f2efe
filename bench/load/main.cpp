// croquis-bench-load: an HTTP load generator that costs little, for comparing servers on a machine
// that they share with it. One thread, ready-made requests of many drawings, closed loop or open
// loop with Poisson arrivals; prints JSON.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <iostream>
#include <vector>

#include "load.h"
#include "requests.h"
#include "summary.h"
#include "watch.h"

namespace croquis::bench {
namespace {

namespace json = boost::json;

struct Arguments {
    std::string url;
    std::string what = "submit";
    std::string drawings = "build/bench/drawings.txt";
    std::string path = "/";
    std::size_t pages = 200;
    std::size_t per_page = 50;
    std::size_t images = 1000;
    double warm_up = 2;
    double seconds = 10;
    double patience = 15;
    std::vector<std::string> watched;
    Plan plan;
};

struct Watched {
    std::string name;
    pid_t pid = 0;
    std::vector<Usage> looks;
};

std::vector<Request> make_requests(const Arguments& arguments) {
    const auto& target = arguments.plan.target;
    if (arguments.what == "submit")
        return submissions(target, arguments.drawings, arguments.plan.keyed);
    if (arguments.what == "list") return list_pages(target, arguments.pages, arguments.per_page);
    if (arguments.what == "image") return images(target, arguments.images, false);
    if (arguments.what == "image-304") return images(target, arguments.images, true);
    return single_get(target, arguments.path);
}

std::vector<Watched> read_watched(const std::vector<std::string>& texts) {
    std::vector<Watched> watched;
    for (const auto& text : texts) {
        const auto at = text.find('=');
        if (at == std::string::npos) throw std::invalid_argument("not NAME=PID: " + text);
        watched.push_back({text.substr(0, at), std::stoi(text.substr(at + 1)), {}});
    }
    watched.push_back({"load", getpid(), {}});
    return watched;
}

void run(Arguments& arguments) {
    arguments.plan.target = parse_target(arguments.url);
    arguments.plan.warm_up = std::chrono::duration<double>(arguments.warm_up);
    arguments.plan.measured = std::chrono::duration<double>(arguments.seconds);
    arguments.plan.patience = std::chrono::duration<double>(arguments.patience);
    const auto requests = make_requests(arguments);
    auto watched = read_watched(arguments.watched);
    const auto look = [&] {
        for (auto& each : watched) each.looks.push_back(usage_of_tree(each.pid));
    };
    const auto outcome = run_load(arguments.plan, requests, look);
    auto report = summarise(arguments.plan, outcome);
    report["what"] = arguments.what;
    report["different_requests"] = requests.size();
    json::object usage;
    for (const auto& each : watched)
        usage[each.name] = usage_between(each.looks.front(), each.looks.back(),
                                         static_cast<double>(succeeded(outcome)));
    report["usage"] = usage;
    std::cout << json::serialize(report) << std::endl;
}

void add_options(CLI::App& program, Arguments& arguments) {
    // A script's usual options come first, those of one measurement after them.
    program.option_defaults()->take_last();
    program.add_option("url", arguments.url, "http://HOST:PORT")->required();
    program.add_option("--what", arguments.what, "What to send")
        ->check(CLI::IsMember({"submit", "list", "image", "image-304", "get"}))
        ->capture_default_str();
    program.add_option("--drawings", arguments.drawings, "File of base64 PNG, one a line")
        ->capture_default_str();
    program.add_option("--path", arguments.path, "Of --what get")->capture_default_str();
    program.add_option("--pages", arguments.pages, "Different pages of --what list")
        ->capture_default_str();
    program.add_option("--per-page", arguments.per_page, "Drawings a page")->capture_default_str();
    program.add_option("--images", arguments.images, "Different images of --what image")
        ->capture_default_str();
    program.add_option("--connections", arguments.plan.connections, "Connections")
        ->check(CLI::Range(1, 20'000))
        ->capture_default_str();
    program.add_option("--rate", arguments.plan.rate, "Arrivals a second; 0 for a closed loop")
        ->capture_default_str();
    program.add_option("--warm-up", arguments.warm_up, "Seconds before measuring")
        ->capture_default_str();
    program.add_option("--seconds", arguments.seconds, "Seconds measured")->capture_default_str();
    program.add_option("--patience", arguments.patience, "Seconds to wait for the last answers")
        ->capture_default_str();
    program.add_option("--seed", arguments.plan.seed, "Of order and arrivals")
        ->capture_default_str();
    program.add_flag("--keyed", arguments.plan.keyed, "Send an Idempotency-Key with each");
    program
        .add_option("--watch", arguments.watched,
                    "NAME=PID: report CPU and memory of that process and its descendants")
        ->take_all();
}

}  // namespace
}  // namespace croquis::bench

int main(int argc, char** argv) {
    croquis::bench::Arguments arguments;
    CLI::App program("Loads a drawing server and prints what it measured as JSON");
    croquis::bench::add_options(program, arguments);
    CLI11_PARSE(program, argc, argv);
    try {
        croquis::bench::run(arguments);
        return 0;
    } catch (const std::exception& failed) {
        std::cerr << "croquis-bench-load: " << failed.what() << '\n';
        return 1;
    }
}
