#include "service/jobs/waiting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/jobs/job_kinds.h"
#include "store/store.h"
#include "support/temp_folder.h"

namespace croquis::service {
namespace {

using namespace std::chrono_literals;
using store::JobState;
using testing::Contains;
using testing::HasSubstr;

class WaitingTest : public testing::Test {
  protected:
    void SetUp() override { ASSERT_TRUE(store_->migrate()); }

    Uuid queue(const std::string& kind) {
        store::Job job;
        job.id = Uuid::v7();
        job.kind = kind;
        job.created_at = job.due_at = queued_;
        EXPECT_TRUE(store_->add_job(job, store::OpenAtOnce::any));
        return job.id;
    }
    void claim(const std::string& kind, Timestamp until, const std::string& by = "somebody") {
        const auto job = store_->claim_job({kind}, {by, until}, now());
        ASSERT_TRUE(job && *job);
    }
    /// A process that does these kinds of jobs, and is there for an hour; its leases' owner.
    std::string start(std::vector<std::string> kinds) {
        store::Worker worker;
        worker.id = Uuid::v7();
        worker.name = "here:1";
        worker.kinds = std::move(kinds);
        worker.since = worker.seen_at = now();
        worker.expires_at = now() + 1h;
        EXPECT_TRUE(store_->renew_worker(worker));
        return to_string(worker.id);
    }
    JobView seen(const Uuid& id) { return find_job(*store_, id).value(); }
    WaitsFor waits_for(const Uuid& id) { return seen(id).waiting.value().waits_for; }

    testing_support::TempFolder folder_;
    Metrics metrics_;
    std::unique_ptr<store::Store> store_ =
        store::open_store("sqlite:" + (folder_.path() / "croquis.db").string(), {}, metrics_)
            .value();
    const Timestamp queued_ = now() - 1h;
};

TEST_F(WaitingTest, IsForWhoeverDoesSuchJobs) {
    start({"teach", "import"});
    const auto id = queue("train");
    const auto left = seen(id);
    ASSERT_TRUE(left.waiting);
    EXPECT_EQ(left.waiting->waits_for, WaitsFor::worker);
    EXPECT_EQ(left.waiting->since, queued_);
    EXPECT_EQ(reason(left),
              "No server or worker that is running does such jobs. It waits for a server or a "
              "worker that has croquis-train (croquis worker --train-program FILE).");
    const auto able = start({"teach", "train"});
    EXPECT_EQ(waits_for(id), WaitsFor::claim);
    ASSERT_TRUE(store_->remove_worker(*Uuid::parse(able)));
    EXPECT_EQ(waits_for(id), WaitsFor::worker);
}

TEST_F(WaitingTest, IsForCroquisTrainToTrainAgainToo) {
    start({teach_kind, import_kind});
    EXPECT_THAT(reason(seen(queue(retrain_kind))), HasSubstr("--train-program"));
    EXPECT_THAT(job_kinds, Contains(std::string_view(retrain_kind)));
}

TEST_F(WaitingTest, IsForItsTurnWhileAllWhoDoSuchJobsAreAtWork) {
    const auto first = start({"teach", "retag", "import"});
    queue("retag");
    claim("retag", now() + 1h, first);
    // One thread does both, and another one imports.
    const auto teaching = queue("teach");
    EXPECT_EQ(waits_for(teaching), WaitsFor::turn);
    EXPECT_EQ(waits_for(queue("import")), WaitsFor::claim);
    EXPECT_EQ(waits_for(queue("train")), WaitsFor::worker);
    start({"teach", "retag"});
    EXPECT_EQ(waits_for(teaching), WaitsFor::claim);
}

TEST_F(WaitingTest, IsForItsTurnWhereSomebodyUnknownIsAtSuchJobs) {
    queue("retag");
    claim("retag", now() + 1h);
    EXPECT_EQ(waits_for(queue("teach")), WaitsFor::turn);
    EXPECT_EQ(waits_for(queue("train")), WaitsFor::worker);
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
    EXPECT_THAT(reason(left), HasSubstr("has fallen silent"));
    // Nobody need be asked.
    EXPECT_EQ(cancel_job(*store_, id)->state, JobState::cancelled);
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
    EXPECT_EQ(reason(seen(id)), "");
    ASSERT_TRUE(store_->finish_job(id, "somebody", {}, now()));
    const auto all = list_jobs(*store_, 200, std::nullopt);
    ASSERT_TRUE(all);
    ASSERT_EQ(all->size(), 1U);
    EXPECT_FALSE(all->front().waiting);
}

TEST_F(WaitingTest, IsCancelledByWhoQueuedItOrAnAdmin) {
    const identity::Principal marie{Uuid::v7(), "marie", identity::Role::annotator, {}};
    const identity::Principal paul{Uuid::v7(), "paul", identity::Role::annotator, {}};
    const identity::Principal ada{Uuid::v7(), "ada", identity::Role::admin, {}};
    store::Job job;
    job.id = Uuid::v7();
    job.kind = "import";
    job.created_by = store::Author{marie.user, marie.name};
    ASSERT_TRUE(store_->add_job(job, store::OpenAtOnce::any));
    const auto refused = cancel_job(*store_, job.id, paul);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::forbidden);
    // Whose it is, nobody is told by a job that is not there.
    EXPECT_EQ(cancel_job(*store_, Uuid::v7(), marie).error().kind, ErrorKind::forbidden);
    EXPECT_EQ(cancel_job(*store_, Uuid::v7(), ada).error().kind, ErrorKind::not_found);
    EXPECT_EQ(cancel_job(*store_, job.id, marie).value().state, JobState::cancelled);
    const auto operators = queue("import");
    EXPECT_EQ(cancel_job(*store_, operators, marie).error().kind, ErrorKind::forbidden);
    EXPECT_EQ(cancel_job(*store_, operators, ada).value().state, JobState::cancelled);
}

}  // namespace
}  // namespace croquis::service
