#include "service/teaching.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <cmath>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <span>

#include "core/build_info.h"
#include "core/bytes.h"
#include "recognition/network.h"
#include "service/drift.h"
#include "service/embedded_drawings.h"
#include "service/labels.h"
#include "service/recheck.h"
#include "service/remaking.h"

namespace croquis::service {
namespace {

namespace json = boost::json;

constexpr double worth_telling = 0.02;  ///< the difference that judging_needed is worked out for

/// A reviewed drawing, as the trunk sees it.
struct Reviewed {
    Uuid id;
    std::string tag;
    bool judges = false;     ///< kept back
    bool may_judge = false;  ///< kept back, and its review did not depend on the live model
    std::vector<float> embedding;
    std::string live_tag;      ///< what the live model answers; empty where it is not known yet
    std::string new_tag = {};  ///< what a trained network answers by itself
    float new_confidence = 0;
};

/// What a model can answer.
std::set<std::string> possible_answers(const recognition::ModelInfo& model) {
    std::set<std::string> answers(model.labels.begin(), model.labels.end());
    if (model.unknown_below > 0) answers.emplace(recognition::unknown_tag);
    return answers;
}

/// The labels that both the project and the live model know.
std::vector<std::string> known_labels(const std::set<std::string>& used,
                                      const recognition::ModelInfo& live) {
    std::vector<std::string> known;
    const auto answers = possible_answers(live);
    std::set_intersection(used.begin(), used.end(), answers.begin(), answers.end(),
                          std::back_inserter(known));
    return known;
}

/// Whether a review may judge models. Whoever is shown the model's tag accepts it the more readily,
/// and what people pick to correct is what a model got wrong: only drawings that the queue asked
/// about at random and those whose tag was known without the model say how models do. Where the
/// model can answer none of the labels, every review does: all had to be given by people, and none
/// was picked for being wrong among others that are right. What was answered together with others
/// has no basis, and judges where a random audit says that it is as good.
bool is_fair(const store::EmbeddedDrawing& drawing, const JudgingReviews& reviews,
             const std::string& live, bool knows_labels) {
    if (reviews.independent(drawing)) return true;
    return drawing.basis == store::Basis::shown && drawing.model == live && !knows_labels;
}

/// Reviewed drawings with a label of the project, in the order of their ids.
Result<std::vector<Reviewed>> reviewed_drawings(store::Store& store, const Trunk& trunk,
                                                int project) {
    const auto names = labels_in_use(store, project);
    if (!names) return names.error();
    const auto reviews = judging_reviews(store, project);
    if (!reviews) return reviews.error();
    const bool knows_labels = !known_labels(*names, trunk.info()).empty();
    std::vector<Reviewed> reviewed;
    const auto take = [&](const std::vector<store::EmbeddedDrawing>& page) -> Result<bool> {
        for (const auto& drawing : page) {
            if (!names->contains(drawing.tag)) continue;
            auto& each = reviewed.emplace_back();
            each.id = drawing.id;
            each.tag = drawing.tag;
            each.judges = judges(drawing.id);
            each.may_judge =
                each.judges && is_fair(drawing, *reviews, trunk.model().id, knows_labels);
            if (drawing.embedding) each.embedding = numbers_of(*drawing.embedding);
            if (drawing.model == trunk.model().id) each.live_tag = drawing.predicted_tag;
        }
        return true;
    };
    if (const auto read = read_reviewed(store, project, trunk.id(), take); !read)
        return read.error();
    std::sort(reviewed.begin(), reviewed.end(),
              [](const Reviewed& a, const Reviewed& b) { return a.id < b.id; });
    return reviewed;
}

/// The live model's answer where only the network can give it.
bool needs_network(const Reviewed& drawing, const Trunk& trunk) {
    return drawing.embedding.empty() ||
           (drawing.live_tag.empty() && trunk.head() == nullptr && drawing.judges);
}

/// Lets the network look at drawings that lack an embedding, or an answer of the live model by
/// which it is judged. Takes out those that are gone; returns those that cannot be read.
Result<std::vector<Unreadable>> fill_in(store::Store& store, Trunk& trunk,
                                        std::vector<Reviewed>& drawings,
                                        const TeachRequest& request) {
    std::vector<Uuid> missing;
    std::map<Uuid, Reviewed*> by_id;
    for (auto& drawing : drawings) {
        if (!needs_network(drawing, trunk)) continue;
        missing.push_back(drawing.id);
        by_id.emplace(drawing.id, &drawing);
    }
    std::vector<Unreadable> unreadable;
    const auto take = [&](Looked& part) {
        for (auto& [id, answer] : part.answers) {
            auto& drawing = *by_id.at(id);
            drawing.embedding = numbers_of(*embedding_of(trunk.info(), answer));
            drawing.live_tag = std::move(answer.tag);
        }
        std::move(part.unreadable.begin(), part.unreadable.end(), std::back_inserter(unreadable));
    };
    const auto looked = look_at_all(store, trunk, missing, {request.control}, take);
    if (!looked) return looked.error();
    std::erase_if(drawings, [&](const Reviewed& drawing) { return needs_network(drawing, trunk); });
    return unreadable;
}

/// The labels taught, in the project's alphabet, and the examples by their indices.
struct Lesson {
    std::vector<TaughtLabel> labels;
    std::vector<TaughtLabel> too_few;
    learning::Examples examples;
    Sha256 digest{};  ///< of ids and tags, which names the data set
    Timestamp as_of;  ///< when the drawings were read
};

Result<Lesson> lesson_of(const std::vector<Reviewed>& drawings) {
    std::map<std::string, TaughtLabel> by_name;
    for (const auto& drawing : drawings) {
        auto& label = by_name[drawing.tag];
        label.label = drawing.tag;
        ++label.given;
        if (drawing.may_judge) ++label.judging;
        if (!drawing.judges) ++label.learnt;
    }
    Lesson lesson;
    std::map<std::string, int> index;
    for (auto& [name, label] : by_name) {
        const bool enough = label.learnt >= learning::fewest_examples;
        if (enough) index[name] = static_cast<int>(lesson.labels.size());
        (enough ? lesson.labels : lesson.too_few).push_back(std::move(label));
    }
    if (lesson.labels.size() < 2) return too_few_labels();
    LearntDigest digest;
    for (const auto& drawing : drawings) {
        const auto found = index.find(drawing.tag);
        if (drawing.judges || found == index.end()) continue;
        lesson.examples.width = drawing.embedding.size();
        lesson.examples.embeddings.insert(lesson.examples.embeddings.end(),
                                          drawing.embedding.begin(), drawing.embedding.end());
        lesson.examples.labels.push_back(found->second);
        digest.add(drawing.id, drawing.tag);
    }
    lesson.examples.label_count = lesson.labels.size();
    lesson.digest = digest.finish();
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
        json::object object{{"label", label.label},
                            {"given", label.given},
                            {"learnt", label.learnt},
                            {"judging", label.judging}};
        if (label.accuracy.all > 0) object["cross_validated"] = share_json(label.accuracy);
        listed.emplace_back(std::move(object));
    }
    return listed;
}

/// What the head was made of: enough to make it again.
json::object lineage_of(const Trunk& trunk, const Lesson& lesson,
                        const learning::TaughtHead& head) {
    return {{"trunk", trunk.model().id},
            {"embedding", trunk.id()},
            {"drawings", lesson.examples.size()},
            {"data_sha256", to_hex(lesson.digest)},
            {"strength", head.strength},
            {"cross_validated", share_json(head.accuracy)},
            {"right_refused", share_json(head.right_refused)},
            {"strangers_refused", share_json(head.strangers_refused)},
            {"labels", labels_json(lesson.labels)}};
}

/// The drawings that are learnt from, as a network sees them.
TrainingReference seen_by(const Trunk& trunk, const Lesson& lesson) {
    TrainingReference reference;
    reference.trunk = trunk.id();
    reference.embeddings =
        learning::embedding_reference(lesson.examples.embeddings, lesson.examples.width);
    return reference;
}

/// What later drawings are held against. What the head says of its examples is cross-validated: of
/// one that it learnt from it would be surer than of any other.
json::object reference_of(const Trunk& trunk, const Lesson& lesson,
                          const learning::TaughtHead& head) {
    auto reference = seen_by(trunk, lesson);
    for (const auto& [label, confidence] : head.held_out) {
        if (label)
            reference.answers.add(lesson.labels[*label].label, confidence);
        else
            reference.answers.add(recognition::unknown_tag, 0);
    }
    return to_json(reference);
}

/// The card of network and head together.
std::string taught_card(const Trunk& trunk, const Lesson& lesson, const learning::TaughtHead& head,
                        const json::object& lineage, BytesView onnx) {
    const auto parent = json::parse(trunk.model().card).as_object();
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
    card["taught"] = lineage;
    card["reference"] = reference_of(trunk, lesson, head);
    return json::serialize(card);
}

using Judging = std::vector<const Reviewed*>;

Judging judging_drawings(const std::vector<Reviewed>& drawings) {
    Judging judging;
    for (const auto& drawing : drawings)
        if (drawing.may_judge) judging.push_back(&drawing);
    return judging;
}

/// What a layer answers about the drawings, in order.
Result<std::vector<std::string>> tags_by(const recognition::HeadLayer& head,
                                         const recognition::ModelInfo& info,
                                         const Judging& drawings) {
    std::vector<float> rows;
    rows.reserve(drawings.size() * head.width);
    for (const auto* drawing : drawings)
        rows.insert(rows.end(), drawing->embedding.begin(), drawing->embedding.end());
    auto answers = recognition::answers_of(head, info, rows);
    if (!answers) return answers.error();
    std::vector<std::string> tags;
    for (auto& answer : *answers) tags.push_back(std::move(answer.tag));
    return tags;
}

/// What the live model answers about the drawings, in order, whose embeddings are of its trunk.
Result<std::vector<std::string>> live_tags(const Trunk& live, const Judging& judging) {
    std::vector<std::string> tags(judging.size());
    if (live.head() != nullptr) {
        auto answers = tags_by(*live.head(), live.info(), judging);
        if (!answers) return answers.error();
        tags = std::move(*answers);
    }
    for (std::size_t i = 0; i < judging.size(); ++i)
        if (!judging[i]->live_tag.empty()) tags[i] = judging[i]->live_tag;
    return tags;
}

/// The labels that drawings get from the model of the project: its own, and where that model
/// answers in other projects too, theirs.
Result<std::set<std::string>> labels_served(store::Store& store, int project) {
    auto names = labels_in_use(store, project);
    if (!names || project != store::shapes_project) return names;
    const auto projects = store.projects();
    if (!projects) return projects.error();
    for (const auto& other : *projects) {
        if (other.id == project || other.live_model || other.archived_at) continue;
        auto more = labels_in_use(store, other.id);
        if (!more) return more.error();
        names->merge(*more);
    }
    return names;
}

/// The labels that drawings would not get any more.
Result<std::vector<std::string>> labels_lost(store::Store& store, int project,
                                             const recognition::ModelInfo& live,
                                             const recognition::ModelInfo& candidate) {
    const auto served = labels_served(store, project);
    if (!served) return served.error();
    auto lost = known_labels(*served, live);
    const auto kept = possible_answers(candidate);
    std::erase_if(lost, [&](const std::string& label) { return kept.contains(label); });
    return lost;
}

/// On the drawings kept back, whether both models know their labels or not: the truth is what
/// people said.
learning::GateResult judged(const Judging& judging, const std::vector<std::string>& fresh,
                            const std::vector<std::string>& live, std::vector<std::string> lost,
                            std::size_t number) {
    std::map<std::string, learning::PairedAnswers> by_label;
    for (std::size_t i = 0; i < judging.size(); ++i) {
        auto& counts = by_label[judging[i]->tag];
        const bool new_right = fresh[i] == judging[i]->tag;
        const bool old_right = live[i] == judging[i]->tag;
        ++(new_right ? (old_right ? counts.both : counts.only_candidate)
                     : (old_right ? counts.only_live : counts.neither));
    }
    return learning::compare(by_label, std::move(lost), number);
}

/// How many candidates were held against the live model, this one included.
Result<std::size_t> number_of(store::Store& store, const store::Model& candidate) {
    const auto models = store.models();
    if (!models) return models.error();
    std::size_t number = 1;
    for (const auto& model : *models) {
        if (model.id == candidate.id) break;
        if (model.project == candidate.project && model.parent == candidate.parent) ++number;
    }
    return number;
}

/// How much the models disagree, as far as so many drawings tell: with few, mostly what is usual.
double disagreement(const learning::PairedAnswers& answers) {
    constexpr double usual = 0.08;
    constexpr double worth_of_usual = 20;  // drawings
    const auto differing = static_cast<double>(answers.only_candidate + answers.only_live);
    return std::max(worth_telling, (differing + usual * worth_of_usual) /
                                       (static_cast<double>(answers.all()) + worth_of_usual));
}

/// Drawings that would decide if the difference is what it seems, or two points where it seems
/// less.
std::size_t judging_needed(const learning::GateResult& gate, std::size_t number) {
    const double disagree = disagreement(gate.answers);
    const double difference =
        std::clamp(std::abs(gate.difference), worth_telling, std::max(worth_telling, disagree));
    return std::max(learning::drawings_needed(difference, disagree, number),
                    gate.answers.all() + 1);
}

constexpr std::chrono::minutes lease_of_begun{1};

Result<void> register_candidate(store::Store& store, const Teaching& teaching, BytesView onnx,
                                const std::optional<store::Job>& as) {
    if (as)
        return store.add_model_by({*as, {to_string(as->id), now() + lease_of_begun}},
                                  teaching.model, onnx);
    auto added = store.add_model(teaching.model, onnx);
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
        case learning::Verdict::uneven:
            return "uneven";
        case learning::Verdict::undecided:
            break;
    }
    return "undecided";
}

