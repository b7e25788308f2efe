#include "service/review/review_queue.h"

#include <cstring>
#include <utility>

#include "core/bytes.h"

namespace croquis::service {
namespace {

namespace asio = boost::asio;

}  // namespace

store::ClaimRequest held_from_now(PageClaim request, const Uuid& account) {
    store::ClaimRequest asked;
    asked.holder = request.holder;
    asked.account = account;
    asked.project = request.project;
    asked.limit = request.limit;
    asked.passed = std::move(request.passed);
    asked.import_job = request.import_job;
    asked.at = now();
    asked.until = asked.at + claim_lasts;
    return asked;
}

Result<Claimed> claim_recheck(store::ClaimStore& store, const PageClaim& request,
                              const Uuid& account) {
    const auto asked = held_from_now(request, account);
    auto drawings = store.claim_recheck(asked);
    if (!drawings) return drawings.error();
    return Claimed{asked.until, std::move(*drawings)};
}

ReviewQueue::ReviewQueue(store::Store& store, WorkerPool& workers, WorkerPool* analyses)
    : store_(store),
      workers_(workers),
      first_questions_([&store](int project) { return first_questions(store, project); },
                       analyses) {}

asio::awaitable<Result<store::Page>> ReviewQueue::page(std::size_t limit,
                                                       std::optional<store::Query::Cursor> after,
                                                       identity::Principal by, int project,
                                                       std::optional<Uuid> import_job) {
    store::Query query;
    query.order = store::Order::most_telling_first;
    query.limit = limit;
    query.reviewed = false;
    query.after = after;
    query.project = project;
    query.asks = by.user;
    query.import_job = import_job;
    const auto job = [this, &query] { return store_.list(query); };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<std::int64_t>> ReviewQueue::count_waiting(identity::Principal by,
                                                                 int project,
                                                                 std::optional<Uuid> import_job) {
    const auto job = [this, &by, project, &import_job] {
        return store_.count_waiting(project, by.user, import_job);
    };
    co_return co_await workers_.run(job);
}

asio::awaitable<Result<Claimed>> ReviewQueue::claim(PageClaim request, identity::Principal by) {
    auto asked = held_from_now(std::move(request), by.user);
    asked.first = first_questions_.of(asked.project, asked.at);
    const Bytes seed = random_bytes(sizeof asked.seed);
    std::memcpy(&asked.seed, seed.data(), sizeof asked.seed);
    const auto job = [this, &asked] { return store_.claim(asked); };
    auto drawings = co_await workers_.run(job);
    if (!drawings) co_return drawings.error();
    co_return Claimed{asked.until, std::move(*drawings)};
}

asio::awaitable<Result<void>> ReviewQueue::release(Uuid holder, identity::Principal by) {
    const auto job = [this, &holder, &by] { return store_.release(holder, by.user); };
    co_return co_await workers_.run(job);
}

}  // namespace croquis::service
