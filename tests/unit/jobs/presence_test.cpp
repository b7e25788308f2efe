#include "jobs/presence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <optional>
#include <thread>
#include <vector>

#include "core/mutex.h"

namespace croquis::jobs {
namespace {

using namespace std::chrono_literals;

/// Remembers what it was told.
class FakeWorkers final : public store::WorkerStore {
  public:
    Result<void> renew_worker(const store::Worker& worker) override {
        const MutexLock lock(mutex_);
        if (away_) return Error{ErrorKind::unavailable, "The store is away."};
        there_ = worker;
        ++renewals_;
        return {};
    }
    Result<void> remove_worker(const Uuid& id) override {
        const MutexLock lock(mutex_);
        if (there_ && there_->id == id) there_.reset();
        return {};
    }
    Result<std::vector<store::Worker>> workers(Timestamp) override {
        const MutexLock lock(mutex_);
        if (!there_) return std::vector<store::Worker>();
        return std::vector<store::Worker>{*there_};
    }

    void set_away(bool away) {
        const MutexLock lock(mutex_);
        away_ = away;
    }
    int renewals() {
        const MutexLock lock(mutex_);
        return renewals_;
    }

  private:
    Mutex mutex_;
    std::optional<store::Worker> there_ CROQUIS_GUARDED_BY(mutex_);
    int renewals_ CROQUIS_GUARDED_BY(mutex_) = 0;
    bool away_ CROQUIS_GUARDED_BY(mutex_) = false;
};

class PresenceTest : public testing::Test {
  protected:
    static store::Worker self() {
        store::Worker worker;
        worker.id = Uuid::v7();
        worker.name = name_of_process();
        worker.kinds = {"teach"};
        return worker;
    }
    void await_renewals(int more) {
        const int enough = workers_.renewals() + more;
        while (workers_.renewals() < enough) std::this_thread::sleep_for(1ms);
    }
    store::Worker seen() { return workers_.workers(now())->at(0); }

    FakeWorkers workers_;
    const PresenceOptions quick_{2ms, 10s};
};

TEST_F(PresenceTest, IsKnownAtOnceAndSaysSoUntilItStops) {
    const auto before = now();
    Presence presence(workers_, self(), quick_);
    const auto first = seen();
    EXPECT_GE(first.since, before);
    EXPECT_EQ(first.expires_at, first.seen_at + 10s);
    await_renewals(3);
    EXPECT_GT(seen().seen_at, first.seen_at);
    EXPECT_EQ(seen().since, first.since);
    presence.stop();
    EXPECT_TRUE(workers_.workers(now())->empty());
    presence.stop();
}

TEST_F(PresenceTest, IsTakenOffTheListWhereItGoes) {
    { const Presence presence(workers_, self()); }
    EXPECT_EQ(workers_.renewals(), 1);
    EXPECT_TRUE(workers_.workers(now())->empty());
}

TEST_F(PresenceTest, GoesOnWhereTheStoreWasAway) {
    workers_.set_away(true);
    Presence presence(workers_, self(), quick_);
    EXPECT_EQ(workers_.renewals(), 0);
    std::this_thread::sleep_for(10ms);
    workers_.set_away(false);
    await_renewals(1);
    EXPECT_EQ(workers_.workers(now())->size(), 1U);
}

TEST_F(PresenceTest, IsCalledByMachineAndNumber) {
    EXPECT_THAT(name_of_process(), testing::MatchesRegex(".+:" + std::to_string(getpid())));
}

}  // namespace
}  // namespace croquis::jobs
