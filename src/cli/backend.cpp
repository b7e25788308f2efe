#include "cli/backend.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "annotation/annotation.h"
#include "api/api.h"
#include "core/metrics.h"
#include "core/worker_pool.h"
#include "http/server.h"
#include "identity/identity.h"
#include "portal/portal.h"
#include "recognition/batcher.h"
#include "recognition/recognizer.h"
#include "store/store.h"

namespace croquis::cli {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds promotion_poll{5};

http::ServerLimits limits_of(const Config& config) {
    http::ServerLimits limits;
    limits.max_body_bytes = config.max_body_bytes;
    limits.max_connections = config.max_connections;
    limits.max_requests_in_flight = config.max_requests;
    return limits;
}

http::ServerOptions listener(const Config& config, const std::string& name, std::uint16_t port) {
    http::ServerOptions options;
    options.address = config.address;
    options.port = port;
    options.threads = config.network_threads;
    options.limits = limits_of(config);
    options.name = name;
    options.trusted_proxies = config.trusted_proxies;
    options.allowed_origins = config.allowed_origins;
    options.content_security_policy = page_content_security_policy;
    return options;
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

store::StoreOptions store_options(const Config& config) {
    store::StoreOptions options;
    options.readers = config.store_readers;
    options.writers = config.store_writers;
    options.queue_capacity = config.store_queue;
    return options;
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

/// The registry's live model, or the file that came with the program where none was promoted yet.
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

}  // namespace

struct Backend::Parts {
    Metrics metrics;
    std::unique_ptr<WorkerPool> workers;
    std::unique_ptr<store::Store> store;
    std::unique_ptr<identity::Identity> identity;
    std::unique_ptr<recognition::Batcher> batcher;
    std::unique_ptr<annotation::Annotation> annotation;
    std::unique_ptr<http::Server> api;
    std::unique_ptr<http::Server> portal;
    std::unique_ptr<http::Server> metrics_listener;

    Result<void> open_store(const Config& config);
    Result<void> load_model(const Config& config);
    Result<void> set_up_identity(const Config& config);
    Result<void> listen(const Config& config);
    Result<void> listen_portal(const Config& config);
    Result<void> listen_metrics(const Config& config);
};

Result<void> Backend::Parts::open_store(const Config& config) {
    auto opened = store::open_store(config.store, store_options(config), metrics);
    if (!opened) return opened.error();
    store = std::move(*opened);
    const auto applied = store->migrate();
    if (!applied) return applied.error();
    for (const auto& name : *applied) spdlog::info("applied migration {}", name);
    spdlog::info("store: {}", without_password(config.store));
    return {};
}

Result<void> Backend::Parts::load_model(const Config& config) {
    auto model = live_model(*store, config);
    if (!model) return model.error();
    spdlog::info("model: {}", (*model)->info().id);
    batcher =
        std::make_unique<recognition::Batcher>(std::move(*model), batcher_options(config), metrics);
    return {};
}

Result<void> Backend::Parts::set_up_identity(const Config& config) {
    auto options = identity_options(config);
    if (!options) return options.error();
    identity = std::make_unique<identity::Identity>(*store, std::move(*options));
    if (config.demo) {
        spdlog::warn("demo mode: anyone can sign in as admin / admin; do not expose this server");
        return identity->ensure_demo_admin();
    }
    return identity->refuse_defaults();
}

Result<void> Backend::Parts::listen(const Config& config) {
    annotation = std::make_unique<annotation::Annotation>(*store, *batcher, *workers, metrics);
    api::ApiOptions options;
    options.limits = limits_of(config);
    options.decode = batcher_options(config).limits;
    options.submissions_per_minute = config.submissions_per_minute;
    options.demo = config.demo;
    auto routes = api::backend_router(*annotation, *identity, *store, *workers,
                                      config.web_root / "swagger", options);
    if (!routes) return routes.error();
    api = std::make_unique<http::Server>(listener(config, "api", config.port), std::move(*routes),
                                         metrics);
    return api->start();
}

Result<void> Backend::Parts::listen_portal(const Config& config) {
    portal::PortalOptions options;
    options.web_root = config.web_root;
    options.backend_url = fmt::format(
        "http://{}:{}", config.address == "0.0.0.0" ? "127.0.0.1" : config.address, api->port());
    auto routes = portal::portal_router(options, metrics);
    if (!routes) return routes.error();
    portal = std::make_unique<http::Server>(listener(config, "portal", config.portal_port),
                                            std::move(*routes), metrics);
    return portal->start();
}

Result<void> Backend::Parts::listen_metrics(const Config& config) {
    http::Router router;
    router.add(http::Method::get, "/metrics",
               [this](http::Request&) -> asio::awaitable<http::Response> {
                   http::Response response;
                   response.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
                   response.body = metrics.text();
                   co_return response;
               });
    metrics_listener = std::make_unique<http::Server>(
        listener(config, "metrics", config.metrics_port), std::move(router), metrics);
    return metrics_listener->start();
}

Backend::Backend(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Backend::~Backend() {
    stop();
}

Result<std::unique_ptr<Backend>> Backend::start(const Config& config) {
    auto parts = std::make_unique<Parts>();
    parts->workers = std::make_unique<WorkerPool>(config.workers, config.worker_queue);
    auto ready = parts->open_store(config);
    if (ready) ready = parts->set_up_identity(config);
    if (ready) ready = parts->load_model(config);
    if (ready) ready = parts->listen(config);
    if (ready && config.with_portal) ready = parts->listen_portal(config);
    if (ready && config.metrics_port != 0) ready = parts->listen_metrics(config);
    auto backend = std::unique_ptr<Backend>(new Backend(std::move(parts)));
    if (!ready) return ready.error();
    return backend;
}

std::uint16_t Backend::port() const {
    return parts_->api->port();
}
std::uint16_t Backend::portal_port() const {
    return parts_->portal ? parts_->portal->port() : std::uint16_t{0};
}

asio::awaitable<void> Backend::follow_promotions() {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    const auto take_up = [this]() -> Result<void> {
        const auto live = parts_->store->live_model();
        if (!live || live->id == parts_->batcher->model()->id) return {};
        const auto onnx = parts_->store->model_onnx(live->id);
        if (!onnx) return onnx.error();
        auto model = recognition::load_recognizer(*onnx, live->card);
        if (!model) return model.error();
        spdlog::info("model: {} was promoted", live->id);
        return parts_->batcher->promote(std::move(*model));
    };
    for (;;) {
        timer.expires_after(promotion_poll);
        co_await timer.async_wait(asio::use_awaitable);
        const auto taken = co_await parts_->workers->run(take_up);
        if (!taken) spdlog::warn("cannot take up the promoted model: {}", taken.error().detail);
    }
}

void Backend::stop() {
    if (parts_->portal) parts_->portal->stop();
    if (parts_->api) parts_->api->stop();
    if (parts_->metrics_listener) parts_->metrics_listener->stop();
    if (parts_->batcher) parts_->batcher->stop();
    if (parts_->store) parts_->store->stop();
    if (parts_->workers) parts_->workers->stop();
}

}  // namespace croquis::cli
