#include <fstream>
#include <set>

#include "contract/store/fixture.h"
#include "store/migrations.h"
#include "support/temp_folder.h"

namespace croquis::store {
namespace {

// --- migrations

class MigrationsContract : public StoreContract {
  protected:
    void SetUp() override {
        url_ = GetParam().fresh(keeper_);
        store_ = open_another();
        ASSERT_TRUE(store_);
    }
    void sql(const std::string& statement) { GetParam().sql(url_, statement); }
    std::span<const Migration> steps() const {
        return GetParam().name == "sqlite" ? sqlite_migrations() : postgres_migrations();
    }
};
INSTANTIATE_TEST_SUITE_P(Stores, MigrationsContract, testing::ValuesIn(kinds()), kind_name);

TEST_P(MigrationsContract, AreAppliedOnceInOrder) {
    EXPECT_EQ(*store_->schema_version(), 0);
    std::vector<std::string> names;
    for (const auto& step : steps()) names.emplace_back(step.name);
    const auto applied = store_->migrate();
    ASSERT_TRUE(succeeded(applied));
    EXPECT_EQ(*applied, names);
    EXPECT_EQ(*store_->schema_version(), steps().back().version);
    EXPECT_TRUE(store_->migrate()->empty());
    EXPECT_TRUE(open_another()->migrate()->empty());
}

TEST_P(MigrationsContract, ADatabaseNewerThanTheProgramIsRefused) {
    ASSERT_TRUE(succeeded(store_->migrate()));
    sql("INSERT INTO schema_migration (version, name, checksum, applied_at) VALUES (9999, "
        "'9999_later', 'x', " +
        sql_time(GetParam(), now()) + ")");
    EXPECT_TRUE(failed_with(store_->migrate(), ErrorKind::conflict));
    EXPECT_EQ(*store_->schema_version(), 9999);
}

TEST_P(MigrationsContract, AChangedStepIsRefused) {
    ASSERT_TRUE(succeeded(store_->migrate()));
    sql("UPDATE schema_migration SET checksum = 'another' WHERE version = 1");
    EXPECT_TRUE(failed_with(store_->migrate(), ErrorKind::conflict));
}

TEST_P(MigrationsContract, WithoutThemEverythingElseFailsCleanly) {
    EXPECT_TRUE(failed_with(submit(make_submission()), ErrorKind::internal));
    EXPECT_TRUE(failed_with(store_->list({}), ErrorKind::internal));
    EXPECT_TRUE(succeeded(store_->ping()));
}

// --- the store itself

class StoreItself : public StoreContract {};
INSTANTIATE_TEST_SUITE_P(Stores, StoreItself, testing::ValuesIn(kinds()), kind_name);

TEST_P(StoreItself, AnswersAPing) {
    EXPECT_TRUE(succeeded(store_->ping()));
}

TEST_P(StoreItself, CountsWhatItDoes) {
    stored(make_submission());
    const auto text = metrics_.text();
    EXPECT_THAT(text, testing::HasSubstr("croquis_store_batch_size_sum 1\n"));
    EXPECT_THAT(text, testing::HasSubstr("croquis_store_commit_seconds_count 1\n"));
    EXPECT_THAT(text, testing::HasSubstr("croquis_store_queue_length 0\n"));
}

TEST_P(StoreItself, ForgetsKeysOnlyAfterTheirTime) {
    const auto stored_with = [&](const std::string& key) {
        auto submission = make_submission();
        submission.idempotency_key = key;
        stored(submission);
        return submission.id;
    };
    stored_with("old");
    const auto first = stored_with("young");
    const auto age = [&](const std::string& key, std::chrono::hours old) {
        GetParam().sql(url_, "UPDATE idempotency_key SET created_at = " +
                                 sql_time(GetParam(), now() - old) + " WHERE key = '" + key + "'");
    };
    age("old", std::chrono::hours(49));
    age("young", std::chrono::hours(25));
    store_ = open_another();
    const auto again = [&](const std::string& key) {
        auto submission = make_submission();
        submission.idempotency_key = key;
        return submit(submission);
    };
    const auto young = again("young");
    ASSERT_TRUE(succeeded(young));
    EXPECT_TRUE(young->replayed);
    EXPECT_EQ(young->drawing.id, first);
    EXPECT_FALSE(again("old")->replayed);
}

/// Keeps a store's one writer busy, in the answer to a submission, until released.
class BusyWriter {
  public:
    explicit BusyWriter(Store& store) {
        store.submit(make_submission(), [this](const Result<SubmitResult>& answer) {
            EXPECT_TRUE(succeeded(answer));
            busy_.set_value();
            released_.get_future().wait();
        });
        busy_.get_future().wait();
    }
    void release() { released_.set_value(); }

