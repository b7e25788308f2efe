#include <set>

#include "contract/store/fixture.h"
#include "store/asking.h"

namespace croquis::store {
namespace {

class ClaimContract : public StoreContract {
  protected:
    /// A drawing whose two best probabilities lie so far apart.
    Submission with_margin(float margin) {
        auto submission = make_submission();
        submission.prediction.probabilities = {(1 + margin) / 2, (1 - margin) / 2};
        return submission;
    }
    /// Of a kind: one that judges, or one that does not.
    Drawing stored_that(bool judging, float margin = 0.5F) {
        for (;;) {
            auto submission = with_margin(margin);
            if (judges(submission.id) == judging) return stored(std::move(submission));
        }
    }
    ClaimRequest request(const Uuid& holder, std::size_t limit = 4) {
        ClaimRequest asked;
        asked.holder = holder;
        asked.account = ada_;
        asked.limit = limit;
        asked.at = at_;
        asked.until = at_ + std::chrono::seconds(120);
        return asked;
    }
    std::vector<Uuid> claimed(const ClaimRequest& asked) {
        const auto drawings = store_->claim(asked);
        EXPECT_TRUE(succeeded(drawings));
        std::vector<Uuid> ids;
        if (!drawings) return ids;
        for (const auto& each : *drawings) {
            EXPECT_EQ(each.drawing.id, each.claim.drawing);
            EXPECT_EQ(each.claim.account, asked.account);
            ids.push_back(each.drawing.id);
        }
        return ids;
    }

