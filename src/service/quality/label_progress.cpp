#include "service/quality/label_progress.h"

#include <algorithm>
#include <boost/json.hpp>

#include "learning/adaptation/teaching.h"
#include "service/models/registry.h"
#include "service/quality/model_reports.h"
#include "service/quality/quality.h"

namespace croquis::service {
namespace {

namespace json = boost::json;

/// How many drawings of each label a model was taught on, as its lineage says.
std::map<std::string, std::int64_t> taught_on(const store::Model& model) {
    std::map<std::string, std::int64_t> taught;
    boost::system::error_code failed;
    const auto lineage = json::parse(model.lineage, failed);
    if (failed || !lineage.is_object()) return taught;
    const auto* labels = lineage.get_object().if_contains("labels");
    if (labels == nullptr || !labels->is_array()) return taught;
    for (const auto& each : labels->get_array()) {
        if (!each.is_object()) continue;
        const auto* name = each.get_object().if_contains("label");
        const auto* learnt = each.get_object().if_contains("learnt");
        if (name == nullptr || learnt == nullptr || !name->is_string()) continue;
        const auto count = learnt->to_number<std::int64_t>(failed);
        if (!failed) taught[std::string(name->get_string())] = count;
    }
    return taught;
}

/// What a label's count says beside what the model was taught on: a drawing that got another tag
/// since is learnt from no more, and one that had it before may not have been there to be learnt.
LabelProgress progress_of(const std::string& label, const store::ReviewedCount& count,
                          std::int64_t taught) {
    LabelProgress progress;
    progress.label = label;
    progress.reviewed = count.reviewed;
    progress.judging = count.judging;
    const auto to_learn = count.reviewed - count.judging;
    progress.learnt = std::min(count.before, taught);
    progress.fresh = to_learn - progress.learnt;
    progress.wanted = examples_wanted(count);
    return progress;
}

/// Null of nothing.
json::value known_share(const learning::Share& share) {
    if (share.all == 0) return nullptr;
    return service::to_json(share);
}

}  // namespace

std::int64_t examples_wanted(const store::ReviewedCount& count) {
    constexpr auto fewest = static_cast<std::int64_t>(learning::fewest_examples);
    return std::max<std::int64_t>(0, fewest - (count.reviewed - count.judging));
}

Result<ProgressBoard::Counted> ProgressBoard::count(store::Store& store, int project,
                                                    Timestamp made_at) {
    Counted counted{now(), {}};
    auto reviewed = store.reviewed_counts(project, made_at);
    if (!reviewed) return reviewed.error();
    counted.reviewed = std::move(*reviewed);
    const auto waiting = store.count_waiting(project);
    if (!waiting) return waiting.error();
    counted.waiting = *waiting;
    return counted;
}

Result<ProgressBoard::Judged> ProgressBoard::judge(store::Store& store, int project,
                                                   const std::string& model) {
    Judged judged;
    const auto report = report_on(store, {model, project, std::nullopt, std::nullopt});
    if (!report) {
        const bool tells = report.error().kind == ErrorKind::unavailable ||
                           report.error().kind == ErrorKind::internal;
        // A model about which nothing is known; the drawings are counted all the same.
        return tells ? Result<Judged>(report.error()) : Result<Judged>(judged);
    }
    judged.all = report->report.accuracy;
    for (auto& label : shares_by_label(report->report))
        judged.labels[std::move(label.label)] = label.given;
    return judged;
}

std::shared_ptr<ProgressBoard::Entry> ProgressBoard::entry(int project, const std::string& model) {
    const MutexLock lock(mutex_);
    auto& entry = entries_[project];
    if (!entry || entry->model != model) {
        entry = std::make_shared<Entry>();
        entry->model = model;
    }
    return entry;
}

Result<ProjectProgress> ProgressBoard::of(store::Store& store, int project) {
    const auto model = answering_model(store, project);
    if (!model && model.error().kind != ErrorKind::not_found) return model.error();
    const auto labels = store.labels(project);
    if (!labels) return labels.error();
    const auto known = entry(project, model ? model->id : std::string());
    const auto made_at = model ? model->created_at : Timestamp();
    const auto counted = known->counted.get([&] { return count(store, project, made_at); });
    if (!counted) return counted.error();
    ProjectProgress progress{counted->at, {}, {}, {}, counted->waiting};
    Judged judged;
    std::map<std::string, std::int64_t> taught;
    if (model) {
        progress.model = model->id;
        auto found = known->judged.get([&] { return judge(store, project, model->id); });
        if (!found) return found.error();
        judged = std::move(*found);
        if (model->project == project) taught = taught_on(*model);
    }
    std::map<std::string, store::ReviewedCount> counts;
    for (const auto& each : counted->reviewed) counts[each.tag] = each;
    for (const auto& label : *labels) {
        if (label.retired) continue;
        auto& each = progress.labels.emplace_back(
            progress_of(label.name, counts[label.name], taught[label.name]));
        each.accuracy = judged.labels[label.name];
    }
    progress.accuracy = judged.all;
    return progress;
}

json::object to_json(const ProjectProgress& progress) {
    LabelProgress all;
    json::array labels;
    const auto listed = [](const LabelProgress& label) {
        return json::object{{"reviewed", label.reviewed},
                            {"learnt", label.learnt},
                            {"new", label.fresh},
                            {"judging", label.judging},
                            {"accuracy", known_share(label.accuracy)}};
    };
    for (const auto& label : progress.labels) {
        auto each = listed(label);
        each["label"] = label.label;
        each["wanted"] = label.wanted;
        labels.push_back(std::move(each));
        all.reviewed += label.reviewed;
        all.learnt += label.learnt;
        all.fresh += label.fresh;
        all.judging += label.judging;
    }
    all.accuracy = progress.accuracy;
    return {{"as_of", to_rfc3339(progress.as_of)},
            {"model", progress.model ? json::value(*progress.model) : json::value(nullptr)},
            {"waiting", progress.waiting},
            {"examples_needed", learning::fewest_examples},
            {"all", listed(all)},
            {"labels", std::move(labels)}};
}

}  // namespace croquis::service
