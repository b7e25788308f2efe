#include "service/quality/model_reports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "recognition/head.h"
#include "recognition/quantised.h"
#include "service/models/registry.h"
#include "service/models/trunk.h"
#include "shipped_model.h"
#include "store/asking.h"
#include "support/temp_folder.h"
#include "unit/service/submitted.h"

namespace croquis::service {
namespace {

namespace json = boost::json;

ReportRequest by_itself(const std::string& model) {
    return {model, store::shapes_project, {}, {}};
}

/// A store with the shipped model live, in which drawings are circles.
class ModelReportTest : public testing::Test {
  protected:
    void SetUp() override {
        ASSERT_TRUE(store_->migrate());
        ASSERT_TRUE(enrol_own_model(*store_, models / "shapes.onnx"));
        live_ = store_->live_model().value().id;
    }

    /// The network with a last layer that calls a drawing by the first number of its embedding:
    /// above 0 a circle, below a star.
    std::string taught(const json::array& seen = {}) {
        const auto trunk = Trunk::of_live_model(*store_).value();
        trunk_ = trunk.id();
        width_ = trunk.info().embedding;
        recognition::HeadLayer head{2, width_, std::vector<float>(2 * width_), {0, 0}};
        head.weights[0] = 1;
        head.weights[width_] = -1;
        const auto onnx =
            recognition::with_head(trunk.onnx(), trunk.info().labels.size(), head).value();
        auto card = json::parse(trunk.model().card).as_object();
        card["name"] = "taught";
        card["labels"] = {"circle", "star"};
        card["temperature"] = 1;
        card["unknown_below"] = 0;
        card["embedding"] = {{"size", width_}};
        card["sha256"] = to_hex(sha256(onnx));
        card["training"] = {{"ids", seen}};
        card.erase("calibration");
        const auto added = add_candidate(*store_, onnx, json::serialize(card));
        EXPECT_TRUE(added) << added.error().detail;
        return added->id;
    }

    store::Drawing stored(bool judges, const std::string& predicted, float confidence) {
        auto submission = picture_submission(square(1), {live_, predicted, confidence, {}});
        submission.id = drawing_id(judges);
        return submitted(*store_, std::move(submission));
    }

    void embed(const Uuid& drawing, float first) {
        std::vector<float> numbers(width_, 0.0F);
        numbers[0] = first;
        auto packed = recognition::quantised(numbers);
        ASSERT_TRUE(
            store_->add_embeddings({{drawing, {trunk_, packed.scale, std::move(packed.numbers)}}}));
    }

    void review(const store::Drawing& drawing, Timestamp at = now()) {
        const auto changed =
            store_->change_tag({drawing.id, "circle", {marie_, "marie"}, at, "", drawing.version});
        ASSERT_TRUE(changed) << changed.error().detail;
    }

    /// As somebody who was asked by the queue: those that judge, at random.
    store::Drawing reviewed(const std::string& predicted, float confidence, bool judges = true,
                            Timestamp at = now()) {
        auto drawing = stored(judges, predicted, confidence);
        store::ClaimRequest asked;
        asked.holder = asked.account = marie_;
        asked.limit = 50;
        asked.at = now();
        asked.until = asked.at + std::chrono::minutes(2);
        EXPECT_TRUE(store_->claim(asked));
        review(drawing, at);
        return drawing;
    }

