#pragma once

#include <memory>
#include <string>

#include "cli/config.h"
#include "core/bytes.h"
#include "recognition/recognizer.h"
#include "store/store.h"

/// The model registry, as the commands use it.
namespace croquis::cli {

/// Loads the model, which is the check (shapes, operators, sample inputs), and stores it as a
/// candidate. Errors: those of load_recognizer; conflict where the registry holds it.
Result<store::Model> add_candidate(store::Store& store, BytesView onnx, const std::string& card);

/// Puts the model that came with the program (config.model) into the registry where it is missing,
/// and makes it live where no model is. A newer one than the live one stays a candidate: promotion
/// is a person's decision.
Result<void> enrol_own_model(store::Store& store, const Config& config);

/// A model that the registry holds, ready to be asked.
Result<std::unique_ptr<recognition::Recognizer>> load_registered(store::Store& store,
                                                                 const store::Model& model);

/// The registry's live model, or the file that came with the program where none was promoted yet.
Result<std::unique_ptr<recognition::Recognizer>> live_model(store::Store& store,
                                                            const Config& config);

/// Makes a model of the registry live for the operator, who is named in the security log. Errors:
/// those of Store::promote_model.
Result<void> promote(store::Store& store, const std::string& id);

}  // namespace croquis::cli
