#include "core/worker_pool.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <future>
#include <stdexcept>
#include <thread>

namespace croquis {
namespace {

namespace asio = boost::asio;

TEST(WorkerPool, RunsElsewhereAndResumesHere) {
    asio::io_context io;
    WorkerPool pool(2, 8);
    std::thread::id ran_on;
    std::thread::id resumed_on;
    int answer = 0;
    asio::co_spawn(
        io,
        [&]() -> asio::awaitable<void> {
            const Result<int> result = co_await pool.run([&]() -> Result<int> {
                ran_on = std::this_thread::get_id();
                return 42;
            });
            resumed_on = std::this_thread::get_id();
            answer = *result;
        },
        asio::detached);
    io.run();
    EXPECT_EQ(answer, 42);
    EXPECT_NE(ran_on, std::this_thread::get_id());
    EXPECT_EQ(resumed_on, std::this_thread::get_id());
}

TEST(WorkerPool, RefusesWhatItsQueueCannotHold) {
    asio::io_context io;
    WorkerPool pool(1, 1);
    std::promise<void> gate;
    auto opened = gate.get_future().share();
    bool refused = false;
    asio::co_spawn(
        io,
        [&]() -> asio::awaitable<void> {
            const auto wait_for_gate = [opened]() -> Result<int> {
                opened.wait();
                return 1;
            };
            const auto held = co_await pool.run(wait_for_gate);
            EXPECT_TRUE(held);
        },
        asio::detached);
    asio::co_spawn(
        io,
        [&]() -> asio::awaitable<void> {
            const auto second = co_await pool.run([]() -> Result<int> { return 2; });
            refused = second.has_error() && second.error().kind == ErrorKind::unavailable &&
                      second.error().retry_after_s > 0;
            gate.set_value();
        },
        asio::detached);
    io.run();
    EXPECT_TRUE(refused);
    EXPECT_EQ(pool.load(), 0u);
}

TEST(WorkerPool, TurnsAnEscapedExceptionIntoAnError) {
    asio::io_context io;
    WorkerPool pool(1, 1);
    ErrorKind kind = ErrorKind::invalid;
    asio::co_spawn(
        io,
        [&]() -> asio::awaitable<void> {
            const auto result = co_await pool.run(
                []() -> Result<int> { throw std::logic_error("the secret detail"); });
            kind = result.error().kind;
        },
        asio::detached);
    io.run();
    EXPECT_EQ(kind, ErrorKind::internal);
}

TEST(WorkerPool, BeginsWhatNobodyWaitsForWhereThereIsRoom) {
    WorkerPool pool(1, 2);
    std::promise<void> gate;
    auto opened = gate.get_future().share();
    std::promise<void> done;
    EXPECT_TRUE(pool.begin([opened] {
        opened.wait();
        throw std::logic_error("nobody is there to hear it");
    }));
    EXPECT_TRUE(pool.begin([&done] { done.set_value(); }));
    EXPECT_FALSE(pool.begin([] {}));
    gate.set_value();
    done.get_future().wait();
    pool.stop();
    EXPECT_EQ(pool.load(), 0u);
}

}  // namespace
}  // namespace croquis
