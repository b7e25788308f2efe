#include "service/models.h"

#include <spdlog/spdlog.h>

#include "core/files.h"
#include "recognition/limits.h"
#include "service/training_jobs.h"

namespace croquis::service {
namespace {

/// What the registry keeps of a model. Loading is the check of it.
Result<store::Model> checked(BytesView onnx, const std::string& card) {
    const auto loaded = recognition::load_recognizer(onnx, card);
    if (!loaded) return loaded.error();
    store::Model model;
    model.id = (*loaded)->info().id;
    model.card = card;
    model.sha256 = sha256(onnx);
    model.created_at = now();
    return model;
}

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

Result<store::Model> add_candidate(store::ModelStore& store, BytesView onnx,
                                   const std::string& card) {
    auto model = checked(onnx, card);
    if (!model) return model.error();
    if (const auto added = store.add_model(*model, onnx); !added) return added.error();
    return model;
}

Result<void> enrol_own_model(store::ModelStore& store, const std::filesystem::path& file) {
    const auto onnx = read_file(file, recognition::max_file_bytes, "model");
    if (!onnx) return onnx.error();
    const auto card = read_file(std::filesystem::path(file).replace_extension(".json"),
                                recognition::max_file_bytes, "model");
    if (!card) return card.error();
    const auto live = store.live_model();
    if (!live && live.error().kind != ErrorKind::not_found) return live.error();
    if (live && live->sha256 == sha256(as_bytes(*onnx))) return {};
    const auto own = checked(as_bytes(*onnx), *card);
    if (!own) return own.error();
    const auto added = store.add_model(*own, as_bytes(*onnx));
    // it may be there from an earlier start, or by a backend that starts at the same time
    if (!added && added.error().kind != ErrorKind::conflict) return added.error();
    if (!live) return store.promote_model(own->id);
    spdlog::info("model {0} came with this program; croquis model use {0} makes it live", own->id);
    return {};
}

Result<std::unique_ptr<recognition::Recognizer>> load_registered(store::ModelStore& store,
                                                                 const store::Model& model) {
    const auto onnx = store.model_onnx(model.id);
    if (!onnx) return onnx.error();
    return recognition::load_recognizer(*onnx, model.card);
}

Result<store::Model> answering_model(store::ModelStore& store, int project) {
    auto own = store.live_model(project);
    if (own || project == store::shapes_project || own.error().kind != ErrorKind::not_found)
        return own;
    return store.live_model(store::shapes_project);
}

Result<std::unique_ptr<recognition::Recognizer>> live_model(store::ModelStore& store,
                                                            const std::filesystem::path& file,
                                                            int project) {
    const auto live = answering_model(store, project);
    if (!live && live.error().kind == ErrorKind::not_found)
        return recognition::load_recognizer(file);
    if (!live) return live.error();
    return load_registered(store, *live);
}

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

Result<void> remove_model(store::Store& store, const std::string& id, int project,
                          const std::optional<store::Author>& by, const identity::Origin& origin) {
    auto removed = store.remove_model(id, project, by.value_or(store::operator_author()));
    if (removed)
        identity::tell(identity::Event::model_removed, origin,
                       {{"by", by ? std::string_view(by->name) : "operator"}, {"model", id}});
    return removed;
}

Result<store::Model> model_of(store::ModelStore& store, const std::string& id, int project) {
    auto model = store.model(id);
    if (model && model->project != project)
        return Error{ErrorKind::not_found, "There is no model with this id."};
    return model;
}

Result<ModelFile> model_file(store::ModelStore& store, const std::string& id, int project) {
    const auto model = model_of(store, id, project);
    if (!model) return model.error();
    auto onnx = store.model_onnx(id);
    if (!onnx) return onnx.error();
    return ModelFile{model->sha256, std::move(*onnx)};
}

Result<std::vector<store::Model>> list_models(store::ModelStore& store, int project) {
    auto models = store.models();
    if (models) std::erase_if(*models, [&](const auto& model) { return model.project != project; });
    return models;
}

}  // namespace croquis::service
