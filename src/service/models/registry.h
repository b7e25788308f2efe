#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "identity/security_log.h"
#include "recognition/recognizer.h"
#include "store/store.h"

/// The model registry: models come in as candidates, and one of each project is live.
namespace croquis::service {

/// Loads the model, which is the check (shapes, operators, sample inputs), and stores it as a
/// candidate. Errors: those of load_recognizer; conflict where the registry holds it.
Result<store::Model> add_candidate(store::ModelStore& store, BytesView onnx,
                                   const std::string& card);

/// Puts the model that came with the program (`file`, its card beside it) into the registry where
/// it is missing, and makes it live where no model is. A newer one than the live one stays a
/// candidate: promotion is a person's decision.
Result<void> enrol_own_model(store::ModelStore& store, const std::filesystem::path& file);

/// A model that the registry holds, ready to be asked.
Result<std::unique_ptr<recognition::Recognizer>> load_registered(store::ModelStore& store,
                                                                 const store::Model& model);

/// The model that answers in the project: its own live one, or that of the first project where it
/// has none. Errors: not_found where that has none either.
Result<store::Model> answering_model(store::ModelStore& store, int project);

/// The model that answers in the project, or `file` where none was promoted yet.
Result<std::unique_ptr<recognition::Recognizer>> live_model(store::ModelStore& store,
                                                            const std::filesystem::path& file,
                                                            int project = store::shapes_project);

/// Removes a model of the project for `by` (absent: the operator), who is named in the security
/// log. Errors: those of Store::remove_model.
Result<void> remove_model(store::Store& store, const std::string& id, int project,
                          const std::optional<store::Author>& by = std::nullopt,
                          const identity::Origin& origin = {});

/// A model of the project, to be handed out. Errors: not_found.
Result<store::Model> model_of(store::ModelStore& store, const std::string& id, int project);

/// A model's network as `croquis model add` takes it.
struct ModelFile {
    Sha256 sha256{};
    Bytes onnx;
};
/// The network of a model of the project. Errors: not_found.
Result<ModelFile> model_file(store::ModelStore& store, const std::string& id, int project);

/// The whole registry, in the order in which models were added.
Result<std::vector<store::Model>> list_models(store::ModelStore& store,
                                              int project = store::shapes_project);

}  // namespace croquis::service
