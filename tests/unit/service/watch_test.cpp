#include "service/quality/watch.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <cmath>
#include <future>

#include "learning/synthesis/random.h"
#include "service/quality/quality.h"
#include "store/asking.h"
#include "support/temp_folder.h"
#include "unit/service/submitted.h"

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

TEST(AgreementFall, HoldsNothingAgainstAModelThatWasSaidBeforeItsPromotion) {
    std::vector<store::RecentReview> reviews;
    for (int i = 0; i < 30; ++i) {
        reviews.push_back(review_of("a", true));
        reviews.push_back(review_of("b", false));
    }
    const auto promoted = now() + std::chrono::seconds(1);
    EXPECT_TRUE(fall_among(reviews, "b", "a").is_beyond_chance());
    const auto fall = fall_among(reviews, "b", "a", promoted);
    EXPECT_EQ(fall.then.all, 30U);
    EXPECT_EQ(fall.now.all, 0U);
    EXPECT_FALSE(fall.is_beyond_chance());
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
            auto submission = submission_of({1, 2, 3}, {model, "circle", 0.5F, {}});
            submission.id = drawing_id(true);
            const auto drawing = submitted(*store_, std::move(submission));
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
    void set_policy(bool rolls_back) {
        store::ProjectChange change;
        change.rolls_back = rolls_back;
        ASSERT_TRUE(store_->change_project("shapes", change));
    }
    std::string live_after_a_look() {
        EXPECT_TRUE(watch_projects(*store_, metrics_));
        return store_->live_model().value().id;
    }
    store::AuditEvent last_event() {
        store::AuditQuery newest;
        newest.limit = 1;
        return store_->audit(newest).value().front();
    }
    std::optional<std::string> why() { return store_->project("shapes")->rolled_back; }

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

TEST_F(WatchTest, ShowsTheQualityOfEachProject) {
    ASSERT_TRUE(store_->promote_model("a"));
    reviewed("a", 20, true);
    store::Project birds;
    birds.slug = "birds";
    birds = store_->add_project(birds).value();
    QualityWatch watch(*store_, metrics_);
    const auto projects = watch.projects().value();
    ASSERT_EQ(projects.size(), 2U);
    for (const auto& project : projects) ASSERT_TRUE(watch.measure(project));
    const auto shows = [&](const std::string& line) {
        return metrics_.text().find(line) != std::string::npos;
    };
    EXPECT_TRUE(shows("croquis_quality_reviews{project=\"shapes\",sample=\"random\"} 20\n"));
    EXPECT_TRUE(shows("croquis_quality_reviews{project=\"birds\",sample=\"random\"} 0\n"));
    EXPECT_TRUE(shows("croquis_quality_drift_beyond_chance{of=\"tags\",project=\"birds\"} "));
    EXPECT_TRUE(shows("croquis_quality_answers_today{project=\"birds\"} 0\n"));
    // The card of this model keeps nothing of what it learnt from.
    EXPECT_TRUE(shows(
        "croquis_quality_training_drift_beyond_chance{of=\"tags\",project=\"shapes\"} Nan\n"));

    store::ProjectChange archived;
    archived.archived_at = now();
    ASSERT_TRUE(store_->change_project("birds", archived));
    EXPECT_EQ(watch.projects()->size(), 1U);
    EXPECT_TRUE(shows("croquis_quality_reviews{project=\"birds\",sample=\"random\"} Nan\n"));
}

TEST_F(WatchTest, ShowsWhatPeopleDidOnTheDay) {
    Quality quality;
    quality.at = Timestamp(std::chrono::days(20'000) + std::chrono::hours(23));
    quality.answers = {{19'999, "marie", 5}, {20'000, "ada", 3}, {20'000, "marie", 4}};
    show_quality(metrics_, "shapes", &quality);
    const auto text = metrics_.text();
    EXPECT_NE(text.find("croquis_quality_answers_today{project=\"shapes\"} 7\n"),
              std::string::npos);
    EXPECT_NE(text.find("croquis_quality_people_today{project=\"shapes\"} 2\n"), std::string::npos);
}

TEST_F(WatchTest, ShowsAsManyProjectsAsThereIsRoomFor) {
    const auto add = [&](std::size_t i) {
        store::Project project;
        project.slug = "p" + std::to_string(i);
        ASSERT_TRUE(store_->add_project(project));
    };
    for (std::size_t i = 0; i < most_shown_projects; ++i) add(i);
    QualityWatch watch(*store_, metrics_);
    auto projects = watch.projects().value();
    ASSERT_EQ(projects.size(), most_shown_projects);
    EXPECT_EQ(projects[0].slug, "shapes");
    EXPECT_EQ(projects[1].slug, "p" + std::to_string(most_shown_projects - 1));
    EXPECT_EQ(projects.back().slug, "p1");
    EXPECT_NE(metrics_.text().find("croquis_quality_projects_not_shown 1\n"), std::string::npos);
    // Nor does one that comes later take the place of one that goes: its label stays where it was
    // met.
    store::ProjectChange archived;
    archived.archived_at = now();
    ASSERT_TRUE(store_->change_project("p1", archived));
    add(most_shown_projects);
    EXPECT_EQ(watch.projects()->size(), most_shown_projects - 1);
    EXPECT_NE(metrics_.text().find("croquis_quality_projects_not_shown 2\n"), std::string::npos);
}

TEST_F(WatchTest, ShowsWhatSomebodyMeasuredWhereThereIsRoom) {
    ASSERT_TRUE(store_->promote_model("a"));
    store::Project birds;
    birds.slug = "birds";
    birds = store_->add_project(birds).value();
    QualityWatch watch(*store_, metrics_);
    auto quality = measure_quality(*store_, birds.id, now()).value();
    quality.waiting = 7;
    const auto shows = [&](const std::string& slug, const std::string& value) {
        return metrics_.text().find("croquis_queue_waiting_drawings{project=\"" + slug + "\"} " +
                                    value + "\n") != std::string::npos;
    };
    watch.show(birds, quality);
    EXPECT_TRUE(shows("birds", "7"));
    ASSERT_TRUE(watch.measure(birds));
    EXPECT_TRUE(shows("birds", "0"));
    birds.archived_at = now();
    watch.show(birds, quality);
    EXPECT_TRUE(shows("birds", "0"));
    store::Project other;
    for (std::size_t i = 1; i < most_shown_projects; ++i) {
        other.slug = "p" + std::to_string(i);
        watch.show(other, quality);
        EXPECT_TRUE(shows(other.slug, "7"));
    }
    other.slug = "one too many";
    watch.show(other, quality);
    EXPECT_FALSE(shows(other.slug, "7"));
}

TEST_F(WatchTest, LeavesABetterOneAlone) {
    ASSERT_TRUE(store_->promote_model("a"));
    reviewed("a", 20, true);
    ASSERT_TRUE(store_->promote_model("b"));
    reviewed("b", 25, true);
    EXPECT_FALSE(measure_fall(*store_, store::shapes_project)->is_beyond_chance());
}

TEST_F(WatchTest, RollsBackWhereTheProjectSaysSo) {
    promote_worse();
    EXPECT_EQ(live_after_a_look(), "b");
    EXPECT_FALSE(why());
    set_policy(true);
    EXPECT_EQ(live_after_a_look(), "a");
    const auto told = boost::json::parse(*why()).as_object();
    EXPECT_EQ(told.at("model"), "b");
    EXPECT_EQ(told.at("before"), "a");
    EXPECT_EQ(told.at("now").at("of"), 25);
    const auto event = last_event();
    EXPECT_EQ(event.action, store::AuditAction::model_rolled_back);
    EXPECT_EQ(event.by->name, "policy");
    EXPECT_EQ(event.subject, "a");
    EXPECT_EQ(boost::json::parse(event.details).at("why"), told);
    EXPECT_NE(metrics_.text().find("croquis_quality_policy_rollbacks_total{project=\"shapes\"} 1"),
              std::string::npos);
    EXPECT_EQ(live_after_a_look(), "a");
}

TEST_F(WatchTest, TakesAModelBackOnceForTheSameReviews) {
    promote_worse();
    set_policy(true);
    EXPECT_EQ(live_after_a_look(), "a");
    ASSERT_TRUE(store_->promote_model("b"));
    EXPECT_FALSE(why());
    EXPECT_EQ(live_after_a_look(), "b");
    reviewed("b", 25, false);
    EXPECT_EQ(live_after_a_look(), "a");
}

TEST_F(WatchTest, GoesNoFurtherBackThanOnce) {
    promote_worse();
    set_policy(true);
    EXPECT_EQ(live_after_a_look(), "a");
    // Drawings changed: no model is right any more, and none is to blame.
    reviewed("b", 60, true);
    reviewed("a", 60, false);
    EXPECT_TRUE(measure_fall(*store_, store::shapes_project)->is_beyond_chance());
    EXPECT_EQ(live_after_a_look(), "a");
}

TEST_F(WatchTest, LeavesWhatChangedSinceItLooked) {
    promote_worse();
    set_policy(true);
    const auto fall = measure_fall(*store_, store::shapes_project).value();
    const store::PolicyRollBack seen{store::shapes_project, fall.model, fall.since, *fall.before};
    const auto refused = [&](const store::PolicyRollBack& how) {
        const auto done = store_->roll_back(how);
        return !done && done.error().kind == ErrorKind::conflict;
    };
    set_policy(false);
    EXPECT_TRUE(refused(seen));
    set_policy(true);
    ASSERT_TRUE(store_->promote_model("a"));
    EXPECT_TRUE(refused(seen));
    ASSERT_TRUE(store_->promote_model("b"));
    EXPECT_TRUE(refused(seen));
    EXPECT_EQ(store_->live_model()->id, "b");
}

}  // namespace
}  // namespace croquis::service
