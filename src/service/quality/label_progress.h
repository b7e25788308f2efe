#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/mutex.h"
#include "core/rested.h"
#include "learning/evaluation/metrics.h"
#include "store/store.h"

/// How far people have brought a project's labels, and how well its model knows them.
namespace croquis::service {

/// Of the drawings that people reviewed and that carry the label.
struct LabelProgress {
    std::string label;
    std::int64_t reviewed = 0;
    std::int64_t learnt = 0;   ///< of those, what the model that answers was taught on
    std::int64_t fresh = 0;    ///< what the next teaching learns from and that model did not
    std::int64_t judging = 0;  ///< kept to judge models
    std::int64_t wanted = 0;   ///< how many more to learn from until Teach takes the label
    learning::Share accuracy;  ///< of that model on what judges; of none where that is not known
};

/// How many more drawings to learn from the label needs until Teach takes it.
std::int64_t examples_wanted(const store::ReviewedCount& count);

struct ProjectProgress {
    Timestamp as_of;                   ///< when the drawings were counted
    std::optional<std::string> model;  ///< that answers in the project
    std::vector<LabelProgress> labels;
    learning::Share accuracy;
    std::int64_t waiting = 0;  ///< drawings that nobody reviewed
};

/// Looks at all that was reviewed, for everybody who annotates: what took long is told again for a
/// while. Thread-safe.
class ProgressBoard {
  public:
    /// The labels in use, in their order. Blocks: call it from a worker. Errors: those of the
    /// store.
    Result<ProjectProgress> of(store::Store& store, int project);

  private:
    struct Counted {
        Timestamp at;
        std::vector<store::ReviewedCount> reviewed;
        std::int64_t waiting = 0;
    };
    /// What the model's report says.
    struct Judged {
        std::map<std::string, learning::Share> labels;
        learning::Share all;
    };
    /// Of a project while the same model answers there.
    struct Entry {
        std::string model;
        Rested<Counted> counted;
        Rested<Judged> judged;
    };

    static Result<Counted> count(store::Store& store, int project, Timestamp made_at);
    static Result<Judged> judge(store::Store& store, int project, const std::string& model);
    std::shared_ptr<Entry> entry(int project, const std::string& model);

    Mutex mutex_;
    std::map<int, std::shared_ptr<Entry>> entries_ CROQUIS_GUARDED_BY(mutex_);
};

/// As the API shows it.
boost::json::object to_json(const ProjectProgress& progress);

}  // namespace croquis::service
