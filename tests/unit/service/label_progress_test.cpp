#include "service/quality/label_progress.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "service/models/registry.h"
#include "shipped_model.h"
#include "store/asking.h"
#include "support/temp_folder.h"
#include "unit/service/submitted.h"

namespace croquis::service {
namespace {

/// A store with the shipped model live.
class LabelProgressTest : public testing::Test {
  protected:
    void SetUp() override {
        ASSERT_TRUE(store_->migrate());
        ASSERT_TRUE(enrol_own_model(*store_, models / "shapes.onnx"));
        live_ = store_->live_model().value().id;
    }

    store::Drawing drawn(bool judges, const std::string& predicted) {
        auto submission = picture_submission(square(1), {live_, predicted, 0.9F, {}});
        submission.id = drawing_id(judges);
        return submitted(*store_, std::move(submission));
    }

    /// By somebody whom the queue asked: of those that judge, at random.
    void review(const std::string& tag, bool judges = false,
                const std::string& predicted = "circle") {
        const auto drawing = drawn(judges, predicted);
        store::ClaimRequest asked;
        asked.holder = asked.account = marie_;
        asked.limit = 50;
        asked.at = now();
        asked.until = asked.at + std::chrono::minutes(2);
        ASSERT_TRUE(store_->claim(asked));
        const auto changed =
            store_->change_tag({drawing.id, tag, {marie_, "marie"}, now(), "", drawing.version});
        ASSERT_TRUE(changed) << changed.error().detail;
    }

    /// A model that was taught on so many circles, live from now on.
    void teach_circles(int learnt) {
        store::Model model{"taught", "{}", {}, store::ModelState::candidate, now()};
        model.lineage = boost::json::serialize(boost::json::object{
            {"labels", {boost::json::object{{"label", "circle"}, {"learnt", learnt}}}}});
        ASSERT_TRUE(store_->add_model(model, Bytes{1}));
        ASSERT_TRUE(store_->promote_model(model.id));
    }

    LabelProgress label(const std::string& name, int project = store::shapes_project) {
        const auto progress = board_.of(*store_, project);
        if (!progress) ADD_FAILURE() << progress.error().detail;
        for (const auto& each : progress->labels)
            if (each.label == name) return each;
        ADD_FAILURE() << "no label " << name;
        return {};
    }

    testing_support::TempFolder folder_;
    Metrics metrics_;
    std::unique_ptr<store::Store> store_ =
        store::open_store("sqlite:" + (folder_.path() / "croquis.db").string(), {}, metrics_)
            .value();
    ProgressBoard board_;
    std::string live_;
    Uuid marie_ = Uuid::v7();
};

TEST_F(LabelProgressTest, SaysWhatALabelStillWantsAsTeachCounts) {
    EXPECT_EQ(label("star").wanted, 3);
    review("star");
    review("star");
    review("star", true);
    EXPECT_EQ(label("star").reviewed, 3);
    EXPECT_EQ(label("star").judging, 1);
    EXPECT_EQ(label("star").wanted, 1);
    review("star");
    EXPECT_EQ(label("star").wanted, 0);
    EXPECT_EQ(label("star").fresh, 3);
    EXPECT_EQ(label("star").learnt, 0);
    drawn(false, "circle");
    EXPECT_EQ(board_.of(*store_, store::shapes_project)->waiting, 1);
}

TEST_F(LabelProgressTest, TellsWhatTheLiveModelLearntFromWhatIsNewToIt) {
    for (int i = 0; i < 4; ++i) review("circle");
    review("circle", true);
    review("star");
    teach_circles(3);  // one was reviewed while it was taught
    review("circle");
    const auto circle = label("circle");
    EXPECT_EQ(circle.reviewed, 6);
    EXPECT_EQ(circle.learnt, 3);
    EXPECT_EQ(circle.fresh, 2);
    EXPECT_EQ(circle.judging, 1);
    EXPECT_EQ(circle.accuracy.all, 0U);  // a model about which nothing is known
    EXPECT_EQ(label("star").learnt, 0);  // it does not know the label
    EXPECT_EQ(label("star").fresh, 1);
}

TEST_F(LabelProgressTest, CountsNothingAsLearntByAnotherProjectsModel) {
    teach_circles(3);
    store::Project birds;
    birds.slug = birds.name = "birds";
    birds.created_at = now();
    const int id = store_->add_project(birds).value().id;
    ASSERT_TRUE(store_->add_label(id, {"circle", "{}", {}, {}, false}, {}));
    EXPECT_EQ(label("circle", id).learnt, 0);
    EXPECT_EQ(label("circle", id).wanted, 3);
}

TEST_F(LabelProgressTest, KnowsHowOftenTheModelIsRightByLabel) {
    for (int i = 0; i < 4; ++i) review("star", true, i == 0 ? "circle" : "star");
    review("heart", true, "heart");
    const auto star = label("star");
    EXPECT_EQ(star.accuracy.some, 3U);
    EXPECT_EQ(star.accuracy.all, 4U);
    const auto progress = board_.of(*store_, store::shapes_project);
    EXPECT_EQ(progress->accuracy.some, 4U);
    EXPECT_EQ(progress->accuracy.all, 5U);
    const auto told = to_json(*progress);
    EXPECT_EQ(told.at("model"), boost::json::value(live_));
    EXPECT_EQ(told.at("all").at("reviewed"), 5);
    EXPECT_EQ(told.at("all").at("judging"), 5);
    EXPECT_EQ(told.at("examples_needed"), 3);
    for (const auto& each : told.at("labels").as_array())
        EXPECT_EQ(each.at("accuracy").is_null(),
                  each.at("label") != "star" && each.at("label") != "heart");
}

TEST_F(LabelProgressTest, LeavesRetiredLabelsOut) {
    store::LabelChange change;
    change.retired = true;
    ASSERT_TRUE(store_->change_label(store::shapes_project, "star", change, {}));
    const auto progress = board_.of(*store_, store::shapes_project);
    ASSERT_TRUE(progress);
    EXPECT_FALSE(progress->labels.empty());
    for (const auto& each : progress->labels) EXPECT_NE(each.label, "star");
}

}  // namespace
}  // namespace croquis::service
