#include "service/quality/model_reports.h"

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <set>

#include "core/bytes.h"
#include "learning/evaluation/learnt.h"
#include "recognition/card.h"
#include "service/models/embedded_drawings.h"
#include "service/models/learnt_digest.h"
#include "service/models/registry.h"
#include "service/models/trunk.h"
#include "service/projects/labels.h"
#include "service/quality/quality.h"
#include "service/quality/recheck.h"
#include "store/asking.h"

namespace croquis::service {
namespace {

namespace json = boost::json;

/// A model as it can be asked about what is stored.
struct Examinee {
    store::Model model;
    recognition::ModelInfo info;
    std::optional<recognition::HeadLayer> head;
    std::set<std::string> seen;  ///< ids of drawings
};

/// A model of the project, or the one that answers there.
Result<store::Model> model_known_in(store::Store& store, const std::string& id, int project) {
    auto model = store.model(id);
    if (!model || model->project == project) return model;
    const auto answering = answering_model(store, project);
    if (answering && answering->id == id) return model;
    return Error{ErrorKind::not_found, "There is no model with this id."};
}

Result<Examinee> examinee(store::Store& store, const std::string& id, int project) {
    auto model = model_known_in(store, id, project);
    if (!model) return model.error();
    // A list that the card names stands beside a file; in the registry there is none.
    auto seen = learning::ids_in_card(model->card);
    if (!seen) return seen.error();
    Examinee asked{*model, {}, std::nullopt, std::move(*seen)};
    const auto trunk = Trunk::of_model(store, *model);
    if (!trunk && trunk.error().kind != ErrorKind::invalid) return trunk.error();
    if (trunk) {
        asked.info = trunk->info();
        // Another project's model answers here among the project's labels alone.
        if (trunk->head() != nullptr && model->project == project) asked.head = *trunk->head();
        return asked;
    }
    // A network that ends in no matrix product.
    auto card = recognition::parse_card(model->card);
    if (!card) return card.error();
    asked.info = std::move(card->info);
    return asked;
}

struct JudgingDrawings {
    std::string trunk;  ///< whose embeddings they have
    std::vector<store::EmbeddedDrawing> drawings = {};
    bool is_complete = true;
};

/// Whether its tag was set by then.
Result<bool> was_tagged_by(store::Store& store, const Uuid& id, Timestamp moment) {
    const auto drawing = store.drawing(id);
    if (!drawing && drawing.error().kind == ErrorKind::not_found) return false;
    if (!drawing) return drawing.error();
    return drawing->tagged_at && *drawing->tagged_at <= moment;
}

/// The newest first.
Result<JudgingDrawings> drawings_that_judge(store::Store& store, const ReportRequest& request,
                                            const std::string& trunk) {
    const auto names = labels_in_use(store, request.project);
    if (!names) return names.error();
    const auto reviews = judging_reviews(store, request.project);
    if (!reviews) return reviews.error();
    JudgingDrawings found{trunk};
    std::size_t looked_at = 0;
    const auto take = [&](std::vector<store::EmbeddedDrawing>& page) -> Result<bool> {
        found.is_complete = looked_at < most_looked_at_to_judge;
        looked_at += reviewed_at_once;
        for (auto& drawing : page) {
            if (!found.is_complete) break;
            if (!store::judges(drawing.id) || !reviews->independent(drawing) ||
                !names->contains(drawing.tag))
                continue;
            if (request.as_of) {
                const auto then = was_tagged_by(store, drawing.id, *request.as_of);
                if (!then) return then.error();
                if (!*then) continue;
            }
            found.is_complete = found.drawings.size() < most_judged;
            if (found.is_complete) found.drawings.push_back(std::move(drawing));
        }
        return found.is_complete;
    };
    if (const auto read = read_reviewed(store, request.project, trunk, take); !read)
        return read.error();
    return found;
}

/// What a model says of a drawing; the tag is empty where nothing tells.
struct Said {
    std::string tag;
    float confidence = 0;
};

/// Answers in the drawings' order, and where they come from.
struct Answers {
    std::vector<Said> said;
    std::size_t embedded = 0;
    std::size_t predicted = 0;
    std::size_t seen = 0;
};

Result<Said> predicted_before(store::Store& store, const store::EmbeddedDrawing& drawing,
                              const std::string& model) {
    if (drawing.model == model) {
        const auto stored = store.drawing(drawing.id);
        if (!stored && stored.error().kind == ErrorKind::not_found) return Said{};
        if (!stored) return stored.error();
        if (stored->prediction.model == model)
            return Said{stored->prediction.tag, stored->prediction.confidence};
    }
    const auto earlier = store.earlier_predictions(drawing.id);
    if (!earlier && earlier.error().kind == ErrorKind::not_found) return Said{};
    if (!earlier) return earlier.error();
    for (const auto& prediction : *earlier)
        if (prediction.model == model) return Said{prediction.tag, prediction.confidence};
    return Said{};
}

/// Lets the last layer answer where there is an embedding that it can read.
Result<void> answer_by_head(const Examinee& asked,
                            const std::vector<store::EmbeddedDrawing>& drawings, Answers& answers) {
    const auto& head = *asked.head;
    std::vector<std::size_t> which;
    std::vector<const store::Embedding*> embeddings;
    for (std::size_t i = 0; i < drawings.size(); ++i)
        if (drawings[i].embedding && drawings[i].embedding->numbers.size() == head.width) {
            which.push_back(i);
            embeddings.push_back(&*drawings[i].embedding);
        }
    const auto said = answers_by_layer(head, asked.info, embeddings);
    if (!said) return said.error();
    for (std::size_t row = 0; row < which.size(); ++row)
        answers.said[which[row]] = {(*said)[row].tag, (*said)[row].confidence};
    answers.embedded = which.size();
    return {};
}

Result<Answers> answers_about(store::Store& store, const Examinee& asked,
                              const std::vector<store::EmbeddedDrawing>& drawings) {
    Answers answers;
    answers.said.resize(drawings.size());
    if (asked.head)
        if (const auto done = answer_by_head(asked, drawings, answers); !done) return done.error();
    for (std::size_t i = 0; i < drawings.size(); ++i) {
        if (asked.seen.contains(to_string(drawings[i].id))) {
            answers.embedded -= answers.said[i].tag.empty() ? 0U : 1U;
            answers.said[i] = {};
            ++answers.seen;
            continue;
        }
        if (!answers.said[i].tag.empty()) continue;
        auto before = predicted_before(store, drawings[i], asked.model.id);
        if (!before) return before.error();
        answers.predicted += before->tag.empty() ? 0U : 1U;
        answers.said[i] = std::move(*before);
    }
    return answers;
}

/// The model's labels in its order, then those that people gave besides.
std::vector<std::string> all_labels(const recognition::ModelInfo& info,
                                    const std::vector<learning::Outcome>& outcomes) {
    auto labels = info.labels;
    std::set<std::string> others;
    for (const auto& outcome : outcomes) {
        others.insert(outcome.label);
        others.insert(outcome.predicted);
    }
    for (const auto& label : info.labels) others.erase(label);
    labels.insert(labels.end(), others.begin(), others.end());
    return labels;
}

std::vector<learning::Outcome> outcomes_of(const std::vector<store::EmbeddedDrawing>& drawings,
                                           const std::vector<Said>& said) {
    std::vector<learning::Outcome> outcomes;
    for (std::size_t i = 0; i < drawings.size(); ++i)
        if (!said[i].tag.empty())
            outcomes.push_back(
                {to_string(drawings[i].id), drawings[i].tag, said[i].tag, said[i].confidence});
    return outcomes;
}

Result<std::vector<WrongAnswer>> wrong_answers(store::Store& store,
                                               const std::vector<learning::Outcome>& wrong) {
    std::vector<WrongAnswer> answers;
    for (const auto& outcome : wrong) {
        if (answers.size() == most_wrong_answers) break;
        auto drawing = store.drawing(*Uuid::parse(outcome.id));
        if (!drawing && drawing.error().kind == ErrorKind::not_found) continue;
        if (!drawing) return drawing.error();
        answers.push_back({std::move(*drawing), outcome.predicted, outcome.confidence});
    }
    return answers;
}

Sha256 data_digest(const std::vector<store::EmbeddedDrawing>& drawings) {
    LearntDigest digest;
    for (const auto& drawing : drawings) digest.add(drawing.id, drawing.tag);
    return digest.finish();
}

/// The model's place, from 1, among those that can be held against the other one, by their age.
Result<std::size_t> number_against(store::Store& store, const ReportRequest& request) {
    const auto models = store.models();
    if (!models) return models.error();
    std::size_t number = 1;
    for (const auto& model : *models) {
        if (model.id == request.model) break;
        if (model.project == request.project && model.id != request.against) ++number;
    }
    return number;
}

Result<ComparedWith> compared_with(store::Store& store, const ReportRequest& request,
                                   const JudgingDrawings& judging, const std::vector<Said>& said) {
    const auto other = examinee(store, *request.against, request.project);
    if (!other) return other.error();
    // The same drawings, with the embeddings that the other reads.
    const auto same = other->info.trunk == judging.trunk
                          ? Result<JudgingDrawings>(judging)
                          : drawings_that_judge(store, request, other->info.trunk);
    if (!same) return same.error();
    const auto others = answers_about(store, *other, same->drawings);
    if (!others) return others.error();
    std::map<Uuid, std::string> by_id;
    for (std::size_t i = 0; i < same->drawings.size(); ++i)
        by_id[same->drawings[i].id] = others->said[i].tag;
    learning::PairedAnswers counts;
    for (std::size_t i = 0; i < said.size(); ++i) {
        const auto& drawing = judging.drawings[i];
        const auto found = by_id.find(drawing.id);
        if (said[i].tag.empty() || found == by_id.end() || found->second.empty()) continue;
        const bool right = said[i].tag == drawing.tag;
        const bool other_right = found->second == drawing.tag;
        ++(right ? (other_right ? counts.both : counts.only_candidate)
                 : (other_right ? counts.only_live : counts.neither));
    }
    const auto number = number_against(store, request);
    if (!number) return number.error();
    return ComparedWith{*request.against, learning::compare(counts, *number)};
}

json::object comparison_json(const ComparedWith& comparison) {
    const auto& gate = comparison.gate;
    return {{"model", comparison.model},
            {"drawings", gate.answers.all()},
            {"only_this_right", gate.answers.only_candidate},
            {"only_other_right", gate.answers.only_live},
            {"difference", gate.difference},
            {"low", gate.low},
            {"high", gate.high},
            {"p_value", gate.p_value},
            {"verdict", verdict_of(comparison)}};
}

json::array label_scores(const learning::Report& report) {
    json::array scores;
    for (const auto& each : shares_by_label(report))
        scores.push_back(json::object{{"label", each.label},
                                      {"given", service::to_json(each.given)},
                                      {"answered", service::to_json(each.answered)}});
    return scores;
}

/// The cells that are not empty.
json::array confusion_cells(const learning::Report& report) {
    json::array cells;
    for (std::size_t i = 0; i < report.labels.size(); ++i)
        for (std::size_t j = 0; j < report.labels.size(); ++j)
            if (report.confusion[i][j] > 0)
                cells.push_back(json::object{{"given", report.labels[i]},
                                             {"answered", report.labels[j]},
                                             {"drawings", report.confusion[i][j]}});
    return cells;
}

json::array reliability_json(const std::vector<learning::ReliabilityBin>& reliability) {
    json::array bins;
    for (const auto& bin : reliability)
        bins.push_back(json::object{{"low", bin.low},
                                    {"high", bin.high},
                                    {"drawings", bin.drawings},
                                    {"confidence", bin.confidence},
                                    {"accuracy", bin.accuracy}});
    return bins;
}

json::object by_chance_json(const std::vector<learning::ReliabilityBin>& reliability) {
    const auto chance = learning::calibration_by_chance(reliability);
    return {{"mean", chance.mean}, {"most", chance.most}};
}

Error no_answers() {
    return {ErrorKind::conflict,
            "Nothing stored tells what this model answers: it predicted none of the drawings that "
            "judge, and no embedding is there that its last layer could read.",
            {},
            0,
            "no_answers"};
}

}  // namespace

Result<ModelReport> report_on(store::Store& store, const ReportRequest& request) {
    if (request.against == request.model)
        return Error{ErrorKind::invalid, "This is another model than the one reported on.",
                     "against"};
    const auto asked = examinee(store, request.model, request.project);
    if (!asked) return asked.error();
    ModelReport report;
    report.model = request.model;
    report.as_of = request.as_of.value_or(now());
    const auto judging = drawings_that_judge(store, request, asked->info.trunk);
    if (!judging) return judging.error();
    const auto answers = answers_about(store, *asked, judging->drawings);
    if (!answers) return answers.error();
    const auto outcomes = outcomes_of(judging->drawings, answers->said);
    if (outcomes.empty() && judging->drawings.size() > answers->seen) return no_answers();
    report.data = data_digest(judging->drawings);
    report.judging = judging->drawings.size();
    report.is_complete = judging->is_complete;
    report.seen = answers->seen;
    report.embedded = answers->embedded;
    report.predicted = answers->predicted;
    report.report = learning::measure(outcomes, all_labels(asked->info, outcomes));
    auto wrong = wrong_answers(store, report.report.wrong);
    if (!wrong) return wrong.error();
    report.wrong = std::move(*wrong);
    if (!request.against) return report;
    auto comparison = compared_with(store, request, *judging, answers->said);
    if (!comparison) return comparison.error();
    report.comparison = std::move(*comparison);
    return report;
}

std::vector<LabelShares> shares_by_label(const learning::Report& report) {
    std::vector<LabelShares> shares;
    for (std::size_t i = 0; i < report.labels.size(); ++i) {
        auto& each = shares.emplace_back();
        each.label = report.labels[i];
        for (std::size_t j = 0; j < report.labels.size(); ++j) {
            each.given.all += report.confusion[i][j];
            each.answered.all += report.confusion[j][i];
        }
        each.given.some = each.answered.some = report.confusion[i][i];
    }
    return shares;
}

std::string_view verdict_of(const ComparedWith& comparison) {
    const auto verdict = comparison.gate.verdict;
    if (verdict == learning::Verdict::better) return "better";
    return verdict == learning::Verdict::worse ? "worse" : "undecided";
}

json::object to_json(const ModelReport& report) {
    const auto& measured = report.report;
    json::object told{{"model", report.model},
                      {"as_of", to_rfc3339(report.as_of)},
                      {"data_sha256", to_hex(report.data)},
                      {"judging", report.judging},
                      {"complete", report.is_complete},
                      {"seen", report.seen},
                      {"from_embeddings", report.embedded},
                      {"from_predictions", report.predicted},
                      {"accuracy", to_json(measured.accuracy)},
                      {"refused", to_json(measured.rejected_shapes)},
                      {"refused_others", to_json(measured.rejected_ood)},
                      {"calibration_error", measured.calibration_error},
                      {"calibration_error_by_chance", by_chance_json(measured.reliability)},
                      {"reliability", reliability_json(measured.reliability)},
                      {"calibration_error_all", measured.calibration_error_all},
                      {"calibration_error_all_by_chance", by_chance_json(measured.reliability_all)},
                      {"reliability_all", reliability_json(measured.reliability_all)},
                      {"labels", label_scores(measured)},
                      {"confusion", confusion_cells(measured)}};
    if (report.comparison) told["comparison"] = comparison_json(*report.comparison);
    return told;
}

}  // namespace croquis::service
