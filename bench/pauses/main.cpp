// croquis-bench-pauses: for how long this machine stands still by itself. On each core a thread
// does nothing but read the clock; where two readings lie far apart, something else had the core:
// another process, the kernel or, in a virtual machine, the host. No server's latency here can be
// better. Run it on an otherwise idle machine; prints JSON.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <iostream>
#include <thread>
#include <vector>

namespace {

namespace json = boost::json;
using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

struct Pause {
    Clock::time_point from;
    Clock::time_point to;
};

std::vector<Pause> pauses_until(Clock::time_point end, Milliseconds least) {
    std::vector<Pause> pauses;
    for (auto last = Clock::now(); last < end;) {
        const auto now = Clock::now();
        if (now - last >= least) pauses.push_back({last, now});
        last = now;
    }
    return pauses;
}

/// Pauses of several cores as one list, those that overlap as one: when at least one core stood
/// still.
std::vector<Pause> joined(std::vector<Pause> pauses) {
    std::sort(pauses.begin(), pauses.end(),
              [](const Pause& a, const Pause& b) { return a.from < b.from; });
    std::vector<Pause> all;
    for (const auto& pause : pauses) {
        if (all.empty() || all.back().to < pause.from)
            all.push_back(pause);
        else
            all.back().to = std::max(all.back().to, pause.to);
    }
    return all;
}

std::vector<Pause> pauses_of(std::size_t cores, Milliseconds duration, Milliseconds least) {
    const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(duration);
    std::vector<std::vector<Pause>> by_core(cores);
    {
        std::vector<std::jthread> threads;
        threads.reserve(cores);
        for (auto& mine : by_core)
            threads.emplace_back([&mine, end, least] { mine = pauses_until(end, least); });
    }
    std::vector<Pause> all;
    for (const auto& mine : by_core) all.insert(all.end(), mine.begin(), mine.end());
    return joined(std::move(all));
}

}  // namespace

int main(int argc, char** argv) {
    double seconds = 10;
    double least_ms = 0.2;
    std::size_t cores = 2;
    CLI::App program("For how long this machine stands still by itself");
    program.add_option("--seconds", seconds)->capture_default_str()->check(CLI::PositiveNumber);
    program.add_option("--least", least_ms, "Milliseconds that count as a pause")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    program.add_option("--cores", cores)->capture_default_str()->check(CLI::PositiveNumber);
    CLI11_PARSE(program, argc, argv);
    const auto pauses = pauses_of(cores, Milliseconds(seconds * 1e3), Milliseconds(least_ms));
    Milliseconds sum{0};
    Milliseconds longest{0};
    for (const auto& pause : pauses) {
        sum += pause.to - pause.from;
        longest = std::max<Milliseconds>(longest, pause.to - pause.from);
    }
    std::cout << json::object{{"seconds", seconds},
                              {"least_ms", least_ms},
                              {"pauses", pauses.size()},
                              {"ms_per_s", sum.count() / seconds},
                              {"longest_ms", longest.count()}}
              << '\n';
}
