#include <fmt/format.h>

#include <iostream>
#include <memory>
#include <string>

#include "cli/commands.h"
#include "cli/terminal.h"
#include "core/text.h"
#include "service/models/promotion.h"
#include "service/training/retagging.h"
#include "service/training/training.h"

/// `croquis model rollback`, `retag` and `train`: what an admin presses in the page.
namespace croquis::cli {
namespace {

Result<void> roll_back(store::Store& store, const std::string& slug) {
    const auto project = project_named(store, slug);
    if (!project) return project.error();
    const auto before = service::roll_back(store, project->id);
    if (!before) return before.error();
    std::cout << fmt::format(
        "{} is live again; running servers take it up within a second. `croquis model retag` gives "
        "unreviewed drawings its answer.\n",
        *before);
    return {};
}

Result<void> retag(store::Store& store, const std::string& slug) {
    const auto project = project_named(store, slug);
    if (!project) return project.error();
    service::RetagRequest request;
    request.project = project->id;
    auto bar = std::make_unique<ProgressBar>("Retagging");
    request.control.progress = [&bar](std::size_t done, std::size_t all) { bar->show(done, all); };
    const auto retagged = service::retag(store, request);
    bar.reset();
    if (!retagged) return retagged.error();
    std::cout << fmt::format("{} the answer of {} now, {} of them by embedding\n",
                             counted(retagged->changed, "drawing has", "drawings have"),
                             retagged->model, retagged->by_embedding);
    if (!retagged->unreadable.empty())
        std::cout << counted(retagged->unreadable.size(), "is left out: it cannot be read\n",
                             "are left out: they cannot be read\n");
    if (retagged->superseded)
        std::cout << "It ended early: another model became live, whose retagging does the rest\n";
    return {};
}

struct TrainingArguments {
    std::string project;
    std::string from = "live";
    std::int64_t steps = service::TrainRequest{}.steps;
    bool without_sketches = false;
};

Result<void> train(store::Store& store, const TrainingArguments& arguments) {
    const auto project = project_named(store, arguments.project);
    if (!project) return project.error();
    service::TrainProgram elsewhere;
    elsewhere.left_to_others = true;
    service::TrainRequest request;
    request.from_live = arguments.from == "live";
    request.sketches = !arguments.without_sketches;
    request.steps = arguments.steps;
    const auto queued =
        service::Trainings(store, elsewhere).queue(request, std::nullopt, project->id);
    if (!queued) return queued.error();
    std::cout << fmt::format(
        "queued as {}; a server or worker that has croquis-train does it, `croquis job show` says "
        "how it goes\n",
        to_string(queued->id));
    return {};
}

void on_project(CLI::App& model, const char* name, const char* help, Context& context,
                Result<void> (*work)(store::Store&, const std::string&),
                OpenAndDo open = do_with_live_model) {
    auto* command = model.add_subcommand(name, help);
    auto slug = std::make_shared<std::string>();
    add_project_option(*command, *slug);
    open(*command, context, [=](store::Store& store) { return work(store, *slug); });
}

}  // namespace

void add_model_work(CLI::App& model, Context& context) {
    on_project(model, "rollback", "Make the model live again that was before", context, roll_back,
               do_on_store);
    on_project(model, "retag",
               "Give drawings that nobody reviewed the live model's answer, here and now; stopped "
               "and started again, it goes on",
               context, retag);
    auto* training = model.add_subcommand(
        "train", "Queue the training of a network from the drawings that people reviewed");
    auto arguments = std::make_shared<TrainingArguments>();
    add_project_option(*training, arguments->project);
    training
        ->add_option("--from", arguments->from, "live: what that learnt; nothing: random weights")
        ->check(CLI::IsMember({"live", "nothing"}))
        ->capture_default_str();
    training->add_option("--steps", arguments->steps, "Of 128 drawings each")
        ->check(CLI::Range(service::fewest_training_steps, service::most_training_steps))
        ->capture_default_str();
    training->add_flag("--without-sketches", arguments->without_sketches,
                       "Learn from the project's drawings alone");
    do_on_store(*training, context, [=](store::Store& store) { return train(store, *arguments); });
}

}  // namespace croquis::cli
