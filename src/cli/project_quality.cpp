#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <iostream>
#include <map>
#include <memory>
#include <string>

#include "cli/commands.h"
#include "service/quality/quality.h"

/// `croquis project quality`: how model and people do, as the page shows it.
namespace croquis::cli {
namespace {

struct QualityArguments {
    std::string slug;
    bool json = false;
};

std::string share_text(const learning::Share& share) {
    if (share.all == 0) return "nothing yet";
    return fmt::format("{} of {}", learning::to_text(share), share.all);
}

void print_agreement(const std::string& name, const service::Agreement& agreement) {
    std::cout << fmt::format("{:<24} {:<36} {}\n", name, share_text(agreement.random),
                             share_text(agreement.all));
}

void print_answers(const std::vector<store::DayOfAnswers>& answers) {
    std::map<std::string, std::int64_t> by_person;
    for (const auto& day : answers) by_person[day.by] += day.answers;
    std::cout << "\nanswers of the last 30 days\n";
    for (const auto& [name, count] : by_person)
        std::cout << fmt::format("{:<24} {}\n", name, count);
    if (by_person.empty()) std::cout << "none\n";
}

void print(const service::Quality& quality) {
    std::cout << fmt::format("live     {}\nwaiting  {} for review\n\n", quality.model,
                             quality.waiting)
              << fmt::format("{:<24} {:<36} {}\n", "people agree with", "asked about at random",
                             "all reviews");
    print_agreement("the live model", quality.agreement);
    for (const auto& label : quality.labels) print_agreement("on " + label.name, label);
    for (const auto& week : quality.weeks) print_agreement("week of " + week.name, week);
    const auto& calibration = quality.calibration;
    std::cout << fmt::format(
        "\ncalibration error {:.3f}, by chance alone up to {:.3f}, of {} answers{}\n",
        calibration.error, calibration.by_chance.most, calibration.answers,
        calibration.at_random ? " asked about at random" : "");
    print_answers(quality.answers);
}

Result<void> show_quality(store::Store& store, const QualityArguments& arguments) {
    const auto project = project_named(store, arguments.slug);
    if (!project) return project.error();
    const auto quality = service::measure_quality(store, project->id, now());
    if (!quality) return quality.error();
    if (arguments.json)
        std::cout << boost::json::serialize(service::to_json(*quality)) << '\n';
    else
        print(*quality);
    return {};
}

}  // namespace

void add_project_quality(CLI::App& project, Context& context) {
    auto* command = project.add_subcommand(
        "quality",
        "How often people agree with the model: by label and week, with calibration, "
        "what waits and who answered");
    auto arguments = std::make_shared<QualityArguments>();
    command->add_option("SLUG", arguments->slug, "As list shows it")->required();
    command->add_flag("--json", arguments->json, "Print it as JSON");
    do_with_live_model(*command, context,
                       [=](store::Store& store) { return show_quality(store, *arguments); });
}

}  // namespace croquis::cli
