#include "service/training/retagging.h"

#include <algorithm>
#include <set>

#include "service/models/embedded_drawings.h"
#include "service/models/narrowing.h"
#include "service/models/registry.h"
#include "service/projects/labels.h"
#include "store/records.h"

namespace croquis::service {
namespace {

constexpr std::size_t retagging_stretch = 2000;
/// Drawings in a transaction: some milliseconds, for which a submission may have to wait.
constexpr std::size_t batch_size = 200;

using Drawings = std::span<const store::EmbeddedDrawing>;

class Retagging {
  public:
    Retagging(store::Store& store, Trunk& trunk, const RetagRequest& request)
        : store_(store), trunk_(trunk), request_(request) {
        result_.model = trunk.model().id;
    }

    Result<Retagged> run() {
        const auto projects = answered_in();
        if (!projects) return projects.error();
        for (const auto& project : *projects) {
            const auto count = count_drawings(store_, project);
            if (!count) return count.error();
            all_ += *count;
        }
        for (const auto& project : *projects) {
            if (const auto done = run_in(project); !done) return done.error();
            if (result_.superseded) break;
        }
        return std::move(result_);
    }

  private:
    /// The projects that the model answers in.
    Result<std::vector<int>> answered_in() {
        std::vector<int> answered{request_.project};
        if (request_.project != store::shapes_project) return answered;
        const auto projects = store_.projects();
        if (!projects) return projects.error();
        for (const auto& project : *projects)
            if (project.id != store::shapes_project && !project.live_model)
                answered.push_back(project.id);
        return answered;
    }

    Result<void> run_in(int project) {
        if (auto known = learn_labels(project); !known) return known;
        store::StretchQuery query{trunk_.id(), trunk_.model().id,
                                  store::lowest_id_at(request_.since), retagging_stretch, project};
        for (;;) {
            const auto live = answering_model(store_, request_.project);
            if (!live) return live.error();
            result_.superseded = live->id != trunk_.model().id;
            if (result_.superseded) return {};
            const auto stretch = store_.stretch(query);
            if (!stretch) return stretch.error();
            if (const auto tagged = retag_all(stretch->drawings); !tagged) return tagged.error();
            done_ += stretch->looked_at;
            request_.control.tell(std::min(done_, all_), all_);
            if (!stretch->next) return {};
            query.after = *stretch->next;
        }
    }

    /// Reads what the answers are narrowed to, where the model is not the project's own.
    Result<void> learn_labels(int project) {
        narrowed_to_.reset();
        if (project == trunk_.model().project) return {};
        auto labels = labels_in_use(store_, project);
        if (!labels) return labels.error();
        narrowed_to_ = std::move(*labels);
        return {};
    }

    store::Retag retag_of(const store::EmbeddedDrawing& drawing, recognition::Prediction answer) {
        auto prediction = to_stored(trunk_.model().id, std::move(answer));
        if (narrowed_to_)
            prediction = narrowed(std::move(prediction), trunk_.info().labels, *narrowed_to_);
        return {drawing.id, drawing.version, std::move(prediction)};
    }

    [[nodiscard]] bool by_layer(const store::EmbeddedDrawing& drawing) const {
        return trunk_.head() != nullptr && drawing.embedding &&
               drawing.embedding->numbers.size() == trunk_.head()->width;
    }

    /// Retags those that a layer answers and those that the network must look at, apart.
    Result<void> retag_all(std::vector<store::EmbeddedDrawing> drawings) {
        const auto rest = std::stable_partition(
            drawings.begin(), drawings.end(),
            [this](const store::EmbeddedDrawing& drawing) { return by_layer(drawing); });
        const auto layered = static_cast<std::size_t>(rest - drawings.begin());
        const Drawings all(drawings);
        auto done = in_batches(all.first(layered), batch_size, &Retagging::answer_by_layer);
        if (!done) return done;
        return in_batches(all.subspan(layered), most_looked_at, &Retagging::answer_by_network);
    }

    using Answer = Result<std::vector<store::Retag>> (Retagging::*)(Drawings);
    Result<void> in_batches(Drawings drawings, std::size_t size, Answer answer) {
        for (; !drawings.empty(); drawings = drawings.subspan(std::min(size, drawings.size()))) {
            if (request_.control.ends()) return stopped();
            auto retags = (this->*answer)(drawings.first(std::min(size, drawings.size())));
            if (!retags) return retags.error();
            const auto changed = store_.retag(*retags, now());
            if (!changed) return changed.error();
            result_.changed += *changed;
        }
        return {};
    }

    Result<std::vector<store::Retag>> answer_by_layer(Drawings drawings) {
        std::vector<const store::Embedding*> embeddings;
        for (const auto& drawing : drawings) embeddings.push_back(&*drawing.embedding);
        auto answers = answers_by_layer(*trunk_.head(), trunk_.info(), embeddings);
        if (!answers) return answers.error();
        std::vector<store::Retag> retags;
        for (std::size_t i = 0; i < drawings.size(); ++i)
            retags.push_back(retag_of(drawings[i], std::move((*answers)[i])));
        result_.by_embedding += drawings.size();
        return retags;
    }

    Result<std::vector<store::Retag>> answer_by_network(Drawings drawings) {
        std::vector<Uuid> ids;
        for (const auto& drawing : drawings) ids.push_back(drawing.id);
        auto looked = look_at(store_, trunk_, ids);
        if (!looked) return looked.error();
        std::move(looked->unreadable.begin(), looked->unreadable.end(),
                  std::back_inserter(result_.unreadable));
        std::vector<store::Retag> retags;
        for (const auto& drawing : drawings)
            if (const auto found = looked->answers.find(drawing.id); found != looked->answers.end())
                retags.push_back(retag_of(drawing, std::move(found->second)));
        return retags;
    }

    store::Store& store_;
    Trunk& trunk_;
    const RetagRequest& request_;
    Retagged result_;
    std::size_t all_ = 0;
    std::size_t done_ = 0;
    std::optional<std::set<std::string>> narrowed_to_;
};

}  // namespace

Result<Retagged> retag(store::Store& store, const RetagRequest& request) {
    auto trunk = Trunk::of_live_model(store, request.project);
    if (!trunk) return trunk.error();
    return Retagging(store, *trunk, request).run();
}

}  // namespace croquis::service
