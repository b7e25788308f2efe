#pragma once

#include <functional>
#include <string>

#include "core/error.h"
#include "learning/evaluation/learnt.h"
#include "store/store.h"

namespace croquis::service {

/// What a card says that its model has learnt from: learning::learnt_by() with the place of lists.
using ByCard = std::function<Result<learning::Learnt>(const std::string& card)>;

/// What a model of the registry has learnt from: what its card lists and those of the models that
/// it was made from; and where it was taught or trained on drawings of this store, those that may
/// have been learnt from, by id, external id and picture, as they are now. Looks at every reviewed
/// picture of its project: blocks for a second or so for each thousand. Errors: those of `by_card`
/// and of the store.
Result<learning::Learnt> learnt_by(store::Store& store, const store::Model& model,
                                   const ByCard& by_card);

}  // namespace croquis::service
