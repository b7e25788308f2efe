#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "core/mutex.h"
#include "core/worker_pool.h"
#include "store/store.h"

/// Projects, as people make and change them, and as every request asks for one.
namespace croquis::service {

/// The slug of store::shapes_project, which is meant wherever no project is named.
inline constexpr const char* shapes_slug = "shapes";

inline constexpr std::size_t max_slug_characters = 64;
/// Bytes of a project's name.
inline constexpr std::size_t max_project_name_bytes = 200;
inline constexpr std::size_t max_guidelines_bytes = std::size_t{32} * 1024;
inline constexpr int most_opinions_wanted = 10;
inline constexpr int most_retention_days = 36500;
inline constexpr int most_teach_after = 100'000;

/// What is absent stays as it is; an inner nothing takes it away.
struct ProjectEdit {
    std::optional<std::string> name = {};
    std::optional<std::string> guidelines = {};
    std::optional<store::Access> who_draws = {};
    std::optional<store::Access> who_browses = {};
    std::optional<int> opinions_wanted = {};
    std::optional<std::optional<int>> retention_days = {};
    std::optional<bool> rolls_back = {};
    std::optional<std::optional<int>> teach_after = {};
    std::optional<bool> promotes_better = {};
    std::optional<bool> archived = {};
};

/// Adds a project without labels; what `rest` does not say is as in store::Project, and the name is
/// the slug. Errors: invalid ("slug", "name", "guidelines", "opinions_wanted", "retention_days",
/// "teach_after"); conflict ("slug"). Blocks.
Result<store::Project> add_project(store::ProjectStore& store, const std::string& slug,
                                   const ProjectEdit& rest,
                                   const store::Author& by = store::operator_author());
/// Errors: as of add_project; not_found; conflict ("archived", code default_project), for the first
/// project takes whatever names no other. Blocks.
Result<store::Project> change_project(store::ProjectStore& store, const std::string& slug,
                                      const ProjectEdit& edit,
                                      const store::Author& by = store::operator_author());

/// "everyone", "link" or "users". Errors: invalid (`field`).
Result<store::Access> parse_access(std::string_view text, std::string_view field);

/// Whether the project stands in the list that everyone sees.
bool is_listed(const store::Project& project);

/// Errors: conflict (code project_archived).
Result<void> takes_drawings(const store::Project& project);

/// A project and the labels of it that are not retired.
struct KnownProject {
    store::Project project;
    std::set<std::string> labels;
};
using ProjectRef = std::shared_ptr<const KnownProject>;

/// Projects as requests need them, looked up in the store at most once in known_for. Thread-safe.
class Projects {
  public:
    /// For how long a project is taken to be as it was looked up. A change through this process is
    /// seen at once; one through another within five times as long.
    static constexpr std::chrono::seconds known_for{1};

    Projects(store::Store& store, WorkerPool& workers) : store_(store), workers_(workers) {}

    /// Errors: not_found; those of the store.
    boost::asio::awaitable<Result<ProjectRef>> find(std::string slug);
    /// In the order of their making, archived ones included.
    boost::asio::awaitable<Result<std::vector<store::Project>>> all();
    /// A project's labels in its order, retired ones included, whichever model is live there.
    boost::asio::awaitable<Result<std::vector<store::Label>>> labels(
        int project = store::shapes_project);
    /// Blocks.
    Result<ProjectRef> find_now(const std::string& slug);
    Result<ProjectRef> find_now(int id);

    /// To be called after a change of a project, its labels or its live model.
    void forget();

  private:
    using Clock = std::chrono::steady_clock;
    struct Known {
        ProjectRef project;
        Clock::time_point since;
    };

    ProjectRef lately_known(const std::string& slug);
    std::uint64_t changes();
    Result<ProjectRef> look_up(store::Project project, std::uint64_t before);

    store::Store& store_;
    WorkerPool& workers_;
    Mutex mutex_;
    std::map<std::string, Known> known_ CROQUIS_GUARDED_BY(mutex_);
    std::uint64_t changes_ CROQUIS_GUARDED_BY(mutex_) =
        0;  ///< what was looked up before the last one is not kept
};

}  // namespace croquis::service
