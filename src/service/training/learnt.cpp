#include "service/training/learnt.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <optional>
#include <vector>

#include "core/bytes.h"
#include "drawing/decode.h"
#include "drawing/strokes.h"
#include "learning/dataset/fingerprint.h"
#include "service/models/embedded_drawings.h"
#include "store/asking.h"

namespace croquis::service {
namespace {

namespace json = boost::json;

/// A chain of models made from one another is no longer than this, unless it is a ring.
constexpr std::size_t longest_descent = 1000;

bool is_gone(const Error& error) {
    return error.kind == ErrorKind::not_found;
}

json::object parsed(const std::string& text) {
    json::error_code failed;
    auto value = json::parse(text, failed);
    return failed || !value.is_object() ? json::object() : std::move(value.get_object());
}

/// Whether drawings of this store made it what it is.
bool is_made_here(const json::object& lineage) {
    return lineage.contains("data_sha256");
}

/// Whether a network was trained from random weights: then its parent taught it nothing.
bool is_of_nothing(const json::object& lineage) {
    const auto* from = lineage.if_contains("begun_with");
    return from != nullptr && from->is_null();
}

/// Pictures of a drawing as they may be met again: as stored, and drawn from its strokes.
Result<std::vector<std::string>> fingerprints_of(store::Store& store, const Uuid& id) {
    std::vector<std::string> found;
    const auto image = store.image(id);
    if (!image && !is_gone(image.error())) return image.error();
    if (image)
        if (const auto decoded = drawing::decode(image->bytes, drawing::unlimited))
            found.push_back(learning::fingerprint(learning::dark_on_light(decoded->image)));
    const auto text = store.strokes(id);
    if (!text && !is_gone(text.error())) return text.error();
    if (!text || text->empty()) return found;
    if (const auto strokes = drawing::parse_strokes(*text))
        found.push_back(
            learning::fingerprint(learning::dark_on_light(drawing::on_canvas(*strokes))));
    return found;
}

Result<void> add_drawing(store::Store& store, const Uuid& id, std::set<std::string>& learnt) {
    const auto drawing = store.drawing(id);
    if (!drawing && is_gone(drawing.error())) return {};
    if (!drawing) return drawing.error();
    learnt.insert(to_string(id));
    if (drawing->external_id) learnt.insert(*drawing->external_id);
    auto prints = fingerprints_of(store, id);
    if (!prints) return prints.error();
    learnt.insert(prints->begin(), prints->end());
    return {};
}

/// Reviewed drawings but those that judge.
Result<void> add_drawings(store::Store& store, int project, std::set<std::string>& learnt) {
    const auto take = [&](const std::vector<store::EmbeddedDrawing>& page) -> Result<bool> {
        for (const auto& reviewed : page) {
            if (store::judges(reviewed.id)) continue;
            if (const auto added = add_drawing(store, reviewed.id, learnt); !added)
                return added.error();
        }
        return true;
    };
    return read_reviewed(store, project, {}, take);
}

void add_remark(const std::string& remark, std::string& all) {
    if (remark.empty() || all.find(remark) != std::string::npos) return;
    all += (all.empty() ? "" : "; ") + remark;
}

Result<void> add_listed(const std::string& card, const ByCard& by_card, learning::Learnt& learnt) {
    auto listed = by_card(card);
    if (!listed) return listed.error();
    learnt.drawings.merge(listed->drawings);
    add_remark(listed->remark, learnt.remark);
    return {};
}

}  // namespace

Result<learning::Learnt> learnt_by(store::Store& store, const store::Model& model,
                                   const ByCard& by_card) {
    learning::Learnt learnt;
    std::set<int> projects;
    std::optional<store::Model> next = model;
    for (std::size_t i = 0; next && i < longest_descent; ++i) {
        const auto lineage = parsed(next->lineage);
        if (is_made_here(lineage))
            projects.insert(next->project);
        else if (const auto done = add_listed(next->card, by_card, learnt); !done)
            return done.error();
        if (!next->parent || is_of_nothing(lineage)) break;
        auto parent = store.model(*next->parent);
        if (!parent && !is_gone(parent.error())) return parent.error();
        if (!parent)
            add_remark(fmt::format("What {} has learnt from, which the model was made from, is not "
                                   "known: the registry has it no more",
                                   *next->parent),
                       learnt.remark);
        next = parent ? std::optional(std::move(*parent)) : std::nullopt;
    }
    for (const int project : projects)
        if (const auto done = add_drawings(store, project, learnt.drawings); !done)
            return done.error();
    if (!projects.empty())
        add_remark(
            "The model was made from drawings of this store: they are known by their keys and "
            "pictures, as the store has them now",
            learnt.remark);
    return learnt;
}

}  // namespace croquis::service
