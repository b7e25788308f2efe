#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/error.h"
#include "service/training/remake_request.h"
#include "store/store.h"

/// The drawings that a model learnt from, each with the tag that it had then.
namespace croquis::service {

/// What a lineage says of them.
struct LearntFrom {
    int project = store::shapes_project;
    std::set<std::string> labels;
    std::string digest;  ///< LearntDigest's, in hexadecimal
    Timestamp as_of;     ///< when they were read
};

struct DrawingThen {
    Uuid id;
    std::string then;
    store::Drawing drawing;  ///< as it is now
    std::vector<float> embedding = {};
};

/// A drawing that the model learnt from, and that would not be learnt from like that today.
struct ChangedSince {
    Uuid drawing;
    std::string then;         ///< its tag when the model was taught
    std::string now;          ///< its tag
    bool is_reviewed = true;  ///< now; its review may have been taken back
    bool is_hidden = false;
};

/// Where they are looked for.
enum class Search {
    reviewed_now,  ///< among those that are reviewed today
    all            ///< among all, by their whole histories
};

/// Those that were there to be learnt from, in the order of their ids. Errors: those of the store;
/// unavailable where the request says that it is stopped.
Result<std::vector<DrawingThen>> drawings_then(store::Store& store, const LearntFrom& learnt,
                                               Search search, const RemakeRequest& request);

/// Whether they are those that were learnt from.
bool have_digest(const std::vector<DrawingThen>& drawings, const LearntFrom& learnt);

std::vector<ChangedSince> changes_of(const std::vector<DrawingThen>& drawings);

/// What the audit log says was deleted since, of the project's drawings that could be learnt from.
Result<std::vector<Uuid>> deleted_since(store::Store& store, const LearntFrom& learnt);

}  // namespace croquis::service
