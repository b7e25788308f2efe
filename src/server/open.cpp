#include "server/open.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <filesystem>

#include "core/bytes.h"
#include "service/models/registry.h"
#include "store/sqlite_url.h"

namespace croquis::server {
namespace {

store::StoreOptions one_shot_options() {
    store::StoreOptions options;
    options.readers = 1;
    options.writers = 1;
    return options;
}

store::StoreOptions store_options(const Config& config) {
    store::StoreOptions options;
    options.readers = config.store_readers;
    options.writers = config.store_writers;
    options.queue_capacity = config.store_queue;
    return options;
}

}  // namespace

Result<std::unique_ptr<store::Store>> open_quietly(const Config& config, Metrics& metrics) {
    auto options = one_shot_options();
    options.close_to_others = false;
    return store::open_store(config.store, options, metrics);
}

Result<std::unique_ptr<store::Store>> open_migrated(const Config& config, Metrics& metrics) {
    auto store = store::open_store(config.store, one_shot_options(), metrics);
    if (!store) return store.error();
    if (const auto migrated = (*store)->migrate(); !migrated) return migrated.error();
    return store;
}

Result<std::unique_ptr<store::Store>> open_existing(const Config& config, Metrics& metrics) {
    if (!store_is_there(config))
        return Error{ErrorKind::not_found,
                     fmt::format("There is no store {}; `croquis serve`, `migrate` and `import` "
                                 "make one.",
                                 config.store),
                     "store"};
    return open_migrated(config, metrics);
}

Result<std::unique_ptr<store::Store>> open_with_live_model(const Config& config, Metrics& metrics) {
    auto store = open_existing(config, metrics);
    if (!store) return store.error();
    const auto live = (*store)->live_model();
    if (live) return store;
    if (live.error().kind != ErrorKind::not_found) return live.error();
    if (const auto enrolled = service::enrol_own_model(**store, config.model); !enrolled)
        return enrolled.error();
    return store;
}

Result<std::unique_ptr<store::Store>> open_served(const Config& config, Metrics& metrics) {
    auto store = store::open_store(config.store, store_options(config), metrics);
    if (!store) return store.error();
    const auto applied = (*store)->migrate();
    if (!applied) return applied.error();
    for (const auto& name : *applied) spdlog::info("applied migration {}", name);
    spdlog::info("store: {}", without_password(config.store));
    return store;
}

recognition::BatcherOptions batcher_options(const Config& config) {
    recognition::BatcherOptions options;
    options.threads = config.inference_threads;
    options.max_batch = config.max_batch;
    options.queue_capacity = config.inference_queue;
    options.limits.max_bytes = config.max_image_bytes;
    options.limits.max_side = config.max_image_side;
    return options;
}

Result<std::unique_ptr<recognition::Batcher>> load_live_model(const Config& config,
                                                              store::Store& store,
                                                              Metrics& metrics) {
    if (const auto enrolled = service::enrol_own_model(store, config.model); !enrolled)
        return enrolled.error();
    auto model = service::live_model(store, config.model);
    if (!model) return model.error();
    spdlog::info("model: {}", (*model)->info().id);
    return std::make_unique<recognition::Batcher>(std::move(*model), batcher_options(config),
                                                  metrics);
}

bool store_is_there(const Config& config) {
    std::error_code failed;
    return !config.store.starts_with(store::sqlite_scheme) ||
           std::filesystem::exists(config.store.substr(store::sqlite_scheme.size()), failed);
}

Result<identity::IdentityOptions> identity_options(const Config& config) {
    identity::IdentityOptions options;
    auto secret = read_secret(config);
    if (!secret) return secret.error();
    if (secret->empty() && config.demo) secret = to_base64(random_bytes(32));
    if (secret->empty())
        return Error{ErrorKind::invalid,
                     "A secret of 32 bytes or more is needed: set CROQUIS_SECRET or --secret-file "
                     "(openssl rand -base64 32), or try Croquis out with --demo.",
                     "secret"};
    options.secret = *secret;
    options.previous_secret = config.previous_secret;
    options.access_lifetime = std::chrono::minutes(config.access_minutes);
    options.refresh_lifetime = std::chrono::hours(24 * config.refresh_days);
    options.logins_per_minute = config.logins_per_minute;
    return options;
}

}  // namespace croquis::server
