#include "service/models/registry.h"

#include <spdlog/spdlog.h>

#include "core/files.h"
#include "recognition/limits.h"

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
