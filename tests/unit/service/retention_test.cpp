// Old drawings are deleted by a clock that the test moves.
#include "service/drawings/retention.h"

#include <gtest/gtest.h>

#include <future>

#include "core/metrics.h"
#include "store/store.h"
#include "support/temp_folder.h"

namespace croquis::service {
namespace {

class RetentionTest : public testing::Test {
  protected:
    RetentionTest() {
        store_ = store::open_store("sqlite:" + (folder_.path() / "store.db").string(), {}, metrics_)
                     .value();
        EXPECT_TRUE(store_->migrate().has_value());
        RetentionOptions options;
        options.at_once = 2;
        options.rest = std::chrono::milliseconds(0);
        options.clock = [this] { return time_; };
        options.steady = [this] { return steady_; };
        retention_ = std::make_unique<Retention>(*store_, options);
    }

    void pass(std::chrono::hours time) {
        time_ += time;
        steady_ += time;
    }
    void keep(std::optional<int> days, const std::string& slug = "shapes") {
        store::ProjectChange change;
        change.retention_days = days;
        ASSERT_TRUE(store_->change_project(slug, change).has_value());
    }
    Uuid submit(int project = store::shapes_project) {
        store::Submission submission;
        submission.id = Uuid::v7();
        submission.created_at = now();
        submission.image = random_bytes(16);
        submission.media_type = "image/png";
        submission.width = submission.height = 8;
        submission.sha256 = sha256(submission.image);
        submission.source = "api";
        submission.prediction = {"m", "circle", 0.5F, {0.5F}};
        submission.project = project;
        std::promise<bool> stored;
        const auto id = submission.id;
        store_->submit(std::move(submission),
                       [&](const auto& result) { stored.set_value(result.has_value()); });
        EXPECT_TRUE(stored.get_future().get());
        return id;
    }
    bool is_there(const Uuid& id) {
        return store_->drawing(id, store::Audience::annotators).has_value();
    }
    std::size_t swept() {
        const auto deleted = retention_->sweep();
        EXPECT_TRUE(deleted.has_value());
        return deleted ? *deleted : 0;
    }

    testing_support::TempFolder folder_;
    Metrics metrics_;
    std::unique_ptr<store::Store> store_;
    Timestamp time_ = now();
    std::chrono::steady_clock::time_point steady_{};
    std::unique_ptr<Retention> retention_;
};

TEST_F(RetentionTest, DeletesWhatIsOlderThanTheProjectSaysAndTellsOfIt) {
    std::vector<Uuid> ids;
    for (int n = 0; n < 5; ++n) ids.push_back(submit());
    ASSERT_TRUE(store_
                    ->change_visibility({{ids[0], store::Visibility::hidden, std::nullopt, now(),
                                          store::VersionCondition::any()}})
                    .has_value());
    keep(30);
    EXPECT_EQ(swept(), 0U);  // the first round only looks at the clock
    pass(std::chrono::hours(24 * 29));
    EXPECT_EQ(swept(), 0U);
    pass(std::chrono::hours(48));
    EXPECT_EQ(swept(), 5U);
    for (const auto& id : ids) EXPECT_FALSE(is_there(id));
    store::AuditQuery query;
    query.actor = retention_name;
    query.action = store::AuditAction::drawing_deleted;
    EXPECT_EQ(store_->audit(query)->size(), 5U);
    EXPECT_EQ(swept(), 0U);
}

TEST_F(RetentionTest, KeepsWhatAProjectKeepsForEver) {
    const auto birds = store_->add_project({0, "birds", "Birds"});
    ASSERT_TRUE(birds.has_value());
    const auto kept = submit();
    const auto old = submit(birds->id);
    keep(1, "birds");
    swept();
    pass(std::chrono::hours(24 * 400));
    const auto young = submit(birds->id);  // by the real clock as old as the others
    EXPECT_EQ(swept(), 2U);
    EXPECT_TRUE(is_there(kept));
    EXPECT_FALSE(is_there(old));
    EXPECT_FALSE(is_there(young));
}

TEST_F(RetentionTest, AClockThatWasSetDeletesNothingUntilItGoesSteadily) {
    const auto id = submit();
    keep(30);
    swept();
    time_ += std::chrono::hours(24 * 365);  // set, while no time passed
    EXPECT_EQ(swept(), 0U);
    EXPECT_TRUE(is_there(id));
    time_ -= std::chrono::hours(24 * 365);  // and set right again
    EXPECT_EQ(swept(), 0U);
    pass(std::chrono::hours(1));
    EXPECT_EQ(swept(), 0U);
    EXPECT_TRUE(is_there(id));
    pass(std::chrono::hours(24 * 31));
    EXPECT_EQ(swept(), 1U);
}

TEST_F(RetentionTest, StopsWhileItWaits) {
    Retention running(*store_, {});
    running.start();
    running.stop();
}

}  // namespace
}  // namespace croquis::service