/// Network and head together, checked, as the registry takes it.
struct Candidate {
    store::Model model;
    Bytes onnx;
    recognition::ModelInfo info;
};

Result<Candidate> candidate_of(const Trunk& trunk, const Lesson& lesson,
                               const learning::TaughtHead& head, const TeachRequest& request) {
    Candidate candidate;
    auto onnx = recognition::with_head(trunk.onnx(), trunk.info().labels.size(), head.layer);
    if (!onnx) return onnx.error();
    candidate.onnx = std::move(*onnx);
    auto lineage = lineage_of(trunk, lesson, head);
    auto& model = candidate.model;
    model.card = taught_card(trunk, lesson, head, lineage, candidate.onnx);
    const auto network = recognition::read_network(candidate.onnx, model.card);
    if (!network) return network.error();
    candidate.info = (*network)->info;
    lineage["by"] = request.by;
    lineage["as_of"] = to_rfc3339(lesson.as_of);
    lineage["program"] = version();
    model.id = candidate.info.id;
    model.sha256 = sha256(candidate.onnx);
    model.created_at = now();
    model.kind = store::ModelKind::head;
    model.parent = trunk.model().id;
    model.project = request.project;
    model.lineage = json::serialize(lineage);
    return candidate;
}

/// The model added, and how many more drawings would settle the comparison.
Result<Teaching> registered(store::Store& store, Teaching teaching, BytesView onnx,
                            std::size_t number, const std::optional<store::Job>& as = {}) {
    if (teaching.gate.verdict == learning::Verdict::undecided)
        teaching.judging_needed = judging_needed(teaching.gate, number);
    if (const auto added = register_candidate(store, teaching, onnx, as); !added)
        return added.error();
    return teaching;
}

