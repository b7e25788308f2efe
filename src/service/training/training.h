#pragma once

#include <boost/json/array.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "jobs/runner.h"
#include "service/jobs/job_kinds.h"
#include "service/training/training_plan.h"
#include "store/store.h"

/// Trains networks from a project's drawings, by croquis-train as a child of this program.
namespace croquis::service {

/// The program that trains, and how much of the machine it may have.
struct TrainProgram {
    std::string file;              ///< empty: there is none here
    std::filesystem::path folder;  ///< for drawings and checkpoints, a folder for each job
    std::size_t threads = 1;
    std::size_t memory_mebibytes = 4096;
    /// So long after it was asked to end it is killed.
    std::chrono::milliseconds patience{5000};
    /// Other processes do what is queued here, each with a program of its own.
    bool left_to_others = false;
};

/// How a training goes, as croquis-train tells it.
struct TrainingProgress {
    std::int64_t step = 0;
    std::int64_t steps = 0;
    double loss = 0;
    double samples_per_second = 0;
    /// Of the samples, each before it was learnt from, 0…1; older programs do not tell it.
    std::optional<double> accuracy = std::nullopt;
};

/// Code no_training: there is no program that trains.
Error no_training();

/// What the program's standard error says of steps, in order; other lines are passed over.
std::vector<TrainingProgress> progress_in(std::string_view said);

/// Queues and does trainings. Thread-safe; all functions block.
class Trainings {
  public:
    /// `store` must outlive it.
    Trainings(store::Store& store, TrainProgram program);

    /// Whether this process has a program that trains.
    [[nodiscard]] bool available() const { return !program_.file.empty(); }

    /// Whether what is queued here may be done: by this process, or by another one that has a
    /// program; until there is one, it waits.
    [[nodiscard]] bool may_queue() const { return available() || program_.left_to_others; }

    /// Queues a training for `by` (absent: the operator); while one is open in the project, that
    /// one is returned. Errors: conflict (code no_training) where it may not; invalid ("steps").
    Result<store::Job> queue(const TrainRequest& request, const std::optional<store::Author>& by,
                             int project);

    /// The work of such a job: writes the drawings that models learn from into the job's folder,
    /// lets the program train, and registers what comes out as a candidate, compared with the live
    /// model on the drawings that judge. Begun again, it goes on from the checkpoint. Errors:
    /// invalid ("drawings") where fewer than two labels have enough drawings; internal (the program
    /// failed, in its words); unavailable where it was stopped; those of teach_trained.
    Result<std::string> work(jobs::Task& task);

    /// Queues the making again of a model of the project: of a taught one as queue_remake() does,
    /// of a trained one as a job of kind `retrain`, whose result is that of to_json(Remaking) with
    /// most_changed_told. Errors: those of queue_remake(); conflict (code trained_before; code
    /// no_training where that is to be trained and may not).
    Result<store::Job> queue_again(const std::optional<store::Author>& by, int project,
                                   const std::string& model);

    /// The work of such a job: trains on the drawings that the model's lineage names, each with the
    /// tag that it had then, as the lineage says, and compares the two. Where some of the drawings
    /// are gone, nothing is trained. Registers nothing. Errors: not_found (the model, or the one
    /// that it was begun with); conflict (code not_taught or trained_before); those of work().
    Result<std::string> work_again(jobs::Task& task);

    /// Removes what jobs left that have ended.
    void sweep();

  private:
    Result<boost::json::array> train(jobs::Task& task, const TrainingPlan& plan,
                                     const std::filesystem::path& folder);

    store::Store& store_;
    const TrainProgram program_;
};

}  // namespace croquis::service
