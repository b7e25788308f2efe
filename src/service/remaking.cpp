#include "service/remaking.h"

#include <algorithm>
#include <array>
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
#include "service/embedded_drawings.h"
#include "service/trunk.h"
#include "store/asking.h"
#include "store/tagging.h"

namespace croquis::service {
namespace {

namespace json = boost::json;

constexpr std::size_t listed_at_once = 200;
constexpr std::size_t audited_at_once = 200;
/// Where in the whole work the steps of RemakeStep begin, and the last one ends.
constexpr std::array step_begins{0.0, 0.1, 0.4, 0.8, 0.95};

/// What a lineage says that a head was made of.
struct Lineage {
    std::string trunk;
    std::size_t drawings = 0;
    std::string digest;
    double strength = 0;
    std::vector<std::string> labels;  ///< in the order of the head's outputs
    Timestamp as_of;
};

Error not_taught(const std::string& id) {
    return {ErrorKind::conflict,
            "The model " + id +
                " was not taught here, or by a program that did not write down how: only a taught "
                "one can be made again.",
            {},
            0,
            "not_taught"};
}

Result<Lineage> lineage_of_head(const store::Model& model) {
    if (model.kind != store::ModelKind::head) return not_taught(model.id);
    const auto card = recognition::parse_card(model.card);
    if (!card) return card.error();
    try {
        const auto written = json::parse(model.lineage).as_object();
        Lineage lineage;
        lineage.trunk = json::value_to<std::string>(written.at("trunk"));
        lineage.drawings = written.at("drawings").to_number<std::size_t>();
        lineage.digest = json::value_to<std::string>(written.at("data_sha256"));
        lineage.strength = written.at("strength").to_number<double>();
        lineage.labels = card->info.labels;
        lineage.as_of = model.created_at;
        if (const auto* read = written.if_contains("as_of")) {
            const auto time = from_rfc3339(json::value_to<std::string>(*read));
            if (!time) return not_taught(model.id);
            lineage.as_of = *time;
        }
        return lineage;
    } catch (const std::exception&) {
        return not_taught(model.id);
    }
}

/// A drawing with the tag that it had when the model was taught.
struct Learnt {
    Uuid id;
    std::string then;
    store::Drawing drawing;  ///< as it is now
    std::vector<float> embedding = {};
};

/// Whether a drawing of this id was there then, and is of those that models learn from.
bool may_be_learnt(const Uuid& id, const Lineage& lineage) {
    return !store::judges(id) && time_of(id) <= lineage.as_of;
}

/// Its tag then, where people had reviewed it. What nobody touched since is as it was; with
/// `by_history` not even that is taken for granted.
Result<std::optional<std::string>> tag_then(store::Store& store, const store::Drawing& drawing,
                                            const Lineage& lineage, bool by_history) {
    const bool untouched = drawing.visibility == store::Visibility::shown && drawing.tagged_at &&
                           *drawing.tagged_at <= lineage.as_of;
    if (untouched && !by_history) return std::optional(drawing.tag);
    const auto history = store.history(drawing.id, store::Audience::annotators);
    if (!history && history.error().kind == ErrorKind::not_found)
        return std::optional<std::string>();
    if (!history) return history.error();
    return store::reviewed_tag_at(*history, lineage.as_of);
}

struct Search {
    int project = store::shapes_project;
    /// Among all drawings, by their whole histories; else among those that are reviewed today.
    bool thorough = false;
};

/// About how many drawings the search reads: hidden ones are not counted.
Result<std::size_t> count_to_read(store::Store& store, const Search& search) {
    if (search.thorough) return count_drawings(store, search.project);
    const auto counts = store.reviewed_counts(search.project, now());
    if (!counts) return counts.error();
    std::size_t all = 0;
    for (const auto& count : *counts) all += static_cast<std::size_t>(count.reviewed);
    return all;
}

void tell(const RemakeRequest& request, RemakeStep step, std::size_t done, std::size_t all) {
    if (request.progress) request.progress({step, std::min(done, all), all});
}

/// Those that were there to be learnt from, in the order of their ids.
Result<std::vector<Learnt>> drawings_then(store::Store& store, const Lineage& lineage,
                                          const Search& search, const RemakeRequest& request) {
    const auto all = count_to_read(store, search);
    if (!all) return all.error();
    std::size_t read = 0;
    const std::set<std::string> labels(lineage.labels.begin(), lineage.labels.end());
    store::Query query;
    query.limit = listed_at_once;
    query.audience = store::Audience::annotators;
    query.project = search.project;
    if (!search.thorough) query.reviewed = true;
    std::vector<Learnt> found;
    do {
        if (request.is_stopped && request.is_stopped()) return stopped();
        auto page = store.list(query);
        if (!page) return page.error();
        for (auto& drawing : page->drawings) {
            // One that nobody ever said anything of has its first version, or a model's.
            if (!may_be_learnt(drawing.id, lineage) || (!drawing.tagged_by && drawing.version == 1))
                continue;
            const auto then = tag_then(store, drawing, lineage, search.thorough);
            if (!then) return then.error();
            if (*then && labels.contains(**then))
                found.push_back({drawing.id, **then, std::move(drawing)});
        }
        read += page->drawings.size();
        tell(request, search.thorough ? RemakeStep::reading_all : RemakeStep::reading_reviewed,
             read, *all);
        query.after = page->next;
    } while (query.after);
    std::sort(found.begin(), found.end(),
              [](const Learnt& a, const Learnt& b) { return a.id < b.id; });
    return found;
}

/// Reads the embeddings, has the network look at what has none, and takes out what it cannot see,
/// as teach() does.
Result<void> embed(store::Store& store, Trunk& trunk, std::vector<Learnt>& drawings,
                   const RemakeRequest& request, RemakeStep step) {
    std::vector<Uuid> ids;
    std::map<Uuid, Learnt*> by_id;
    for (auto& drawing : drawings) {
        ids.push_back(drawing.id);
        by_id.emplace(drawing.id, &drawing);
    }
    const auto read = read_embeddings(store, trunk.id(), ids, [&](store::NewEmbedding& found) {
        by_id.at(found.drawing)->embedding = numbers_of(found.embedding);
    });
    if (!read) return read.error();
    std::erase_if(ids, [&](const Uuid& id) { return !by_id.at(id)->embedding.empty(); });
    const auto progress = [&](std::size_t done, std::size_t all) {
        tell(request, step, done, all);
    };
    const auto looked =
        look_at_all(store, trunk, ids, {{progress, request.is_stopped}}, [&](Looked& part) {
            for (const auto& [id, answer] : part.answers)
                by_id.at(id)->embedding = numbers_of(*embedding_of(trunk.info(), answer));
        });
    if (!looked) return looked.error();
    std::erase_if(drawings, [](const Learnt& drawing) { return drawing.embedding.empty(); });
    return {};
}

bool have_digest(const std::vector<Learnt>& drawings, const std::string& expected) {
    LearntDigest digest;
    for (const auto& drawing : drawings) digest.add(drawing.id, drawing.then);
    return to_hex(digest.finish()) == expected;
}

std::vector<ChangedSince> changes_of(const std::vector<Learnt>& drawings) {
    std::vector<ChangedSince> changed;
    for (const auto& [id, then, drawing, embedding] : drawings) {
        const bool hidden = drawing.visibility != store::Visibility::shown;
        const bool reviewed = drawing.tagged_by.has_value();
        if (hidden || !reviewed || drawing.tag != then)
            changed.push_back({id, then, drawing.tag, reviewed, hidden});
    }
    return changed;
}

/// What the audit log says was deleted since, of the project's drawings that could be learnt from.
Result<std::vector<Uuid>> deleted_since(store::Store& store, const store::Model& model,
                                        const Lineage& lineage) {
    std::vector<Uuid> deleted;
    for (const auto action :
         {store::AuditAction::drawing_deleted, store::AuditAction::drawing_withdrawn}) {
        store::AuditQuery query;
        query.limit = audited_at_once;
        query.action = action;
        query.since = lineage.as_of;
        for (;;) {
            const auto page = store.audit(query);
            if (!page) return page.error();
            for (const auto& event : *page) {
                const auto id = Uuid::parse(event.subject);
                if (id && event.project == model.project && may_be_learnt(*id, lineage))
                    deleted.push_back(*id);
            }
            if (page->size() < query.limit) break;
            query.after = page->back().id;
        }
    }
    std::sort(deleted.begin(), deleted.end());
    return deleted;
}

/// The head taught as it was: the strength is found anew, since a head goes on from what stronger
/// regularisation made of it.
Result<learning::TaughtHead> taught_again(const std::vector<Learnt>& drawings,
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

template <class Each>
std::span<const Each> first_of(const std::vector<Each>& all, std::size_t most) {
    return std::span(all).first(std::min(all.size(), most));
}

}  // namespace

double RemakeProgress::part() const {
    const auto index = static_cast<std::size_t>(step);
    const double from = step_begins[index];
    if (all == 0) return from;
    return from +
           (step_begins[index + 1] - from) * static_cast<double>(done) / static_cast<double>(all);
}

void LearntDigest::add(const Uuid& drawing, std::string_view tag) {
    digest_.add(as_bytes(to_string(drawing) + " " + std::string(tag) + "\n"));
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
                                               " that it was taught on is not in the registry."};
    if (!parent) return parent.error();
    auto trunk = Trunk::of_model(store, std::move(*parent));
    if (!trunk) return trunk.error();
    Remaking made;
    made.as_of = lineage->as_of;
    made.learnt = lineage->drawings;
    std::vector<Learnt> drawings;
    for (const bool thorough : {false, true}) {
        const auto step = thorough ? RemakeStep::looking_again : RemakeStep::looking;
        auto found = drawings_then(store, *lineage, {model->project, thorough}, request);
        if (!found) return found.error();
        if (const auto seen = embed(store, *trunk, *found, request, step); !seen)
            return seen.error();
        drawings = std::move(*found);
        made.same_drawings = have_digest(drawings, lineage->digest);
        if (made.same_drawings) break;
    }
    made.found = drawings.size();
    made.changed = changes_of(drawings);
    if (made.found < made.learnt) {
        auto deleted = deleted_since(store, *model, *lineage);
        if (!deleted) return deleted.error();
        made.deleted = std::move(*deleted);
    }
    const auto head = taught_again(drawings, *lineage);
    if (!head && head.error().kind != ErrorKind::invalid) return head.error();
    if (head) {
        const auto again = compared(store, *model, *trunk, *lineage, *head);
        if (!again) return again.error();
        made.again = *again;
    }
    made.model = std::move(*model);
    return made;
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
    if (!remaking.again) return object;
    const auto& again = *remaking.again;
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
