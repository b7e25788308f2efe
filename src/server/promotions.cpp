#include "server/promotions.h"

#include <spdlog/spdlog.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "service/models/registry.h"

namespace croquis::server {
namespace {

/// With the loading of the model, a promotion is everywhere within a second.
constexpr std::chrono::milliseconds promotion_poll{500};

}  // namespace

boost::asio::awaitable<void> follow_promotions(store::Store& store, recognition::Batcher& batcher,
                                               WorkerPool& workers) {
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
    const auto take_up = [&]() -> Result<void> {
        const auto live = store.live_model();
        if (!live && live.error().kind == ErrorKind::not_found) return {};
        if (!live) return live.error();
        if (live->id == batcher.model()->id) return {};
        auto model = service::load_registered(store, *live);
        if (!model) return model.error();
        spdlog::info("model: {} was promoted", live->id);
        return batcher.promote(std::move(*model));
    };
    for (bool failed = false;;) {
        timer.expires_after(promotion_poll);
        co_await timer.async_wait(boost::asio::use_awaitable);
        const auto taken = co_await workers.run(take_up);
        if (!taken && !failed)
            spdlog::warn("cannot take up the promoted model: {}", taken.error().detail);
        failed = !taken;
    }
}

}  // namespace croquis::server
