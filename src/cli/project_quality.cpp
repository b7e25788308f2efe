#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <iostream>
#include <map>
#include <memory>
#include <string>

#include "cli/commands.h"
#include "core/text.h"
#include "service/models/registry.h"
#include "service/quality/drift.h"
#include "service/quality/quality.h"
#include "service/quality/recheck.h"

/// How model and people do in a project, from the command line: `croquis project quality`,
/// `agreement`, `recheck` and `drift`.
namespace croquis::cli {
namespace {

struct MeasureArguments {
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

Result<service::Quality> quality_of(store::Store& store, const store::Project& project) {
    return service::measure_quality(store, project.id, now());
}

/// "0.743 (0.459 to 0.950)".
std::string alpha_text(const learning::NominalAlpha& measured) {
    if (!measured.alpha) return "undefined";
    auto alpha = fmt::format("{:.3f}", *measured.alpha);
    if (!measured.low || !measured.high) return alpha;
    return fmt::format("{} ({:.3f} to {:.3f})", alpha, *measured.low, *measured.high);
}

void print(const service::PeopleAgreement& people) {
    const auto& measured = people.measured;
    std::cout << fmt::format("{} with {} of {}\n", counted(measured.units, "drawing", "drawings"),
                             counted(measured.answers, "opinion", "opinions"),
                             counted(people.people, "person", "people"));
    if (measured.units == 0) return;
    std::cout << fmt::format("pairs of opinions that agree  {:.1f} %\n", 100 * measured.agreed)
              << "Krippendorff's alpha          " << alpha_text(measured) << '\n'
              << (measured.alpha ? "from 0.8 on it is good, from 0.667 on enough for tentative "
                                   "conclusions\n"
                                 : "all opinions are the same label\n");
}

Result<service::PeopleAgreement> agreement_of(store::Store& store, const store::Project& project) {
    auto people = service::measure_people(store, project);
    if (!people) return people.error();
    if (*people) return std::move(**people);
    return Error{ErrorKind::conflict,
                 project.slug +
                     " wants one opinion of a drawing; with `croquis project "
                     "change --opinions` several people are asked.",
                 "opinions"};
}

void tell_drift(const char* beside, const char* of, const learning::Drift& drift) {
    const bool told = drift.reference > 0 && drift.now > 0;
    const char* verdict = drift.is_beyond_chance() ? "changed" : "no change beyond chance";
    std::cout << fmt::format(
        "{:<10} {:<11} {:>8} {:>8} {:>8} {:>8}  {}\n", beside, of, drift.reference, drift.now,
        told ? fmt::format("{:.3f}", drift.index) : "",
        told ? fmt::format("{:.3f}", drift.by_chance) : "", told ? verdict : "nothing to compare");
}

void print(const service::ModelDrift& drift) {
    std::cout << "drawings made since the live model became live, beside others\n"
              << fmt::format("{:<10} {:<11} {:>8} {:>8} {:>8} {:>8}\n", "beside", "of", "others",
                             "since", "index", "chance");
    tell_drift("before", "labels", drift.tags);
    tell_drift("before", "confidence", drift.confidence);
    if (!drift.training) {
        std::cout << "Its card keeps nothing of the drawings that it learnt from.\n";
        return;
    }
    tell_drift("learnt", "labels", drift.training->tags);
    tell_drift("learnt", "confidence", drift.training->confidence);
    tell_drift("learnt", "embeddings", drift.training->embeddings);
}

Result<service::ModelDrift> drift_of(store::Store& store, const store::Project& project) {
    const auto live = service::answering_model(store, project.id);
    if (!live) return live.error();
    return service::measure_drift(store, project.id, *live, now());
}

void tell_findings(const char* what, const service::RecheckFindings& findings, bool judges) {
    const auto& agreed = findings.agreed;
    std::cout << fmt::format("{:<10} {:>8} {:>8} {:>24} {:>8} {:>8}  {}\n", what, agreed.all,
                             agreed.some, learning::to_text(agreed.interval()), findings.waiting,
                             findings.others, judges ? "judge" : "do not judge");
}

void print(const service::Recheck& found) {
    const auto reviews = service::judged_by(found);
    std::cout << fmt::format("{:<10} {:>8} {:>8} {:>24} {:>8} {:>8}  {}\n", "reviewed", "asked",
                             "agree", "95 of 100 times", "waiting", "others", "the others");
    tell_findings("in bulk", found.in_bulk, reviews.in_bulk);
    tell_findings("by import", found.imported, reviews.imported);
    std::cout << fmt::format(
        "from {:.0f} % on, with {} answers or more, they are as good as reviews one by one\n",
        100 * service::recheck_level, service::fewest_rechecked);
}

Result<service::Recheck> recheck_of(store::Store& store, const store::Project& project) {
    return service::measure_recheck(store, project.id);
}

template <class Found>
using Measure = Result<Found> (*)(store::Store&, const store::Project&);

template <class Found>
Result<void> show(store::Store& store, const MeasureArguments& arguments, Measure<Found> measure) {
    const auto project = project_named(store, arguments.slug);
    if (!project) return project.error();
    const auto found = measure(store, *project);
    if (!found) return found.error();
    if (arguments.json)
        std::cout << boost::json::serialize(service::to_json(*found)) << '\n';
    else
        print(*found);
    return {};
}

template <class Found>
void add_verb(CLI::App& project, Context& context, OpenAndDo open, const char* name,
              const char* help, Measure<Found> measure) {
    auto arguments = std::make_shared<MeasureArguments>();
    auto* verb = project.add_subcommand(name, help);
    verb->add_option("SLUG", arguments->slug, "As list shows it")->required();
    verb->add_flag("--json", arguments->json, "Print it as JSON");
    open(*verb, context,
         [=](store::Store& store) { return show<Found>(store, *arguments, measure); });
}

}  // namespace

void add_project_quality(CLI::App& project, Context& context) {
    add_verb(project, context, do_on_store, "agreement",
             "How far people agree who looked at the same drawings", agreement_of);
    add_verb(project, context, do_on_store, "recheck",
             "Whether reviews that nobody made one by one may judge", recheck_of);
    add_verb(project, context, do_with_live_model, "drift",
             "Whether drawings changed since the live model was promoted", drift_of);
    add_verb(project, context, do_with_live_model, "quality",
             "How often people agree with the model: by label and week, with calibration, "
             "what waits and who answered",
             quality_of);
}

}  // namespace croquis::cli
