#include "service/quality/quality.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "service/similarity/similar.h"
#include "service/similarity/suspects.h"
#include "support/temp_folder.h"
#include "unit/service/submitted.h"

namespace croquis::service {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class NeighboursTest : public testing::Test {
  protected:
    void SetUp() override {
        ASSERT_TRUE(store_->migrate());
        store::Project birds;
        birds.slug = birds.name = "birds";
        birds.created_at = now();
        birds_ = store_->add_project(birds).value().id;
    }

    /// A drawing that the network saw at (x, y).
    store::Drawing seen(int x, int y, int project = store::shapes_project,
                        const std::string& trunk = "live") {
        auto submission = submission_of({1, 2, 3}, {"model", "circle", 0.5F, {}});
        submission.project = project;
        submission.embedding = at(x, y, trunk);
        return submitted(*store_, std::move(submission));
    }
    static store::Embedding at(int x, int y, const std::string& trunk = "live") {
        return {trunk, 0.5F, {static_cast<std::int8_t>(x), static_cast<std::int8_t>(y)}};
    }
    store::Drawing tagged(const store::Drawing& drawing, const std::string& tag,
                          bool bulk = false) {
        store::TagChange change{drawing.id, tag, {marie_, "marie"},
                                now(),      "",  store::VersionCondition::any()};
        change.bulk = bulk;
        return store_->change_tag(change).value();
    }
    std::vector<Uuid> similar_to(const Uuid& drawing, std::size_t limit,
                                 const std::string& trunk = "live") {
        std::vector<Uuid> ids;
        const auto similar = similar_drawings(*store_, birds_, trunk, drawing, limit);
        EXPECT_TRUE(similar) << similar.error().detail;
        for (const auto& each : similar.value()) ids.push_back(each.drawing.id);
        return ids;
    }
    std::vector<Uuid> suspects() {
        std::vector<Uuid> ids;
        for (const auto& each :
             SuspectBoard().of(*store_, store::shapes_project, "live", 200).value())
            ids.push_back(each.drawing.id);
        return ids;
    }
    /// Circles to one side, stars to the other, and one among the circles that is called a star.
    store::Drawing with_one_mistake() {
        for (int i = 0; i < 12; ++i) {
            tagged(seen(100, i), "circle");
            tagged(seen(i, 100), "star");
        }
        return tagged(seen(100, 6), "star");
    }

    testing_support::TempFolder folder_;
    Metrics metrics_;
    std::unique_ptr<store::Store> store_ =
        store::open_store("sqlite:" + (folder_.path() / "quality.db").string(), {}, metrics_)
            .value();
    int birds_ = 0;
    const Uuid marie_ = Uuid::v7();
};

TEST_F(NeighboursTest, AreFoundBesideAnotherProjectsNearerOnes) {
    const auto first = seen(100, 0, birds_);
    const auto near = seen(100, 30, birds_);
    const auto far = seen(0, 100, birds_);
    for (int i = 0; i < 40; ++i) seen(100, 1);
    EXPECT_THAT(similar_to(first.id, 2), ElementsAre(near.id, far.id));
    EXPECT_THAT(similar_to(first.id, 1), ElementsAre(near.id));
}

TEST_F(NeighboursTest, AreThoseOfTheNetworkThatAnswers) {
    const auto first = seen(100, 0, birds_, "z before");
    const auto before = seen(100, 1, birds_, "z before");
    ASSERT_TRUE(store_->add_embeddings({{first.id, at(100, 0)}}));
    const auto fresh = seen(100, 30, birds_);
    EXPECT_THAT(similar_to(first.id, 2), ElementsAre(fresh.id));
    EXPECT_THAT(similar_to(first.id, 2, "z before"), ElementsAre(before.id));
    const auto unseen = similar_drawings(*store_, birds_, "live", before.id, 2);
    ASSERT_FALSE(unseen);
    EXPECT_EQ(unseen.error().code, "no_embedding");
}

TEST_F(NeighboursTest, ConfirmTheTagNoSecondTime) {
    const auto mistake = with_one_mistake();
    EXPECT_THAT(suspects(), ElementsAre(mistake.id));
    tagged(mistake, "star", true);  // among others, which nobody looked at one by one
    EXPECT_THAT(suspects(), ElementsAre(mistake.id));
    const auto confirmed = tagged(mistake, "star");
    EXPECT_THAT(suspects(), IsEmpty());
    ASSERT_TRUE(store_->undo_tag({mistake.id, {marie_, "marie"}, now(), confirmed.version}));
    EXPECT_THAT(suspects(), ElementsAre(mistake.id));
    tagged(mistake, "circle");
    EXPECT_THAT(suspects(), IsEmpty());
    tagged(mistake, "star");
    EXPECT_THAT(suspects(), ElementsAre(mistake.id));
}

/// A board of suspects for which looking takes a second.
class SuspectBoardTest : public NeighboursTest {
  protected:
    static constexpr const char* live = "live";

