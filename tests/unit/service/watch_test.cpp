#include "service/watch.h"

#include <gtest/gtest.h>

#include <cmath>
#include <future>

#include "learning/synthesis/random.h"
#include "store/asking.h"
#include "support/temp_folder.h"

namespace croquis::service {
namespace {

store::RecentReview review_of(const std::string& model, bool agreed,
                              store::Basis basis = store::Basis::random) {
    return {now(), agreed ? "circle" : "star", "circle", 0.9F, model, basis};
}

TEST(AgreementFall, CountsWhatWasAskedAtRandomAlone) {
    std::vector<store::RecentReview> reviews;
    for (int i = 0; i < 30; ++i) {
        reviews.push_back(review_of("a", true));
        reviews.push_back(review_of("b", i < 3));
        reviews.push_back(review_of("b", true, store::Basis::shown));
        reviews.push_back(review_of("c", false));
    }
    const auto fall = fall_among(reviews, "b", "a");
    EXPECT_EQ(fall.then.all, 30U);
    EXPECT_EQ(fall.now.all, 30U);
    EXPECT_EQ(fall.now.some, 3U);
    EXPECT_TRUE(fall.is_beyond_chance());
    EXPECT_FALSE(fall_among(reviews, "a", "b").is_beyond_chance());
    EXPECT_FALSE(fall_among(reviews, "b", std::nullopt).is_beyond_chance());
    EXPECT_FALSE(fall_among({}, "b", "a").is_beyond_chance());
}

TEST(AgreementFall, RaisesNoAlarmByLuckHoweverOftenOneLooks) {
    learning::Random random(5);
    constexpr int runs = 100;
    int alarms = 0;
    for (int run = 0; run < runs; ++run) {
        std::vector<store::RecentReview> reviews;
        for (int i = 0; i < 60; ++i) reviews.push_back(review_of("a", random.chance(0.85F)));
        bool alarm = false;
        for (int look = 0; look < 20 && !alarm; ++look) {
            for (int i = 0; i < 10; ++i) reviews.push_back(review_of("b", random.chance(0.85F)));
            alarm = fall_among(reviews, "b", "a").is_beyond_chance();
        }
        alarms += alarm ? 1 : 0;
    }
    EXPECT_LE(alarms, 0.075 * runs + 3 * std::sqrt(0.075 * 0.925 * runs));
}

class WatchTest : public testing::Test {
  protected:
    void SetUp() override {
        ASSERT_TRUE(store_->migrate());
        for (const char* id : {"a", "b"}) {
            const Bytes onnx{1, 2, 3};
            ASSERT_TRUE(store_->add_model({id, R"({"labels":["circle", "star"]})", sha256(onnx),
                                           store::ModelState::candidate, now()},
                                          onnx));
        }
    }

    /// Drawings that judge, asked about at random, with which people agree or not.
    void reviewed(const std::string& model, int count, bool agreed) {
        for (int i = 0; i < count; ++i) {
            store::Submission submission;
            do submission.id = Uuid::v7();
            while (!store::judges(submission.id));
            submission.created_at = now();
            submission.image = {1, 2, 3};
            submission.media_type = "image/png";
            submission.prediction = {model, "circle", 0.5F, {}};
            std::promise<Result<store::SubmitResult>> done;
            store_->submit(std::move(submission),
                           [&](auto answer) { done.set_value(std::move(answer)); });
            const auto drawing = done.get_future().get().value().drawing;
            store::ClaimRequest asked;
            asked.holder = asked.account = marie_;
            asked.limit = 1;
            asked.at = now();
            asked.until = asked.at + std::chrono::minutes(2);
            ASSERT_TRUE(store_->claim(asked));
            ASSERT_TRUE(store_->change_tag({drawing.id,
                                            agreed ? "circle" : "star",
                                            {marie_, "marie"},
                                            now(),
                                            "",
                                            drawing.version}));
        }
    }
    void promote_worse() {
        ASSERT_TRUE(store_->promote_model("a"));
        reviewed("a", 30, true);
        ASSERT_TRUE(store_->promote_model("b"));
        reviewed("b", 25, false);
    }
    testing_support::TempFolder folder_;
    Metrics metrics_;
    std::unique_ptr<store::Store> store_ =
        store::open_store("sqlite:" + (folder_.path() / "croquis.db").string(), {}, metrics_)
            .value();
    Uuid marie_ = Uuid::v7();
};

TEST_F(WatchTest, RaisesAnAlarmWhereAModelIsWorse) {
    promote_worse();
    EXPECT_TRUE(measure_fall(*store_, store::shapes_project)->is_beyond_chance());
    ASSERT_TRUE(watch_projects(*store_, metrics_));
    EXPECT_NE(metrics_.text().find("croquis_quality_agreement_fall_evidence{project=\"shapes\"}"),
              std::string::npos);
    ASSERT_TRUE(store_->promote_model("a"));
    EXPECT_FALSE(measure_fall(*store_, store::shapes_project)->is_beyond_chance());
}

TEST_F(WatchTest, LeavesABetterOneAlone) {
    ASSERT_TRUE(store_->promote_model("a"));
    reviewed("a", 20, true);
    ASSERT_TRUE(store_->promote_model("b"));
    reviewed("b", 25, true);
    EXPECT_FALSE(measure_fall(*store_, store::shapes_project)->is_beyond_chance());
}

}  // namespace
}  // namespace croquis::service
