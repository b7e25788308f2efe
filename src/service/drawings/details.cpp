#include "service/drawings/details.h"

#include <algorithm>
#include <boost/json.hpp>
#include <numeric>

#include "service/models/live_models.h"
#include "service/models/narrowing.h"

namespace croquis::service {
namespace {

constexpr std::size_t top_count = 5;

/// The labels that a model's card states; none where it cannot be read.
std::vector<std::string> card_labels(const std::string& card) {
    boost::system::error_code failed;
    const auto value = boost::json::parse(card, failed);
    std::vector<std::string> labels;
    if (failed || !value.is_object()) return labels;
    const auto* listed = value.get_object().if_contains("labels");
    if (listed == nullptr || !listed->is_array()) return labels;
    for (const auto& label : listed->get_array())
        if (label.is_string()) labels.emplace_back(label.get_string());
    return labels;
}

}  // namespace

Top best_of(const std::vector<std::string>& labels, const std::vector<float>& probabilities) {
    if (labels.size() != probabilities.size()) return {};
    std::vector<std::size_t> order(labels.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto count = std::min(top_count, order.size());
    std::partial_sort(
        order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
        [&](std::size_t a, std::size_t b) { return probabilities[a] > probabilities[b]; });
    Top top;
    top.reserve(count);
    for (std::size_t k = 0; k < count; ++k)
        top.push_back({labels[order[k]], probabilities[order[k]]});
    return top;
}

Top top_in(const ProjectRef& narrowed_to, const std::vector<std::string>& labels,
           const std::vector<float>& probabilities) {
    if (!narrowed_to) return best_of(labels, probabilities);
    const auto left = narrowed(labels, probabilities, narrowed_to->labels);
    return best_of(left.labels, left.probabilities);
}

Detail Details::with_top(store::Drawing drawing) {
    Detail detail;
    if (drawing.visibility != store::Visibility::deleted)
        if (auto top = top_of(drawing)) detail.top = std::move(*top);
    detail.drawing = std::move(drawing);
    return detail;
}

Result<Detail> Details::with_top(Result<store::Drawing> drawing) {
    if (!drawing) return drawing.error();
    return with_top(std::move(*drawing));
}

Result<std::vector<Result<Detail>>> Details::with_tops(
    Result<std::vector<Result<store::Drawing>>> all) {
    if (!all) return all.error();
    std::vector<Result<Detail>> details;
    details.reserve(all->size());
    for (auto& drawing : *all) details.push_back(with_top(std::move(drawing)));
    return details;
}

Result<Top> Details::top_of(const store::Drawing& drawing) {
    const auto& prediction = drawing.prediction;
    const auto live = models_.general();
    const bool by_live = prediction.model == live->id;
    const auto earlier = by_live ? nullptr : labels_of(prediction.model);
    if (!by_live && !earlier) return Top();
    ProjectRef narrowed_to;
    if (drawing.project != (by_live ? store::shapes_project : earlier->project)) {
        auto project = projects_.find_now(drawing.project);
        if (!project) return project.error();
        narrowed_to = std::move(*project);
    }
    return top_in(narrowed_to, by_live ? live->labels : earlier->labels, prediction.probabilities);
}

std::shared_ptr<const Details::ModelLabels> Details::labels_of(const std::string& id) {
    {
        const MutexLock lock(mutex_);
        const auto known = earlier_labels_.find(id);
        if (known != earlier_labels_.end()) return known->second;
    }
    const auto listed = store_.model(id);
    if (!listed) return nullptr;
    auto labels = std::make_shared<const ModelLabels>(
        ModelLabels{card_labels(listed->card), listed->project});
    const MutexLock lock(mutex_);
    return earlier_labels_.emplace(id, std::move(labels)).first->second;
}

}  // namespace croquis::service