/// What the live model answers about the drawings that judge, before their embeddings are replaced.
Result<void> keep_live_tags(const Trunk& live, std::vector<Reviewed>& drawings) {
    const auto judging = judging_drawings(drawings);
    const auto tags = live_tags(live, judging);
    if (!tags) return tags.error();
    std::size_t next = 0;
    for (auto& drawing : drawings)
        if (drawing.may_judge) drawing.live_tag = (*tags)[next++];
    return {};
}

/// Lets another network look at all drawings: its embeddings take the place of those there.
Result<void> look_anew(store::Store& store, Trunk& network, std::vector<Reviewed>& drawings,
                       const TeachRequest& request) {
    std::vector<Uuid> ids;
    std::map<Uuid, Reviewed*> by_id;
    for (auto& drawing : drawings) {
        drawing.embedding.clear();
        ids.push_back(drawing.id);
        by_id.emplace(drawing.id, &drawing);
    }
    const auto take = [&](Looked& part) {
        for (auto& [id, answer] : part.answers) {
            auto& drawing = *by_id.at(id);
            drawing.embedding = numbers_of(*embedding_of(network.info(), answer));
            drawing.new_tag = std::move(answer.tag);
            drawing.new_confidence = answer.confidence;
        }
    };
    const auto looked = look_at_all(store, network, ids, {request.control}, take);
    if (!looked) return looked.error();
    std::erase_if(drawings, [](const Reviewed& drawing) { return drawing.embedding.empty(); });
    return {};
}

