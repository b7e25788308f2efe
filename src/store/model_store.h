#pragma once

#include <string>
#include <vector>

#include "core/error.h"
#include "store/model.h"

namespace croquis::store {

/// The model registry. Thread-safe, as Store says.
class ModelStore {
  public:
    virtual Result<void> add_model(const Model& model,
                                   BytesView onnx) = 0;  ///< conflict where the id is there
    /// The same, together with the running job that made it: both or neither. A model that is there
    /// stays as it is, and the job is added all the same. It is finished as one that was claimed.
    virtual Result<void> add_model_by(const BegunJob& begun, const Model& model,
                                      BytesView onnx) = 0;
    virtual Result<std::vector<Model>> models() = 0;
    virtual Result<Model> model(const std::string& id) = 0;
    virtual Result<Bytes> model_onnx(const std::string& id) = 0;
    /// Removes one model of the project; what it predicted keeps its name. Errors: not_found;
    /// conflict (code model_in_use) where it is live, or another model was made from it.
    virtual Result<void> remove_model(const std::string& id, int project, const Author& by) = 0;
    /// Makes one model live in its project and retires the one that was, atomically; writes down
    /// when, and in the audit log who.
    virtual Result<void> promote_model(const std::string& id, const Promotion& how = {}) = 0;
    /// Makes `to` live where `from` is, as promote_model does, and writes down why, all in one
    /// transaction with the checks. Errors: conflict where the project does not roll back by
    /// itself or is archived, where `from` is not live since `promoted_at` any more, and where it
    /// is live because the policy went back to it; not_found where the project has no model `to`.
    virtual Result<void> roll_back(const PolicyRollBack& how) = 0;
    /// The one that was live in the project before the live one: of those retired, the last to have
    /// been promoted. Errors: not_found.
    virtual Result<Model> model_before(int project = shapes_project) = 0;
    /// The project's own; not_found while it has none.
    virtual Result<Model> live_model(int project = shapes_project) = 0;

  protected:
    ~ModelStore() = default;
};

}  // namespace croquis::store
