#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/metrics.h"
#include "core/mutex.h"
#include "learning/evaluation/metrics.h"
#include "store/store.h"

/// How models do in their projects, as metrics; and whether people agree less with one since it was
/// promoted than they did with the one before.
namespace croquis::service {

/// Evidence from which on a fall is more than chance: in 19 of 20 cases where nothing fell it is
/// never reached, however often one looks.
inline constexpr double enough_evidence = 20;

/// Agreement of people with two models, on drawings that the queue asked about at random.
struct AgreementFall {
    std::string model;                    ///< the live one
    std::optional<Timestamp> since = {};  ///< when it was promoted
    std::optional<std::string> before;    ///< the one that was live before; absent where none was
    learning::Share then;                 ///< with the one before
    learning::Share now;                  ///< with the live one, since it was promoted
    /// That agreement is now below the lower end of the interval (95 %) that it was in.
    double evidence = 1;

    [[nodiscard]] bool is_beyond_chance() const { return evidence >= enough_evidence; }
};

/// Of the live model, what was reviewed before `since` says nothing: it may have been live before,
/// and what was held against it then was answered by what was done then.
AgreementFall fall_among(const std::vector<store::RecentReview>& reviews, const std::string& live,
                         const std::optional<std::string>& before,
                         const std::optional<Timestamp>& since = {});

/// Of a project with a model of its own, since its promotion. Blocks. Errors: not_found where no
/// model is live there; those of the store.
Result<AgreementFall> measure_fall(store::Store& store, int project);

boost::json::object to_json(const AgreementFall& fall);

struct Quality;

/// Shows the figures as metrics, with the project's slug as a label; without a quality they are not
/// a number. Slugs are to be few: QualityWatch sees to it.
void show_quality(Metrics& metrics, const std::string& project, const Quality* quality);

/// Projects whose quality is shown as metrics while a process runs: each is a value of a label, of
/// which a metrics server keeps every one that it ever met.
inline constexpr std::size_t most_shown_projects = 64;

/// Measures the quality of projects and shows it as metrics, with the project's slug as a label.
/// Thread-safe.
class QualityWatch {
  public:
    /// Both must outlive it.
    QualityWatch(store::Store& store, Metrics& metrics) : store_(store), metrics_(metrics) {}

    /// Those to be measured: the first project and then the newest, without archived ones, as many
    /// as there is room for. What was shown of others is not a number from now on, and how many are
    /// not shown is a metric. Errors: those of the store.
    Result<std::vector<store::Project>> projects();
    /// Blocks. Errors: those of measure_quality.
    Result<void> measure(const store::Project& project);
    /// Shows what was measured just now, where there is room for the project and it is not
    /// archived.
    void show(const store::Project& project, const Quality& quality);

  private:
    bool has_room_for(const std::string& slug) CROQUIS_REQUIRES(mutex_);

    store::Store& store_;
    Metrics& metrics_;
    Mutex mutex_;
    std::set<std::string> shown_
        CROQUIS_GUARDED_BY(mutex_);  ///< slugs; most_shown_projects at most
};

/// Measures every project with a model of its own and shows it as metrics. Where agreement fell
/// beyond chance and the project's policy is to roll back, its model before goes live: for the same
/// reviews once, and never on from a model that the policy went back to. Running servers take it up
/// within seconds. Blocks. Errors: those of the store.
Result<void> watch_projects(store::Store& store, Metrics& metrics);

}  // namespace croquis::service