std::vector<std::string> new_tags(const Judging& judging) {
    std::vector<std::string> tags;
    for (const auto* drawing : judging) tags.push_back(drawing->new_tag);
    return tags;
}

/// The card of a network that is taken as it is, with what later drawings are held against. It
/// learnt from three drawings in four; what it says of the fourth stands for what it says of such.
std::string card_with_reference(const Trunk& network, const Lesson& lesson,
                                const std::vector<Reviewed>& drawings) {
    auto reference = seen_by(network, lesson);
    for (const auto& drawing : drawings)
        if (drawing.judges) reference.answers.add(drawing.new_tag, drawing.new_confidence);
    auto card = json::parse(network.model().card).as_object();
    card["reference"] = to_json(reference);
    return json::serialize(card);
}

/// What becomes of a trained network: itself, or where it does not know every label, a head on it.
struct TrainedCandidate {
    Candidate candidate;
    std::optional<learning::TaughtHead> head;
};

Result<TrainedCandidate> trained_candidate(const Trunk& network, const std::set<std::string>& names,
                                           const std::vector<Reviewed>& drawings, Lesson& lesson,
                                           const TrainedNetwork& trained,
                                           const TeachRequest& request) {
    const auto& known = network.info().labels;
    const bool knows_all = std::all_of(names.begin(), names.end(), [&](const auto& name) {
        return std::find(known.begin(), known.end(), name) != known.end();
    });
    TrainedCandidate made;
    auto lineage = trained.lineage;
    lineage["labels"] = labels_json(lesson.labels);
    if (knows_all) {
        made.candidate = {network.model(), Bytes(network.onnx().begin(), network.onnx().end()),
                          network.info()};
        made.candidate.model.card = card_with_reference(network, lesson, drawings);
    } else {
        auto head = learning::teach(lesson.examples);
        if (!head) return head.error();
        for (std::size_t i = 0; i < lesson.labels.size(); ++i)
            lesson.labels[i].accuracy = head->by_label[i];
        auto candidate = candidate_of(network, lesson, *head, request);
        if (!candidate) return candidate.error();
        made.candidate = std::move(*candidate);
        made.candidate.model.parent = network.model().parent;
        made.candidate.model.kind = store::ModelKind::trunk;
        lineage["head"] = json::parse(made.candidate.model.lineage);
        made.head = std::move(*head);
    }
    lineage["by"] = request.by;
    made.candidate.model.lineage = json::serialize(lineage);
    return made;
}

}  // namespace

