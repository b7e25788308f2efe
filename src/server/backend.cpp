#include "server/backend.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <thread>

#include "api/api.h"
#include "core/build_info.h"
#include "core/bytes.h"
#include "core/metrics.h"
#include "core/this_thread.h"
#include "core/worker_pool.h"
#include "http/server.h"
#include "identity/password.h"
#include "recognition/batcher.h"
#include "server/advice.h"
#include "server/jobs.h"
#include "server/listeners.h"
#include "server/open.h"
#include "server/promotions.h"
#include "server/use_cases.h"
#include "service/drawings/retention.h"
#include "service/quality/watch.h"
#include "service/transfer/exports.h"

namespace croquis::server {
namespace {

namespace asio = boost::asio;

/// How often agreement is measured, for the metrics.
constexpr std::chrono::minutes quality_rhythm{5};
/// Passwords waiting to be hashed, a tenth of a second each or more; one more is answered 503.
constexpr std::size_t password_queue = 32;

/// Threads that hash passwords: half of the processors, so that a crowd of sign-ins leaves the
/// other half to lists and drawings.
std::size_t password_threads() {
    constexpr std::size_t most = identity::PasswordHasher::parallel;
    return std::clamp<std::size_t>(std::thread::hardware_concurrency() / 2, 1, most);
}

void start_password_thread() {
    name_this_thread("passwords");
    give_way_to_other_threads();
}

/// One at a time: what several people ask at once is mostly the same.
constexpr std::size_t analysis_threads = 1;
constexpr std::size_t analysis_queue = 32;

void start_analysis_thread() {
    name_this_thread("analyses");
    give_way_to_other_threads();
}

}  // namespace

struct Backend::Parts {
    Metrics metrics;
    /// By which the API knows the portal of this process, whose word on who asks rate limits need.
    const std::string portal_secret = to_hex(random_bytes(32));
    std::unique_ptr<WorkerPool> workers;
    std::unique_ptr<WorkerPool> password_workers;
    std::unique_ptr<WorkerPool> analysis_workers;
    std::unique_ptr<store::Store> store;
    std::unique_ptr<identity::Identity> identity;
    std::unique_ptr<recognition::Batcher> batcher;
    std::unique_ptr<UseCases> use_cases;
    std::unique_ptr<service::Exports> exports;
    std::unique_ptr<Jobs> jobs;
    std::unique_ptr<service::Retention> retention;
    std::unique_ptr<http::Server> api;
    std::unique_ptr<http::Server> portal;
    std::unique_ptr<http::Server> metrics_listener;
    bool has_users = false;