    std::vector<Uuid> listed(const std::string& trunk = live) {
        std::vector<Uuid> ids;
        for (const auto& each : board_.of(*store_, store::shapes_project, trunk, 200).value())
            ids.push_back(each.drawing.id);
        return ids;
    }

    SuspectBoard::Clock::time_point now_{};
    SuspectBoard board_{[this] { return now_ += std::chrono::seconds(1); }};
};

TEST_F(SuspectBoardTest, TellsAgainWhatWasFound) {
    const auto mistake = with_one_mistake();
    EXPECT_THAT(listed(), ElementsAre(mistake.id));
    const auto second = tagged(seen(100, 7), "star");
    EXPECT_THAT(listed(), ElementsAre(mistake.id));
    now_ += std::chrono::seconds(20);
    EXPECT_THAT(listed(), testing::UnorderedElementsAre(mistake.id, second.id));
    EXPECT_THAT(listed("another"), IsEmpty());
    EXPECT_FALSE(board_.of(*store_, store::shapes_project, live, 0));
}

TEST_F(SuspectBoardTest, TellsItForTenMinutesWhileNobodyReviews) {
    const auto mistake = with_one_mistake();
    EXPECT_THAT(listed(), ElementsAre(mistake.id));
    // What was reviewed without a word of it would be found anew.
    const auto unseen = submitted(*store_, submission_of({4}, {"model", "circle", 0.5F, {}}));
    const auto second = tagged(unseen, "star");
    now_ += std::chrono::seconds(20);
    EXPECT_THAT(listed(), ElementsAre(mistake.id));
    ASSERT_TRUE(store_->add_embeddings({{second.id, at(100, 7)}}));
    now_ += std::chrono::minutes(9);
    EXPECT_THAT(listed(), ElementsAre(mistake.id));
    now_ += std::chrono::minutes(1);
    EXPECT_THAT(listed(), testing::UnorderedElementsAre(mistake.id, second.id));
}

TEST_F(SuspectBoardTest, LeavesOutAtOnceWhatWasConfirmedOrCorrected) {
    const auto mistake = with_one_mistake();
    EXPECT_THAT(listed(), ElementsAre(mistake.id));
    const auto confirmed = tagged(mistake, "star");
    EXPECT_THAT(listed(), IsEmpty());
    ASSERT_TRUE(store_->undo_tag({mistake.id, {marie_, "marie"}, now(), confirmed.version}));
    EXPECT_THAT(listed(), ElementsAre(mistake.id));
    const auto corrected = tagged(mistake, "circle");
    EXPECT_THAT(listed(), IsEmpty());
    ASSERT_TRUE(store_->undo_tag({mistake.id, {marie_, "marie"}, now(), corrected.version}));
    EXPECT_THAT(listed(), ElementsAre(mistake.id));
}

TEST_F(SuspectBoardTest, LooksAnewWhereThatIsQuick) {
    SuspectBoard board([this] { return now_; });
    const auto count = [&] {
        return board.of(*store_, store::shapes_project, live, 200).value().size();
    };
    with_one_mistake();
    EXPECT_EQ(count(), 1U);
    tagged(seen(100, 7), "star");
    EXPECT_EQ(count(), 2U);
}

}  // namespace
}  // namespace croquis::service
