// A database that stands still, is full or may not be written. What is asserted is that every call
// comes back, with the right words, well before its caller would give up: the bounds are several
// times what is promised.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <future>
#include <memory>

#include "fault/store/submission.h"
#include "support/postgres.h"
#include "support/temp_folder.h"

namespace croquis::store {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

constexpr seconds soon{30};

std::unique_ptr<Store> open(const std::string& url) {
    static Metrics metrics;
    auto store = open_store(url, {}, metrics).value();
    EXPECT_TRUE(store->migrate().has_value());
    return store;
}

Submission keyed_submission() {
    auto submission = fault_submission();
    submission.idempotency_key = to_string(submission.id);
    return submission;
}

std::future<Result<SubmitResult>> submit(Store& store, Submission submission) {
    auto promise = std::make_shared<std::promise<Result<SubmitResult>>>();
    store.submit(std::move(submission),
                 [promise](Result<SubmitResult> answer) { promise->set_value(std::move(answer)); });
    return promise->get_future();
}

/// What `call` returned; fails where it does not come back.
template <class Call>
auto in_time(const char* name, Call call) {
    const auto start = std::chrono::steady_clock::now();
    auto answer = std::async(std::launch::async, std::move(call));
    EXPECT_EQ(answer.wait_for(soon), std::future_status::ready) << name << " hangs";
    auto result = answer.get();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    std::printf("  %-14s %5.1f s: %s\n", name, took.count(),
                result ? "done" : result.error().detail.c_str());
    return result;
}

template <class T>
void expect_unavailable(const Result<T>& result) {
    ASSERT_TRUE(result.has_error());
    EXPECT_EQ(result.error().kind, ErrorKind::unavailable);
    EXPECT_GT(result.error().retry_after_s, 0);
}

TEST(FrozenPostgres, EveryCallComesBackAndTheStoreRecoversByItself) {
    testing_support::Postgres server;
    const auto store = open(server.new_database());
    ASSERT_TRUE(submit(*store, fault_submission()).get().has_value());
    ASSERT_TRUE(store->list({}).has_value());
    server.freeze();
    expect_unavailable(in_time("list", [&] { return store->list({}); }));
    expect_unavailable(in_time("list again", [&] { return store->list({}); }));
    expect_unavailable(in_time("ready", [&] { return store->ready(); }));
    expect_unavailable(in_time("tag counts", [&] { return store->tag_counts(); }));
    expect_unavailable(in_time("promote", [&] { return store->promote_model("m"); }));
    expect_unavailable(in_time("migrate", [&] { return store->migrate(); }));
    expect_unavailable(
        in_time("submission", [&] { return submit(*store, fault_submission()).get(); }));
    server.thaw();
    for (;;) {  // the next try is at most a moment away
        const auto page = store->list({});
        if (!page) continue;
        EXPECT_EQ(page->drawings.size(), 1u);
        break;
    }
    while (!store->ready()) {  // what it found last is good for some seconds
    }
    EXPECT_TRUE(submit(*store, fault_submission()).get().has_value());
}

TEST(FrozenPostgres, ManyCallersWaitTogetherNotOneAfterAnother) {
    testing_support::Postgres server;
    const auto store = open(server.new_database());
    server.freeze();
    std::vector<std::future<Result<Page>>> callers;
    for (int i = 0; i < 40; ++i)
        callers.push_back(std::async(std::launch::async, [&] { return store->list({}); }));
    for (auto& caller : callers) {
        ASSERT_EQ(caller.wait_for(soon), std::future_status::ready);
        expect_unavailable(caller.get());
    }
    server.thaw();
}

TEST(FrozenPostgres, WhatBecameOfASubmissionIsLearntFromItsKey) {
    testing_support::Postgres server;
    const auto store = open(server.new_database());
    std::vector<std::pair<Submission, std::future<Result<SubmitResult>>>> sent;
    const auto send = [&](int count) {
        for (int i = 0; i < count; ++i) {
            auto submission = keyed_submission();
            auto answer = submit(*store, submission);
            sent.emplace_back(std::move(submission), std::move(answer));
        }
    };
    send(600);
    server.freeze();
    send(600);
    std::size_t stored = 0;
    std::size_t unsure = 0;
    std::vector<Submission> failed;
    for (auto& [submission, answer] : sent) {
        ASSERT_EQ(answer.wait_for(soon), std::future_status::ready);
        const auto result = answer.get();
        if (result) {
            ++stored;
            continue;
        }
        expect_unavailable(result);
        if (result.error().detail.find("not known") != std::string::npos) ++unsure;
        failed.push_back(submission);
    }
    EXPECT_FALSE(failed.empty());
    std::printf("  %zu stored, %zu not, of which %zu are not known\n", stored, failed.size(),
                unsure);
    server.thaw();
    while (!store->ready()) {
    }
    for (auto& submission : failed) {
        submission.id = Uuid::v7();
        submission.created_at = time_of(submission.id);
        EXPECT_TRUE(submit(*store, submission).get().has_value());
    }
    const auto counts = store->tag_counts();
    ASSERT_TRUE(counts.has_value());
    EXPECT_EQ(counts->at(0).drawings, 1200) << "each once, however often it was sent";
}

TEST(HangingCommit, IsSaidToBeUnknownAndItsKeyResolvesIt) {
    testing_support::Postgres server;
    const auto url = server.new_database();
    const auto store = open(url);
    server.sql(url,
               "CREATE FUNCTION hang() RETURNS trigger LANGUAGE plpgsql AS "
               "'BEGIN PERFORM pg_sleep(600); RETURN NULL; END'");
    server.sql(url,
               "CREATE CONSTRAINT TRIGGER hang AFTER INSERT ON drawing DEFERRABLE INITIALLY "
               "DEFERRED FOR EACH ROW EXECUTE FUNCTION hang()");
    for (const bool keyed : {false, true}) {
        auto submission = keyed ? keyed_submission() : fault_submission();
        const auto answer = in_time("submission", [&] { return submit(*store, submission).get(); });
        expect_unavailable(answer);
        EXPECT_THAT(answer.error().detail, HasSubstr("not known"));
        EXPECT_TRUE(store->list({}).has_value()) << "the server lives, and others are served";
        if (!keyed) continue;
        // This waits until the server has seen that nobody waits for the commit any more.
        server.sql(url, "DROP TRIGGER hang ON drawing");
        EXPECT_TRUE(submit(*store, submission).get().has_value());
    }
    EXPECT_EQ(store->tag_counts()->at(0).drawings, 1);
}

TEST(FrozenPostgres, StoppingEnds) {
    testing_support::Postgres server;
    const auto store = open(server.new_database());
    server.freeze();
    std::vector<std::future<Result<SubmitResult>>> waiting;
    for (int i = 0; i < 1000; ++i) waiting.push_back(submit(*store, fault_submission()));
    const auto stopped = in_time("stop", [&]() -> Result<void> {
        store->stop();
        return {};
    });
    EXPECT_TRUE(stopped.has_value());
    for (auto& answer : waiting) expect_unavailable(answer.get());
    server.thaw();
}

TEST(LockedPostgres, AStatementThatWaitsForALockIsGivenUpAndOthersGoOn) {
    testing_support::Postgres server;
    const auto url = server.new_database();
    const auto store = open(url);
    const std::unique_ptr<PGconn, void (*)(PGconn*)> other(PQconnectdb(url.c_str()), PQfinish);
    PQclear(PQexec(other.get(), "BEGIN; LOCK TABLE drawing IN ACCESS EXCLUSIVE MODE"));
    auto list = std::async(std::launch::async, [&] { return store->list({}); });
    while (list.wait_for(std::chrono::milliseconds(100)) != std::future_status::ready)
        ASSERT_TRUE(store->users().has_value());
    expect_unavailable(list.get());
    PQclear(PQexec(other.get(), "ROLLBACK"));
    EXPECT_TRUE(store->list({}).has_value());
}

TEST(LockedPostgres, AMigrationWaitsForAnother) {
    testing_support::Postgres server;
    const auto url = server.new_database();
    const auto store = open(url);
    const std::unique_ptr<PGconn, void (*)(PGconn*)> other(PQconnectdb(url.c_str()), PQfinish);
    PQclear(PQexec(other.get(), "SELECT pg_advisory_lock(x'63726f71756973'::bigint)"));
    auto migrated = std::async(std::launch::async, [&] { return store->migrate(); });
    EXPECT_EQ(migrated.wait_for(seconds(12)), std::future_status::timeout)
        << "longer than an ordinary statement may take";
    PQclear(PQexec(other.get(), "SELECT pg_advisory_unlock_all()"));
    EXPECT_TRUE(migrated.get().has_value());
}

TEST(ReadOnlyPostgres, IsNotReadyAndSaysSo) {
    testing_support::Postgres server;
    const auto url = server.new_database();
    const auto store = open(url);
    EXPECT_TRUE(store->ready().has_value());
    server.sql(url,
               "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only "
               "= on', current_database()); END $$");
    server.sql(server.url("postgres"),
               "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE "
               "application_name = 'croquis'");
    const auto answer = submit(*store, fault_submission()).get();
    expect_unavailable(answer);
    EXPECT_THAT(answer.error().detail, HasSubstr("read-only"));
    const auto ready = store->ready();
    expect_unavailable(ready);
    EXPECT_THAT(ready.error().detail, HasSubstr("read-only"));
    EXPECT_TRUE(store->list({}).has_value());
}

/// Lets this process write no file past `bytes`: what a quota does.
class SmallFiles {
  public:
    explicit SmallFiles(rlim_t bytes) {
        std::signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit small{bytes, before_.rlim_max};
        setrlimit(RLIMIT_FSIZE, &small);
    }
    ~SmallFiles() { setrlimit(RLIMIT_FSIZE, &before_); }
    SmallFiles(const SmallFiles&) = delete;
    SmallFiles& operator=(const SmallFiles&) = delete;

