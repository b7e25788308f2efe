#include "service/training/retraining.h"

#include <array>
#include <boost/json.hpp>

#include "core/bytes.h"
#include "service/training/json_text.h"

namespace croquis::service {
namespace {

namespace json = boost::json;

constexpr std::array made_of{"commit",  "libtorch", "blas",       "device",
                             "threads", "resumed",  "whitened_by"};

TrainedLineage read_lineage(const json::object& written, int project) {
    TrainedLineage lineage;
    auto& request = lineage.plan.request;
    lineage.plan.seed = written.at("seed").to_number<std::uint64_t>();
    lineage.plan.threads = written.at("threads").to_number<std::size_t>();
    request.steps = written.at("steps").to_number<std::int64_t>();
    request.quick = written.at("quick").as_bool();
    request.sketches = written.at("sketches").as_bool();
    const auto& begun = written.at("begun_with");
    request.from_live = !begun.is_null();
    if (request.from_live) lineage.begun_with = json::value_to<std::string>(begun);
    lineage.learnt.project = project;
    for (const auto& tag : written.at("tags").as_array())
        lineage.learnt.labels.insert(json::value_to<std::string>(tag));
    lineage.learnt.digest = json::value_to<std::string>(written.at("data_sha256"));
    lineage.learnt.as_of = from_rfc3339(json::value_to<std::string>(written.at("as_of"))).value();
    lineage.drawings = written.at("drawings").to_number<std::size_t>();
    lineage.network = json::value_to<std::string>(written.at("network_sha256"));
    lineage.made = written.at("made").as_object();
    if (const auto* head = written.if_contains("head")) lineage.head = head->as_object();
    return lineage;
}

std::vector<MadeOtherwise> otherwise(const json::object& then, const json::object& now) {
    std::vector<MadeOtherwise> all;
    for (const char* what : made_of) {
        const auto* before = then.if_contains(what);
        const auto* after = now.if_contains(what);
        if (before == nullptr || after == nullptr || *before == *after) continue;
        all.push_back({what, text_of(*before), text_of(*after)});
    }
    return all;
}

Error trained_before(const std::string& id) {
    return {ErrorKind::conflict,
            "Too little was written down when the model " + id +
                " was trained: it cannot be made again.",
            {},
            0,
            "trained_before"};
}

/// Whether a training here gave it, whatever the program wrote down.
bool is_of_training(const json::object& lineage) {
    const auto* program = lineage.if_contains("program");
    return program != nullptr && program->is_string() &&
           program->get_string().starts_with("croquis-train ");
}

}  // namespace

Result<TrainedLineage> lineage_of_trained(const store::Model& model) {
    boost::system::error_code failed;
    const auto written = json::parse(model.lineage, failed);
    if (failed || !written.is_object()) return not_taught(model.id);
    const auto& lineage = written.get_object();
    try {
        return read_lineage(lineage, model.project);
    } catch (const std::exception&) {
        return is_of_training(lineage) ? trained_before(model.id) : not_taught(model.id);
    }
}

json::object making_in(const std::string& card) {
    json::object made;
    boost::system::error_code failed;
    const auto parsed = json::parse(card, failed);
    if (failed || !parsed.is_object()) return made;
    const auto* training = parsed.get_object().if_contains("training");
    if (training == nullptr || !training->is_object()) return made;
    for (const char* what : made_of)
        if (const auto* value = training->get_object().if_contains(what)) made[what] = *value;
    return made;
}

Result<FoundAgain> found_again(store::Store& store, const TrainedLineage& lineage,
                               const RemakeRequest& request) {
    FoundAgain found;
    for (const auto search : {Search::reviewed_now, Search::all}) {
        auto drawings = drawings_then(store, lineage.learnt, search, request);
        if (!drawings) return drawings.error();
        found.drawings = std::move(*drawings);
        found.same = have_digest(found.drawings, lineage.learnt);
        if (found.same) break;
    }
    return found;
}

Result<Remaking> remaking_of(store::Store& store, const store::Model& model,
                             const TrainedLineage& lineage, const FoundAgain& found) {
    Remaking made;
    made.model = model;
    made.as_of = lineage.learnt.as_of;
    made.learnt = lineage.drawings;
    made.found = found.drawings.size();
    made.same_drawings = found.same;
    made.changed = changes_of(found.drawings);
    if (made.found >= made.learnt) return made;
    auto deleted = deleted_since(store, lineage.learnt);
    if (!deleted) return deleted.error();
    made.deleted = std::move(*deleted);
    return made;
}

Result<void> compare_trained(store::Store& store, const TrainedLineage& lineage,
                             const TrainedNetwork& again, const RemakeRequest& request,
                             Remaking& remaking) {
    remaking.otherwise = otherwise(lineage.made, making_in(again.card));
    Remake compared;
    compared.has_head = false;
    compared.same_network = to_hex(sha256(again.onnx)) == lineage.network;
    remaking.again = compared;
    if (!lineage.head || !compared.same_network) return {};
    TeachRequest asked;
    asked.project = remaking.model.project;
    auto network = trunk_of(again, remaking.model.parent.value_or(""), asked);
    if (!network) return network.error();
    auto head = remake_head(store, remaking.model, *lineage.head, *network, request);
    if (!head) return head.error();
    remaking.same_drawings = head->same_drawings;
    remaking.again = head->again;
    return {};
}

}  // namespace croquis::service
