#include "service/shadow.h"

#include <chrono>

#include "recognition/quantised.h"
#include "service/embedded_drawings.h"
#include "service/trunk.h"

namespace croquis::service {
namespace {

/// The newest drawings that the live model predicted.
Result<DrawingsById> predicted_by(store::Store& store, int project, const std::string& live) {
    DrawingsById predicted;
    store::Query query;
    query.project = project;
    std::size_t looked_at = 0;
    const auto read = read_pages(store, query, [&](std::vector<store::Drawing>& page) {
        looked_at += page.size();
        for (auto& drawing : page)
            if (drawing.prediction.model == live) predicted.emplace(drawing.id, std::move(drawing));
        return looked_at < most_shadowed;
    });
    if (!read) return read.error();
    return predicted;
}

Result<store::Model> model_in(store::Store& store, int project, const std::string& id) {
    auto model = store.model(id);
    if (model && model->project != project)
        return Error{ErrorKind::not_found, "There is no model with this id."};
    return model;
}

void count_agreement(learning::Share& share, bool agrees) {
    ++share.all;
    share.some += agrees ? 1 : 0;
}

void compare(Shadow& shadow, const std::vector<DrawingWithEmbedding>& drawings,
             const std::vector<recognition::Prediction>& answers) {
    for (std::size_t i = 0; i < drawings.size(); ++i) {
        const auto& drawing = *drawings[i].drawing;
        const bool agrees = answers[i].tag == drawing.prediction.tag;
        count_agreement(shadow.agreement, agrees);
        count_agreement(shadow.labels[drawing.prediction.tag], agrees);
        if (!agrees && shadow.disagreements.size() < most_disagreements)
            shadow.disagreements.push_back({drawing, answers[i].tag, answers[i].confidence});
    }
}

}  // namespace

Result<Shadow> shadow_of(store::Store& store, int project, const std::string& id) {
    auto model = model_in(store, project, id);
    if (!model) return model.error();
    const auto live = Trunk::of_live_model(store, project);
    if (!live) return live.error();
    const auto other = Trunk::of_model(store, std::move(*model));
    if (!other) return other.error();
    if (other->id() != live->id() || other->head() == nullptr)
        return Error{
            ErrorKind::conflict,
            "Stored embeddings do not tell this model's answers: it has another network than "
            "the live one, or more than one layer behind the embedding.",
            {},
            0,
            "other_network"};
    const auto predicted = predicted_by(store, project, live->model().id);
    if (!predicted) return predicted.error();
    const auto drawings = with_embeddings(store, *predicted, live->id());
    if (!drawings) return drawings.error();
    const auto& head = *other->head();
    std::vector<float> rows(drawings->size() * head.width);
    for (std::size_t i = 0; i < drawings->size(); ++i) {
        const auto& embedding = (*drawings)[i].embedding;
        if (embedding.numbers.size() != head.width)
            return Error{ErrorKind::internal, "A stored embedding does not fit its network."};
        recognition::unpack(embedding.scale, embedding.numbers,
                            std::span(rows).subspan(i * head.width, head.width));
    }
    const auto begun = std::chrono::steady_clock::now();
    const auto answers = recognition::answers_of(head, other->info(), rows);
    if (!answers) return answers.error();
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begun;
    Shadow shadow;
    shadow.model = id;
    shadow.live = live->model().id;
    if (!drawings->empty())
        shadow.microseconds = took.count() / static_cast<double>(rows.size() / head.width);
    compare(shadow, *drawings, *answers);
    return shadow;
}

}  // namespace croquis::service
