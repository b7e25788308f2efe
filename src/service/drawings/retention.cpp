#include "service/drawings/retention.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "core/sleep.h"
#include "core/this_thread.h"

namespace croquis::service {

Retention::Retention(store::Store& store, RetentionOptions options)
    : store_(store), options_(std::move(options)) {}

Retention::~Retention() {
    stop();
}

void Retention::start() {
    thread_ = std::thread([this] { run(); });
}

void Retention::stop() {
    if (!thread_.joinable()) return;
    stopping_.request_stop();
    thread_.join();
}

void Retention::run() {
    name_this_thread("retention");
    give_way_to_other_threads();
    while (!stopping_.stop_requested()) {
        const auto deleted = sweep();
        if (!deleted) spdlog::warn("cannot delete old drawings: {}", deleted.error().detail);
        if (deleted && *deleted > 0) spdlog::info("retention: {} drawings deleted", *deleted);
        sleep_unless_stopped(stopping_.get_token(), options_.every);
    }
}

/// Whether as much time has passed by the clock as has really passed since the last round.
bool Retention::clock_is_steady() {
    const Seen seen{options_.clock(), options_.steady()};
    const auto before = std::exchange(seen_, seen);
    if (!before) return false;
    const auto by_clock = seen.at - before->at;
    const auto really =
        std::chrono::duration_cast<std::chrono::microseconds>(seen.steady - before->steady);
    const auto off = by_clock > really ? by_clock - really : really - by_clock;
    if (off <= clock_slack) return true;
    spdlog::warn("the clock was set: no old drawings are deleted before the next round");
    return false;
}

Result<std::size_t> Retention::sweep() {
    if (!clock_is_steady()) return std::size_t{0};
    const auto projects = store_.projects();
    if (!projects) return projects.error();
    std::size_t all = 0;
    for (const auto& project : *projects) {
        if (!project.retention_days) continue;
        const auto deleted = sweep(project, seen_->at);
        if (!deleted) return deleted.error();
        all += *deleted;
    }
    return all;
}

Result<std::size_t> Retention::sweep(const store::Project& project, Timestamp at) {
    store::Query query;
    query.order = store::Order::oldest_first;
    query.limit = options_.at_once;
    query.audience = store::Audience::annotators;
    query.project = project.id;
    query.until = at - std::chrono::days(*project.retention_days);
    const store::Author by{std::nullopt, retention_name};
    std::size_t all = 0;
    for (;;) {
        const auto page = store_.list(query);
        if (!page) return page.error();
        std::vector<store::VisibilityChange> changes;
        for (const auto& drawing : page->drawings)
            changes.push_back(
                {drawing.id, store::Visibility::deleted, by, at, store::VersionCondition::any()});
        const auto deleted = store_.change_visibility(changes);
        if (!deleted) return deleted.error();
        all += static_cast<std::size_t>(std::count_if(
            deleted->begin(), deleted->end(), [](const auto& each) { return each.has_value(); }));
        if (!page->next || !sleep_unless_stopped(stopping_.get_token(), options_.rest)) return all;
        query.after = page->next;
    }
}

}  // namespace croquis::service
