#include "service/training/shadow.h"

#include <algorithm>
#include <boost/json.hpp>
#include <set>
#include <utility>

#include "service/jobs/job_kinds.h"
#include "service/models/embedded_drawings.h"
#include "service/models/registry.h"
#include "service/models/trunk.h"
#include "service/quality/quality.h"

namespace croquis::service {
namespace {

namespace json = boost::json;
using Microseconds = std::chrono::duration<double, std::micro>;

/// Of the newest drawings, those that the live model predicted, at most so many.
Result<DrawingsById> predicted_by(store::Store& store, int project, const std::string& live,
                                  std::size_t most) {
    DrawingsById predicted;
    store::Query query;
    query.project = project;
    std::size_t looked_at = 0;
    const auto read = read_pages(store, query, [&](std::vector<store::Drawing>& page) {
        looked_at += page.size();
        for (auto& drawing : page)
            if (drawing.prediction.model == live && predicted.size() < most)
                predicted.emplace(drawing.id, std::move(drawing));
        return looked_at < most_shadowed && predicted.size() < most;
    });
    if (!read) return read.error();
    return predicted;
}

/// What the other model says of drawings, and how long that took for each.
struct ShadowAnswers {
    struct Answer {
        const store::Drawing* drawing;
        std::string tag;
        float confidence;
    };
    std::vector<Answer> said = {};
    double microseconds = 0;

