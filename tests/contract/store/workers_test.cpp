#include "contract/store/fixture.h"

namespace croquis::store {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class WorkersContract : public StoreContract {
  protected:
    Worker worker_of(const std::string& name = "here:1") {
        Worker worker;
        worker.id = Uuid::v7();
        worker.name = name;
        worker.process = WorkerProcess::server;
        worker.version = "1.2.3";
        worker.kinds = {"import", "teach"};
        worker.since = worker.seen_at = start_;
        worker.expires_at = start_ + 15s;
        return worker;
    }
    Worker started(const std::string& name = "here:1") {
        auto worker = worker_of(name);
        EXPECT_TRUE(succeeded(store_->renew_worker(worker)));
        return worker;
    }
    void renew(Worker& worker, Timestamp at) {
        worker.seen_at = at;
        worker.expires_at = at + 15s;
        EXPECT_TRUE(succeeded(store_->renew_worker(worker)));
    }
    std::vector<std::string> names(Timestamp at) {
        const auto workers = store_->workers(at);
        EXPECT_TRUE(succeeded(workers));
        std::vector<std::string> names;
        if (!workers) return names;
        for (const auto& worker : *workers) names.push_back(worker.name);
        return names;
    }
    Uuid queue(const std::string& kind) {
        Job job;
        job.id = Uuid::v7();
        job.kind = kind;
        job.created_at = job.due_at = start_;
        EXPECT_TRUE(succeeded(store_->add_job(job, OpenAtOnce::any)));
        return job.id;
    }
    void claim(const std::string& kind, const std::string& owner) {
        const auto taken = store_->claim_job({kind}, {owner, start_ + 10s}, start_);
        ASSERT_TRUE(taken && *taken);
    }

    static inline const Timestamp start_ = now();
};
INSTANTIATE_TEST_SUITE_P(Stores, WorkersContract, testing::ValuesIn(kinds()), kind_name);

TEST_P(WorkersContract, IsThereAsItSaid) {
    const auto said = started();
    const auto workers = store_->workers(start_);
    ASSERT_TRUE(succeeded(workers));
    ASSERT_EQ(workers->size(), 1U);
    const auto& read = workers->front();
    EXPECT_EQ(read.id, said.id);
    EXPECT_EQ(read.name, "here:1");
    EXPECT_EQ(read.process, WorkerProcess::server);
    EXPECT_EQ(read.version, "1.2.3");
    EXPECT_THAT(read.kinds, ElementsAre("import", "teach"));
    EXPECT_EQ(read.since, start_);
    EXPECT_EQ(read.seen_at, start_);
    EXPECT_EQ(read.expires_at, start_ + 15s);
    EXPECT_THAT(read.jobs, IsEmpty());
}

TEST_P(WorkersContract, IsThereForAsLongAsItSaysSo) {
    auto first = started("first:1");
    started("second:1");
    EXPECT_THAT(names(start_ + 14s), ElementsAre("first:1", "second:1"));
    renew(first, start_ + 5s);
    EXPECT_THAT(names(start_ + 15s), ElementsAre("first:1"));
    EXPECT_EQ(store_->workers(start_ + 15s)->front().seen_at, start_ + 5s);
    EXPECT_EQ(store_->workers(start_ + 15s)->front().since, start_);
    EXPECT_THAT(names(start_ + 20s), IsEmpty());
    // It was only slow.
    renew(first, start_ + 30s);
    EXPECT_THAT(names(start_ + 31s), ElementsAre("first:1"));
}

TEST_P(WorkersContract, IsGoneWhereItEnds) {
    const auto first = started("first:1");
    started("second:1");
    ASSERT_TRUE(succeeded(store_->remove_worker(first.id)));
    EXPECT_THAT(names(start_), ElementsAre("second:1"));
    EXPECT_TRUE(succeeded(store_->remove_worker(first.id)));
}

TEST_P(WorkersContract, OneThatIsSilentForLongIsForgotten) {
    started("dead:1");
    auto other = started("alive:1");
    renew(other, start_ + 15s + silent_workers_last);
    EXPECT_THAT(names(start_), ElementsAre("dead:1", "alive:1"));
    renew(other, start_ + 16s + silent_workers_last);
    EXPECT_THAT(names(start_), ElementsAre("alive:1"));
    // Itself it does not forget, however long it slept.
    renew(other, start_ + 24h);
    EXPECT_THAT(names(start_ + 24h), ElementsAre("alive:1"));
}

TEST_P(WorkersContract, IsAtTheJobsWhoseLeasesAreItsOwn) {
    const auto first = started("first:1");
    started("second:1");
    const auto teaching = queue("teach");
    const auto importing = queue("import");
    queue("retag");
    claim("teach", to_string(first.id));
    claim("import", to_string(first.id));
    claim("retag", "somebody");
    const auto workers = store_->workers(start_ + 9s);
    ASSERT_TRUE(succeeded(workers));
    ASSERT_EQ(workers->size(), 2U);
    ASSERT_EQ(workers->front().jobs.size(), 2U);
    EXPECT_EQ(workers->front().jobs[0].id, teaching);
    EXPECT_EQ(workers->front().jobs[0].kind, "teach");
    EXPECT_EQ(workers->front().jobs[0].project_slug, "shapes");
    EXPECT_EQ(workers->front().jobs[1].id, importing);
    EXPECT_THAT(workers->back().jobs, IsEmpty());
    // The leases have run out.
    EXPECT_THAT(store_->workers(start_ + 10s)->front().jobs, IsEmpty());
    ASSERT_TRUE(succeeded(store_->finish_job(teaching, to_string(first.id), {}, start_)));
    EXPECT_EQ(store_->workers(start_ + 9s)->front().jobs.size(), 1U);
}

}  // namespace
}  // namespace croquis::store
