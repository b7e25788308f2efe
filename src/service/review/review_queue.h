#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/worker_pool.h"
#include "identity/identity.h"
#include "service/review/first_questions.h"
#include "store/store.h"

/// What people are asked about, and by whom it is held meanwhile.
namespace croquis::service {

/// For so long a claim holds drawings unless it is renewed.
inline constexpr std::chrono::seconds claim_lasts{120};

struct PageClaim {
    Uuid holder;
    std::size_t limit = 12;    ///< 1…50
    std::vector<Uuid> passed;  ///< at most 200
    int project = store::shapes_project;
    std::optional<Uuid> import_job = std::nullopt;  ///< only what that job brought
};

/// The same as the store takes it, for an account, from now until the claim ends by itself.
store::ClaimRequest held_from_now(PageClaim request, const Uuid& account);

struct Claimed {
    Timestamp expires_at;
    std::vector<store::ClaimedDrawing> drawings;
};

/// Holds the next drawings that are to be looked at once more (recheck). Blocks. Errors: those of
/// Store::claim_recheck.
Result<Claimed> claim_recheck(store::ClaimStore& store, const PageClaim& request,
                              const Uuid& account);

/// All functions are coroutines for a network thread: what blocks runs on `workers`. Thread-safe.
class ReviewQueue {
  public:
    /// What is asked about first is found on the `analyses`, nothing without them; the store must
    /// outlive their stop().
    ReviewQueue(store::Store& store, WorkerPool& workers, WorkerPool* analyses = nullptr);

    /// What waits for this person's review, in the order of Order::most_telling_first; only what
    /// the job brought, where one is given.
    boost::asio::awaitable<Result<store::Page>> page(std::size_t limit,
                                                     std::optional<store::Query::Cursor> after,
                                                     identity::Principal by,
                                                     int project = store::shapes_project,
                                                     std::optional<Uuid> import_job = std::nullopt);
    /// How many those are.
    boost::asio::awaitable<Result<std::int64_t>> count_waiting(
        identity::Principal by, int project = store::shapes_project,
        std::optional<Uuid> import_job = std::nullopt);
    /// Holds the next drawings for a person's open page, and what it holds already for longer.
    /// While the project has only begun, FirstQuestions come before the others.
    /// Errors: those of Store::claim.
    boost::asio::awaitable<Result<Claimed>> claim(PageClaim request, identity::Principal by);
    /// Lets others have what a page of this person held.
    boost::asio::awaitable<Result<void>> release(Uuid holder, identity::Principal by);

  private:
    store::Store& store_;
    WorkerPool& workers_;
    FirstQuestions first_questions_;
};

}  // namespace croquis::service