  private:
    rlimit before_{};
};

TEST(FullSqlite, SaysSoIsNotReadyAndGoesOnWhenThereIsRoom) {
    const testing_support::TempFolder folder;
    const auto store = open("sqlite:" + (folder.path() / "store.db").string());
    ASSERT_TRUE(submit(*store, fault_submission()).get().has_value());
    EXPECT_TRUE(store->ready().has_value());
    std::size_t stored = 1;
    {
        const SmallFiles limit(1'000'000);
        Result<SubmitResult> answer = submit(*store, fault_submission()).get();
        while (answer) {
            ++stored;
            answer = submit(*store, fault_submission()).get();
        }
        expect_unavailable(answer);
        EXPECT_THAT(answer.error().detail, HasSubstr("disk is full"));
        const auto ready = store->ready();
        expect_unavailable(ready);
        EXPECT_THAT(ready.error().detail, HasSubstr("disk is full"));
        EXPECT_TRUE(store->list({}).has_value()) << "reading goes on";
    }
    EXPECT_TRUE(submit(*store, fault_submission()).get().has_value());
    EXPECT_TRUE(store->ready().has_value());
    EXPECT_EQ(store->tag_counts()->at(0).drawings, static_cast<std::int64_t>(stored) + 1);
}

}  // namespace
}  // namespace croquis::store
