#include "service/quality/recheck.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "service/models/registry.h"
#include "service/quality/model_reports.h"
#include "service/review/review_queue.h"
#include "shipped_model.h"
#include "store/asking.h"
#include "support/temp_folder.h"
#include "unit/service/submitted.h"

namespace croquis::service {
namespace {

TEST(RecheckVerdict, IsDecidedWhereTheIntervalLiesOnOneSide) {
    const auto verdict = [](std::size_t agreed, std::size_t of) {
        return RecheckFindings{{agreed, of}}.verdict();
    };
    EXPECT_EQ(verdict(0, 0), RecheckVerdict::undecided);
    EXPECT_EQ(verdict(49, 49), RecheckVerdict::undecided);
    EXPECT_EQ(verdict(50, 50), RecheckVerdict::good);
    EXPECT_EQ(verdict(49, 50), RecheckVerdict::undecided);
    EXPECT_EQ(verdict(59, 60), RecheckVerdict::good);
    EXPECT_EQ(verdict(41, 50), RecheckVerdict::undecided);
    EXPECT_EQ(verdict(39, 50), RecheckVerdict::bad);
    EXPECT_EQ(verdict(0, 49), RecheckVerdict::undecided);
}

TEST(JudgingReviews, AreThoseThatRestOnNoModelAndWhatTheAuditAllows) {
    const auto reviewed = [](std::optional<store::Basis> basis, bool imported = false) {
        store::EmbeddedDrawing drawing;
        drawing.basis = basis;
        drawing.imported = imported;
        return drawing;
    };
    const JudgingReviews before;
    const JudgingReviews after{true, false};
    for (const auto& reviews : {before, after}) {
        EXPECT_TRUE(reviews.independent(reviewed(store::Basis::random)));
        EXPECT_TRUE(reviews.independent(reviewed(store::Basis::own)));
        EXPECT_FALSE(reviews.independent(reviewed(store::Basis::shown)));
    }
    EXPECT_FALSE(before.independent(reviewed(std::nullopt)));
    EXPECT_TRUE(after.independent(reviewed(std::nullopt)));
    EXPECT_TRUE(before.independent(reviewed(store::Basis::own, true)));
    EXPECT_FALSE(after.independent(reviewed(store::Basis::own, true)));
}

/// Drawings that judge and were accepted in one go, with the shipped model live.
class RecheckTest : public testing::Test {
  protected:
    void SetUp() override {
        ASSERT_TRUE(store_->migrate());
        ASSERT_TRUE(enrol_own_model(*store_, models / "shapes.onnx"));
        live_ = store_->live_model().value().id;
    }
    void accept_in_bulk(std::size_t count, bool picked) {
        std::vector<store::TagChange> changes;
        while (changes.size() < count) {
            auto submission = picture_submission({1, 2, 3}, {live_, "circle", 0.9F, {}});
            const int place = store::queue_place(submission.id, {});
            if (place < store::first_judging_place ||
                (place >= store::first_rechecked_place) != picked)
                continue;
            const auto drawing = submitted(*store_, std::move(submission));
            changes.push_back({drawing.id, std::nullopt, {marie_, "marie"}, now(), "", 1});
            changes.back().bulk = true;
        }
        ASSERT_TRUE(store_->change_tags(changes));
    }
    /// Looks once more at all that are picked: says another tag of so many.
    void look_again(std::size_t otherwise = 0) {
        PageClaim asked;
        asked.holder = Uuid::v7();
        asked.limit = 50;
        for (;;) {
            const auto claimed = claim_recheck(*store_, asked, marie_).value();
            if (claimed.drawings.empty()) return;
            for (const auto& [drawing, claim] : claimed.drawings) {
                const char* tag = otherwise > 0 ? "star" : "circle";
                if (otherwise > 0) --otherwise;
                ASSERT_TRUE(store_->change_tag(
                    {drawing.id, tag, {marie_, "marie"}, now(), "", drawing.version}));
            }
        }
    }
    std::size_t judging() {
        const auto report = report_on(*store_, {live_, store::shapes_project, {}, {}});
        return report ? report->judging : 0;
    }

    testing_support::TempFolder folder_;
    Metrics metrics_;
    std::unique_ptr<store::Store> store_ =
        store::open_store("sqlite:" + (folder_.path() / "croquis.db").string(), {}, metrics_)
            .value();
    Uuid marie_ = Uuid::v7();
    std::string live_;
};

TEST_F(RecheckTest, WhatWasAcceptedInBulkJudgesOnceTheAuditFindsItGood) {
    accept_in_bulk(49, true);
    accept_in_bulk(7, false);
    EXPECT_EQ(judging(), 0U);
    look_again();
    EXPECT_EQ(judging(), 49U);
    accept_in_bulk(1, true);
    look_again();
    EXPECT_EQ(judging(), 57U);
    const auto told = to_json(measure_recheck(*store_, store::shapes_project).value());
    const auto& bulk = told.at("in_bulk").as_object();
    EXPECT_EQ(bulk.at("verdict").as_string(), "good");
    EXPECT_TRUE(bulk.at("judges").as_bool());
    EXPECT_EQ(bulk.at("others").to_number<int>(), 7);
    EXPECT_EQ(bulk.at("agreement").at("of").to_number<int>(), 50);
    EXPECT_TRUE(told.at("imported").at("judges").as_bool());
}

TEST_F(RecheckTest, WhatTheAuditFindsWrongTooOftenJudgesNot) {
    accept_in_bulk(60, true);
    accept_in_bulk(7, false);
    look_again(5);
    EXPECT_EQ(judging(), 60U);
    EXPECT_FALSE(judging_reviews(*store_, store::shapes_project)->in_bulk);
}

}  // namespace
}  // namespace croquis::service
