#include "cli/registry.h"

#include <spdlog/spdlog.h>

#include <fstream>
#include <iterator>

namespace croquis::cli {
namespace {

Result<std::string> read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return Error{ErrorKind::not_found, "Cannot read " + path.string() + ".", "model"};
    return std::string(std::istreambuf_iterator<char>(file), {});
}

/// The id by which the registry holds a model, now or already.
Result<std::string> enrolled(store::Store& store, BytesView onnx, const std::string& card) {
    const auto loaded = recognition::load_recognizer(onnx, card);
    if (!loaded) return loaded.error();
    const std::string id = (*loaded)->info().id;
    if (store.model(id)) return id;
    const auto added = add_candidate(store, onnx, card);
    // another backend may have been faster
    if (!added && added.error().kind != ErrorKind::conflict) return added.error();
    return id;
}

}  // namespace

Result<store::Model> add_candidate(store::Store& store, BytesView onnx, const std::string& card) {
    const auto loaded = recognition::load_recognizer(onnx, card);
    if (!loaded) return loaded.error();
    store::Model model;
    model.id = (*loaded)->info().id;
    model.card = card;
    model.sha256 = sha256(onnx);
    model.created_at = now();
    if (const auto added = store.add_model(model, onnx); !added) return added.error();
    return model;
}

Result<void> enrol_own_model(store::Store& store, const Config& config) {
    const auto onnx = read_file(config.model);
    if (!onnx) return onnx.error();
    const auto card = read_file(std::filesystem::path(config.model).replace_extension(".json"));
    if (!card) return card.error();
    const auto live = store.live_model();
    if (!live && live.error().kind != ErrorKind::not_found) return live.error();
    if (live && live->sha256 == sha256(as_bytes(*onnx))) return {};
    const auto id = enrolled(store, as_bytes(*onnx), *card);
    if (!id) return id.error();
    if (!live) return store.promote_model(*id);
    spdlog::info("model {} came with this program; croquis model use {} makes it live", *id, *id);
    return {};
}

Result<std::unique_ptr<recognition::Recognizer>> live_model(store::Store& store,
                                                            const Config& config) {
    const auto live = store.live_model();
    if (!live && live.error().kind == ErrorKind::not_found)
        return recognition::load_recognizer(config.model);
    if (!live) return live.error();
    const auto onnx = store.model_onnx(live->id);
    if (!onnx) return onnx.error();
    return recognition::load_recognizer(*onnx, live->card);
}

}  // namespace croquis::cli