Error too_few_labels() {
    return {ErrorKind::invalid,
            fmt::format("Two labels at least need {} reviewed drawings each to learn from (three "
                        "in four are; the others are kept to judge).",
                        learning::fewest_examples),
            "drawings"};
}

Result<Trunk> trunk_of(const TrainedNetwork& trained, const std::string& parent,
                       const TeachRequest& request) {
    boost::system::error_code failed;
    auto card = json::parse(trained.card, failed);
    if (failed || !card.is_object())
        return Error{ErrorKind::malformed, "The trained network has no card."};
    card.get_object()["name"] = "trained";
    store::Model model;
    model.card = json::serialize(card);
    const auto network = recognition::read_network(trained.onnx, model.card);
    if (!network) return network.error();
    model.id = (*network)->info.id;
    model.sha256 = sha256(trained.onnx);
    model.created_at = now();
    model.parent = parent;
    model.project = request.project;
    return Trunk::of_network(std::move(model), trained.onnx);
}

Result<Teaching> teach(store::Store& store, const TeachRequest& request) {
    auto trunk = Trunk::of_live_model(store, request.project);
    if (!trunk) return trunk.error();
    const auto as_of = now();
    auto drawings = reviewed_drawings(store, *trunk, request.project);
    if (!drawings) return drawings.error();
    auto unreadable = fill_in(store, *trunk, *drawings, request);
    if (!unreadable) return unreadable.error();
    auto lesson = lesson_of(*drawings);
    if (!lesson) return lesson.error();
    lesson->as_of = as_of;
    const auto head = learning::teach(lesson->examples);
    if (!head) return head.error();
    if (request.control.ends()) return stopped();
    for (std::size_t i = 0; i < lesson->labels.size(); ++i)
        lesson->labels[i].accuracy = head->by_label[i];
    const auto candidate = candidate_of(*trunk, *lesson, *head, request);
    if (!candidate) return candidate.error();
    const auto number = number_of(store, candidate->model);
    if (!number) return number.error();
    const auto judging = judging_drawings(*drawings);
    const auto fresh = tags_by(head->layer, candidate->info, judging);
    if (!fresh) return fresh.error();
    const auto live = live_tags(*trunk, judging);
    if (!live) return live.error();
    auto lost = labels_lost(store, request.project, trunk->info(), candidate->info);
    if (!lost) return lost.error();
    const auto gate = judged(judging, *fresh, *live, std::move(*lost), *number);
    Teaching teaching{candidate->model,      lesson->labels, lesson->too_few,
                      head->accuracy,        gate,           0,
                      std::move(*unreadable)};
    return registered(store, std::move(teaching), candidate->onnx, *number, request.as);
}

