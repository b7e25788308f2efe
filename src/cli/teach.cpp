#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/json/serialize.hpp>
#include <iostream>

#include "cli/commands.h"
#include "cli/terminal.h"
#include "core/text.h"
#include "server/open.h"
#include "service/training/mlflow.h"
#include "service/training/training_jobs.h"

/// `croquis teach`: a model from what people corrected, in seconds.
namespace croquis::cli {
namespace {

struct TeachArguments {
    std::string project;
    bool json = false;
    bool promote = false;
    std::string mlflow;
};

void print_labels(const service::Teaching& teaching) {
    constexpr const char* row = "{:<20} {:>7} {:>7} {:>7}  {}\n";
    std::cout << fmt::format(row, "label", "given", "learnt", "judging",
                             "cross-validated accuracy");
    for (const auto& label : teaching.labels)
        std::cout << fmt::format(row, label.label, label.given, label.learnt, label.judging,
                                 learning::to_text(label.accuracy));
    for (const auto& label : teaching.too_few)
        std::cout << fmt::format(row, label.label, label.given, label.learnt, label.judging,
                                 fmt::format("too few: {} to learn from are needed, and one in "
                                             "four is kept to judge",
                                             learning::fewest_examples));
    std::cout << fmt::format("{:<20} {:>23}  {}\n", "all", "",
                             learning::to_text(teaching.accuracy));
}

/// Why a model that is better as a whole does not go live by itself, or would be missed if it did.
void print_losses(const learning::GateResult& gate) {
    for (const auto& label : gate.labels)
        if (label.worse)
            std::cout << fmt::format("It is worse on {}: {:+.1f} points on {}.\n", label.label,
                                     100 * label.difference,
                                     counted(label.answers.all(), "drawing", "drawings"));
    if (gate.lost.empty()) return;
    std::cout << fmt::format(
        "It no longer knows {}, which are in use and the live model knows. Each is kept where {} "
        "reviewed drawings of it are learnt from.\n",
        fmt::join(gate.lost, ", "), learning::fewest_examples);
}

void print_gate(const service::Teaching& teaching) {
    const auto& gate = teaching.gate;
    std::cout << fmt::format(
        "\nAgainst {} on {} kept back to judge: {:+.1f} points ({:+.1f} to {:+.1f}), p = {:.3f}: ",
        teaching.model.parent.value_or("the live model"),
        counted(gate.answers.all(), "drawing", "drawings"), 100 * gate.difference, 100 * gate.low,
        100 * gate.high, gate.p_value);
    switch (gate.verdict) {
        case learning::Verdict::better:
            std::cout << "better\n";
            break;
        case learning::Verdict::worse:
            std::cout << "worse\n";
            break;
        case learning::Verdict::uneven:
            std::cout << "better as a whole, but not on every label\n";
            break;
        case learning::Verdict::undecided:
            std::cout << fmt::format("undecided; some {} would decide\n",
                                     counted(teaching.judging_needed, "drawing", "drawings"));
    }
    print_losses(gate);
}

void print(const service::Teaching& teaching, bool promoted, bool as_json) {
    if (as_json) {
        std::cout << boost::json::serialize(service::to_json(teaching)) << std::endl;
        return;
    }
    print_labels(teaching);
    print_gate(teaching);
    std::cout << '\n' << teaching.model.id;
    if (promoted)
        std::cout << " is live; running servers take it up within a second" << std::endl;
    else
        std::cout << " is a candidate; `croquis model use " << teaching.model.id
                  << "` makes it live" << std::endl;
}

/// The model is there whatever becomes of this.
void tell_mlflow(store::Store& store, const service::MlflowServer& server,
                 const service::Teaching& teaching, const std::string& project, Timestamp began) {
    const auto told = service::Mlflow(store, server)
                          .tell(teaching.model.id, service::to_json(teaching), project,
                                store::operator_author(), began);
    if (!told) std::cerr << "MLflow was not told: " << told.error().detail << '\n';
}

Result<void> teach(store::Store& store, const TeachArguments& arguments) {
    const auto mlflow = service::mlflow_server(arguments.mlflow);
    if (!mlflow) return mlflow.error();
    const auto began = now();
    const auto project = project_named(store, arguments.project);
    if (!project) return project.error();
    auto bar = std::make_unique<ProgressBar>("Looking at reviewed drawings");
    service::TeachRequest request;
    request.project = project->id;
    request.control.progress = [&](std::size_t done, std::size_t all) { bar->show(done, all); };
    const auto taught =
        service::teach_now(store, request,
                           arguments.promote ? service::AfterTeaching::promote_if_better
                                             : service::AfterTeaching::keep);
    bar.reset();
    if (!taught) return taught.error();
    print(taught->teaching, taught->promoted, arguments.json);
    // That server may take its time, or be away: what came of the work stands there before.
    if (!mlflow->url.empty()) tell_mlflow(store, *mlflow, taught->teaching, project->slug, began);
    return {};
}

}  // namespace

void add_teach(CLI::App& program, Context& context) {
    auto* command = program.add_subcommand(
        "teach",
        "Teach a model from the drawings that people reviewed, in seconds, and compare it with "
        "the\n"
        "live one on reviewed drawings that no model learns from. It is added as a candidate.");
    auto arguments = std::make_shared<TeachArguments>();
    add_project_option(*command, arguments->project);
    command->add_flag("--promote", arguments->promote,
                      "Make it live where it is better than the live one beyond chance,\n"
                      "loses no label that is in use and is worse on none");
    command->add_flag("--json", arguments->json, "Print what was taught and measured as JSON");
    arguments->mlflow = context.config.mlflow;
    command
        ->add_option(
            "--mlflow", arguments->mlflow,
            "MLflow tracking server that is told of the model, as `croquis serve` tells it")
        ->envname("CROQUIS_MLFLOW")
        ->type_name("URL");
    const auto config =
        own_settings(*command, server::Settings::store | server::Settings::model, context);
    command->callback([=, &context] {
        Metrics metrics;
        auto store = server::open_with_live_model(*config, metrics);
        const auto done = store ? teach(**store, *arguments) : Result<void>(store.error());
        context.exit_code = done ? success : report(done.error());
    });
}

}  // namespace croquis::cli
