#include <set>

#include "contract/store/fixture.h"
#include "store/asking.h"
#include "store/transfer.h"

namespace croquis::store {
namespace {

class RecheckContract : public StoreContract {
  protected:
    /// One that judges, and that the audit picks or does not.
    Submission that_judges(bool picked) {
        for (;;) {
            auto submission = make_submission();
            submission.prediction.probabilities = {0.75F, 0.25F};
            const int place = queue_place(submission.id, submission.prediction.probabilities);
            if (place >= first_judging_place && (place >= first_rechecked_place) == picked)
                return submission;
        }
    }
    /// Accepted together with others.
    Drawing accepted_in_bulk(bool picked = true) {
        const auto drawing = stored(that_judges(picked));
        return store_->change_tags({{drawing.id, "star", by_bob, at_, "", 1, std::nullopt, true}})
            .value()
            .front()
            .value();
    }
    Drawing imported(bool picked = true) {
        DrawingImport import;
        import.submission = that_judges(picked);
        import.submission.external_id = to_string(import.submission.id);
        import.tag = ImportedTag{"star", "data", std::nullopt, at_};
        const auto transfer = open_transfer(url_);
        EXPECT_TRUE(succeeded(transfer));
        EXPECT_TRUE(succeeded((*transfer)->add({import})));

        return store_->drawing(import.submission.id).value();
    }
    ClaimRequest request(const Uuid& holder, std::size_t limit = 10) {
        ClaimRequest asked;
        asked.holder = holder;
        asked.account = *by_ada.id;
        asked.limit = limit;
        asked.at = at_;
        asked.until = at_ + std::chrono::seconds(120);
        return asked;
    }
    std::set<Uuid> claimed(const ClaimRequest& asked) {
        const auto drawings = store_->claim_recheck(asked);
        EXPECT_TRUE(succeeded(drawings));
        std::set<Uuid> ids;
        if (!drawings) return ids;
        for (const auto& [drawing, claim] : *drawings) {
            EXPECT_EQ(claim.asked, Asked::random);
            EXPECT_EQ(claim.probability, recheck_probability);
            ids.insert(drawing.id);
        }
        return ids;
    }
    void says(const Drawing& drawing, const char* tag) {
        ASSERT_TRUE(succeeded(store_->change_tag(
            {drawing.id, tag, by_ada, at_, "", store_->drawing(drawing.id)->version})));
    }
    static std::vector<std::int64_t> listed(const Rechecked& counts) {
        return {counts.waiting, counts.others, counts.answered, counts.agreed};
    }

    Timestamp at_ = now();
    Uuid page_ = Uuid::v7();
};
INSTANTIATE_TEST_SUITE_P(Stores, RecheckContract, testing::ValuesIn(kinds()), kind_name);

TEST_P(RecheckContract, AsksAboutWhatNobodyLookedAtAloneAndChancePicked) {
    const auto bulk = accepted_in_bulk();
    accepted_in_bulk(false);
    const auto brought = imported();
    const auto alone = stored(that_judges(true));
    says(alone, "star");
    stored(that_judges(true));
    const auto hidden = accepted_in_bulk();
    ASSERT_TRUE(succeeded(store_->change_visibility(
        {{hidden.id, Visibility::hidden, by_bob, at_, VersionCondition::any()}})));
    EXPECT_EQ(claimed(request(page_)), (std::set<Uuid>{bulk.id, brought.id}));
    // They are held for the one page, and given to it again.
    EXPECT_TRUE(claimed(request(Uuid::v7())).empty());
    EXPECT_EQ(claimed(request(page_)).size(), 2U);
    auto passing = request(page_);
    passing.passed = {bulk.id};
    EXPECT_EQ(claimed(passing), (std::set<Uuid>{brought.id}));
    const auto counts = store_->recheck_counts(shapes_project).value();
    EXPECT_EQ(listed(counts.in_bulk), (std::vector<std::int64_t>{1, 1, 0, 0}));
    EXPECT_EQ(listed(counts.imported), (std::vector<std::int64_t>{1, 0, 0, 0}));
    EXPECT_TRUE(succeeded(store_->release(page_, *by_ada.id)));
}

TEST_P(RecheckContract, CountsWhatWasSaidAgainAndLetsItJudge) {
    const auto right = accepted_in_bulk();
    const auto wrong = accepted_in_bulk();
    const auto brought = imported();
    claimed(request(page_));
    says(right, "star");
    says(wrong, "heart");
    says(brought, "star");
    for (const auto& drawing : {right, wrong, brought})
        EXPECT_EQ(store_->drawing(drawing.id)->basis, Basis::own);
    EXPECT_TRUE(claimed(request(page_)).empty());
    auto counts = store_->recheck_counts(shapes_project).value();
    EXPECT_EQ(listed(counts.in_bulk), (std::vector<std::int64_t>{0, 0, 2, 1}));
    EXPECT_EQ(listed(counts.imported), (std::vector<std::int64_t>{0, 0, 1, 1}));
    // No import alone reviewed any of them now.
    const auto reviewed = store_->reviewed_drawings(ReviewedQuery()).value();
    for (const auto& drawing : reviewed.drawings) EXPECT_FALSE(drawing.imported);
    Query list;
    list.imported = true;
    EXPECT_TRUE(store_->list(list)->drawings.empty());
    // Taken back, it counts for nothing, and is asked about again.
    ASSERT_TRUE(succeeded(store_->undo_tag({wrong.id, by_ada, at_, VersionCondition::any()})));
    EXPECT_FALSE(store_->drawing(wrong.id)->basis);
    counts = store_->recheck_counts(shapes_project).value();
    EXPECT_EQ(listed(counts.in_bulk), (std::vector<std::int64_t>{1, 0, 1, 1}));
}

TEST_P(RecheckContract, TheLastOfTwoAnswersInARowCounts) {
    const auto drawing = accepted_in_bulk();
    claimed(request(page_));
    says(drawing, "heart");
    says(drawing, "star");
    auto counts = store_->recheck_counts(shapes_project).value();
    EXPECT_EQ(listed(counts.in_bulk), (std::vector<std::int64_t>{0, 0, 1, 1}));
}

TEST_P(RecheckContract, WhatIsSaidWithoutBeingAskedIsNoAnswer) {
    const auto bulk = accepted_in_bulk();
    says(bulk, "star");
    const auto brought = imported();
    const auto reviewed = store_->reviewed_drawings(ReviewedQuery()).value();
    for (const auto& drawing : reviewed.drawings)
        EXPECT_EQ(drawing.imported, drawing.id == brought.id);
    const auto counts = store_->recheck_counts(shapes_project).value();
    EXPECT_EQ(listed(counts.in_bulk), (std::vector<std::int64_t>{0, 0, 0, 0}));
    EXPECT_EQ(store_->drawing(bulk.id)->basis, Basis::shown);
    EXPECT_EQ(store_->claim_recheck(request(page_, 0)).error().field, "limit");
}

TEST(RecheckPlaces, AreAQuarterOfThoseThatJudge) {
    int judging = 0;
    int picked = 0;
    for (int i = 0; i < 40'000; ++i) {
        const int place = queue_place(Uuid::v7(), {});
        judging += place >= first_judging_place ? 1 : 0;
        picked += place >= first_rechecked_place ? 1 : 0;
    }
    EXPECT_NEAR(picked, judging * 0.25, 200);
    EXPECT_NEAR(picked, 40'000 * recheck_probability, 250);
}

}  // namespace
}  // namespace croquis::store
