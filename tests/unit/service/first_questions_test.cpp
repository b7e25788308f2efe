#include "service/review/first_questions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <future>
#include <map>
#include <numbers>
#include <set>
#include <thread>

#include "service/models/registry.h"
#include "service/models/trunk.h"
#include "service/projects/labels.h"
#include "service/similarity/clusters.h"
#include "store/asking.h"
#include "support/temp_folder.h"
#include "unit/service/shipped_model.h"
#include "unit/service/submitted.h"

namespace croquis::service {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// A project of two labels whose drawings lie about a circle, as the shipped network saw them.
class FirstQuestionsTest : public testing::Test {
  protected:
    void SetUp() override {
        ASSERT_TRUE(store_->migrate());
        ASSERT_TRUE(enrol_own_model(*store_, models / "shapes.onnx"));
        trunk_ = Trunk::of_live_model(*store_).value().id();
        store::Project birds;
        birds.slug = birds.name = "birds";
        birds.created_at = now();
        birds_ = store_->add_project(birds).value().id;
        for (const char* label : {"wren", "crane"})
            ASSERT_TRUE(add_label(*store_, NewLabel{label}, birds_));
    }

    /// A drawing at an angle, in degrees.
    store::Drawing at(double angle, bool judging = false) {
        const double turn = angle * std::numbers::pi / 180;
        auto submission = submission_of({1, 2, 3}, {"model", "unknown", 0.5F, {0.5F, 0.5F}});
        submission.id = drawing_id(judging);
        submission.project = birds_;
        submission.embedding =
            store::Embedding{trunk_,
                             0.5F,
                             {static_cast<std::int8_t>(std::lround(100 * std::cos(turn))),
                              static_cast<std::int8_t>(std::lround(100 * std::sin(turn)))}};
        return submitted(*store_, std::move(submission));
    }
    void tag(const store::Drawing& drawing, const std::string& tag) {
        ASSERT_TRUE(store_->change_tag(
            {drawing.id, tag, {marie_, "marie"}, now(), "", store::VersionCondition::any()}));
    }
    bool has_few() { return has_few_examples(*store_, birds_).value(); }
    std::vector<Uuid> first() { return first_questions(*store_, birds_).value(); }

    testing_support::TempFolder folder_;
    Metrics metrics_;
    std::unique_ptr<store::Store> store_ =
        store::open_store("sqlite:" + (folder_.path() / "first.db").string(), {}, metrics_).value();
    std::string trunk_;
    int birds_ = 0;
    const Uuid marie_ = Uuid::v7();
};

TEST_F(FirstQuestionsTest, EndWhenEachLabelHasThreeToLearnFrom) {
    EXPECT_TRUE(has_few());
    for (const char* label : {"wren", "crane"}) {
        for (int i = 0; i < 2; ++i) tag(at(0), label);
        for (int i = 0; i < 2; ++i) tag(at(0, true), label);  // from which nothing is learnt
    }
    EXPECT_TRUE(has_few());
    const auto waiting = at(0);
    EXPECT_THAT(first(), ElementsAre(waiting.id));
    tag(at(0), "wren");
    EXPECT_TRUE(has_few());
    tag(at(0), "crane");
    EXPECT_FALSE(has_few());
    EXPECT_THAT(first(), IsEmpty());
    ASSERT_TRUE(add_label(*store_, NewLabel{"heron"}, birds_));
    EXPECT_TRUE(has_few());
    LabelEdit retired;
    retired.retired = true;
    ASSERT_TRUE(change_label(*store_, "heron", retired, birds_));
    EXPECT_FALSE(has_few());
}

TEST_F(FirstQuestionsTest, WaitNotForALabelThatHardlyAnybodyDraws) {
    for (int i = 0; i < 8; ++i)
        ASSERT_TRUE(add_label(*store_, NewLabel{"bird" + std::to_string(i)}, birds_));
    const auto labels = labels_in_use(*store_, birds_).value();
    ASSERT_THAT(labels, SizeIs(10));
    std::size_t learnt = 0;
    for (const auto& label : labels) {
        EXPECT_EQ(has_few(), learnt < 9) << learnt;
        for (int i = 0; i < 3; ++i) tag(at(0), label);
        ++learnt;
    }
}

TEST_F(FirstQuestionsTest, AreOneAClusterTheUnansweredFirst) {
    std::map<Uuid, int> angle_of;
    const auto draw = [&](int angle, int drawings) {
        for (int i = 0; i < drawings; ++i) angle_of[at(angle).id] = angle;
        at(angle, true);  // asked about at random alone
    };
    draw(0, 4);
    draw(120, 5);
    draw(240, 3);
    const auto asked = [&] {
        std::vector<int> angles;
        for (const auto& id : typical_drawings(*store_, birds_, trunk_).value())
            angles.push_back(angle_of.at(id));
        return angles;
    };
    EXPECT_THAT(asked(), ElementsAre(120, 0, 240));
    const auto largest = typical_drawings(*store_, birds_, trunk_).value().front();
    tag(store_->drawing(largest).value(), "wren");
    EXPECT_THAT(asked(), ElementsAre(0, 240, 120));
    EXPECT_THAT(typical_drawings(*store_, birds_, "another network").value(), IsEmpty());
    EXPECT_THAT(typical_drawings(*store_, store::shapes_project, trunk_).value(), IsEmpty());
}

TEST_F(FirstQuestionsTest, AreNearestToTheMiddleAndAtMostFifty) {
    // Two drawings a degree apart at the sides of every sixth degree, and one between them.
    std::set<Uuid> middles;
    for (int angle = 0; angle < 360; angle += 6) {
        at(angle - 1);
        middles.insert(at(angle).id);
        at(angle + 1);
    }
    const auto asked = typical_drawings(*store_, birds_, trunk_).value();
    EXPECT_EQ(asked.size(), store::most_first);
    const std::set<Uuid> different(asked.begin(), asked.end());
    EXPECT_EQ(different.size(), asked.size());
    const auto between = std::count_if(asked.begin(), asked.end(),
                                       [&](const Uuid& id) { return middles.contains(id); });
    EXPECT_GT(between, 25);  // by chance 17 of 50 are
}

/// The workers' part: what is found is handed out from then on.
class FirstQuestionsCacheTest : public testing::Test {
  protected:
    /// What is handed out once nothing is looked for any more.
    std::vector<Uuid> then(FirstQuestions& questions, int project, Timestamp at) {
        questions.of(project, at);
        while (workers_.load() > 0) std::this_thread::yield();
        return questions.of(project, at);
    }

