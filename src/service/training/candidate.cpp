#include "service/training/candidate.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "core/build_info.h"
#include "recognition/network.h"
#include "service/quality/drift.h"

namespace croquis::service {
namespace {

namespace json = boost::json;

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

}  // namespace

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
        auto head = taught_head(lesson);
        if (!head) return head.error();
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

}  // namespace croquis::service
