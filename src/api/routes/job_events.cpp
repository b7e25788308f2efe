#include <spdlog/spdlog.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <utility>

#include "api/codec/query_parameters.h"
#include "api/problems.h"
#include "api/routes/annotator_routes.h"
#include "service/jobs/waiting.h"
#include "store/records.h"

namespace croquis::api {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using http::Method;
using http::Request;
using identity::Principal;
using Clock = std::chrono::steady_clock;

/// Each holds a connection, through the page's server one of its connections to the backend too.
constexpr int most_followers = 16;
constexpr std::chrono::milliseconds look_every{500};
/// A comment, by which a client that has gone is noticed.
constexpr std::chrono::milliseconds speak_every{1000};
/// Who follows is looked up when they ask, so they must ask again.
constexpr std::chrono::minutes lasts{5};

/// A place among those who follow jobs, given back at the end.
class Follower {
  public:
    explicit Follower(std::atomic<int>& count) : count_(&count) { ++count; }
    Follower(Follower&& other) noexcept : count_(std::exchange(other.count_, nullptr)) {}
    ~Follower() {
        if (count_ != nullptr) --*count_;
    }
    Follower(const Follower&) = delete;
    Follower& operator=(const Follower&) = delete;
    Follower& operator=(Follower&&) = delete;

    [[nodiscard]] bool is_one_too_many() const { return *count_ > most_followers; }

  private:
    std::atomic<int>* count_;
};

/// A job's states as Server-Sent Events (WHATWG HTML, section 9.2), from the one that it is in now:
/// an event `job` when it has changed, the last one when it has ended.
class JobEvents final : public http::BodyStream {
  public:
    JobEvents(AnnotatorContext& api, service::JobView job, Follower follower)
        : api_(api), job_(std::move(job)), follower_(std::move(follower)) {}

    asio::awaitable<Result<std::string>> next() override {
        if (said_.empty()) co_return say(state());
        const auto speak_at = Clock::now() + speak_every;
        while (!store::has_ended(job_) && Clock::now() < until_) {
            co_await pause();
            co_await look();
            if (auto now = state(); now != said_) co_return say(std::move(now));
            if (Clock::now() >= speak_at) co_return std::string(":\n\n");
        }
        co_return std::string();
    }
    [[nodiscard]] bool may_end() const override { return true; }

  private:
    [[nodiscard]] std::string state() const { return json::serialize(to_json(job_)); }

    std::string say(std::string state) {
        said_ = std::move(state);
        return "event: job\ndata: " + said_ + "\n\n";
    }

    static asio::awaitable<void> pause() {
        asio::steady_timer timer(co_await asio::this_coro::executor, look_every);
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }

    /// A store that cannot be asked now may be asked again soon: the job goes on meanwhile.
    asio::awaitable<void> look() {
        const auto find = [this] { return service::find_job(api_.store, job_.id); };
        auto found = co_await api_.workers.run(find);
        if (found)
            job_ = std::move(*found);
        else
            spdlog::debug("a followed job cannot be read: {}", found.error().detail);
    }

    AnnotatorContext& api_;
    service::JobView job_;
    Follower follower_;
    std::string said_;
    const Clock::time_point until_ = Clock::now() + lasts;
};

Answer job_events(AnnotatorContext& api, Request& request, const Principal&) {
    const auto id = read_id(request);
    if (!id) co_return problem(id.error());
    Follower follower(api.job_followers);
    if (follower.is_one_too_many())
        co_return problem({ErrorKind::unavailable,
                           "As many follow jobs as may; ask for the job instead, again and again.",
                           {},
                           5});
    const auto find = [&api, &id] { return service::find_job(api.store, *id); };
    auto found = co_await api.workers.run(find);
    if (!found) co_return problem(found.error());
    http::Response response;
    response.set("Content-Type", "text/event-stream");
    // For proxies that would wait for the end (nginx).
    response.set("X-Accel-Buffering", "no");
    response.stream = std::make_shared<JobEvents>(api, std::move(*found), std::move(follower));
    co_return no_store(std::move(response));
}

}  // namespace

void add_job_events_routes(http::Router& router, const Guard& guard) {
    add_route(router, Method::get, "/jobs/{id}/events", guard.annotator(job_events));
}

}  // namespace croquis::api
