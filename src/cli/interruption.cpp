#include "cli/interruption.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>

namespace croquis::cli {
namespace {

constexpr std::array signals{SIGINT, SIGTERM};

/// A handler may read nothing that could be half written.
std::array<std::atomic<const char*>, 8> unfinished{};
static_assert(std::atomic<const char*>::is_always_lock_free);

void take_away(int signal) {
    for (auto& each : unfinished)
        if (const char* name = each.load(); name != nullptr) ::unlink(name);
    // As if nothing had caught it: whoever started the program sees what ended it.
    ::signal(signal, SIG_DFL);
    ::raise(signal);
}

}  // namespace

GoneIfInterrupted::GoneIfInterrupted(const std::vector<std::filesystem::path>& files) {
    for (const auto& file : files) names_.push_back(file.string());
    for (std::size_t i = 0; i < names_.size() && i < unfinished.size(); ++i)
        unfinished.at(i) = names_[i].c_str();
    for (const int signal : signals) {
        struct sigaction action {};
        if (::sigaction(signal, nullptr, &action) != 0 || action.sa_handler != SIG_DFL) continue;
        action.sa_handler = take_away;
        ::sigaction(signal, &action, nullptr);
    }
}

GoneIfInterrupted::~GoneIfInterrupted() {
    for (auto& each : unfinished) each = nullptr;
}

}  // namespace croquis::cli
