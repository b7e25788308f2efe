#include "service/waiting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/store.h"
#include "support/temp_folder.h"

namespace croquis::service {
namespace {

using namespace std::chrono_literals;
using store::JobState;
using testing::HasSubstr;

class WaitingTest : public testing::Test {
  protected:
    void SetUp() override { ASSERT_TRUE(store_->migrate()); }

    Uuid queue(const std::string& kind) {
        store::Job job;
        job.id = Uuid::v7();
        job.kind = kind;
        job.created_at = job.due_at = queued_;
        EXPECT_TRUE(store_->add_job(job, false));
        return job.id;
    }
    void claim(const std::string& kind, Timestamp until) {
        const auto job = store_->claim_job({kind}, {"somebody", until}, now());
        ASSERT_TRUE(job && *job);
    }
    JobView seen(const Uuid& id, const KindsDone& here = {}) {
        return find_job(*store_, here, id).value();
    }

    testing_support::TempFolder folder_;
    Metrics metrics_;
    std::unique_ptr<store::Store> store_ =
        store::open_store("sqlite:" + (folder_.path() / "croquis.db").string(), {}, metrics_)
            .value();
    const Timestamp queued_ = now() - 1h;
};

TEST_F(WaitingTest, IsForWhoeverDoesSuchJobs) {
    const auto id = queue("train");
    const auto elsewhere = seen(id, {"teach", "import"});
    ASSERT_TRUE(elsewhere.waiting);
    EXPECT_EQ(elsewhere.waiting->waits_for, WaitsFor::worker);
    EXPECT_EQ(elsewhere.waiting->since, queued_);
    EXPECT_THAT(reason(elsewhere, "This server"),
                HasSubstr("This server does no such jobs, and nobody has claimed it. It waits for "
                          "a server or a worker that has croquis-train"));
    EXPECT_EQ(seen(id, {"train"}).waiting->waits_for, WaitsFor::server);
}

TEST_F(WaitingTest, IsForItsTurnWhileOthersAreAtWork) {
    queue("retag");
    claim("retag", now() + 1h);
    // One thread does both.
    EXPECT_EQ(seen(queue("teach"), {"teach", "retag"}).waiting->waits_for, WaitsFor::turn);
    EXPECT_EQ(seen(queue("teach")).waiting->waits_for, WaitsFor::turn);
    EXPECT_EQ(seen(queue("train")).waiting->waits_for, WaitsFor::worker);
}

TEST_F(WaitingTest, IsAlsoThatOfOneWhoseWorkerFellSilent) {
    const auto id = queue("train");
    const auto until = now() - 1s;
    claim("train", until);
    const auto left = seen(id);
    EXPECT_EQ(left.state, JobState::running);
    ASSERT_TRUE(left.waiting);
    EXPECT_EQ(left.waiting->waits_for, WaitsFor::worker);
    EXPECT_EQ(left.waiting->since, until);
    EXPECT_THAT(reason(left, "This server"), HasSubstr("has fallen silent"));
    // Nobody need be asked.
    EXPECT_EQ(cancel_job(*store_, {}, id)->state, JobState::cancelled);
}

TEST_F(WaitingTest, SinceWhenIsUnknownOfOneThatWasHandedBack) {
    const auto id = queue("train");
    claim("train", now() + 1h);
    ASSERT_TRUE(store_->finish_job(id, "somebody", {JobState::queued, {}, {}}, now()));
    const auto left = seen(id);
    ASSERT_TRUE(left.waiting);
    EXPECT_FALSE(left.waiting->since);
}

TEST_F(WaitingTest, IsNotThatOfOneAtWorkOrEnded) {
    const auto id = queue("train");
    claim("train", now() + 1h);
    EXPECT_FALSE(seen(id).waiting);
    EXPECT_EQ(reason(seen(id), "This server"), "");
    ASSERT_TRUE(store_->finish_job(id, "somebody", {}, now()));
    const auto all = list_jobs(*store_, {}, 200, std::nullopt);
    ASSERT_TRUE(all);
    ASSERT_EQ(all->size(), 1U);
    EXPECT_FALSE(all->front().waiting);
}

}  // namespace
}  // namespace croquis::service
