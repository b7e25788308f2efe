#include "service/training/lesson.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <iterator>
#include <map>
#include <utility>

#include "service/models/embedded_drawings.h"
#include "service/models/learnt_digest.h"
#include "service/projects/labels.h"
#include "service/quality/recheck.h"
#include "store/asking.h"

namespace croquis::service {
namespace {

namespace json = boost::json;

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

/// The live model's answer where only the network can give it.
bool needs_network(const Reviewed& drawing, const Trunk& trunk) {
    return drawing.embedding.empty() ||
           (drawing.live_tag.empty() && trunk.head() == nullptr && drawing.judges);
}

}  // namespace

std::set<std::string> possible_answers(const recognition::ModelInfo& model) {
    std::set<std::string> answers(model.labels.begin(), model.labels.end());
    if (model.unknown_below > 0) answers.emplace(recognition::unknown_tag);
    return answers;
}

std::vector<std::string> known_labels(const std::set<std::string>& used,
                                      const recognition::ModelInfo& live) {
    std::vector<std::string> known;
    const auto answers = possible_answers(live);
    std::set_intersection(used.begin(), used.end(), answers.begin(), answers.end(),
                          std::back_inserter(known));
    return known;
}

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
            each.judges = store::judges(drawing.id);
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

Result<std::vector<Unreadable>> fill_in(store::Store& store, Trunk& trunk,
                                        std::vector<Reviewed>& drawings,
                                        const WorkControl& control) {
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
    const auto looked = look_at_all(store, trunk, missing, {control}, take);
    if (!looked) return looked.error();
    std::erase_if(drawings, [&](const Reviewed& drawing) { return needs_network(drawing, trunk); });
    return unreadable;
}

Result<void> look_anew(store::Store& store, Trunk& network, std::vector<Reviewed>& drawings,
                       const WorkControl& control) {
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
    const auto looked = look_at_all(store, network, ids, {control}, take);
    if (!looked) return looked.error();
    std::erase_if(drawings, [](const Reviewed& drawing) { return drawing.embedding.empty(); });
    return {};
}

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

Result<learning::TaughtHead> taught_head(Lesson& lesson) {
    auto head = learning::teach(lesson.examples);
    if (!head) return head.error();
    for (std::size_t i = 0; i < lesson.labels.size(); ++i)
        lesson.labels[i].accuracy = head->by_label[i];
    return head;
}

Error too_few_labels() {
    return {ErrorKind::invalid,
            fmt::format("Two labels at least need {} reviewed drawings each to learn from (three "
                        "in four are; the others are kept to judge).",
                        learning::fewest_examples),
            "drawings"};
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

}  // namespace croquis::service
