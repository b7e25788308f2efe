#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/error.h"
#include "identity/security_log.h"
#include "recognition/recognizer.h"
#include "store/store.h"

/// Makes a model of the registry the one that answers, for API, command line and jobs alike.
namespace croquis::service {

/// Makes a model of the project live and returns it. It is loaded first: a server does not start
/// with a live model that it cannot run. The security log says who asked for it, and whence.
/// Errors: not_found; conflict (code model_unusable) where this program cannot run it; those of
/// Store::promote_model.
Result<std::unique_ptr<recognition::Recognizer>> make_live(store::ModelStore& store,
                                                           const std::string& id, int project,
                                                           const store::Promotion& how,
                                                           const identity::Origin& origin = {});

/// How a process takes up a model that has just become live in it.
using TakeUp = std::function<Result<void>(std::unique_ptr<recognition::Recognizer>)>;

/// Makes a model live in its project for `by` (absent: the operator), has this process take it up,
/// and queues the retagging of what nobody reviewed, which a server does. Errors: those of
/// make_live and of `take_up`.
Result<void> promote_in(store::Store& store, const std::string& id, int project,
                        const std::optional<store::Author>& by, const identity::Origin& origin,
                        const TakeUp& take_up);

/// Makes the model live again that was before in the project, for `by` (absent: the operator), and
/// has this process take it up; what the other one said of drawings stays. Returns its id. Errors:
/// not_found where no model was live before; those of make_live and of `take_up`.
Result<std::string> roll_back_in(store::Store& store, int project,
                                 const std::optional<store::Author>& by,
                                 const identity::Origin& origin, const TakeUp& take_up);

/// The same for the operator. Running servers take it up within seconds.
Result<std::string> roll_back(store::Store& store, int project);

/// Makes a model of the registry live in its project for `by` (absent: the operator), and queues
/// the retagging as promote_in() does. Running servers take it up within seconds. Errors: those of
/// make_live.
Result<void> promote(store::Store& store, const std::string& id,
                     const std::optional<store::Author>& by = std::nullopt);

}  // namespace croquis::service