    Timestamp at_ = now();
    Uuid ada_ = *by_ada.id;
    Uuid page_ = Uuid::v7();
    Uuid other_page_ = Uuid::v7();
};
INSTANTIATE_TEST_SUITE_P(Stores, ClaimContract, testing::ValuesIn(kinds()), kind_name);

TEST_P(ClaimContract, AsksAboutTheSmallestMarginFirst) {
    const auto sure = stored_that(false, 0.9F);
    const auto unsure = stored_that(false, 0.1F);
    const auto between = stored_that(false, 0.5F);
    EXPECT_EQ(claimed(request(page_)), (std::vector<Uuid>{unsure.id, between.id, sure.id}));
}

TEST_P(ClaimContract, AsksAboutTheFirstOnesBeforeTheSmallestMargin) {
    std::vector<Uuid> ids;
    for (const float margin : {0.1F, 0.3F, 0.5F, 0.7F, 0.9F})
        ids.push_back(stored_that(false, margin).id);
    auto asked = request(page_, 1);
    asked.first = {ids[4], ids[2]};
    EXPECT_EQ(claimed(asked), std::vector<Uuid>{ids[4]});
    // What is held comes before them, and is given again in the order of the queue.
    asked.limit = 3;
    EXPECT_EQ(claimed(asked), (std::vector<Uuid>{ids[4], ids[0], ids[2]}));
    EXPECT_EQ(claimed(asked), (std::vector<Uuid>{ids[0], ids[2], ids[4]}));
    // Nobody else is given those, whoever names them.
    auto other = asked;
    other.holder = other_page_;
    other.account = *by_bob.id;
    EXPECT_EQ(claimed(other), (std::vector<Uuid>{ids[1], ids[3]}));
    asked.passed = {ids[4], ids[2], ids[0]};
    EXPECT_TRUE(claimed(asked).empty());
    other.limit = 3;
    EXPECT_EQ(claimed(other), (std::vector<Uuid>{ids[1], ids[3], ids[4]}));
}

TEST_P(ClaimContract, WhatTheQueueWouldNotAskAboutIsNotAskedFirstEither) {
    store::Project birds;
    birds.slug = birds.name = "birds";
    birds.created_at = at_;
    const int elsewhere = store_->add_project(birds).value().id;
    auto brought = with_margin(0.9F);
    while (judges(brought.id)) brought.id = Uuid::v7();
    brought.project = elsewhere;
    const auto of_birds = stored(std::move(brought));
    const auto judging = stored_that(true);
    const auto reviewed = stored_that(false);
    const auto hidden = stored_that(false);
    ASSERT_TRUE(succeeded(store_->change_tag({reviewed.id, "star", by_bob, at_, "", 1})));
    ASSERT_TRUE(succeeded(store_->change_visibility(
        {{hidden.id, Visibility::hidden, by_bob, at_, VersionCondition::any()}})));
    stored_that(false, 0.1F);
    const auto left = stored_that(false, 0.9F);
    auto asked = request(page_, 1);
    asked.seed = 1;
    while (random_questions(1, asked.seed) != 0) ++asked.seed;
    const auto gone = Uuid::v7();
    asked.first = {of_birds.id, judging.id, reviewed.id, hidden.id, gone, left.id, left.id};
    EXPECT_EQ(claimed(asked), std::vector<Uuid>{left.id});
}

TEST_P(ClaimContract, TheSameRequestAgainGivesTheSameDrawings) {
    for (int i = 0; i < 8; ++i) stored_that(false);
    const auto first = claimed(request(page_));
    EXPECT_EQ(first.size(), 4U);
    EXPECT_EQ(claimed(request(page_)), first);
}

TEST_P(ClaimContract, NobodyElseIsGivenWhatIsHeld) {
    for (int i = 0; i < 6; ++i) stored_that(false);
    const auto mine = claimed(request(page_));
    const auto theirs = claimed(request(other_page_));
    EXPECT_EQ(theirs.size(), 2U);
    for (const auto& id : theirs) EXPECT_EQ(std::count(mine.begin(), mine.end(), id), 0);
}

TEST_P(ClaimContract, WhatIsLetGoOrExpiredIsFreeAtOnce) {
    const auto drawing = stored_that(false);
    claimed(request(page_));
    EXPECT_TRUE(claimed(request(other_page_)).empty());
    ASSERT_TRUE(succeeded(store_->release(page_, *by_bob.id)));  // another's page
    EXPECT_TRUE(claimed(request(other_page_)).empty());
    ASSERT_TRUE(succeeded(store_->release(page_, ada_)));
    EXPECT_EQ(claimed(request(other_page_)), std::vector<Uuid>{drawing.id});
    at_ += std::chrono::seconds(119);
    EXPECT_TRUE(claimed(request(page_)).empty());
    at_ += std::chrono::seconds(1);
    EXPECT_EQ(claimed(request(page_)), std::vector<Uuid>{drawing.id});
}

TEST_P(ClaimContract, ARequestRenewsWhatItHolds) {
    const auto drawing = stored_that(false);
    claimed(request(page_));
    at_ += std::chrono::seconds(90);
    claimed(request(page_));
    at_ += std::chrono::seconds(90);
    EXPECT_TRUE(claimed(request(other_page_)).empty());
    EXPECT_EQ(claimed(request(page_)), std::vector<Uuid>{drawing.id});
}

TEST_P(ClaimContract, WhatIsReviewedOrHiddenMakesRoomForTheNext) {
    for (int i = 0; i < 3; ++i) stored_that(false);
    const auto held = claimed(request(page_, 2));
    ASSERT_EQ(held.size(), 2U);
    ASSERT_TRUE(succeeded(store_->change_tag({held[0], "star", by_ada, at_, "", 1})));
    ASSERT_TRUE(succeeded(store_->change_visibility(
        {{held[1], Visibility::hidden, by_ada, at_, VersionCondition::any()}})));
    const auto next = claimed(request(page_, 2));
    ASSERT_EQ(next.size(), 1U);
    EXPECT_EQ(std::count(held.begin(), held.end(), next[0]), 0);
}

TEST_P(ClaimContract, WhatIsPassedOverGoesToOthers) {
    const auto first = stored_that(false, 0.1F);
    const auto second = stored_that(false, 0.2F);
    EXPECT_EQ(claimed(request(page_, 1)), std::vector<Uuid>{first.id});
    auto next = request(page_, 1);
    next.passed = {first.id};
    EXPECT_EQ(claimed(next), std::vector<Uuid>{second.id});
    EXPECT_EQ(claimed(request(other_page_)), std::vector<Uuid>{first.id});
}

TEST_P(ClaimContract, OneQuestionInTenIsAtRandomAndSaysItsChance) {
    for (int i = 0; i < 40; ++i) stored_that(false);
    for (int i = 0; i < 40; ++i) stored_that(true);
    std::size_t random = 0;
    std::size_t foreseen = 0;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        auto asked = request(page_, 20);
        asked.seed = seed;
        foreseen += random_questions(20, seed);
        for (const auto& each : store_->claim(asked).value()) {
            EXPECT_EQ(each.claim.asked == Asked::random, judges(each.drawing.id));
            EXPECT_EQ(each.claim.probability.has_value(), each.claim.asked == Asked::random);
            random += each.claim.asked == Asked::random ? 1 : 0;
        }
        ASSERT_TRUE(succeeded(store_->release(page_, ada_)));
    }
    EXPECT_EQ(random, foreseen);
    EXPECT_GT(random, 20U);  // of 400, 40 are expected
    EXPECT_LT(random, 65U);
}

TEST_P(ClaimContract, LeavesNothingOutWhereOnePartOfTheQueueIsEmpty) {
    for (int i = 0; i < 3; ++i) stored_that(true);
    EXPECT_EQ(claimed(request(page_)).size(), 3U);
    for (int i = 0; i < 3; ++i) stored_that(false);
    EXPECT_EQ(claimed(request(other_page_)).size(), 3U);
}

TEST_P(ClaimContract, TheHistoryKeepsWhyItWasAsked) {
    const auto random = stored_that(true);
    const auto by_margin = stored_that(false);
    claimed(request(page_, 2));
    const auto unasked = stored(with_margin(0.5F));
    for (const auto& id : {random.id, by_margin.id})
        ASSERT_TRUE(succeeded(store_->change_tag({id, "star", by_ada, at_, "", 1})));
    ASSERT_TRUE(succeeded(
        store_->change_tags({{unasked.id, "star", by_bob, at_, "", 1, std::nullopt, true}})));
    const auto first = store_->history(random.id)->back();
    EXPECT_EQ(first.asked, Asked::random);
    EXPECT_EQ(first.probability, judging_part);
    EXPECT_FALSE(first.bulk);
    EXPECT_EQ(store_->drawing(random.id)->basis, Basis::random);
    const auto second = store_->history(by_margin.id)->back();
    EXPECT_EQ(second.asked, Asked::margin);
    EXPECT_FALSE(second.probability);
    EXPECT_EQ(store_->drawing(by_margin.id)->basis, Basis::shown);
    const auto third = store_->history(unasked.id)->back();
    EXPECT_FALSE(third.asked);
    EXPECT_TRUE(third.bulk);
    EXPECT_FALSE(store_->drawing(unasked.id)->basis);
}

TEST_P(ClaimContract, WhatIsAnsweredTogetherHasNoBasisWhicheverWayItWasAsked) {
    const auto random = stored_that(true);
    claimed(request(page_, 1));
    const auto tagged = [&](const char* tag, bool bulk, int version) {
        return succeeded(
            store_->change_tags({{random.id, tag, by_ada, at_, "", version, std::nullopt, bulk}}));
    };
    ASSERT_TRUE(tagged("star", true, 1));
    EXPECT_EQ(store_->history(random.id)->back().asked, Asked::random);
    EXPECT_FALSE(store_->drawing(random.id)->basis);
    // One by one it has a basis, which answering it together with others takes away.
    ASSERT_TRUE(tagged("heart", false, 2));
    EXPECT_EQ(store_->drawing(random.id)->basis, Basis::random);
    ASSERT_TRUE(tagged("heart", true, 3));
    EXPECT_FALSE(store_->drawing(random.id)->basis);
    // Taken back, it is as it was before.
    ASSERT_TRUE(succeeded(store_->undo_tag({random.id, by_ada, at_, 4})));
    EXPECT_EQ(store_->drawing(random.id)->basis, Basis::random);
}

TEST_P(ClaimContract, AnothersClaimIsNoReasonAndUndoTakesTheBasisBack) {
    const auto random = stored_that(true);
    claimed(request(page_, 1));
    ASSERT_TRUE(succeeded(store_->change_tag({random.id, "star", by_bob, at_, "", 1})));
    EXPECT_FALSE(store_->history(random.id)->back().asked);
    EXPECT_EQ(store_->drawing(random.id)->basis, Basis::shown);
    ASSERT_TRUE(succeeded(store_->undo_tag({random.id, by_bob, at_, 2})));
    EXPECT_FALSE(store_->drawing(random.id)->basis);
    ASSERT_TRUE(succeeded(store_->change_tag({random.id, "star", by_ada, at_, "", 3})));
    EXPECT_EQ(store_->drawing(random.id)->basis, Basis::random);
}

TEST_P(ClaimContract, ARetaggedDrawingMovesInTheQueue) {
    const auto first = stored_that(false, 0.1F);
    const auto second = stored_that(false, 0.2F);
    Prediction sure{"another", "star", 0.95F, {0.95F, 0.05F}};
    ASSERT_EQ(store_->retag({{first.id, 1, sure}}, at_).value(), 1U);
    EXPECT_EQ(claimed(request(page_)), (std::vector<Uuid>{second.id, first.id}));
}

TEST_P(ClaimContract, HoldsOneToFifty) {
    for (const std::size_t limit : {0U, 51U})
        EXPECT_TRUE(failed_with(store_->claim(request(page_, limit)), ErrorKind::invalid, "limit"));
    auto asked = request(page_);
    asked.passed.resize(201);
    EXPECT_TRUE(failed_with(store_->claim(asked), ErrorKind::invalid, "passed"));
    asked = request(page_);
    asked.first.resize(51);
    EXPECT_TRUE(failed_with(store_->claim(asked), ErrorKind::invalid, "first"));
}

TEST(Asking, StandsByTheMarginOrByChance) {
    int judging = 0;
    for (int i = 0; i < 400; ++i) {
        const auto id = Uuid::v7();
        const int place = queue_place(id, {0.1F, 0.84F, 0.06F});
        judging += judges(id) ? 1 : 0;
        if (judges(id))
            EXPECT_GE(place, first_judging_place);
        else
            EXPECT_EQ(place, static_cast<int>((0.84F - 0.1F) * 64));
        EXPECT_LE(place, 32767);
    }
    EXPECT_GT(judging, 60);
    EXPECT_EQ(margin_of({}), 0);
    EXPECT_EQ(margin_of({1}), 1);
    EXPECT_EQ(margin_of({0.5F, 0.5F}), 0);
}

}  // namespace
}  // namespace croquis::store
