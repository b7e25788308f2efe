#include "learning/evaluation/evaluation.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <iterator>
#include <span>

#include "core/characters.h"
#include "core/text.h"
#include "learning/evaluation/learnt.h"
#include "learning/evaluation/markup.h"

namespace croquis::learning {
namespace {

namespace json = boost::json;

constexpr std::size_t batch = 64;
constexpr std::size_t most_failures = 96;
constexpr std::size_t most_words = 20;

Result<std::vector<recognition::Prediction>> ask(recognition::Recognizer& model,
                                                 const std::vector<drawing::ModelInput>& inputs,
                                                 const Progress& progress) {
    std::vector<recognition::Prediction> answers;
    for (std::size_t at = 0; at < inputs.size(); at += batch) {
        const std::span part(inputs.data() + at, std::min(batch, inputs.size() - at));
        auto some = model.recognise(part);
        if (!some) return some.error();
        std::move(some->begin(), some->end(), std::back_inserter(answers));
        if (progress) progress(answers.size(), inputs.size());
    }
    return answers;
}

std::string known(const std::string& word, const std::vector<std::string>& labels) {
    const bool is_label = std::find(labels.begin(), labels.end(), word) != labels.end();
    return is_label ? word : std::string(recognition::unknown_tag);
}

/// "apple" (12), "tree" (3) and 40 more: the most frequent first.
std::string listed(const std::map<std::string, std::size_t>& words) {
    std::vector<std::pair<std::string, std::size_t>> order(words.begin(), words.end());
    std::stable_sort(order.begin(), order.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    std::string text;
    for (std::size_t i = 0; i < std::min(most_words, order.size()); ++i)
        text += fmt::format("{}\"{}\" ({})", i == 0 ? "" : ", ", order[i].first, order[i].second);
    if (order.size() > most_words) text += fmt::format(" and {} more", order.size() - most_words);
    return text;
}

std::string notes(const Evaluation& evaluation) {
    std::string text = fmt::format("model {}\ndata  {}\n", evaluation.model, evaluation.data);
    text += said_of_learnt(evaluation.known_learnt, evaluation.left_out, evaluation.remark);
    if (evaluation.not_one_label > 0)
        text += counted(evaluation.not_one_label,
                        "drawing is passed over: it has no label, or several\n",
                        "drawings are passed over: they have no label, or several\n");
    if (!evaluation.unreadable.empty())
        text += counted(evaluation.unreadable.size(), "drawing", "drawings") + " cannot be read:\n";
    for (std::size_t i = 0; i < std::min<std::size_t>(5, evaluation.unreadable.size()); ++i)
        text += "  " + evaluation.unreadable[i] + "\n";
    if (!evaluation.other_words.empty())
        text += "not among the model's labels: " + listed(evaluation.other_words) + "\n";
    if (evaluation.report.shapes == 0) text += "no drawing has one of the model's labels\n";
    return text;
}

std::string figure(std::string_view name, const std::string& value, const std::string& note = {}) {
    return fmt::format("<div class=\"figure\"><b>{}</b><span>{}</span><small>{}</small></div>",
                       value, name, note);
}

std::string figure(std::string_view name, const Share& share) {
    return figure(name, fmt::format("{:.1f} %", 100 * share.part()), to_text(share.interval()));
}

std::string label_rows(const Report& report) {
    std::string rows;
    for (const auto& s : report.scores)
        rows += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                            escaped(s.label), s.drawings, precision_text(s), recall_text(s));
    return rows;
}

std::string error_figure(std::string_view name, double error,
                         const std::vector<ReliabilityBin>& bins) {
    const auto chance = calibration_by_chance(bins);
    return figure(name, fmt::format("{:.3f}", error),
                  fmt::format("by chance {:.3f}, at most {:.3f}", chance.mean, chance.most));
}

/// The figures of drawings, as text.
std::string figures(const Report& r) {
    std::string all = figure("shapes", std::to_string(r.shapes));
    if (r.shapes > 0)
        all += figure("accuracy", r.accuracy) +
               figure("accuracy (similar labels merged)", r.merged_accuracy) +
               figure("shapes rejected", r.rejected_shapes) +
               error_figure("calibration error", r.calibration_error, r.reliability);
    all += figure("out-of-distribution", std::to_string(r.out_of_distribution));
    if (r.out_of_distribution > 0) all += figure("rejection rate", r.rejected_ood);
    return all + error_figure("calibration error, all answers", r.calibration_error_all,
                              r.reliability_all);
}

std::string plots(const Report& r) {
    const auto plot = [](const std::vector<ReliabilityBin>& bins, std::string_view of) {
        return fmt::format("<figure>{}<figcaption>{}</figcaption></figure>", reliability_svg(bins),
                           of);
    };
    return "<figure>" + confusion_svg(r) + "</figure>" +
           (r.shapes > 0 ? plot(r.reliability, "Shapes answered with a shape") : "") +
           plot(r.reliability_all, "All answers, “unknown” too");
}

}  // namespace

Result<Evaluation> evaluate(recognition::Recognizer& model, const std::filesystem::path& data,
                            const DatasetOptions& options, const Progress& progress) {
    const auto& labels = model.info().labels;
    auto meant = options;
    meant.labels = labels;
    const auto set = load_dataset(data, meant);
    if (!set) return set.error();
    std::vector<drawing::ModelInput> inputs;
    for (const auto& example : set->examples) inputs.push_back(example.input);
    const auto answers = ask(model, inputs, progress);
    if (!answers) return answers.error();
    std::vector<Outcome> outcomes;
    std::map<std::string, std::size_t> other_words;
    for (std::size_t i = 0; i < answers->size(); ++i) {
        const auto& word = set->examples[i].word;
        const auto truth = known(word, labels);
        if (truth != word) ++other_words[word];
        outcomes.push_back(
            {set->examples[i].id, truth, (*answers)[i].tag, (*answers)[i].confidence});
    }
    return Evaluation{
        model.info().id,          data.string(),   measure(outcomes, labels),
        options.leave_out.size(), set->left_out,   {},
        set->not_one_label,       set->unreadable, failures_of(outcomes, inputs, most_failures),
        std::move(other_words)};
}

Result<std::vector<float>> embeddings_of(recognition::Recognizer& model,
                                         const std::vector<Example>& examples,
                                         const Progress& progress) {
    std::vector<drawing::ModelInput> inputs;
    inputs.reserve(examples.size());
    for (const auto& example : examples) inputs.push_back(example.input);
    const auto answers = ask(model, inputs, progress);
    if (!answers) return answers.error();
    std::vector<float> rows;
    for (const auto& answer : *answers)
        rows.insert(rows.end(), answer.embedding.begin(), answer.embedding.end());
    return rows;
}

json::object to_json(const Evaluation& evaluation) {
    json::array unreadable, failures;
    json::object other_words;
    for (const auto& [word, count] : evaluation.other_words) other_words[word] = count;
    for (const auto& line : evaluation.unreadable) unreadable.emplace_back(to_utf8(line));
    for (const auto& failure : evaluation.failures)
        failures.push_back(json::object{{"id", failure.outcome.id},
                                        {"label", failure.outcome.label},
                                        {"predicted", failure.outcome.predicted},
                                        {"confidence", failure.outcome.confidence}});
    json::object object{
        {"model", evaluation.model},           {"data", evaluation.data},
        {"left_out", evaluation.left_out},     {"not_one_label", evaluation.not_one_label},
        {"unreadable", std::move(unreadable)}, {"other_words", std::move(other_words)}};
    object["known_learnt"] = evaluation.known_learnt;
    if (!evaluation.remark.empty()) object["remark"] = evaluation.remark;
    object["report"] = to_json(evaluation.report);
    object["failures"] = std::move(failures);
    return object;
}

std::string to_text(const Evaluation& evaluation) {
    return notes(evaluation) + "\n" + to_text(evaluation.report);
}

std::string to_html(const Evaluation& evaluation) {
    const Report& r = evaluation.report;
    std::string page =
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width\"><title>Croquis: "
        "evaluation</title><style>body{font:16px/1.5 "
        "system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#111;"
        "background:#fff}.figures{display:flex;flex-wrap:wrap;gap:1rem}.figure{border:1px solid "
        "#ccc;border-radius:.5rem;padding:.5rem 1rem}.figure "
        "b{display:block;font-size:1.5rem}.figure small{display:block;color:#555}"
        ".pictures{display:flex;flex-wrap:wrap;gap:2rem}.pictures figure{margin:0}.pictures "
        "svg{width:28rem;max-width:100%}"
        "td,th{padding:.1rem .8rem;text-align:right}td:first-child,th:first-child{text-align:left}"
        "</style></head><body><h1>Evaluation</h1>";
    page +=
        "<pre>" + escaped(notes(evaluation)) + "</pre><div class=\"figures\">" + figures(r) +
        "</div><p>Under each share: its 95 % interval, as another sample of so many drawings could "
        "have shown it. By chance: what a perfectly calibrated model would show on so few.</p>";
    page += "<h2>Confusion and reliability</h2><div class=\"pictures\">" + plots(r) + "</div>";
    page +=
        "<h2>By label</h2><table><tr><th>label</th><th>drawings</th><th>precision</th>"
        "<th>recall</th></tr>" +
        label_rows(r) + "</table><h2>Wrong with most confidence</h2>" +
        failures_svg(evaluation.failures);
    return page + "</body></html>\n";
}

}  // namespace croquis::learning