    void add(const store::Drawing& drawing, recognition::Prediction answer) {
        said.push_back({&drawing, std::move(answer.tag), answer.confidence});
    }
};

Result<void> ask_last_layer(const Trunk& other, const std::vector<DrawingWithEmbedding>& drawings,
                            ShadowAnswers& answers) {
    if (drawings.empty()) return {};
    std::vector<const store::Embedding*> embeddings;
    embeddings.reserve(drawings.size());
    for (const auto& each : drawings) embeddings.push_back(&each.embedding);
    // Whoever draws has the network's numbers, and not what is stored of them.
    const auto numbers = numbers_for(*other.head(), embeddings);
    if (!numbers) return numbers.error();
    const auto begun = std::chrono::steady_clock::now();
    auto said = recognition::answers_of(*other.head(), other.info(), *numbers);
    if (!said) return said.error();
    const Microseconds took = std::chrono::steady_clock::now() - begun;
    answers.microseconds = took.count() / static_cast<double>(drawings.size());
    for (std::size_t i = 0; i < drawings.size(); ++i)
        answers.add(*drawings[i].drawing, std::move((*said)[i]));
    return {};
}

/// Of those that nothing has answered yet, the newest first.
std::vector<Uuid> unanswered(const DrawingsById& drawings, const ShadowAnswers& answers) {
    std::set<Uuid> answered;
    for (const auto& answer : answers.said) answered.insert(answer.drawing->id);
    std::vector<Uuid> ids;
    for (auto each = drawings.rbegin(); each != drawings.rend(); ++each)
        if (!answered.contains(each->first)) ids.push_back(each->first);
    return ids;
}

Result<void> ask_network(store::Store& store, Trunk& other, const ShadowRun& run,
                         const DrawingsById& drawings, ShadowAnswers& answers) {
    const auto ids = unanswered(drawings, answers);
    if (ids.empty()) return {};
    if (const auto loaded = other.load(); !loaded) return loaded.error();
    const auto begun = std::chrono::steady_clock::now();
    std::size_t answered = 0;
    const auto looked =
        look_at_all(store, other, ids, {run.control, begun + run.longest}, [&](Looked& part) {
            answered += part.answers.size();
            for (auto& [id, answer] : part.answers) answers.add(drawings.at(id), std::move(answer));
        });
    if (!looked) return looked.error();
    const Microseconds took = std::chrono::steady_clock::now() - begun;
    if (answered > 0) answers.microseconds = took.count() / static_cast<double>(answered);
    return {};
}

void count_agreement(learning::Share& share, bool agrees) {
    ++share.all;
    share.some += agrees ? 1 : 0;
}

Shadow compared(const std::string& model, const std::string& live, const DrawingsById& predicted,
                ShadowAnswers answers) {
    Shadow shadow;
    shadow.model = model;
    shadow.live = live;
    shadow.microseconds = answers.microseconds;
    shadow.left_out = predicted.size() - answers.said.size();
    std::sort(answers.said.begin(), answers.said.end(),
              [](const auto& a, const auto& b) { return a.drawing->id > b.drawing->id; });
    for (auto& [drawing, tag, confidence] : answers.said) {
        const bool agrees = tag == drawing->prediction.tag;
        count_agreement(shadow.agreement, agrees);
        count_agreement(shadow.labels[drawing->prediction.tag], agrees);
        if (!agrees && shadow.disagreements.size() < most_disagreements)
            shadow.disagreements.push_back({*drawing, std::move(tag), confidence});
    }
    return shadow;
}

Error no_such_comparison() {
    return {ErrorKind::not_found, "There is no comparison of this model by this job."};
}

learning::Share share_in(const json::value& told) {
    learning::Share share;
    share.some = told.at("agreed").to_number<std::size_t>();
    share.all = told.at("of").to_number<std::size_t>();
    return share;
}

/// Null where there is nothing to be shown of it any more.
Result<std::optional<Disagreement>> disagreement_in(store::Store& store, const Shadow& shadow,
                                                    const json::value& told) {
    auto drawing = store.drawing(Uuid::parse(told.at("drawing").as_string()).value());
    if (!drawing && drawing.error().kind == ErrorKind::not_found)
        return std::optional<Disagreement>();
    if (!drawing) return drawing.error();
    if (drawing->prediction.model != shadow.live) return std::optional<Disagreement>();
    return std::optional(Disagreement{std::move(*drawing), std::string(told.at("tag").as_string()),
                                      told.at("confidence").to_number<float>()});
}

}  // namespace

Result<Shadow> shadow_of(store::Store& store, int project, const std::string& id) {
    const auto model = model_of(store, id, project);
    if (!model) return model.error();
    const auto answering = answering_model(store, project);
    if (!answering) return answering.error();
    const auto live = Trunk::with_or_without_embedding(store, *answering);
    if (!live) return live.error();
    const auto other = Trunk::with_or_without_embedding(store, *model);
    if (!other) return other.error();
    if (other->id() != live->id() || other->head() == nullptr)
        return Error{
            ErrorKind::conflict,
            "Stored embeddings do not tell this model's answers: it has another network than "
            "the live one, or more than one layer behind the embedding.",
            {},
            0,
            "other_network"};
    const auto predicted = predicted_by(store, project, answering->id, most_shadowed);
    if (!predicted) return predicted.error();
    const auto drawings = with_embeddings(store, *predicted, live->id());
    if (!drawings) return drawings.error();
    ShadowAnswers answers;
    if (const auto asked = ask_last_layer(*other, *drawings, answers); !asked) return asked.error();
    return compared(id, answering->id, *predicted, std::move(answers));
}

Result<Shadow> shadow_by_network(store::Store& store, const ShadowRun& run) {
    const auto model = model_of(store, run.model, run.project);
    if (!model) return model.error();
    const auto live = answering_model(store, run.project);
    if (!live) return live.error();
    auto other = Trunk::with_or_without_embedding(store, *model);
    if (!other) return other.error();
    const auto predicted = predicted_by(store, run.project, live->id, most_run_over);
    if (!predicted) return predicted.error();
    ShadowAnswers answers;
    if (other->head() != nullptr) {
        const auto drawings = with_embeddings(store, *predicted, other->id());
        if (!drawings) return drawings.error();
        if (const auto asked = ask_last_layer(*other, *drawings, answers); !asked)
            return asked.error();
    }
    if (const auto asked = ask_network(store, *other, run, *predicted, answers); !asked)
        return asked.error();
    return compared(run.model, live->id, *predicted, std::move(answers));
}

json::object to_json(const Shadow& shadow) {
    json::array labels;
    for (const auto& [tag, share] : shadow.labels)
        labels.push_back(json::object{{"tag", tag}, {"agreement", to_json(share)}});
    json::array disagreements;
    for (const auto& each : shadow.disagreements)
        disagreements.push_back(json::object{{"drawing", to_string(each.drawing.id)},
                                             {"tag", each.tag},
                                             {"confidence", each.confidence}});
    return {{"model", shadow.model},
            {"live", shadow.live},
            {"agreement", to_json(shadow.agreement)},
            {"labels", std::move(labels)},
            {"microseconds", shadow.microseconds},
            {"left_out", shadow.left_out},
            {"disagreements", std::move(disagreements)}};
}

Result<Shadow> shadow_found_by(store::Store& store, int project, const std::string& model,
                               const Uuid& job) {
    const auto done = store.job(job);
    if (!done && done.error().kind == ErrorKind::not_found) return no_such_comparison();
    if (!done) return done.error();
    if (done->kind != shadow_kind || done->project != project || !done->result)
        return no_such_comparison();
    const auto told = json::parse(*done->result);
    if (told.at("model").as_string() != model) return no_such_comparison();
    Shadow shadow;
    shadow.model = model;
    shadow.live = told.at("live").as_string();
    shadow.agreement = share_in(told.at("agreement"));
    shadow.microseconds = told.at("microseconds").to_number<double>();
    shadow.left_out = told.at("left_out").to_number<std::size_t>();
    for (const auto& label : told.at("labels").as_array())
        shadow.labels[std::string(label.at("tag").as_string())] = share_in(label.at("agreement"));
    for (const auto& each : told.at("disagreements").as_array()) {
        auto shown = disagreement_in(store, shadow, each);
        if (!shown) return shown.error();
        if (*shown) shadow.disagreements.push_back(std::move(**shown));
    }
    return shadow;
}

}  // namespace croquis::service