    testing_support::TempFolder folder_;
    Metrics metrics_;
    std::unique_ptr<store::Store> store_ =
        store::open_store("sqlite:" + (folder_.path() / "croquis.db").string(), {}, metrics_)
            .value();
    std::string live_;
    std::string trunk_;
    std::size_t width_ = 0;
    Uuid marie_ = Uuid::v7();
};

TEST_F(ModelReportTest, IsOfReviewsThatJudgeAndDependOnNoModel) {
    for (int i = 0; i < 9; ++i) reviewed("circle", 0.9F);
    const auto wrong = reviewed("line", 0.8F);
    const auto surest = reviewed("line", 0.95F);
    reviewed("circle", 0.9F, false);       // is learnt from
    review(stored(true, "circle", 0.9F));  // was chosen, and the model's tag stood beside it
    stored(true, "circle", 0.9F);          // waits
    const auto report = report_on(*store_, by_itself(live_));
    ASSERT_TRUE(report) << report.error().detail;
    EXPECT_EQ(report->judging, 11U);
    EXPECT_TRUE(report->is_complete);
    EXPECT_EQ(report->predicted, 11U);
    EXPECT_EQ(report->embedded, 0U);
    EXPECT_EQ(report->report.accuracy.some, 9U);
    EXPECT_EQ(report->report.accuracy.all, 11U);
    ASSERT_EQ(report->wrong.size(), 2U);
    EXPECT_EQ(report->wrong[0].drawing.id, surest.id);
    EXPECT_EQ(report->wrong[1].drawing.id, wrong.id);
    EXPECT_EQ(report->wrong[0].drawing.tag, "circle");
    EXPECT_EQ(report->wrong[0].tag, "line");
    EXPECT_FALSE(report->comparison);

    const auto told = to_json(*report);
    const auto& circle = told.at("labels").as_array().at(0).as_object();
    EXPECT_EQ(circle.at("label"), "circle");
    EXPECT_EQ(circle.at("given").at("agreed"), 9);
    EXPECT_EQ(circle.at("given").at("of"), 11);
    EXPECT_EQ(circle.at("answered").at("of"), 9);
    EXPECT_EQ(told.at("confusion").as_array().size(), 2U);
}

TEST_F(ModelReportTest, IsTheSameDataForEveryModelAndComparesThemOnIt) {
    const auto model = taught();
    for (int i = 0; i < 12; ++i)
        embed(reviewed(i < 8 ? "circle" : "line", 0.9F).id, i == 0 ? -1 : 1);
    const auto report = report_on(*store_, {model, store::shapes_project, live_, {}});
    ASSERT_TRUE(report) << report.error().detail;
    EXPECT_EQ(report->embedded, 12U);
    EXPECT_EQ(report->predicted, 0U);
    EXPECT_EQ(report->report.accuracy.some, 11U);
    ASSERT_TRUE(report->comparison);
    const auto& gate = report->comparison->gate;
    EXPECT_EQ(report->comparison->model, live_);
    EXPECT_EQ(gate.answers.both, 7U);
    EXPECT_EQ(gate.answers.only_candidate, 4U);
    EXPECT_EQ(gate.answers.only_live, 1U);
    EXPECT_EQ(gate.verdict, learning::Verdict::undecided);
    EXPECT_EQ(verdict_of(*report->comparison), "undecided");

    const auto other = report_on(*store_, {live_, store::shapes_project, model, {}});
    ASSERT_TRUE(other) << other.error().detail;
    EXPECT_EQ(other->data, report->data);
    EXPECT_EQ(other->predicted, 12U);
    EXPECT_EQ(other->comparison->gate.answers.only_candidate, 1U);
    EXPECT_DOUBLE_EQ(other->comparison->gate.difference, -gate.difference);
}

TEST_F(ModelReportTest, IsAsOfAMoment) {
    const auto then = now();
    for (int i = 0; i < 3; ++i) reviewed("circle", 0.9F, true, then - std::chrono::hours(1));
    const auto before = report_on(*store_, by_itself(live_)).value();
    for (int i = 0; i < 2; ++i) reviewed("line", 0.9F, true, then + std::chrono::seconds(1));
    const auto all = report_on(*store_, by_itself(live_)).value();
    EXPECT_EQ(all.judging, 5U);
    EXPECT_NE(all.data, before.data);
    const auto earlier = report_on(*store_, {live_, store::shapes_project, {}, then}).value();
    EXPECT_EQ(earlier.judging, 3U);
    EXPECT_EQ(earlier.as_of, then);
    EXPECT_EQ(earlier.data, before.data);
    EXPECT_EQ(report_on(*store_, {live_, store::shapes_project, {}, then - std::chrono::hours(2)})
                  .value()
                  .judging,
              0U);
}

TEST_F(ModelReportTest, LeavesOutWhatTheModelHasSeen) {
    std::vector<store::Drawing> drawings;
    for (int i = 0; i < 4; ++i) drawings.push_back(reviewed("circle", 0.9F));
    const auto model = taught({to_string(drawings[0].id)});
    for (const auto& drawing : drawings) embed(drawing.id, 1);
    const auto report = report_on(*store_, {model, store::shapes_project, live_, {}});
    ASSERT_TRUE(report) << report.error().detail;
    EXPECT_EQ(report->judging, 4U);
    EXPECT_EQ(report->seen, 1U);
    EXPECT_EQ(report->embedded, 3U);
    EXPECT_EQ(report->report.accuracy.all, 3U);
    EXPECT_EQ(report->comparison->gate.answers.all(), 3U);
}

TEST_F(ModelReportTest, SaysWhereNothingTells) {
    const auto model = taught();
    EXPECT_EQ(report_on(*store_, by_itself(model)).value().judging, 0U);
    reviewed("circle", 0.9F);
    const auto silent = report_on(*store_, by_itself(model));
    ASSERT_FALSE(silent);
    EXPECT_EQ(silent.error().kind, ErrorKind::conflict);
    EXPECT_EQ(silent.error().code, "no_answers");
    EXPECT_EQ(report_on(*store_, by_itself("none")).error().kind, ErrorKind::not_found);
    const ReportRequest itself{model, store::shapes_project, model, {}};
    EXPECT_EQ(report_on(*store_, itself).error().field, "against");
    const ReportRequest none{live_, store::shapes_project, "none", {}};
    EXPECT_EQ(report_on(*store_, none).error().kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace croquis::service
