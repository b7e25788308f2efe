#include "service/teaching.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <memory>
#include <set>
#include <span>

#include "core/bytes.h"
#include "drawing/decode.h"
#include "drawing/normalise.h"
#include "recognition/card.h"
#include "recognition/head.h"
#include "recognition/recognizer.h"

namespace croquis::service {
namespace {

namespace json = boost::json;

constexpr std::size_t page_size = 200;
constexpr std::size_t batch_size = 32;
constexpr double worth_telling = 0.02;  ///< the difference that judging_needed is worked out for
constexpr double usual_disagreement = 0.08;

/// A reviewed drawing, as the trunk sees it.
struct Reviewed {
    Uuid id;
    std::string tag;
    std::vector<float> embedding;
    std::string live_tag;  ///< what the live model answers
};

Result<std::set<std::string>> labels_in_use(store::Store& store) {
    const auto labels = store.labels(store::shapes_project);
    if (!labels) return labels.error();
    std::set<std::string> names;
    for (const auto& label : *labels)
        if (!label.retired) names.insert(label.name);
    return names;
}

/// Reviewed drawings with a label of the project, oldest first.
Result<std::vector<Reviewed>> reviewed_drawings(store::Store& store) {
    const auto names = labels_in_use(store);
    if (!names) return names.error();
    std::vector<Reviewed> reviewed;
    store::Query query;
    query.order = store::Order::oldest_first;
    query.limit = page_size;
    do {
        const auto page = store.list(query);
        if (!page) return page.error();
        for (const auto& drawing : page->drawings)
            if (drawing.tagged_by && names->contains(drawing.tag))
                reviewed.push_back({drawing.id, drawing.tag, {}, {}});
        query.after = page->next;
    } while (query.after);
    return reviewed;
}

/// The live model, as a network that gives embeddings.
struct Trunk {
    store::Model model;
    Bytes onnx;
    recognition::Card card;
    std::unique_ptr<recognition::Recognizer> recognizer;
};

std::string card_with_embedding(const std::string& card, std::size_t size) {
    auto object = json::parse(card).as_object();
    object["embedding"] = {{"size", size}};
    object.erase("sha256");  // of the file without the output
    return json::serialize(object);
}

Result<Trunk> load_trunk(store::Store& store) {
    Trunk trunk;
    auto live = store.live_model();
    if (!live) return live.error();
    trunk.model = std::move(*live);
    auto onnx = store.model_onnx(trunk.model.id);
    if (!onnx) return onnx.error();
    trunk.onnx = std::move(*onnx);
    auto card = recognition::parse_card(trunk.model.card);
    if (!card) return card.error();
    trunk.card = std::move(*card);
    const auto network = recognition::with_embedding(trunk.onnx, trunk.card.info.labels.size());
    if (!network) return network.error();
    auto loaded = recognition::load_recognizer(
        network->onnx, card_with_embedding(trunk.model.card, network->size));
    if (!loaded) return loaded.error();
    trunk.recognizer = std::move(*loaded);
    return trunk;
}

Result<drawing::ModelInput> input_of(store::Store& store, const Uuid& id) {
    const auto image = store.image(id);
    if (!image) return image.error();
    const auto decoded = drawing::decode(image->bytes);
    if (!decoded) return decoded.error();
    return drawing::normalise(decoded->image);
}

Result<void> recognise(recognition::Recognizer& model, std::span<Reviewed> drawings,
                       const std::vector<drawing::ModelInput>& inputs) {
    auto answers = model.recognise(inputs);
    if (!answers) return answers.error();
    for (std::size_t i = 0; i < drawings.size(); ++i) {
        drawings[i].live_tag = std::move((*answers)[i].tag);
        drawings[i].embedding = std::move((*answers)[i].embedding);
    }
    return {};
}

/// Fills in embeddings and the live model's answers. Drawings deleted meanwhile are left out.
Result<void> embed(store::Store& store, recognition::Recognizer& model,
                   std::vector<Reviewed>& drawings, const TeachRequest& request) {
    std::vector<Reviewed> there;
    std::vector<drawing::ModelInput> inputs;
    std::size_t first = 0;
    for (std::size_t i = 0; i < drawings.size(); ++i) {
        auto input = input_of(store, drawings[i].id);
        if (!input && input.error().kind != ErrorKind::not_found) return input.error();
        if (input) {
            there.push_back(std::move(drawings[i]));
            inputs.push_back(*input);
        }
        const bool last = i + 1 == drawings.size();
        if (inputs.size() < batch_size && !(last && !inputs.empty())) continue;
        const auto done = recognise(model, std::span(there).subspan(first), inputs);
        if (!done) return done.error();
        first = there.size();
        inputs.clear();
        if (request.progress) request.progress(i + 1, drawings.size());
    }
    drawings = std::move(there);
    return {};
}

/// The labels taught, in the project's alphabet, and the examples by their indices.
struct Lesson {
    std::vector<TaughtLabel> labels;
    std::vector<TaughtLabel> too_few;
    learning::Examples examples;
    Sha256 digest{};  ///< of ids and tags, which names the data set
};

Result<Lesson> lesson_of(const std::vector<Reviewed>& drawings) {
    std::map<std::string, TaughtLabel> by_name;
    for (const auto& drawing : drawings) {
        auto& label = by_name[drawing.tag];
        label.label = drawing.tag;
        ++(judges(drawing.id) ? label.judging : label.learnt);
    }
    Lesson lesson;
    std::map<std::string, int> index;
    for (auto& [name, label] : by_name) {
        const bool enough = label.learnt >= learning::fewest_examples;
        if (enough) index[name] = static_cast<int>(lesson.labels.size());
        (enough ? lesson.labels : lesson.too_few).push_back(std::move(label));
    }
    if (lesson.labels.size() < 2)
        return Error{
            ErrorKind::invalid,
            fmt::format(
                "Two labels at least need {} reviewed drawings each to learn from (three in "
                "four are; the others are kept to judge).",
                learning::fewest_examples),
            "drawings"};
    std::string named;
    for (const auto& drawing : drawings) {
        const auto found = index.find(drawing.tag);
        if (judges(drawing.id) || found == index.end()) continue;
        lesson.examples.width = drawing.embedding.size();
        lesson.examples.embeddings.insert(lesson.examples.embeddings.end(),
                                          drawing.embedding.begin(), drawing.embedding.end());
        lesson.examples.labels.push_back(found->second);
        named += to_string(drawing.id) + " " + drawing.tag + "\n";
    }
    lesson.examples.label_count = lesson.labels.size();
    lesson.digest = sha256(as_bytes(named));
    return lesson;
}

json::object share_json(const learning::Share& share) {
    const auto interval = share.interval();
    return {{"right", share.some},
            {"of", share.all},
            {"accuracy", share.part()},
            {"low", interval.low},
            {"high", interval.high}};
}

json::array labels_json(const std::vector<TaughtLabel>& labels) {
    json::array listed;
    for (const auto& label : labels) {
        json::object object{
            {"label", label.label}, {"learnt", label.learnt}, {"judging", label.judging}};
        if (label.accuracy.all > 0) object["cross_validated"] = share_json(label.accuracy);
        listed.emplace_back(std::move(object));
    }
    return listed;
}

/// The card of network and head together.
std::string taught_card(const Trunk& trunk, const Lesson& lesson, const learning::TaughtHead& head,
                        BytesView onnx) {
    const auto parent = json::parse(trunk.model.card).as_object();
    json::array names;
    for (const auto& label : lesson.labels) names.emplace_back(label.label);
    json::object card{{"name", "taught"},
                      {"labels", std::move(names)},
                      {"temperature", head.temperature},
                      {"unknown_below", head.unknown_below},
                      {"embedding", json::object{{"size", head.layer.width}}},
                      {"sha256", to_hex(sha256(onnx))}};
    for (const char* same : {"input", "activations"})
        if (const auto* value = parent.if_contains(same)) card[same] = *value;
    card["taught"] = {{"trunk", trunk.model.id},
                      {"drawings", lesson.examples.size()},
                      {"data_sha256", to_hex(lesson.digest)},
                      {"strength", head.strength},
                      {"cross_validated", share_json(head.accuracy)},
                      {"labels", labels_json(lesson.labels)}};
    return json::serialize(card);
}

/// On the drawings kept back whose label both could answer or not: the truth is what people said.
Result<learning::GateResult> judged(recognition::Recognizer& candidate, store::Store& store,
                                    const std::vector<Reviewed>& drawings) {
    learning::PairedAnswers counts;
    for (const auto& drawing : drawings) {
        if (!judges(drawing.id)) continue;
        const auto input = input_of(store, drawing.id);
        if (!input && input.error().kind == ErrorKind::not_found) continue;
        if (!input) return input.error();
        const auto answer = candidate.recognise(std::span(&*input, 1));
        if (!answer) return answer.error();
        const bool new_right = answer->front().tag == drawing.tag;
        const bool old_right = drawing.live_tag == drawing.tag;
        ++(new_right ? (old_right ? counts.both : counts.only_candidate)
                     : (old_right ? counts.only_live : counts.neither));
    }
    return learning::compare(counts);
}

Result<void> register_candidate(store::Store& store, const Teaching& teaching, BytesView onnx) {
    const auto added = store.add_model(teaching.model, onnx);
    // The same drawings and tags were taught before.
    if (!added && added.error().kind == ErrorKind::conflict) return {};
    return added;
}

const char* to_text(learning::Verdict verdict) {
    switch (verdict) {
        case learning::Verdict::better:
            return "better";
        case learning::Verdict::worse:
            return "worse";
        case learning::Verdict::undecided:
            break;
    }
    return "undecided";
}

}  // namespace

bool judges(const Uuid& drawing) {
    const auto hash = sha256(as_bytes(to_string(drawing)));
    return hash[0] % 4 == 0;
}

Result<Teaching> teach(store::Store& store, const TeachRequest& request) {
    auto trunk = load_trunk(store);
    if (!trunk) return trunk.error();
    auto drawings = reviewed_drawings(store);
    if (!drawings) return drawings.error();
    if (const auto done = embed(store, *trunk->recognizer, *drawings, request); !done)
        return done.error();
    auto lesson = lesson_of(*drawings);
    if (!lesson) return lesson.error();
    const auto head = learning::teach(lesson->examples);
    if (!head) return head.error();
    for (std::size_t i = 0; i < lesson->labels.size(); ++i)
        lesson->labels[i].accuracy = head->by_label[i];
    const auto onnx =
        recognition::with_head(trunk->onnx, trunk->card.info.labels.size(), head->layer);
    if (!onnx) return onnx.error();
    const auto card = taught_card(*trunk, *lesson, *head, *onnx);
    const auto candidate = recognition::load_recognizer(*onnx, card);
    if (!candidate) return candidate.error();
    const auto gate = judged(**candidate, store, *drawings);
    if (!gate) return gate.error();

    Teaching teaching{{}, lesson->labels, lesson->too_few, head->accuracy, *gate};
    if (gate->verdict == learning::Verdict::undecided)
        teaching.judging_needed = learning::drawings_needed(worth_telling, usual_disagreement);
    teaching.model.id = (*candidate)->info().id;
    teaching.model.card = card;
    teaching.model.sha256 = sha256(*onnx);
    teaching.model.created_at = now();
    teaching.model.kind = store::ModelKind::head;
    teaching.model.parent = trunk->model.id;
    auto lineage = json::parse(card).at("taught").as_object();
    lineage["by"] = request.by;
    teaching.model.lineage = json::serialize(lineage);
    if (const auto added = register_candidate(store, teaching, *onnx); !added) return added.error();
    return teaching;
}

json::object to_json(const Teaching& teaching) {
    const auto& gate = teaching.gate;
    return {{"model", teaching.model.id},
            {"parent", teaching.model.parent.value_or("")},
            {"cross_validated", share_json(teaching.accuracy)},
            {"labels", labels_json(teaching.labels)},
            {"too_few", labels_json(teaching.too_few)},
            {"gate",
             {{"drawings", gate.answers.all()},
              {"only_candidate_right", gate.answers.only_candidate},
              {"only_live_right", gate.answers.only_live},
              {"difference", gate.difference},
              {"low", gate.low},
              {"high", gate.high},
              {"p_value", gate.p_value},
              {"verdict", to_text(gate.verdict)},
              {"drawings_needed", teaching.judging_needed}}}};
}

}  // namespace croquis::service