Result<Teaching> teach_trained(store::Store& store, const TrainedNetwork& trained,
                               const TeachRequest& request) {
    auto live = Trunk::of_live_model(store, request.project);
    if (!live) return live.error();
    auto network = trunk_of(trained, live->model().id, request);
    if (!network) return network.error();
    const auto as_of = now();
    auto drawings = reviewed_drawings(store, *live, request.project);
    if (!drawings) return drawings.error();
    auto unreadable = fill_in(store, *live, *drawings, request);
    if (!unreadable) return unreadable.error();
    if (const auto known = keep_live_tags(*live, *drawings); !known) return known.error();
    if (const auto seen = look_anew(store, *network, *drawings, request); !seen)
        return seen.error();
    auto lesson = lesson_of(*drawings);
    if (!lesson) return lesson.error();
    lesson->as_of = as_of;
    const auto names = labels_in_use(store, request.project);
    if (!names) return names.error();
    auto made = trained_candidate(*network, *names, *drawings, *lesson, trained, request);
    if (!made) return made.error();
    const auto number = number_of(store, made->candidate.model);
    if (!number) return number.error();
    const auto judging = judging_drawings(*drawings);
    const auto fresh = made->head ? tags_by(made->head->layer, made->candidate.info, judging)
                                  : Result<std::vector<std::string>>(new_tags(judging));
    if (!fresh) return fresh.error();
    auto lost = labels_lost(store, request.project, live->info(), made->candidate.info);
    if (!lost) return lost.error();
    std::vector<std::string> before;
    for (const auto* drawing : judging) before.push_back(drawing->live_tag);
    Teaching teaching{made->candidate.model,
                      lesson->labels,
                      lesson->too_few,
                      made->head ? made->head->accuracy : learning::Share{},
                      judged(judging, *fresh, before, std::move(*lost), *number),
                      0,
                      std::move(*unreadable)};
    return registered(store, std::move(teaching), made->candidate.onnx, *number);
}

json::array unreadable_json(const std::vector<Unreadable>& unreadable) {
    json::array listed;
    for (const auto& each : unreadable)
        listed.push_back({{"drawing", to_string(each.drawing)}, {"why", each.why}});
    return listed;
}

json::array judged_json(const std::vector<learning::LabelResult>& labels) {
    json::array listed;
    for (const auto& label : labels)
        listed.push_back({{"label", label.label},
                          {"drawings", label.answers.all()},
                          {"only_candidate_right", label.answers.only_candidate},
                          {"only_live_right", label.answers.only_live},
                          {"difference", label.difference},
                          {"worse", label.worse}});
    return listed;
}

json::object to_json(const Teaching& teaching) {
    const auto& gate = teaching.gate;
    return {{"model", teaching.model.id},
            {"parent", teaching.model.parent.value_or("")},
            {"cross_validated", share_json(teaching.accuracy)},
            {"labels", labels_json(teaching.labels)},
            {"too_few", labels_json(teaching.too_few)},
            {"unreadable", unreadable_json(teaching.unreadable)},
            {"gate",
             {{"drawings", gate.answers.all()},
              {"only_candidate_right", gate.answers.only_candidate},
              {"only_live_right", gate.answers.only_live},
              {"difference", gate.difference},
              {"low", gate.low},
              {"high", gate.high},
              {"p_value", gate.p_value},
              {"verdict", to_text(gate.verdict)},
              {"lost", json::value_from(gate.lost)},
              {"labels", judged_json(gate.labels)},
              {"drawings_needed", teaching.judging_needed}}}};
}

}  // namespace croquis::service