    Result<void> start(const Config& config);
    Result<void> set_up_identity(const Config& config, identity::IdentityOptions options);
    Result<void> listen(const Config& config);
    Result<void> listen_api(const Config& config);
};

Result<void> Backend::Parts::start(const Config& config) {
    // Before the store is touched, whose migrations have no way back.
    auto options = identity_options(config);
    if (!options) return options.error();
    auto opened = open_served(config, metrics);
    if (!opened) return opened.error();
    store = std::move(*opened);
    if (const auto known = set_up_identity(config, std::move(*options)); !known)
        return known.error();
    auto recognising = load_live_model(config, *store, metrics);
    if (!recognising) return recognising.error();
    batcher = std::move(*recognising);
    return listen(config);
}

Result<void> Backend::Parts::set_up_identity(const Config& config,
                                             identity::IdentityOptions options) {
    identity = std::make_unique<identity::Identity>(*store, std::move(options));
    if (config.demo) {
        spdlog::warn("demo mode: anyone can sign in as admin / admin; do not expose this server");
        return identity->ensure_demo_admin();
    }
    identity->tell_keys();
    if (const auto safe = identity->refuse_defaults(); !safe)
        return safe.error().field == "password" ? demo_password_left(config) : safe.error();
    const auto users = store->users();
    if (!users) return users.error();
    has_users = !users->empty();
    return {};
}

Result<void> Backend::Parts::listen(const Config& config) {
    if (const auto listening = listen_api(config); !listening) return listening.error();
    if (config.with_portal) {
        auto server =
            listen_portal(config, local_url(config.address, api->port()), portal_secret, metrics);
        if (!server) return server.error();
        portal = std::move(*server);
    }
    auto server = listen_metrics(config, metrics);
    if (!server) return server.error();
    metrics_listener = std::move(*server);
    return {};
}

Result<void> Backend::Parts::listen_api(const Config& config) {
    use_cases = std::make_unique<UseCases>(
        UseCases::Means{*store, *batcher, *workers, *analysis_workers, metrics},
        batcher_options(config),
        service::TeachingRhythm{static_cast<std::size_t>(config.teach_after),
                                [this] { jobs->wake(); }});
    auto opened = Jobs::open(config, *store, *batcher, metrics);
    if (!opened) return opened.error();
    jobs = std::move(*opened);
    if (!config.no_jobs) jobs->start(store::WorkerProcess::server);
    api::ApiOptions options;
    options.limits = limits_of(config);
    options.decode = batcher_options(config).limits;
    options.submissions_per_minute = config.submissions_per_minute;
    options.version = version();
    options.demo = config.demo;
    options.base_path = config.base_path;
    options.max_import_bytes = config.max_import_bytes;
    options.on_job = [this] { jobs->wake(); };
    options.trainings = &jobs->trainings();
    exports = std::make_unique<service::Exports>(*store, config.store);
    auto routes = api::backend_router(use_cases->with(*exports, jobs->imports()), *identity, *store,
                                      {*workers, *password_workers, *analysis_workers},
                                      config.web_root / "swagger", options);
    if (!routes) return routes.error();
    auto listener = listener_options(config, "api", config.port);
    listener.observe = api::tell_refusal;
    if (config.with_portal) listener.portal_secret = portal_secret;
    api = std::make_unique<http::Server>(std::move(listener), std::move(*routes), metrics);
    retention = std::make_unique<service::Retention>(*store);
    retention->start();
    return api->start();
}

Backend::Backend(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Backend::~Backend() {
    stop();
}

Result<std::unique_ptr<Backend>> Backend::start(const Config& config) {
    auto parts = std::make_unique<Parts>();
    parts->workers = std::make_unique<WorkerPool>(config.workers, config.worker_queue);
    parts->password_workers =
        std::make_unique<WorkerPool>(password_threads(), password_queue, start_password_thread);
    parts->analysis_workers =
        std::make_unique<WorkerPool>(analysis_threads, analysis_queue, start_analysis_thread);
    const auto ready = parts->start(config);
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

bool Backend::has_users() const {
    return parts_->has_users;
}

asio::awaitable<void> Backend::follow_promotions() {
    return server::follow_promotions(*parts_->store, *parts_->batcher, *parts_->workers);
}

asio::awaitable<void> Backend::watch_quality() {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    auto& workers = *parts_->analysis_workers;
    auto& quality = parts_->use_cases->quality_watch;
    const auto list = [&quality] { return quality.projects(); };
    const auto look = [this] { return service::watch_projects(*parts_->store, parts_->metrics); };
    const auto complain = [](const Error& error) {
        spdlog::warn("cannot measure the quality: {}", error.detail);
    };
    for (;;) {
        const auto projects = co_await workers.run(list);
        if (!projects) complain(projects.error());
        // One at a time: what people ask to be compared comes in between.
        for (std::size_t i = 0; projects && i < projects->size(); ++i) {
            const auto measure = [&] { return quality.measure((*projects)[i]); };
            const auto measured = co_await workers.run(measure);
            if (!measured) complain(measured.error());
        }
        const auto looked = co_await workers.run(look);
        if (!looked) complain(looked.error());
        timer.expires_after(quality_rhythm);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

asio::awaitable<void> Backend::watch_jobs() {
    return parts_->jobs->watch(*parts_->workers);
}

void Backend::stop() {
    // The page's requests end at the API, so it stops after the portal; the rest stops beside it.
    if (parts_->portal) parts_->portal->stop();
    if (parts_->metrics_listener) parts_->metrics_listener->begin_stop();
    if (parts_->api) parts_->api->stop();
    if (parts_->metrics_listener) parts_->metrics_listener->stop();
    if (parts_->retention) parts_->retention->stop();
    if (parts_->exports) parts_->exports->stop();
    if (parts_->jobs) parts_->jobs->stop();
    if (parts_->use_cases) parts_->use_cases->stop();
    if (parts_->batcher) parts_->batcher->stop();
    if (parts_->store) parts_->store->stop();
    if (parts_->analysis_workers) parts_->analysis_workers->stop();
    if (parts_->password_workers) parts_->password_workers->stop();
    if (parts_->workers) parts_->workers->stop();
}

}  // namespace croquis::server
