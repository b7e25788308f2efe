#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "cli/commands.h"
#include "cli/terminal.h"
#include "core/text.h"
#include "server/open.h"
#include "service/training/remaking.h"
#include "service/training/training.h"

/// `croquis model remake`: whether a taught model is what its lineage says.
namespace croquis::cli {
namespace {

struct RemakeArguments {
    std::string id;
    bool json = false;
};

std::string drawings_text(std::size_t count) {
    return counted(count, "drawing", "drawings");
}

std::string now_text(const service::ChangedSince& changed) {
    if (changed.is_hidden) return "hidden now";
    if (!changed.is_reviewed) return "not reviewed now";
    return changed.now + " now";
}

void print_changed(const service::Remaking& remaking) {
    if (remaking.changed.empty()) return;
    std::cout << counted(remaking.changed.size(), "drawing was", "drawings were")
              << " changed since; taken here as they were then:\n";
    for (const auto& changed : remaking.changed)
        std::cout << fmt::format("  {}  {} then, {}\n", to_string(changed.drawing), changed.then,
                                 now_text(changed));
}

void print_gone(const service::Remaking& remaking) {
    if (remaking.same_drawings) return;
    if (remaking.found >= remaking.learnt) {
        std::cout << "The drawings have another digest than the lineage: what the store knows of "
                     "them does not tell which changed.\n";
        return;
    }
    const auto gone = remaking.learnt - remaking.found;
    std::cout << counted(gone, "drawing that it learnt from is", "drawings that it learnt from are")
              << " gone: it cannot be made again as it was.\n";
    if (remaking.deleted.empty()) return;
    std::cout << "Deleted since, by the audit log, of those that may have been learnt from:\n";
    for (const auto& id : remaking.deleted) std::cout << "  " << to_string(id) << '\n';
}

void print_again(const service::Remaking& remaking) {
    if (!remaking.again) {
        std::cout << "Too few are left to teach it.\n";
        return;
    }
    const auto& again = *remaking.again;
    if (again.is_same()) {
        std::cout << "Made again: the same to the byte\n";
        return;
    }
    std::cout << fmt::format(
        "Made again from {}, it differs: {} of {} weights, by {:.3g} at most; strength {} "
        "registered, {} again; temperature {} registered, {} again; threshold {} registered, {} "
        "again\n",
        drawings_text(remaking.found), again.differing, again.numbers, again.furthest,
        again.strength, again.strength_again, again.temperature, again.temperature_again,
        again.unknown_below, again.unknown_below_again);
}

void print(const service::Remaking& remaking, bool as_json) {
    if (as_json) {
        std::cout << boost::json::serialize(service::to_json(remaking)) << std::endl;
        return;
    }
    std::cout << fmt::format("{} learnt from {}, as of {}\n", remaking.model.id,
                             drawings_text(remaking.learnt), to_rfc3339(remaking.as_of));
    print_changed(remaking);
    print_gone(remaking);
    print_again(remaking);
    std::cout.flush();
}

int exit_code_of(const service::Remaking& remaking) {
    if (remaking.is_same()) return success;
    return remaking.same_drawings ? failed : partly_failed;
}

std::string step_text(service::RemakeStep step) {
    switch (step) {
        case service::RemakeStep::reading_reviewed:
            return "Reading reviewed drawings";
        case service::RemakeStep::reading_all:
            return "Reading histories";
        case service::RemakeStep::looking:
        case service::RemakeStep::looking_again:
            break;
    }
    return "Looking at drawings";
}

/// A bar for each step.
class RemakeBars {
  public:
    void show(const service::RemakeProgress& progress) {
        if (!bar_ || step_ != progress.step) bar_.emplace(step_text(progress.step));
        step_ = progress.step;
        bar_->show(progress.done, progress.all);
    }

  private:
    service::RemakeStep step_{};
    std::optional<ProgressBar> bar_;
};

/// What trains is a server or a worker.
Result<int> queue_training(store::Store& store, const store::Model& model, bool as_json) {
    service::TrainProgram elsewhere;
    elsewhere.left_to_others = true;
    const auto queued =
        service::Trainings(store, elsewhere).queue_again(std::nullopt, model.project, model.id);
    if (!queued) return queued.error();
    const auto job = to_string(queued->id);
    if (as_json)
        std::cout << boost::json::serialize(boost::json::object{{"job", job}}) << '\n';
    else
        std::cout << fmt::format(
            "{} was trained: to be trained again it is queued as {}; a server or worker that has "
            "croquis-train does it, `croquis job show` says what came of it\n",
            model.id, job);
    return int{success};
}

Result<service::Remaking> teach_again(store::Store& store, const std::string& id) {
    RemakeBars bars;
    service::RemakeRequest request;
    request.id = id;
    request.progress = [&bars](const service::RemakeProgress& progress) { bars.show(progress); };
    return service::remake(store, request);
}

Result<int> remake(store::Store& store, const RemakeArguments& arguments) {
    const auto model = store.model(arguments.id);
    if (!model) return model.error();
    if (model->kind != store::ModelKind::head) return queue_training(store, *model, arguments.json);
    const auto remaking = teach_again(store, model->id);
    if (!remaking) return remaking.error();
    print(*remaking, arguments.json);
    return exit_code_of(*remaking);
}

}  // namespace

void add_model_remake(CLI::App& model, Context& context) {
    auto* command = model.add_subcommand(
        "remake",
        "Make a model again from its lineage, and compare the two byte by byte: a taught one here\n"
        "and now, a trained one by a job.\n"
        "Exit status: 0 the same; 1 another one; 2 drawings that it learnt from are gone");
    auto arguments = std::make_shared<RemakeArguments>();
    command->add_option("ID", arguments->id, "As list shows it")->required();
    command->add_flag("--json", arguments->json, "Print the comparison as JSON");
    const auto config = own_settings(*command, server::Settings::store, context);
    command->callback([=, &context] {
        Metrics metrics;
        auto store = server::open_existing(*config, metrics);
        const auto done = store ? remake(**store, *arguments) : Result<int>(store.error());
        context.exit_code = done ? *done : report(done.error());
    });
}

}  // namespace croquis::cli
