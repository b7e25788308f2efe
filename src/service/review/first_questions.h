#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "core/error.h"
#include "core/mutex.h"
#include "core/time.h"
#include "core/uuid.h"
#include "core/worker_pool.h"
#include "store/store.h"

/// What the queue asks about first while a project's labels have too few examples to learn from.
namespace croquis::service {

/// Whether a project has only begun: fewer than nine in ten of its labels in use have
/// learning::fewest_examples reviewed drawings to learn from (one that hardly anybody draws does
/// not hold up the others), or nothing is reviewed. Counts all that was reviewed: ask seldom.
/// Blocks. Errors: those of the store.
Result<bool> has_few_examples(store::Store& store, int project);

/// The typical drawings of a project that has only begun (typical_drawings); none of another one,
/// nor where the live model's network gives no embeddings. Blocks. Errors: those of the store and
/// of Trunk::of_live_model.
Result<std::vector<Uuid>> first_questions(store::Store& store, int project);

/// The first questions of each project, found on workers while nobody waits. Thread-safe.
class FirstQuestions {
  public:
    /// For so long nothing is looked for anew.
    static constexpr std::chrono::minutes fresh_for{1};
    /// For so long what was found is handed out, while something newer is looked for.
    static constexpr std::chrono::minutes usable_for{10};

    /// Called on the workers, for one project at a time; may block.
    using Find = std::function<Result<std::vector<Uuid>>(int project)>;

    /// Without workers nothing is found. What `find` refers to must outlive their stop().
    FirstQuestions(Find find, WorkerPool* workers);

    /// What was found last; nothing where that is too old, or is still being looked for. Does not
    /// block.
    std::vector<Uuid> of(int project, Timestamp at);

  private:
    struct Found {
        std::vector<Uuid> drawings;
        Timestamp at{};  ///< when they were asked for
        bool is_looking = false;
    };
    /// What a job on the workers may outlive this by.
    struct State {
        Mutex mutex;
        std::map<int, Found> by_project CROQUIS_GUARDED_BY(mutex);
    };
    static void look(State& state, const Find& find, int project, Timestamp at);

    const Find find_;
    WorkerPool* const workers_;
    const std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace croquis::service
