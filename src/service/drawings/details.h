#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/mutex.h"
#include "service/projects/projects.h"
#include "store/model.h"
#include "store/model_store.h"

/// A drawing with the labels that its model holds the likeliest.
namespace croquis::service {

class LiveModels;

struct Ranked {
    std::string tag;
    float probability = 0;
};

/// Best first, at most five.
using Top = std::vector<Ranked>;

struct Detail {
    store::Drawing drawing;
    Top top;  ///< empty where the labels of the model that predicted it are not known any more
};

/// The best of `probabilities`, which follow `labels`. Where the two differ in length, none.
Top best_of(const std::vector<std::string>& labels, const std::vector<float>& probabilities);

/// The same of the general model's answer in the project that it is `narrowed_to`; null where the
/// answer is the project's as it is.
Top top_in(const ProjectRef& narrowed_to, const std::vector<std::string>& labels,
           const std::vector<float>& probabilities);

/// Finds what stored predictions mean, also those of models that are live no more. Thread-safe.
class Details {
  public:
    /// All must outlive it.
    Details(store::ModelStore& store, Projects& projects, const LiveModels& models)
        : store_(store), projects_(projects), models_(models) {}

    /// Blocks where the model is live no more and was not asked for before, or is a project's.
    Detail with_top(store::Drawing drawing);
    Result<Detail> with_top(Result<store::Drawing> drawing);
    Result<std::vector<Result<Detail>>> with_tops(Result<std::vector<Result<store::Drawing>>> all);

  private:
    struct ModelLabels {
        std::vector<std::string> labels;
        int project = store::shapes_project;  ///< the model's
    };

    Result<Top> top_of(const store::Drawing& drawing);
    std::shared_ptr<const ModelLabels> labels_of(const std::string& model);

    store::ModelStore& store_;
    Projects& projects_;
    const LiveModels& models_;
    Mutex mutex_;
    /// Of models that are live no more, read from the registry once.
    std::map<std::string, std::shared_ptr<const ModelLabels>> earlier_labels_
        CROQUIS_GUARDED_BY(mutex_);
};

}  // namespace croquis::service
