#include "service/models/promotion.h"

#include <utility>

#include "service/jobs/job_queue.h"
#include "service/models/registry.h"

namespace croquis::service {
namespace {

/// This process serves nobody.
Result<void> left_to_servers(const std::unique_ptr<recognition::Recognizer>& /*live*/) {
    return {};
}

/// A store that is not at hand stays that; what else keeps a model from being loaded is the model.
Error unusable(const std::string& id, const Error& error) {
    if (error.kind == ErrorKind::unavailable || error.kind == ErrorKind::internal) return error;
    return {ErrorKind::conflict,
            "The model " + id + " cannot be run by this program: " + error.detail,
            {},
            0,
            "model_unusable"};
}

}  // namespace

Result<std::unique_ptr<recognition::Recognizer>> make_live(store::ModelStore& store,
                                                           const std::string& id, int project,
                                                           const store::Promotion& how,
                                                           const identity::Origin& origin) {
    const auto model = store.model(id);
    if (!model) return model.error();
    if (model->project != project)
        return Error{ErrorKind::not_found, "The project has no such model."};
    auto loaded = load_registered(store, *model);
    if (!loaded) return unusable(id, loaded.error());
    if (const auto promoted = store.promote_model(id, how); !promoted) return promoted.error();
    identity::tell(identity::Event::model_promoted, origin,
                   {{"by", how.by.name}, {how.roll_back ? "rolled_back_to" : "model", id}});
    return loaded;
}

Result<void> promote_in(store::Store& store, const std::string& id, int project,
                        const std::optional<store::Author>& by, const identity::Origin& origin,
                        const TakeUp& take_up) {
    auto live = make_live(store, id, project, {by.value_or(store::operator_author())}, origin);
    if (!live) return live.error();
    if (const auto taken = take_up(std::move(*live)); !taken) return taken.error();
    const auto queued = queue_retagging(store, by, project);
    return queued ? Result<void>() : queued.error();
}

Result<void> promote(store::Store& store, const std::string& id,
                     const std::optional<store::Author>& by) {
    const auto model = store.model(id);
    if (!model) return model.error();
    return promote_in(store, id, model->project, by, {}, left_to_servers);
}

Result<std::string> roll_back_in(store::Store& store, int project,
                                 const std::optional<store::Author>& by,
                                 const identity::Origin& origin, const TakeUp& take_up) {
    const auto before = store.model_before(project);
    if (!before) return before.error();
    auto live = make_live(store, before->id, project, {by.value_or(store::operator_author()), true},
                          origin);
    if (!live) return live.error();
    if (const auto taken = take_up(std::move(*live)); !taken) return taken.error();
    return before->id;
}

Result<std::string> roll_back(store::Store& store, int project) {
    return roll_back_in(store, project, std::nullopt, {}, left_to_servers);
}

}  // namespace croquis::service
