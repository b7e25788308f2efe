#include "watch.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <vector>

namespace croquis::bench {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

struct Stat {
    pid_t parent = 0;
    double user_s = 0;
    double system_s = 0;
    double children_user_s = 0;
    double children_system_s = 0;
};

std::string first_line(const fs::path& file) {
    std::ifstream in(file);
    std::string line;
    std::getline(in, line);
    return line;
}

/// proc(5): the fields after the name, which may itself hold spaces and brackets.
Stat read_stat(const fs::path& process) {
    const auto line = first_line(process / "stat");
    Stat stat;
    const auto end = line.rfind(')');
    if (end == std::string::npos) return stat;
    std::istringstream fields(line.substr(end + 2));
    std::string skipped;
    fields >> skipped >> stat.parent;
    for (int i = 0; i < 9; ++i) fields >> skipped;
    double ticks[4] = {};
    for (double& value : ticks) fields >> value;
    const auto rate = static_cast<double>(sysconf(_SC_CLK_TCK));
    stat.user_s = ticks[0] / rate;
    stat.system_s = ticks[1] / rate;
    stat.children_user_s = ticks[2] / rate;
    stat.children_system_s = ticks[3] / rate;
    return stat;
}

/// A line such as "Pss:  1234 kB", in MiB; 0 where there is none.
double mebibytes(const fs::path& file, const std::string& key) {
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);)
        if (line.starts_with(key)) return std::stod(line.substr(key.size())) / 1024;
    return 0;
}

bool is_number(const std::string& text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::vector<pid_t> tree(pid_t root) {
    std::map<pid_t, std::vector<pid_t>> children;
    std::error_code gone;
    for (const auto& entry : fs::directory_iterator("/proc", gone)) {
        const auto name = entry.path().filename().string();
        if (is_number(name)) children[read_stat(entry.path()).parent].push_back(std::stoi(name));
    }
    std::vector<pid_t> found{root};
    for (std::size_t i = 0; i < found.size(); ++i) {
        const auto& below = children[found[i]];
        found.insert(found.end(), below.begin(), below.end());
    }
    return found;
}

void add_threads(const fs::path& process, std::map<std::string, double>& threads) {
    std::error_code gone;
    for (const auto& task : fs::directory_iterator(process / "task", gone)) {
        std::istringstream fields(first_line(task.path() / "schedstat"));
        double nanoseconds = 0;
        fields >> nanoseconds;
        threads[first_line(task.path() / "comm")] += nanoseconds * 1e-9;
    }
}

}  // namespace

Usage usage_of_tree(pid_t root) {
    Usage usage;
    for (const pid_t pid : tree(root)) {
        const auto process = fs::path("/proc") / std::to_string(pid);
        const Stat stat = read_stat(process);
        usage.user_s += stat.user_s + stat.children_user_s;
        usage.system_s += stat.system_s + stat.children_system_s;
        usage.rss_mib += mebibytes(process / "smaps_rollup", "Pss:");
        add_threads(process, usage.threads);
    }
    usage.peak_rss_mib = mebibytes(fs::path("/proc") / std::to_string(root) / "status", "VmHWM:");
    return usage;
}

json::object usage_between(const Usage& before, const Usage& after, double requests) {
    const double user = after.user_s - before.user_s;
    const double system = after.system_s - before.system_s;
    const double per = requests > 0 ? 1e6 / requests : 0;
    json::object threads;
    for (const auto& [name, seconds] : after.threads) {
        const auto found = before.threads.find(name);
        const double used = seconds - (found == before.threads.end() ? 0 : found->second);
        if (used > 0) threads[name] = used * per;
    }
    return {
        {"user_us", user * per},  {"system_us", system * per}, {"cpu_us", (user + system) * per},
        {"cpu_s", user + system}, {"rss_mib", after.rss_mib},  {"peak_rss_mib", after.peak_rss_mib},
        {"threads_us", threads}};
}

}  // namespace croquis::bench
