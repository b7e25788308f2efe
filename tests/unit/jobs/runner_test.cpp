#include "jobs/runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "store/store.h"
#include "support/temp_folder.h"

namespace croquis::jobs {
namespace {

using namespace std::chrono_literals;
using store::JobState;

class RunnerTest : public testing::Test {
  protected:
    void SetUp() override { ASSERT_TRUE(store_->migrate()); }

    Uuid queue(const std::string& kind) {
        store::Job job;
        job.id = Uuid::v7();
        job.kind = kind;
        job.created_at = job.due_at = now();
        EXPECT_TRUE(store_->add_job(job, store::OpenAtOnce::any));
        return job.id;
    }
    /// Waits for what must come; the test's own limit is what ends a wait for what does not.
    store::Job ended(const Uuid& id) {
        for (;;) {
            auto job = store_->job(id).value();
            if (job.state != JobState::queued && job.state != JobState::running) return job;
            std::this_thread::sleep_for(5ms);
        }
    }
    void await_state(const Uuid& id, JobState state) {
        while (store_->job(id)->state != state) std::this_thread::sleep_for(5ms);
    }

    testing_support::TempFolder folder_;
    Metrics metrics_;
    std::unique_ptr<store::Store> store_ =
        store::open_store("sqlite:" + (folder_.path() / "croquis.db").string(), {}, metrics_)
            .value();
    const RunnerOptions quick_{5ms, 5ms, 2s};
};

Result<std::string> until_stopped(Task& task) {
    task.progress(0.5);
    while (!task.is_stopped()) std::this_thread::sleep_for(1ms);
    return Error{ErrorKind::unavailable, "It was stopped."};
}

TEST_F(RunnerTest, DoesWhatIsQueuedAndKeepsTheResult) {
    const Work work = [](Task& task) -> Result<std::string> {
        return "{\"kind\":\"" + task.job().kind + "\"}";
    };
    Runner runner(*store_, {{"a", work}}, quick_);
    const auto job = ended(queue("a"));
    EXPECT_EQ(job.state, JobState::succeeded);
    EXPECT_EQ(job.result, R"({"kind":"a"})");
    EXPECT_EQ(job.attempts, 1);
}

TEST_F(RunnerTest, KeepsWhatWasToldLast) {
    const Work tells = [](Task& task) -> Result<std::string> {
        task.tell(R"({"step":1})");
        task.tell(R"({"step":2})");
        return "{}";
    };
    const Work fails = [](Task& task) -> Result<std::string> {
        task.tell(R"({"step":3})");
        return Error{ErrorKind::invalid, "There is too little."};
    };
    const RunnerOptions hardly_renewing{5ms, 10s, 60s};
    Runner runner(*store_, {{"tells", tells}, {"fails", fails}}, hardly_renewing);
    EXPECT_EQ(ended(queue("tells")).detail, R"({"step":2})");
    EXPECT_EQ(ended(queue("fails")).detail, R"({"step":3})");
}

TEST_F(RunnerTest, SaysWhyWorkFailed) {
    const Work fails = [](Task&) -> Result<std::string> {
        return Error{ErrorKind::invalid, "There is too little."};
    };
    const Work throws = [](Task&) -> Result<std::string> { throw std::runtime_error("secret"); };
    Runner runner(*store_, {{"fails", fails}, {"throws", throws}}, quick_);
    const auto failed = ended(queue("fails"));
    EXPECT_EQ(failed.state, JobState::failed);
    EXPECT_EQ(failed.error, "There is too little.");
    const auto thrown = ended(queue("throws"));
    EXPECT_EQ(thrown.state, JobState::failed);
    EXPECT_EQ(thrown.error->find("secret"), std::string::npos);
}

TEST_F(RunnerTest, BeginsAgainWhatTheStoreKeptFromItsEnd) {
    std::atomic<int> runs{0};
    std::atomic<int> tidied{0};
    const Work recovers = [&](Task&) -> Result<std::string> {
        if (++runs == 1) return Error{ErrorKind::unavailable, "The store is away.", {}, 1};
        return std::string("{}");
    };
    const Work never = [&](Task&) -> Result<std::string> {
        return Error{ErrorKind::unavailable, "The store is away.", {}, 1};
    };
    const Work hopeless = [&](Task&) -> Result<std::string> {
        return Error{ErrorKind::unavailable, "The file is elsewhere."};
    };
    RunnerOptions brief{5ms, 5ms, 100ms};
    brief.on_ended = [&](const store::Job&) { ++tidied; };
    Runner runner(*store_, {{"recovers", recovers}, {"never", never}, {"hopeless", hopeless}},
                  brief);
    const auto recovered = ended(queue("recovers"));
    EXPECT_EQ(recovered.state, JobState::succeeded);
    EXPECT_EQ(recovered.attempts, 2);
    const auto failed = ended(queue("never"));
    EXPECT_EQ(failed.state, JobState::failed);
    EXPECT_EQ(failed.error, "The store is away.");
    EXPECT_EQ(failed.attempts, store::most_job_attempts);
    const auto once = ended(queue("hopeless"));
    EXPECT_EQ(once.state, JobState::failed);
    EXPECT_EQ(once.attempts, 1);
    runner.stop();
    // What a job leaves is tidied up at its end alone: an upload is still there when it goes on.
    EXPECT_EQ(tidied, 3);
}

TEST_F(RunnerTest, LeavesAloneWhatItDoesNotKnow) {
    const Work fails = [](Task&) -> Result<std::string> {
        return Error{ErrorKind::invalid, "There is too little."};
    };
    Runner runner(*store_, {{"fails", fails}}, quick_);
    const auto other = queue("other");
    EXPECT_EQ(ended(queue("fails")).state, JobState::failed);
    EXPECT_EQ(store_->job(other)->state, JobState::queued);
}

TEST_F(RunnerTest, CancellingStopsTheWork) {
    Runner runner(*store_, {{"long", until_stopped}}, quick_);
    const auto id = queue("long");
    while (store_->job(id)->progress < 0.5F) std::this_thread::sleep_for(5ms);
    ASSERT_TRUE(store_->cancel_job(id, now()));
    EXPECT_EQ(ended(id).state, JobState::cancelled);
}

TEST_F(RunnerTest, StoppingHandsTheJobToTheNext) {
    const auto id = queue("long");
    {
        Runner runner(*store_, {{"long", until_stopped}}, quick_);
        await_state(id, JobState::running);
    }
    const auto left = store_->job(id).value();
    EXPECT_EQ(left.state, JobState::queued);
    EXPECT_EQ(left.attempts, 0);
    EXPECT_FALSE(left.finished_at);
    const Work work = [](Task&) -> Result<std::string> { return std::string("{}"); };
    Runner next(*store_, {{"long", work}}, quick_);
    EXPECT_EQ(ended(id).state, JobState::succeeded);
}

TEST_F(RunnerTest, TakesOverWhatADeadProcessLeft) {
    const auto id = queue("a");
    const auto dead = store_->claim_job({"a"}, {"dead", now() + 50ms}, now());
    ASSERT_TRUE(dead && *dead);
    std::atomic<int> runs{0};
    const Work work = [&](Task&) -> Result<std::string> {
        ++runs;
        return std::string("{}");
    };
    Runner first(*store_, {{"a", work}}, quick_);
    Runner second(*store_, {{"a", work}}, quick_);
    EXPECT_EQ(ended(id).attempts, 2);
    first.stop();
    second.stop();
    EXPECT_EQ(runs, 1);
}

TEST_F(RunnerTest, LeavesWhatItDoesNotKnowToOthersAndTellsOfWhatEnded) {
    const auto unknown = queue("other");
    const auto known = queue("a");
    std::promise<Uuid> told;
    RunnerOptions options = quick_;
    options.on_ended = [&](const store::Job& job) { told.set_value(job.id); };
    const Work work = [](Task&) -> Result<std::string> { return std::string("{}"); };
    Runner runner(*store_, {{"a", work}}, options);
    EXPECT_EQ(told.get_future().get(), known);
    EXPECT_EQ(store_->job(known)->state, JobState::succeeded);
    runner.stop();
    EXPECT_EQ(store_->job(unknown)->state, JobState::queued);
}

TEST_F(RunnerTest, StopsWhatAnotherHasTaken) {
    const auto id = queue("long");
    std::promise<void> stopped;
    const Work work = [&](Task& task) {
        auto result = until_stopped(task);
        stopped.set_value();
        return result;
    };
    Runner runner(*store_, {{"long", work}}, quick_);
    await_state(id, JobState::running);
    // As a process sees it whose clock is far ahead.
    const auto taken = store_->claim_job({"long"}, {"other", now() + 2h}, now() + 1h);
    ASSERT_TRUE(taken && *taken);
    stopped.get_future().wait();
    runner.stop();
    EXPECT_EQ(store_->job(id)->state, JobState::running);
}

TEST_F(RunnerTest, CountsWhatItDoesByKindAndOutcome) {
    Metrics counted;
    auto options = quick_;
    options.metrics = &counted;
    const Work fails = [](Task&) -> Result<std::string> {
        return Error{ErrorKind::invalid, "There is too little."};
    };
    const Work work = [](Task&) -> Result<std::string> { return std::string("{}"); };
    {
        Runner runner(*store_, {{"does", work}, {"fails", fails}, {"long", until_stopped}},
                      options);
        ended(queue("fails"));
        ended(queue("does"));
        ended(queue("does"));
        const auto cancelled = queue("long");
        await_state(cancelled, JobState::running);
        ASSERT_TRUE(store_->cancel_job(cancelled, now()));
        ended(cancelled);
        const auto left = queue("long");
        while (store_->job(left)->progress < 0.5F) std::this_thread::sleep_for(5ms);
        EXPECT_THAT(counted.text(), testing::HasSubstr("croquis_jobs_running{kind=\"long\"} 1"));
    }
    const auto text = counted.text();
    const auto has = [&](const std::string& kind, const std::string& outcome, int count) {
        EXPECT_THAT(text,
                    testing::HasSubstr("croquis_jobs_ended_total{kind=\"" + kind + "\",outcome=\"" +
                                       outcome + "\"} " + std::to_string(count) + "\n"));
    };
    has("does", "succeeded", 2);
    has("does", "failed", 0);
    has("fails", "failed", 1);
    has("long", "cancelled", 1);
    has("long", "handed_back", 1);
    EXPECT_THAT(text, testing::HasSubstr("croquis_job_seconds_count{kind=\"does\"} 2"));
    EXPECT_THAT(text, testing::HasSubstr("croquis_jobs_running{kind=\"long\"} 0"));
}

}  // namespace
}  // namespace croquis::jobs
