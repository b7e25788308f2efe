#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "cli/commands.h"
#include "cli/options.h"
#include "core/spool.h"
#include "core/text.h"
#include "server/open.h"
#include "service/jobs/retrying.h"
#include "service/jobs/waiting.h"
#include "store/records.h"

/// `croquis job`: background work, how it goes, and why what waits does.
namespace croquis::cli {
namespace {

constexpr std::size_t jobs_at_once = 200;

struct JobArguments {
    std::string id;
    std::size_t limit = 50;
    bool open = false;
};

/// "3 min": as much as a person wants to know of how long something has waited.
std::string lasting(std::chrono::seconds time) {
    if (time < std::chrono::minutes(2)) return fmt::format("{} s", time.count());
    if (time < std::chrono::hours(2)) return fmt::format("{} min", time.count() / 60);
    return fmt::format("{} h", time.count() / 3600);
}

std::string lasting_since(Timestamp time) {
    const auto passed = std::max(now() - time, Timestamp::duration::zero());
    return lasting(std::chrono::duration_cast<std::chrono::seconds>(passed));
}

std::string why_it_waits(const service::JobView& job) {
    const auto& waiting = *job.waiting;
    std::string since;
    if (waiting.since) since = " for " + lasting_since(*waiting.since);
    switch (waiting.waits_for) {
        case service::WaitsFor::claim:
            return fmt::format("waits{}: whoever does such jobs begins it within seconds", since);
        case service::WaitsFor::turn:
            return fmt::format("waits{}: whoever does such jobs is at another one", since);
        case service::WaitsFor::worker:
            break;
    }
    return fmt::format("waits{}: no server or worker that is running does such jobs; needed is {}",
                       since, service::needed_for(job.kind));
}

void print(const service::JobView& job) {
    std::cout << fmt::format("{}  {:<7} {:<16} {:<9} {:>4.0f} %  {}  {}\n", to_string(job.id),
                             job.kind, job.project_slug, store::to_string(job.state),
                             100 * job.progress, to_rfc3339(job.created_at),
                             job.created_by ? job.created_by->name : "-");
    if (const auto before = store::retried_by(job))
        std::cout << "  retries " << to_string(*before) << '\n';
    if (job.error) std::cout << "  " << *job.error << '\n';
    if (job.waiting) std::cout << "  " << why_it_waits(job) << '\n';
}

Result<void> list(store::Store& store, const JobArguments& arguments) {
    std::size_t left = arguments.limit;
    std::optional<Uuid> after;
    while (left > 0) {
        const auto page = service::list_jobs(store, jobs_at_once, after);
        if (!page) return page.error();
        for (const auto& job : *page) {
            if (left == 0 || (arguments.open && store::has_ended(job))) continue;
            print(job);
            --left;
        }
        if (page->size() < jobs_at_once) break;
        after = page->back().id;
    }
    if (left == arguments.limit)
        std::cerr << (arguments.open ? "none is waiting or running\n" : "none yet\n");
    return {};
}

Result<Uuid> id_of(const JobArguments& arguments) {
    const auto id = Uuid::parse(arguments.id);
    if (!id) return Error{ErrorKind::invalid, "This is no job's id; `croquis job list` has them."};
    return *id;
}

Result<void> show(store::Store& store, const JobArguments& arguments) {
    const auto id = id_of(arguments);
    if (!id) return id.error();
    const auto job = service::find_job(store, *id);
    if (!job) return job.error();
    print(*job);
    if (job->detail) std::cout << *job->detail << '\n';
    if (job->result) std::cout << *job->result << '\n';
    return {};
}

Result<void> cancel(store::Store& store, const JobArguments& arguments) {
    const auto id = id_of(arguments);
    if (!id) return id.error();
    const auto job = service::cancel_job(store, *id);
    if (!job) return job.error();
    std::cout << to_string(job->id)
              << (store::has_ended(*job) ? " is cancelled\n" : " is asked to stop\n");
    return {};
}

Result<void> retry(store::Store& store, const std::filesystem::path& uploads,
                   const JobArguments& arguments) {
    const auto id = id_of(arguments);
    if (!id) return id.error();
    // Nothing is written there but a folder's name.
    const auto spool = Spool::open(uploads, 0);
    const auto job = service::retry_job(store, *spool, *id, store::operator_author());
    if (!job) return job.error();
    std::cout << to_string(job->id) << " retries " << to_string(*id) << '\n';
    return {};
}

void print(const store::Worker& worker) {
    std::string doing;
    for (const auto& job : worker.jobs)
        doing += fmt::format("{}{} {}", doing.empty() ? "" : ", ", job.kind, to_string(job.id));
    std::cout << fmt::format("{:<24}  {:<6}  {:<5}  {:<32}  {}  seen {} ago  {}\n", worker.name,
                             store::to_string(worker.process), worker.version,
                             fmt::format("{}", fmt::join(worker.kinds, ",")),
                             to_rfc3339(worker.since), lasting_since(worker.seen_at),
                             doing.empty() ? "idle" : doing);
}

Result<void> list_workers(store::Store& store, const JobArguments&) {
    const auto workers = service::list_workers(store);
    if (!workers) return workers.error();
    for (const auto& worker : *workers) print(worker);
    return {};
}

/// Besides the store it needs the folder of uploads.
void add_retry(CLI::App& command, Context& context,
               const std::shared_ptr<JobArguments>& arguments) {
    auto* added = command.add_subcommand(
        "retry", "Queue a job anew that failed or was cancelled, in the name of who queued it");
    added->add_option("ID", arguments->id, "As list shows it")->required();
    const auto config =
        own_settings(*added, server::Settings::store | server::Settings::uploads, context);
    added->callback([=, &context] {
        Metrics metrics;
        auto store = server::open_existing(*config, metrics);
        const auto done = store ? retry(**store, server::uploads_of(*config), *arguments)
                                : Result<void>(store.error());
        context.exit_code = done ? success : report(done.error());
    });
}

}  // namespace

void add_job(CLI::App& program, Context& context) {
    auto* command = program.add_subcommand(
        "job", "List background jobs and who does them, show one, cancel it, retry it");
    command->require_subcommand(1);
    const auto arguments = std::make_shared<JobArguments>();
    using Verb = Result<void> (*)(store::Store&, const JobArguments&);
    const auto verb = [&](const char* name, const char* help, Verb work) -> CLI::App& {
        auto* added = command->add_subcommand(name, help);
        do_on_store(*added, context, [=](store::Store& store) { return work(store, *arguments); });
        return *added;
    };
    auto& listing = verb("list", "List them, newest first, and why those that wait do", list);
    listing.add_flag("--open", arguments->open, "Those alone that have not ended");
    listing.add_option("--limit", arguments->limit, "At most so many")
        ->check(wrong_limit)
        ->capture_default_str();
    verb("show", "Show a job, how it goes and what came of it", show)
        .add_option("ID", arguments->id, "As list shows it")
        ->required();
    verb("workers", "List the processes that do jobs: since when, and idle or at which",
         list_workers);
    verb("cancel", "Cancel a job, or ask whoever is at it to stop", cancel)
        .add_option("ID", arguments->id, "As list shows it")
        ->required();
    add_retry(*command, context, arguments);
}

}  // namespace croquis::cli
