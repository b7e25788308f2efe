#include "service/training/remaking.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <map>
#include <set>
#include <span>

#include "core/bytes.h"
#include "core/decimal.h"
#include "learning/adaptation/teaching.h"
#include "recognition/card.h"
#include "recognition/head.h"
#include "service/models/embedded_drawings.h"

namespace croquis::service {
namespace {

namespace json = boost::json;

/// What a lineage says that a head was made of.
struct Lineage {
    std::string trunk;
    std::size_t drawings = 0;
    double strength = 0;
    std::vector<std::string> labels;  ///< in the order of the head's outputs
    LearntFrom learnt;
};

/// `written`: by teach().
Result<Lineage> lineage_in(const store::Model& model, const json::object& written) {
    const auto card = recognition::parse_card(model.card);
    if (!card) return card.error();
    try {
        Lineage lineage;
        lineage.trunk = json::value_to<std::string>(written.at("trunk"));
        lineage.drawings = written.at("drawings").to_number<std::size_t>();
        lineage.strength = written.at("strength").to_number<double>();
        lineage.labels = card->info.labels;
        auto& learnt = lineage.learnt;
        learnt.project = model.project;
        learnt.labels = {lineage.labels.begin(), lineage.labels.end()};
        learnt.digest = json::value_to<std::string>(written.at("data_sha256"));
        learnt.as_of = model.created_at;
        if (const auto* read = written.if_contains("as_of")) {
            const auto time = from_rfc3339(json::value_to<std::string>(*read));
            if (!time) return not_taught(model.id);
            learnt.as_of = *time;
        }
        return lineage;
    } catch (const std::exception&) {
        return not_taught(model.id);
    }
}

Result<Lineage> lineage_of_head(const store::Model& model) {
    boost::system::error_code failed;
    const auto written = json::parse(model.lineage, failed);
    if (failed || !written.is_object() || model.kind != store::ModelKind::head)
        return not_taught(model.id);
    return lineage_in(model, written.get_object());
}

/// Reads the embeddings, has the network look at what has none, and takes out what it cannot see,
/// as teach() does.
Result<void> embed(store::Store& store, Trunk& trunk, std::vector<DrawingThen>& drawings,
                   const RemakeRequest& request, RemakeStep step) {
    std::vector<Uuid> ids;
    std::map<Uuid, DrawingThen*> by_id;
    for (auto& drawing : drawings) {
        ids.push_back(drawing.id);
        by_id.emplace(drawing.id, &drawing);
    }
    const auto read = read_embeddings(store, trunk.id(), ids, [&](store::NewEmbedding& found) {
        by_id.at(found.drawing)->embedding = numbers_of(found.embedding);
    });
    if (!read) return read.error();
    std::erase_if(ids, [&](const Uuid& id) { return !by_id.at(id)->embedding.empty(); });
    const auto progress = [&](std::size_t done, std::size_t all) { request.tell(step, done, all); };
    const auto looked =
        look_at_all(store, trunk, ids, {{progress, request.is_stopped}}, [&](Looked& part) {
            for (const auto& [id, answer] : part.answers)
                by_id.at(id)->embedding = numbers_of(*embedding_of(trunk.info(), answer));
        });
    if (!looked) return looked.error();
    std::erase_if(drawings, [](const DrawingThen& drawing) { return drawing.embedding.empty(); });
    return {};
}

/// The head taught as it was: the strength is found anew, since a head goes on from what stronger
/// regularisation made of it.
Result<learning::TaughtHead> taught_again(const std::vector<DrawingThen>& drawings,
                                          const Lineage& lineage) {
    learning::Examples examples;
    examples.label_count = lineage.labels.size();
    for (const auto& drawing : drawings) {
        const auto label = std::find(lineage.labels.begin(), lineage.labels.end(), drawing.then);
        examples.width = drawing.embedding.size();
        examples.embeddings.insert(examples.embeddings.end(), drawing.embedding.begin(),
                                   drawing.embedding.end());
        examples.labels.push_back(static_cast<int>(label - lineage.labels.begin()));
    }
    return learning::teach(examples);
}

void compare_numbers(std::span<const float> one, std::span<const float> other, Remake& remake) {
    remake.numbers += one.size();
    if (one.size() != other.size()) {
        remake.differing += one.size();
        return;
    }
    for (std::size_t i = 0; i < one.size(); ++i) {
        if (one[i] == other[i]) continue;
        ++remake.differing;
        remake.furthest = std::max(remake.furthest, std::abs(one[i] - other[i]));
    }
}

Result<Remake> compared(store::Store& store, const store::Model& model, const Trunk& trunk,
                        const Lineage& lineage, const learning::TaughtHead& head) {
    const auto onnx = store.model_onnx(model.id);
    if (!onnx) return onnx.error();
    const auto card = recognition::parse_card(model.card);
    if (!card) return card.error();
    const auto layer = recognition::head_of(*onnx, card->info.labels.size());
    if (!layer) return layer.error();
    const auto again = recognition::with_head(trunk.onnx(), trunk.info().labels.size(), head.layer);
    if (!again) return again.error();
    Remake remake;
    remake.strength = lineage.strength;
    remake.strength_again = head.strength;
    remake.temperature = card->info.temperature;
    remake.temperature_again = head.temperature;
    remake.unknown_below = card->info.unknown_below;
    remake.unknown_below_again = head.unknown_below;
    remake.same_network = *again == *onnx;
    remake.same_labels = layer->has_value() && (*layer)->labels == head.layer.labels;
    if (*layer) {
        compare_numbers((*layer)->weights, head.layer.weights, remake);
        compare_numbers((*layer)->bias, head.layer.bias, remake);
    }
    return remake;
}

/// The head taught on this network, beside the registered one.
Result<Remaking> taught_on(store::Store& store, const store::Model& model, const Lineage& lineage,
                           Trunk& trunk, const RemakeRequest& request) {
    Remaking made;
    made.model = model;
    made.as_of = lineage.learnt.as_of;
    made.learnt = lineage.drawings;
    std::vector<DrawingThen> drawings;
    for (const auto search : {Search::reviewed_now, Search::all}) {
        const auto step = search == Search::all ? RemakeStep::looking_again : RemakeStep::looking;
        auto found = drawings_then(store, lineage.learnt, search, request);
        if (!found) return found.error();
        if (const auto seen = embed(store, trunk, *found, request, step); !seen)
            return seen.error();
        drawings = std::move(*found);
        made.same_drawings = have_digest(drawings, lineage.learnt);
        if (made.same_drawings) break;
    }
    made.found = drawings.size();
    made.changed = changes_of(drawings);
    if (made.found < made.learnt) {
        auto deleted = deleted_since(store, lineage.learnt);
        if (!deleted) return deleted.error();
        made.deleted = std::move(*deleted);
    }
    const auto head = taught_again(drawings, lineage);
    if (!head && head.error().kind != ErrorKind::invalid) return head.error();
    if (!head) return made;
    const auto again = compared(store, model, trunk, lineage, *head);
    if (!again) return again.error();
    made.again = *again;
    return made;
}

template <class Each>
std::span<const Each> first_of(const std::vector<Each>& all, std::size_t most) {
    return std::span(all).first(std::min(all.size(), most));
}

json::array otherwise_json(const std::vector<MadeOtherwise>& otherwise) {
    json::array listed;
    for (const auto& [what, then, now] : otherwise)
        listed.push_back({{"what", what}, {"then", then}, {"now", now}});
    return listed;
}

}  // namespace

Error not_taught(const std::string& id) {
    return {ErrorKind::conflict,
            "The model " + id +
                " was neither taught nor trained here: nothing says how it was made, so that it "
                "cannot be made again.",
            {},
            0,
            "not_taught"};
}

Result<void> check_taught(const store::Model& model) {
    if (const auto lineage = lineage_of_head(model); !lineage) return lineage.error();
    return {};
}

Result<Remaking> remake(store::Store& store, const RemakeRequest& request) {
    auto model = store.model(request.id);
    if (!model) return model.error();
    const auto lineage = lineage_of_head(*model);
    if (!lineage) return lineage.error();
    auto parent = store.model(lineage->trunk);
    if (!parent && parent.error().kind == ErrorKind::not_found)
        return Error{ErrorKind::not_found, "The model " + lineage->trunk +
                                               " that it was made from is not in the registry."};
    if (!parent) return parent.error();
    auto trunk = Trunk::of_model(store, std::move(*parent));
    if (!trunk) return trunk.error();
    return taught_on(store, *model, *lineage, *trunk, request);
}

Result<Remaking> remake_head(store::Store& store, const store::Model& model,
                             const json::object& written, Trunk& trunk,
                             const RemakeRequest& request) {
    const auto lineage = lineage_in(model, written);
    if (!lineage) return lineage.error();
    return taught_on(store, model, *lineage, trunk, request);
}

json::object to_json(const Remaking& remaking, std::size_t most) {
    json::array changed;
    for (const auto& each : first_of(remaking.changed, most))
        changed.push_back({{"drawing", to_string(each.drawing)},
                           {"then", each.then},
                           {"now", each.now},
                           {"reviewed", each.is_reviewed},
                           {"hidden", each.is_hidden}});
    json::array deleted;
    for (const auto& id : first_of(remaking.deleted, most)) deleted.emplace_back(to_string(id));
    json::object object{{"model", remaking.model.id},    {"as_of", to_rfc3339(remaking.as_of)},
                        {"same", remaking.is_same()},    {"same_drawings", remaking.same_drawings},
                        {"learnt", remaking.learnt},     {"found", remaking.found},
                        {"changed", std::move(changed)}, {"changed_all", remaking.changed.size()},
                        {"deleted", std::move(deleted)}, {"deleted_all", remaking.deleted.size()}};
    if (!remaking.otherwise.empty()) object["otherwise"] = otherwise_json(remaking.otherwise);
    if (!remaking.again) return object;
    const auto& again = *remaking.again;
    if (!again.has_head) {
        object["again"] = {{"same_network", again.same_network}};
        return object;
    }
    const auto both = [](float one, float other) {
        return json::array{shortest_decimal(one), shortest_decimal(other)};
    };
    object["again"] = {{"same_network", again.same_network},
                       {"same_labels", again.same_labels},
                       {"numbers", again.numbers},
                       {"differing", again.differing},
                       {"furthest", shortest_decimal(again.furthest)},
                       {"strength", {again.strength, again.strength_again}},
                       {"temperature", both(again.temperature, again.temperature_again)},
                       {"unknown_below", both(again.unknown_below, again.unknown_below_again)}};
    return object;
}

}  // namespace croquis::service
