#pragma once

#include <memory>

#include "core/metrics.h"
#include "identity/identity.h"
#include "recognition/batcher.h"
#include "server/config.h"
#include "store/store.h"

/// What several commands open.
namespace croquis::server {

/// The store that a one-shot command looks at, with as few connections as will do; its files stay
/// as they are.
Result<std::unique_ptr<store::Store>> open_quietly(const Config& config, Metrics& metrics);

/// The same with its schema up to date, made where it is not there yet.
Result<std::unique_ptr<store::Store>> open_migrated(const Config& config, Metrics& metrics);

/// The same for commands that have nothing to do in an empty store. Errors: not_found ("store")
/// where it is a file that is not there, as where it is mistyped.
Result<std::unique_ptr<store::Store>> open_existing(const Config& config, Metrics& metrics);

/// The same for commands that ask the model that answers. In a store that was never served none
/// does yet: the one of `config.model` is registered and made live, as a server does at its start.
Result<std::unique_ptr<store::Store>> open_with_live_model(const Config& config, Metrics& metrics);

/// The store of a process that goes on: with the connections that `config` says, and its schema up
/// to date. It logs what it did.
Result<std::unique_ptr<store::Store>> open_served(const Config& config, Metrics& metrics);

recognition::BatcherOptions batcher_options(const Config& config);

/// The model of such a process: the registry's live one, else config.model, which is registered.
Result<std::unique_ptr<recognition::Batcher>> load_live_model(const Config& config,
                                                              store::Store& store,
                                                              Metrics& metrics);

/// False where the store is a SQLite file that is not there: opening it would make it.
bool store_is_there(const Config& config);

/// Without a secret: one made for this process in demo mode, else invalid ("secret").
Result<identity::IdentityOptions> identity_options(const Config& config);

}  // namespace croquis::server
