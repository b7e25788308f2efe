#include "jobs/presence.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "core/sleep.h"
#include "core/this_thread.h"

namespace croquis::jobs {

std::string name_of_process() {
    std::array<char, 256> machine{};
    if (gethostname(machine.data(), machine.size() - 1) != 0) machine[0] = '?';
    return fmt::format("{}:{}", machine.data(), getpid());
}

Presence::Presence(store::WorkerStore& store, store::Worker self, PresenceOptions options)
    : store_(store), self_(std::move(self)), options_(options) {
    self_.since = now();
    renew();
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Presence::~Presence() {
    stop();
}

void Presence::stop() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
    // Where this fails, it is there until its time has passed.
    if (const auto removed = store_.remove_worker(self_.id); !removed)
        spdlog::debug("cannot take this process off the workers: {}", removed.error().detail);
}

void Presence::run(const std::stop_token& stop) {
    name_this_thread("jobs-presence");
    while (sleep_unless_stopped(stop, options_.renew)) renew();
}

void Presence::renew() {
    self_.seen_at = now();
    self_.expires_at = self_.seen_at + options_.lasts;
    const auto renewed = store_.renew_worker(self_);
    if (renewed) {
        failing_ = false;
        return;
    }
    // Once: a store that is away is told of by what people ask of it.
    if (!std::exchange(failing_, true))
        spdlog::warn("cannot say that this process does jobs: {}", renewed.error().detail);
}

}  // namespace croquis::jobs
