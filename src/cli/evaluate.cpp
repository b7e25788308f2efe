#include "learning/evaluation/evaluation.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdio>
#include <iostream>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/output_file.h"
#include "cli/terminal.h"
#include "core/files.h"
#include "learning/adaptation/few_shot.h"
#include "learning/adaptation/teaching.h"
#include "learning/evaluation/learnt.h"
#include "recognition/limits.h"
#include "server/open.h"
#include "service/models/registry.h"
#include "service/training/learnt.h"

namespace croquis::cli {
namespace {

struct EvaluateArguments {
    std::filesystem::path data;
    std::vector<std::string> map;
    bool all = false;
    std::string json;
    std::string html;
    std::string registered;        ///< id of a model of the registry; empty for the file --model
    std::filesystem::path learnt;  ///< the list of what the model has learnt from
    bool with_learnt = false;
    std::optional<learning::FewShotOptions> few_shot;
};

/// A model, and what it has learnt from.
struct Subject {
    std::unique_ptr<recognition::Recognizer> model;
    learning::Learnt learnt;
};

std::map<std::string, std::string> mapping(const std::vector<std::string>& pairs) {
    std::map<std::string, std::string> map;
    for (const auto& pair : pairs) {
        const auto equals = pair.find('=');
        map[pair.substr(0, equals)] = pair.substr(equals + 1);
    }
    return map;
}

Result<Subject> subject_of(Result<std::unique_ptr<recognition::Recognizer>> model,
                           Result<learning::Learnt> learnt) {
    if (!model) return model.error();
    if (!learnt) return learnt.error();
    return Subject{std::move(*model), std::move(*learnt)};
}

/// What a card says its model has learnt from; the list is beside the model, or where it was said.
Result<learning::Learnt> listed(const std::string& card, const std::filesystem::path& folder,
                                const EvaluateArguments& arguments) {
    auto learnt = arguments.learnt.empty() ? learning::learnt_by(card, folder)
                                           : learning::learnt_by_list(card, arguments.learnt);
    if (!learnt)
        return Error{learnt.error().kind,
                     learnt.error().detail +
                         " --learnt FILE says where the list is; --with-learnt "
                         "measures on all drawings.",
                     learnt.error().field};
    return learnt;
}

learning::Learnt not_asked_for() {
    return {{}, "What the model has learnt from is not left out where the data holds it"};
}

Result<Subject> registered_model(const server::Config& config, const EvaluateArguments& arguments) {
    Metrics metrics;
    const auto store = server::open_existing(config, metrics);
    if (!store) return store.error();
    const auto model = (*store)->model(arguments.registered);
    if (!model) return model.error();
    const auto folder = config.model.parent_path();
    return subject_of(service::load_registered(**store, *model),
                      arguments.with_learnt
                          ? not_asked_for()
                          : service::learnt_by(**store, *model, [&](const std::string& card) {
                                return listed(card, folder, arguments);
                            }));
}

Result<learning::Learnt> learnt_by_file(const std::filesystem::path& model,
                                        const EvaluateArguments& arguments) {
    if (arguments.with_learnt) return not_asked_for();
    auto beside = model;
    const auto card =
        read_file(beside.replace_extension(".json"), recognition::max_file_bytes, "model");
    if (!card) return card.error();
    return listed(*card, model.parent_path(), arguments);
}

Result<Subject> subject(const server::Config& config, const EvaluateArguments& arguments) {
    if (!arguments.registered.empty()) return registered_model(config, arguments);
    return subject_of(recognition::load_recognizer(config.model),
                      learnt_by_file(config.model, arguments));
}

learning::DatasetOptions dataset_options(const EvaluateArguments& arguments,
                                         const Subject& subject) {
    learning::DatasetOptions options;
    options.map = mapping(arguments.map);
    options.only_recognized = !arguments.all;
    options.leave_out = subject.learnt.drawings;
    return options;
}

Result<learning::Evaluation> evaluated(const EvaluateArguments& arguments, const Subject& subject) {
    ProgressBar bar("Recognising");
    auto evaluation =
        learning::evaluate(*subject.model, arguments.data, dataset_options(arguments, subject),
                           [&](std::size_t done, std::size_t all) { bar.show(done, all); });
    if (evaluation) evaluation->remark = subject.learnt.remark;
    return evaluation;
}

/// As text on standard output, unless a file takes its place there.
Result<void> publish(const learning::Evaluation& evaluation, const EvaluateArguments& arguments) {
    if (arguments.json != "-" && arguments.html != "-")
        std::cout << printable_lines(to_text(evaluation));
    if (!arguments.json.empty()) {
        const auto text = boost::json::serialize(to_json(evaluation)) + "\n";
        if (const auto written = write_output(arguments.json, as_bytes(text)); !written)
            return written.error();
    }
    if (!arguments.html.empty()) return write_output(arguments.html, as_bytes(to_html(evaluation)));
    return {};
}

int evaluate(const EvaluateArguments& arguments, const Subject& subject) {
    const auto evaluation = evaluated(arguments, subject);
    if (!evaluation) return report(evaluation.error());
    if (const auto done = publish(*evaluation, arguments); !done) return report(done.error());
    return evaluation->unreadable.empty() ? success : partly_failed;
}

Result<learning::FewShot> measured_few_shot(const EvaluateArguments& arguments,
                                            const Subject& subject, const learning::Dataset& data) {
    const std::size_t width = subject.model->info().embedding;
    if (width == 0)
        return Error{ErrorKind::invalid, "The model gives no embedding to teach on.", "model"};
    std::vector<std::string> categories;
    for (const auto& example : data.examples) categories.push_back(example.word);
    ProgressBar looking("Recognising");
    const auto embeddings = learning::embeddings_of(
        *subject.model, data.examples,
        [&](std::size_t done, std::size_t all) { looking.show(done, all); });
    if (!embeddings) return embeddings.error();
    ProgressBar bar("Teaching");
    return learning::few_shot(categories, *arguments.few_shot,
                              learning::taught_head(*embeddings, width), [&](int done, int all) {
                                  bar.show(static_cast<std::size_t>(done),
                                           static_cast<std::size_t>(all));
                              });
}

std::string to_text(const learning::FewShot& shown) {
    return fmt::format(
        "{} ways, {} shots: {:.1f} % ({:.1f} to {:.1f} over other categories), {} episodes of {} "
        "categories\n",
        shown.ways, shown.shots, 100 * shown.accuracy, 100 * shown.low, 100 * shown.high,
        shown.episodes, shown.categories);
}

boost::json::object to_json(const learning::FewShot& shown, const Subject& subject,
                            std::size_t left_out) {
    boost::json::object object{{"model", subject.model->info().id},
                               {"ways", shown.ways},
                               {"shots", shown.shots},
                               {"episodes", shown.episodes},
                               {"categories", shown.categories},
                               {"accuracy", shown.accuracy},
                               {"low", shown.low},
                               {"high", shown.high},
                               {"left_out", left_out}};
    if (!subject.learnt.remark.empty()) object["remark"] = subject.learnt.remark;
    return object;
}

/// Each word of the data is a category, whatever the model's labels are.
int few_shot(const EvaluateArguments& arguments, const Subject& subject) {
    const auto data = learning::load_dataset(arguments.data, dataset_options(arguments, subject));
    if (!data) return report(data.error());
    const auto shown = measured_few_shot(arguments, subject, *data);
    if (!shown) return report(shown.error());
    const auto& learnt = subject.learnt;
    if (arguments.json != "-")
        std::cout << learning::said_of_learnt(learnt.drawings.size(), data->left_out, learnt.remark)
                  << to_text(*shown);
    if (!arguments.json.empty()) {
        const auto text = boost::json::serialize(to_json(*shown, subject, data->left_out)) + "\n";
        if (const auto written = write_output(arguments.json, as_bytes(text)); !written)
            return report(written.error());
    }
    return data->unreadable.empty() ? success : partly_failed;
}

int run(const server::Config& config, const EvaluateArguments& arguments) {
    const auto chosen = subject(config, arguments);
    if (!chosen) return report(chosen.error());
    return arguments.few_shot ? few_shot(arguments, *chosen) : evaluate(arguments, *chosen);
}

/// "5,10": ways and shots.
std::string wrong_few_shot(const std::string& text) {
    int ways = 0, shots = 0, used = 0;
    const bool read = std::sscanf(text.c_str(), "%d,%d%n", &ways, &shots, &used) == 2 &&
                      static_cast<std::size_t>(used) == text.size();
    const bool right = read && ways >= 2 && ways <= 1000 &&
                       shots >= static_cast<int>(learning::fewest_examples) && shots <= 1000;
    return right ? "" : "Few-shot is WAYS,SHOTS: 2 to 1000 and 3 to 1000, not \"" + text + "\"";
}

void add_few_shot(CLI::App& command, EvaluateArguments& arguments) {
    command
        .add_option_function<std::string>(
            "--few-shot",
            [&arguments](const std::string& text) {
                auto& options = arguments.few_shot.emplace();
                std::sscanf(text.c_str(), "%d,%d", &options.ways, &options.shots);
            },
            "Measure instead how well WAYS of the data's words, whatever they are, are told apart "
            "by a head taught on SHOTS drawings of each, in 1000 episodes")
        ->type_name("WAYS,SHOTS")
        ->check(wrong_few_shot);
}

}  // namespace

void add_evaluate(CLI::App& program, Context& context) {
    auto* command = program.add_subcommand(
        "evaluate",
        "Measure the model on drawings whose labels are known: accuracy, confusion, calibration.\n"
        "Drawings that the model has learnt from are left out: strokes by their key_id, pictures "
        "by\n"
        "their pixels, as its card lists them.");
    auto arguments = std::make_shared<EvaluateArguments>();
    command
        ->add_option("--data", arguments->data,
                     "A .ndjson file of strokes (Quick, Draw!'s form) or a folder of them; a "
                     "folder of pictures, a folder a label; a .csv file of path,label; a zip or "
                     "tar.gz, or a folder of them; the other formats that import reads\n"
                     "Words and labels are the same in capitals or small letters")
        ->required()
        ->type_name("PATH");
    command
        ->add_option("--map", arguments->map,
                     "Read a word of the data as one of the model's labels; may be repeated")
        ->type_name("WORD=LABEL")
        ->allow_extra_args(false)
        ->check(wrong_mapping);
    command->add_flag("--all", arguments->all,
                      "Also the drawings that the game itself did not recognise");
    command->add_option("--json", arguments->json, "Write the evaluation as JSON; - for here")
        ->type_name("FILE");
    command->add_option("--html", arguments->html, "Write it as a page that needs nothing else")
        ->type_name("FILE");
    command
        ->add_option("--registered", arguments->registered,
                     "Measure the model of the store's registry that has this id")
        ->type_name("ID");
    auto* with = command->add_flag("--with-learnt", arguments->with_learnt,
                                   "Also the drawings that the model has learnt from");
    command
        ->add_option("--learnt", arguments->learnt,
                     "The list of what the model has learnt from, where it is not beside --model")
        ->type_name("FILE")
        ->excludes(with);
    add_few_shot(*command, *arguments);
    const auto config =
        own_settings(*command, server::Settings::store | server::Settings::model, context);
    command->callback([=, &context] { context.exit_code = run(*config, *arguments); });
}

}  // namespace croquis::cli