  private:
    std::promise<void> busy_;
    std::promise<void> released_;
};

StoreOptions one_writer(std::size_t capacity) {
    StoreOptions options;
    options.writers = 1;
    options.queue_capacity = capacity;
    return options;
}

TEST_P(StoreItself, AFullQueueRefusesAndSaysWhenToRetry) {
    store_ = open_another(one_writer(3));
    BusyWriter writer(*store_);
    std::vector<std::future<Result<SubmitResult>>> waiting;
    for (int i = 0; i < 3; ++i) waiting.push_back(submit_async(make_submission()));
    auto refused = make_submission();
    refused.idempotency_key = "refused";
    const auto answer = submit(refused);
    EXPECT_TRUE(failed_with(answer, ErrorKind::unavailable));
    EXPECT_GT(answer.error().retry_after_s, 0);
    writer.release();
    for (auto& each : waiting) EXPECT_TRUE(succeeded(each.get()));
    EXPECT_TRUE(failed_with(store_->drawing(refused.id), ErrorKind::not_found));
    const auto retried = submit(refused);
    ASSERT_TRUE(succeeded(retried));
    EXPECT_FALSE(retried->replayed);
}

TEST_P(StoreItself, WhatWaitsTogetherSharesACommit) {
    auto options = one_writer(100);
    options.max_batch = 10;
    store_ = open_another(options);
    BusyWriter writer(*store_);
    std::vector<std::future<Result<SubmitResult>>> waiting;
    for (int i = 0; i < 25; ++i) waiting.push_back(submit_async(make_submission()));
    writer.release();
    for (auto& each : waiting) EXPECT_TRUE(succeeded(each.get()));
    store_->stop();
    // One alone, then 10, 10 and 5.
    EXPECT_THAT(metrics_.text(), testing::HasSubstr("croquis_store_batch_size_count 4\n"));
    EXPECT_THAT(metrics_.text(), testing::HasSubstr("croquis_store_batch_size_sum 26\n"));
}

TEST_P(StoreItself, OneKeyTwiceInABatchIsStoredOnce) {
    store_ = open_another(one_writer(100));
    BusyWriter writer(*store_);
    std::vector<std::future<Result<SubmitResult>>> waiting;
    std::vector<Uuid> ids;
    for (const char* digest : {"same", "same", "other", "same"}) {
        auto submission = make_submission();
        submission.idempotency_key = "key";
        submission.request_digest = sha256(as_bytes(digest));
        ids.push_back(submission.id);
        waiting.push_back(submit_async(std::move(submission)));
    }
    writer.release();
    const auto first = waiting[0].get();
    ASSERT_TRUE(succeeded(first));
    EXPECT_FALSE(first->replayed);
    EXPECT_TRUE(failed_with(waiting[2].get(), ErrorKind::conflict, "Idempotency-Key"));
    for (const std::size_t i : {1u, 3u}) {
        const auto replay = waiting[i].get();
        ASSERT_TRUE(succeeded(replay));
        EXPECT_TRUE(replay->replayed);
        EXPECT_EQ(replay->drawing.id, ids[0]);
    }
    EXPECT_EQ(store_->list({})->drawings.size(), 2u);
}

TEST_P(StoreItself, OneKeyWithOneIdTwiceInABatchIsStoredOnce) {
    store_ = open_another(one_writer(100));
    BusyWriter writer(*store_);
    auto submission = make_submission();
    submission.idempotency_key = "key";
    auto first = submit_async(submission);
    auto second = submit_async(submission);
    writer.release();
    EXPECT_FALSE(first.get().value().replayed);
    EXPECT_TRUE(second.get().value().replayed);
}

TEST_P(StoreItself, StopAnswersWhatWaitsAndRefusesTheRest) {
    store_ = open_another(one_writer(100));
    BusyWriter writer(*store_);
    std::vector<std::future<Result<SubmitResult>>> waiting;
    for (int i = 0; i < 5; ++i) waiting.push_back(submit_async(make_submission()));
    auto stopped = std::async(std::launch::async, [&] { store_->stop(); });
    // stop() takes effect at some moment; from then on nothing is taken.
    for (;;) {
        auto late = submit_async(make_submission());
        if (late.wait_for(std::chrono::milliseconds(1)) == std::future_status::ready) {
            EXPECT_TRUE(failed_with(late.get(), ErrorKind::unavailable));
            break;
        }
        waiting.push_back(std::move(late));
    }
    writer.release();
    stopped.get();
    for (auto& each : waiting) EXPECT_TRUE(succeeded(each.get()));
    EXPECT_EQ(store_->list({})->drawings.size(), waiting.size() + 1);
    store_->stop();
    EXPECT_TRUE(failed_with(submit(make_submission()), ErrorKind::unavailable));
}

// --- opening

class OpenStore : public testing::Test {
  protected:
    Result<std::unique_ptr<Store>> open(const std::string& url) {
        return open_store(url, {}, metrics_);
    }
    Metrics metrics_;
    testing_support::TempFolder folder_;
};

TEST_F(OpenStore, RefusesUrlsThatNameNoStore) {
    for (const char* url :
         {"", "mysql://localhost/x", "croquis.db", "sqlite:", "sqlite::memory:", "SQLITE:x.db",
          "postgresql://u@h:port/db", "postgresql://u@h/db?no_such_option=1",
          "postgresql://u@h/db?croquis_prepared=maybe"})
        EXPECT_TRUE(failed_with(open(url), ErrorKind::invalid, "store")) << url;
}

TEST_F(OpenStore, SaysWhyAFileCannotBeOpened) {
    const auto missing = (folder_.path() / "none" / "store.db").string();
    const auto opened = open("sqlite:" + missing);
    ASSERT_TRUE(failed_with(opened, ErrorKind::unavailable));
    EXPECT_THAT(opened.error().detail, testing::HasSubstr(missing));
}

TEST_F(OpenStore, RefusesAFileThatIsNoDatabase) {
    const auto path = folder_.path() / "notes.txt";
    std::ofstream(path) << std::string(5000, 'x');
    EXPECT_TRUE(failed_with(open("sqlite:" + path.string()), ErrorKind::invalid));
}

TEST_F(OpenStore, AServerThatIsNotThereIsUnavailableAndThePasswordStaysSecret) {
    for (const std::string& url :
         {"postgresql://u:hunter2@/db?host=" + folder_.path().string(),
          std::string("postgresql://u:hunter2@127.0.0.1:1/db?connect_timeout=1")}) {
        const auto opened = open(url);
        ASSERT_TRUE(failed_with(opened, ErrorKind::unavailable)) << url;
        EXPECT_THAT(opened.error().detail, testing::Not(testing::HasSubstr("hunter2")));
    }
    const auto malformed = open("postgresql://u:hunter%0@h/db");
    EXPECT_TRUE(failed_with(malformed, ErrorKind::invalid));
    EXPECT_THAT(malformed.error().detail, testing::Not(testing::HasSubstr("hunter")));
}

// --- the choice of steps

TEST(PendingMigrations, AreThoseNotTakenYet) {
    const std::vector<Migration> known{{1, "0001_a", "A"}, {2, "0002_b", "B"}, {3, "0003_c", "C"}};
    const std::vector<AppliedMigration> applied{{1, checksum(known[0])}, {3, checksum(known[2])}};
    const auto pending = pending_migrations(known, applied);
    ASSERT_TRUE(succeeded(pending));
    ASSERT_EQ(pending->size(), 1u);
    EXPECT_EQ(pending->front().name, "0002_b");
}

TEST(PendingMigrations, AStepThatArrivesAfterALaterOneIsTaken) {
    const std::vector<Migration> known{{1, "a", "A"}, {2, "b", "B"}, {4, "d", "D"}};
    const std::vector<AppliedMigration> applied{{1, checksum(known[0])}, {4, checksum(known[2])}};
    const auto pending = pending_migrations(known, applied);
    ASSERT_TRUE(succeeded(pending));
    ASSERT_EQ(pending->size(), 1u);
    EXPECT_EQ(pending->front().version, 2);
}

TEST(PendingMigrations, EveryEmbeddedStepHasANumberOfItsOwnAndAText) {
    for (const auto& steps : {sqlite_migrations(), postgres_migrations()}) {
        ASSERT_FALSE(steps.empty());
        int last = 0;
        for (const auto& step : steps) {
            EXPECT_GT(step.version, last) << step.name;
            EXPECT_THAT(std::string(step.sql), testing::ContainsRegex("CREATE|ALTER")) << step.name;
            last = step.version;
        }
    }
}

}  // namespace
}  // namespace croquis::store