    WorkerPool workers_{1, 4};
    const Timestamp start_ = now();
    const Uuid drawing_ = Uuid::v7();
};

TEST_F(FirstQuestionsCacheTest, AreFoundWhileNobodyWaitsAndKeptForAMinute) {
    std::promise<void> gate;
    auto opened = gate.get_future().share();
    std::atomic<int> looked{0};
    FirstQuestions questions(
        [&](int project) -> Result<std::vector<Uuid>> {
            opened.wait();
            ++looked;
            if (project == 2) return Error{ErrorKind::unavailable, "Not now."};
            return std::vector<Uuid>{drawing_};
        },
        &workers_);
    EXPECT_THAT(questions.of(1, start_), IsEmpty());
    EXPECT_THAT(questions.of(1, start_), IsEmpty());
    EXPECT_EQ(workers_.load(), 1U);  // once for both
    gate.set_value();
    EXPECT_THAT(then(questions, 1, start_), ElementsAre(drawing_));
    EXPECT_THAT(then(questions, 1, start_ + std::chrono::seconds(59)), ElementsAre(drawing_));
    EXPECT_EQ(looked, 1);
    EXPECT_THAT(questions.of(1, start_ + std::chrono::minutes(1)), ElementsAre(drawing_));
    EXPECT_THAT(then(questions, 1, start_ + std::chrono::minutes(1)), ElementsAre(drawing_));
    EXPECT_EQ(looked, 2);
    EXPECT_THAT(questions.of(1, start_ + std::chrono::minutes(11)), IsEmpty());
    EXPECT_THAT(then(questions, 2, start_), IsEmpty());
    workers_.stop();
}

TEST_F(FirstQuestionsCacheTest, AreLookedForAgainWhereThereWasNoRoom) {
    WorkerPool full(1, 1);
    std::promise<void> gate;
    auto opened = gate.get_future().share();
    ASSERT_TRUE(full.begin([opened] { opened.wait(); }));
    FirstQuestions questions(
        [&](int) { return Result<std::vector<Uuid>>(std::vector<Uuid>{drawing_}); }, &full);
    EXPECT_THAT(questions.of(1, start_), IsEmpty());
    gate.set_value();
    while (full.load() > 0) std::this_thread::yield();
    EXPECT_THAT(questions.of(1, start_), IsEmpty());
    while (full.load() > 0) std::this_thread::yield();
    EXPECT_THAT(questions.of(1, start_), ElementsAre(drawing_));
    FirstQuestions none([&](int) { return Result<std::vector<Uuid>>(std::vector<Uuid>{drawing_}); },
                        nullptr);
    EXPECT_THAT(none.of(1, start_), IsEmpty());
}

}  // namespace
}  // namespace croquis::service
