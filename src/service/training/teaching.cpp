#include "service/training/teaching.h"

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <utility>

#include "service/projects/labels.h"
#include "service/training/comparison.h"
#include "service/training/lesson.h"

namespace croquis::service {
namespace {

namespace json = boost::json;

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

/// The model added, and how many more drawings would settle the comparison.
Result<Teaching> registered(store::Store& store, Teaching teaching, BytesView onnx,
                            std::size_t number, const std::optional<store::Job>& as = {}) {
    if (teaching.gate.verdict == learning::Verdict::undecided)
        teaching.judging_needed = judging_needed(teaching.gate, number);
    if (const auto added = register_candidate(store, teaching, onnx, as); !added)
        return added.error();
    return teaching;
}

}  // namespace

Result<Teaching> teach(store::Store& store, const TeachRequest& request) {
    auto trunk = Trunk::of_live_model(store, request.project);
    if (!trunk) return trunk.error();
    const auto as_of = now();
    auto drawings = reviewed_drawings(store, *trunk, request.project);
    if (!drawings) return drawings.error();
    auto unreadable = fill_in(store, *trunk, *drawings, request.control);
    if (!unreadable) return unreadable.error();
    auto lesson = lesson_of(*drawings);
    if (!lesson) return lesson.error();
    lesson->as_of = as_of;
    const auto head = taught_head(*lesson);
    if (!head) return head.error();
    if (request.control.ends()) return stopped();
    const auto candidate = candidate_of(*trunk, *lesson, *head, request);
    if (!candidate) return candidate.error();
    const auto number = candidates_compared(store, candidate->model);
    if (!number) return number.error();
    const auto judging = judging_drawings(*drawings);
    const auto fresh = tags_by(head->layer, candidate->info, judging);
    if (!fresh) return fresh.error();
    const auto live = live_tags(*trunk, judging);
    if (!live) return live.error();
    auto lost = labels_lost(store, request.project, trunk->info(), candidate->info);
    if (!lost) return lost.error();
    const auto gate = gate_on(judging, *fresh, *live, std::move(*lost), *number);
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
    auto unreadable = fill_in(store, *live, *drawings, request.control);
    if (!unreadable) return unreadable.error();
    if (const auto known = keep_live_tags(*live, *drawings); !known) return known.error();
    if (const auto seen = look_anew(store, *network, *drawings, request.control); !seen)
        return seen.error();
    auto lesson = lesson_of(*drawings);
    if (!lesson) return lesson.error();
    lesson->as_of = as_of;
    const auto names = labels_in_use(store, request.project);
    if (!names) return names.error();
    auto made = trained_candidate(*network, *names, *drawings, *lesson, trained, request);
    if (!made) return made.error();
    const auto number = candidates_compared(store, made->candidate.model);
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
                      gate_on(judging, *fresh, before, std::move(*lost), *number),
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
