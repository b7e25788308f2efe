#include "service/projects/projects.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include "core/characters.h"
#include "core/text.h"
#include "service/projects/labels.h"
#include "store/records.h"

namespace croquis::service {
namespace {

namespace asio = boost::asio;

/// While a project is looked up anew, requests go on with what was known of it, if it is no older.
constexpr std::chrono::seconds good_for{5};
/// More are not kept in memory.
constexpr std::size_t most_known = 1000;

Result<void> check_slug(const std::string& slug) {
    const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    const bool valid =
        !slug.empty() && slug.size() <= max_slug_characters && plain(slug.front()) &&
        plain(slug.back()) &&
        std::all_of(slug.begin(), slug.end(), [&](char c) { return plain(c) || c == '-'; });
    if (valid) return {};
    return Error{ErrorKind::invalid,
                 fmt::format("A slug is 1 to {} of a-z, 0-9 and -, and begins and ends with a "
                             "letter or a digit.",
                             max_slug_characters),
                 "slug"};
}

Result<void> check_name(const std::string& name) {
    if (!trimmed(name).empty() && name.size() <= max_project_name_bytes &&
        !has_control_characters(name) && is_utf8(name))
        return {};
    return Error{ErrorKind::invalid,
                 fmt::format("A project's name has 1 to {} bytes without control characters.",
                             max_project_name_bytes),
                 "name"};
}

Result<void> check_guidelines(const std::string& text) {
    if (text.size() > max_guidelines_bytes)
        return Error{ErrorKind::invalid,
                     fmt::format("Guidelines have at most {} bytes.", max_guidelines_bytes),
                     "guidelines"};
    if (text.find('\0') != std::string::npos || !is_utf8(text))
        return Error{ErrorKind::invalid, "Guidelines are text in UTF-8.", "guidelines"};
    return {};
}

Result<void> check_number(const std::optional<int>& number, int least, int most,
                          const char* field) {
    if (!number || (*number >= least && *number <= most)) return {};
    return Error{ErrorKind::invalid, fmt::format("This is a number from {} to {}.", least, most),
                 field};
}

Result<void> check(const ProjectEdit& edit) {
    if (edit.name)
        if (auto fine = check_name(*edit.name); !fine) return fine;
    if (edit.guidelines)
        if (auto fine = check_guidelines(*edit.guidelines); !fine) return fine;
    if (auto fine = check_number(edit.opinions_wanted, 1, most_opinions_wanted, "opinions_wanted");
        !fine)
        return fine;
    if (auto fine = check_number(edit.teach_after.value_or(std::nullopt), 0, most_teach_after,
                                 "teach_after");
        !fine)
        return fine;
    return check_number(edit.retention_days.value_or(std::nullopt), 1, most_retention_days,
                        "retention_days");
}

}  // namespace

Result<store::Project> add_project(store::ProjectStore& store, const std::string& slug,
                                   const ProjectEdit& rest, const store::Author& by) {
    if (const auto fine = check_slug(slug); !fine) return fine.error();
    if (const auto fine = check(rest); !fine) return fine.error();
    store::Project project;
    project.slug = slug;
    project.name = rest.name.value_or(slug);
    project.guidelines = rest.guidelines.value_or("");
    project.who_draws = rest.who_draws.value_or(project.who_draws);
    project.who_browses = rest.who_browses.value_or(project.who_browses);
    project.opinions_wanted = rest.opinions_wanted.value_or(project.opinions_wanted);
    project.retention_days = rest.retention_days.value_or(std::nullopt);
    project.rolls_back = rest.rolls_back.value_or(false);
    project.teach_after = rest.teach_after.value_or(std::nullopt);
    project.promotes_better = rest.promotes_better.value_or(false);
    project.created_at = now();
    if (rest.archived.value_or(false)) project.archived_at = project.created_at;
    return store.add_project(project, by);
}

Result<store::Project> change_project(store::ProjectStore& store, const std::string& slug,
                                      const ProjectEdit& edit, const store::Author& by) {
    if (const auto fine = check(edit); !fine) return fine.error();
    const auto before = store.project(slug);
    if (!before) return before.error();
    store::ProjectChange change{edit.name,           edit.guidelines,      edit.who_draws,
                                edit.who_browses,    edit.opinions_wanted, edit.retention_days,
                                std::nullopt,        edit.rolls_back,      edit.teach_after,
                                edit.promotes_better};
    if (edit.archived.value_or(false) && before->id == store::shapes_project)
        return Error{ErrorKind::conflict,
                     "The first project takes whatever names no other, and is never archived.",
                     "archived", 0, "default_project"};
    if (edit.archived && *edit.archived != before->archived_at.has_value())
        change.archived_at = *edit.archived ? std::optional(now()) : std::nullopt;
    return store.change_project(slug, change, by);
}

Result<store::Access> parse_access(std::string_view text, std::string_view field) {
    for (const auto access : {store::Access::everyone, store::Access::link, store::Access::users})
        if (text == to_string(access)) return access;
    return Error{ErrorKind::invalid, "This is everyone, link or users.", std::string(field)};
}

bool is_listed(const store::Project& project) {
    return !project.archived_at && (project.who_draws == store::Access::everyone ||
                                    project.who_browses == store::Access::everyone);
}

Result<void> takes_drawings(const store::Project& project) {
    if (!project.archived_at) return {};
    return Error{ErrorKind::conflict,
                 "This project is archived: it takes no new drawings.",
                 {},
                 0,
                 "project_archived"};
}

boost::asio::awaitable<Result<ProjectRef>> Projects::find(std::string slug) {
    ProjectRef known;
    {
        const MutexLock lock(mutex_);
        const auto found = known_.find(slug);
        if (found != known_.end()) {
            const auto age = Clock::now() - found->second.since;
            if (age < good_for) known = found->second.project;
            if (age < known_for) co_return known;
            // Others go on with it meanwhile: no submission waits for this behind a list.
            found->second.since = Clock::now();
        }
    }
    const auto look = [this, slug]() -> Result<ProjectRef> {
        const auto before = changes();
        auto project = store_.project(slug);
        if (project) return look_up(std::move(*project), before);
        const MutexLock lock(mutex_);
        known_.erase(slug);
        return project.error();
    };
    if (!known) co_return co_await workers_.run(look);
    asio::co_spawn(co_await asio::this_coro::executor, workers_.run(look), asio::detached);
    co_return known;
}

boost::asio::awaitable<Result<std::vector<store::Project>>> Projects::all() {
    const auto job = [this] { return store_.projects(); };
    co_return co_await workers_.run(job);
}

boost::asio::awaitable<Result<std::vector<store::Label>>> Projects::labels(int project) {
    const auto job = [this, project] { return store_.labels(project); };
    co_return co_await workers_.run(job);
}

Result<ProjectRef> Projects::find_now(const std::string& slug) {
    if (auto known = lately_known(slug)) return known;
    const auto before = changes();
    auto project = store_.project(slug);
    if (!project) return project.error();
    return look_up(std::move(*project), before);
}

Result<ProjectRef> Projects::find_now(int id) {
    {
        const MutexLock lock(mutex_);
        for (const auto& [slug, known] : known_)
            if (known.project->project.id == id && Clock::now() - known.since < known_for)
                return known.project;
    }
    const auto before = changes();
    auto projects = store_.projects();
    if (!projects) return projects.error();
    for (auto& project : *projects)
        if (project.id == id) return look_up(std::move(project), before);
    return Error{ErrorKind::not_found, "There is no such project."};
}

ProjectRef Projects::lately_known(const std::string& slug) {
    const MutexLock lock(mutex_);
    const auto found = known_.find(slug);
    if (found == known_.end() || Clock::now() - found->second.since >= known_for) return nullptr;
    return found->second.project;
}

std::uint64_t Projects::changes() {
    const MutexLock lock(mutex_);
    return changes_;
}

/// `before` are the changes known of before the project was read.
Result<ProjectRef> Projects::look_up(store::Project project, std::uint64_t before) {
    const auto since = Clock::now();
    auto labels = labels_in_use(store_, project.id);
    if (!labels) return labels.error();
    auto known = std::make_shared<KnownProject>();
    known->project = std::move(project);
    known->labels = std::move(*labels);
    const MutexLock lock(mutex_);
    if (changes_ != before) return ProjectRef(known);
    if (known_.size() >= most_known) known_.clear();
    known_[known->project.slug] = {known, since};
    return ProjectRef(known);
}

void Projects::forget() {
    const MutexLock lock(mutex_);
    known_.clear();
    ++changes_;
}

}  // namespace croquis::service
