#include "service/similarity/duplicates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "drawing/decode.h"
#include "drawing/strokes.h"
#include "service/similarity/duplicate_dismissals.h"
#include "support/temp_folder.h"
#include "unit/service/submitted.h"

namespace croquis::service {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

class DuplicatesTest : public testing::Test {
  protected:
    void SetUp() override { ASSERT_TRUE(store_->migrate()); }

    /// A drawing that the network saw at (x, y); of a picture of its own where none is named.
    store::Drawing seen(int x, int y, std::uint8_t picture = 0, bool judges = false) {
        auto submission = unseen(picture, judges);
        submission.embedding = store::Embedding{
            "live", 0.5F, {static_cast<std::int8_t>(x), static_cast<std::int8_t>(y)}};
        return submitted(*store_, std::move(submission));
    }
    store::Submission unseen(std::uint8_t picture, bool judges = false) {
        const auto number = picture == 0 ? ++pictures_ : picture;
        auto submission = picture_submission({number, 1, 2}, {"model", "circle", 0.5F, {}});
        submission.id = drawing_id(judges);
        return submission;
    }
    store::Drawing tagged(const store::Drawing& drawing, const std::string& tag) {
        return store_
            ->change_tag(
                {drawing.id, tag, {marie_, "marie"}, now(), "", store::VersionCondition::any()})
            .value();
    }
    void withdraw(const store::Drawing& drawing, store::Visibility to) {
        const auto changed =
            store_->change_visibility({{drawing.id, to, store::Author{marie_, "marie"}, now(),
                                        store::VersionCondition::any()}});
        ASSERT_TRUE(changed);
        ASSERT_TRUE(changed->front());
    }
    Duplicates found(std::size_t limit = 50, const std::string& trunk = "live") {
        auto duplicates = DuplicateBoard().of(*store_, store::shapes_project, trunk, limit);
        EXPECT_TRUE(duplicates) << duplicates.error().detail;
        return std::move(*duplicates);
    }
    static std::vector<Uuid> ids(const DuplicateGroup& group) {
        std::vector<Uuid> all;
        for (const auto& [drawing, similarity] : group.drawings) all.push_back(drawing.id);
        return all;
    }

    store::DuplicateDismissal dismissed(const std::vector<store::Drawing>& drawings) {
        std::vector<Uuid> all;
        for (const auto& drawing : drawings) all.push_back(drawing.id);
        const auto done = dismiss_duplicates(*store_, store::shapes_project, std::move(all),
                                             {std::nullopt, "marie"});
        EXPECT_TRUE(done) << done.error().detail;
        return *done;
    }
    std::vector<DismissedGroup> listed(std::size_t limit = 50) {
        return dismissed_groups(*store_, store::shapes_project, limit).value();
    }

    testing_support::TempFolder folder_;
    Metrics metrics_;
    std::unique_ptr<store::Store> store_ =
        store::open_store("sqlite:" + (folder_.path() / "duplicates.db").string(), {}, metrics_)
            .value();
    std::uint8_t pictures_ = 100;
    const Uuid marie_ = Uuid::v7();
};

TEST_F(DuplicatesTest, AreGroupsAroundTheOldest) {
    const auto first = seen(100, 0);
    seen(0, 100);
    const auto near = seen(100, 5);
    const auto same = seen(100, 0);
    const auto none = found();
    EXPECT_EQ(none.looked_at, 4U);
    ASSERT_EQ(none.listed.size(), 1U);
    EXPECT_THAT(ids(none.listed[0]), ElementsAre(first.id, same.id, near.id));
    EXPECT_NEAR(none.listed[0].drawings[2].similarity, 0.99875, 1e-4);
    EXPECT_THAT(none.listed[0].tags, IsEmpty());
    EXPECT_FALSE(none.listed[0].same_picture);
    EXPECT_THAT(found(50, "another").listed, IsEmpty());
    EXPECT_FALSE(DuplicateBoard().of(*store_, store::shapes_project, "live", 0));
    EXPECT_FALSE(DuplicateBoard().of(*store_, store::shapes_project, "live", 51));
}

TEST_F(DuplicatesTest, AreOneFileThatNoNetworkSaw) {
    const auto first = submitted(*store_, unseen(1));
    const auto second = submitted(*store_, unseen(1));
    submitted(*store_, unseen(2));
    const auto duplicates = found();
    ASSERT_EQ(duplicates.listed.size(), 1U);
    EXPECT_THAT(ids(duplicates.listed[0]), ElementsAre(first.id, second.id));
    EXPECT_TRUE(duplicates.listed[0].same_picture);
    // One of them that the network saw brings the other along.
    const auto near = seen(100, 0);
    const auto again = seen(100, 1, 1);
    const auto joined = found();
    ASSERT_EQ(joined.listed.size(), 1U);
    EXPECT_THAT(ids(joined.listed[0]), ElementsAre(first.id, second.id, again.id, near.id));
    EXPECT_FALSE(joined.listed[0].same_picture);
}

TEST_F(DuplicatesTest, AreWhatTheirPicturesShow) {
    const auto drawn = [&](const drawing::Strokes& strokes, float pen, int x, int y) {
        auto submission =
            picture_submission(*drawing::encode_png(drawing::rasterise(strokes, 120, {pen}, 8)),
                               {"model", "circle", 0.5F, {}});
        submission.embedding = store::Embedding{
            "live", 0.5F, {static_cast<std::int8_t>(x), static_cast<std::int8_t>(y)}};
        return submitted(*store_, std::move(submission)).id;
    };
    const drawing::Strokes corner{{{0, 0, 0}, {0, 100, 0}, {100, 100, 0}}};
    const drawing::Strokes other{{{0, 0, 0}, {100, 0, 0}, {100, 100, 0}}};
    const auto first = drawn(corner, 3, 100, 0);
    drawn(other, 3, 100, 0);                       // which the network takes for the same
    const auto again = drawn(corner, 4, 100, 28);  // 0.963, to the network
    drawn(corner, 5, 100, 40);                     // 0.928
    const auto duplicates = found();
    ASSERT_EQ(duplicates.listed.size(), 1U);
    EXPECT_THAT(ids(duplicates.listed[0]), ElementsAre(first, again));
}

TEST_F(DuplicatesTest, ComeFirstWherePeopleContradictThemselves) {
    for (int i = 0; i < 3; ++i) tagged(seen(0, 100), "circle");
    const auto circle = tagged(seen(100, 0), "circle");
    const auto star = tagged(seen(100, 1), "star");
    auto duplicates = found();
    EXPECT_EQ(duplicates.groups, 2U);
    EXPECT_EQ(duplicates.drawings, 5U);
    EXPECT_EQ(duplicates.contradicting, 1U);
    ASSERT_EQ(duplicates.listed.size(), 2U);
    EXPECT_THAT(ids(duplicates.listed[0]), ElementsAre(circle.id, star.id));
    EXPECT_TRUE(duplicates.listed[0].contradicts());
    EXPECT_THAT(duplicates.listed[0].tags, ElementsAre(Pair("circle", 1), Pair("star", 1)));
    EXPECT_THAT(duplicates.listed[1].tags, ElementsAre(Pair("circle", 3)));
    EXPECT_FALSE(duplicates.listed[1].contradicts());
    duplicates = found(1);
    EXPECT_EQ(duplicates.groups, 2U);
    EXPECT_EQ(duplicates.listed.size(), 1U);
    // What nobody reviewed contradicts nothing.
    ASSERT_TRUE(store_->undo_tag({star.id, {marie_, "marie"}, now(), star.version}));
    EXPECT_EQ(found().contradicting, 0U);
    EXPECT_EQ(found().listed[0].size, 3U);
}

TEST_F(DuplicatesTest, AreCountedWhereTheyCrossWhatIsLearntAndWhatJudges) {
    tagged(seen(100, 0, 0, false), "circle");
    const auto judging = seen(100, 1, 0, true);
    EXPECT_EQ(found().crossing, 0U);
    tagged(judging, "circle");
    tagged(seen(0, 100, 0, true), "circle");
    tagged(seen(1, 100, 0, true), "circle");
    const auto duplicates = found();
    EXPECT_EQ(duplicates.crossing, 1U);
    EXPECT_EQ(duplicates.judging, 1U);
    for (const auto& group : duplicates.listed) EXPECT_EQ(group.crosses(), group.learning == 1);
}

TEST_F(DuplicatesTest, AreNotWhatIsHiddenOrDeleted) {
    const auto first = seen(100, 0);
    const auto hidden = seen(100, 1);
    const auto deleted = seen(100, 2);
    EXPECT_EQ(found().listed[0].size, 3U);
    withdraw(hidden, store::Visibility::hidden);
    EXPECT_THAT(ids(found().listed[0]), ElementsAre(first.id, deleted.id));
    withdraw(deleted, store::Visibility::deleted);
    EXPECT_THAT(found().listed, IsEmpty());
}

TEST_F(DuplicatesTest, AreNotWhatPeopleSayIsNone) {
    const auto first = seen(100, 0);
    const auto second = seen(100, 1);
    tagged(seen(0, 100, 9), "circle");
    tagged(seen(0, 100, 9), "star");
    EXPECT_EQ(found().groups, 2U);
    const auto dismissal = dismissed({second, first, second});
    EXPECT_THAT(dismissal.drawings, ElementsAre(first.id, second.id));
    auto duplicates = found(1);
    EXPECT_EQ(duplicates.groups, 1U);
    EXPECT_EQ(duplicates.drawings, 2U);
    EXPECT_EQ(duplicates.contradicting, 1U);
    EXPECT_EQ(duplicates.dismissed, 1U);
    ASSERT_EQ(listed().size(), 1U);
    EXPECT_EQ(listed()[0].drawings.size(), 2U);
    ASSERT_TRUE(restore_duplicates(*store_, dismissal.id, store::shapes_project, {}));
    EXPECT_EQ(found().groups, 2U);
    EXPECT_EQ(found().dismissed, 0U);
    EXPECT_TRUE(listed().empty());
    EXPECT_FALSE(dismissed_groups(*store_, store::shapes_project, 0));
}

TEST_F(DuplicatesTest, AreToldAgainWithADrawingThatCameSince) {
    const auto first = seen(100, 0);
    const auto second = seen(100, 1);
    dismissed({first, second});
    const auto third = seen(100, 2);
    const auto duplicates = found();
    ASSERT_EQ(duplicates.listed.size(), 1U);
    EXPECT_EQ(duplicates.dismissed, 0U);
    EXPECT_THAT(ids(duplicates.listed[0]), ElementsAre(first.id, second.id, third.id));
    dismissed({first, second, third});
    EXPECT_EQ(found().groups, 0U);
    EXPECT_EQ(found().dismissed, 1U);
}

TEST_F(DuplicatesTest, AreSettledByWhatWasSeenBesideTheOldestInSeveralGoes) {
    const auto first = seen(100, 0);
    const auto second = seen(100, 1);
    const auto third = seen(100, 2);
    dismissed({first, second});
    // The first and the third were each seen beside the second: nobody has seen the two.
    dismissed({second, third});
    ASSERT_EQ(found().listed.size(), 1U);
    EXPECT_EQ(found().listed[0].size, 3U);
    const auto rest = dismissed({third, first});
    EXPECT_EQ(found().groups, 0U);
    EXPECT_EQ(found().dismissed, 1U);
    ASSERT_TRUE(restore_duplicates(*store_, rest.id, store::shapes_project, {}));
    EXPECT_EQ(found().groups, 1U);
    // Without the third, what is left was seen.
    withdraw(third, store::Visibility::hidden);
    EXPECT_EQ(found().dismissed, 1U);
}

TEST_F(DuplicatesTest, StayDismissedWhereOneIsGone) {
    const auto first = seen(100, 0);
    const auto second = seen(100, 1);
    const auto third = seen(100, 2);
    dismissed({first, second, third});
    withdraw(second, store::Visibility::deleted);
    EXPECT_EQ(found().groups, 0U);
    EXPECT_EQ(found().dismissed, 1U);
    ASSERT_EQ(listed().size(), 1U);
    EXPECT_EQ(listed()[0].drawings.size(), 2U);
    EXPECT_EQ(listed()[0].dismissal.drawings.size(), 3U);
    withdraw(third, store::Visibility::deleted);
    EXPECT_EQ(found().dismissed, 0U);
    EXPECT_TRUE(listed().empty());
}

TEST_F(DuplicatesTest, ListsTheOldestOfManyAndCountsTheRest) {
    for (std::size_t i = 0; i < most_of_duplicates + 3; ++i) seen(100, 0);
    const auto duplicates = found();
    ASSERT_EQ(duplicates.listed.size(), 1U);
    EXPECT_EQ(duplicates.listed[0].size, most_of_duplicates + 3);
    EXPECT_EQ(duplicates.listed[0].drawings.size(), most_of_duplicates);
    EXPECT_EQ(duplicates.listed[0].others.size(), 3U);
}

/// A board for which looking takes a second.
class DuplicateBoardTest : public DuplicatesTest {
  protected:
    Duplicates told() { return board_.of(*store_, store::shapes_project, "live", 50).value(); }

    DuplicateBoard::Clock::time_point now_{};
    DuplicateBoard board_{[this] { return now_ += std::chrono::seconds(1); }};
};

TEST_F(DuplicateBoardTest, KnowsAtOnceWhatBecameOfWhatItFound) {
    const auto first = tagged(seen(100, 0), "circle");
    const auto second = tagged(seen(100, 1), "star");
    EXPECT_EQ(told().contradicting, 1U);
    const auto third = seen(100, 2);
    EXPECT_EQ(told().looked_at, 2U);
    tagged(second, "circle");
    EXPECT_EQ(told().contradicting, 0U);
    EXPECT_FALSE(told().listed[0].contradicts());
    withdraw(second, store::Visibility::hidden);
    EXPECT_EQ(told().groups, 0U);
    EXPECT_THAT(told().listed, IsEmpty());
    now_ += std::chrono::seconds(20);
    EXPECT_EQ(told().looked_at, 2U);
    EXPECT_THAT(ids(told().listed[0]), ElementsAre(first.id, third.id));
}

}  // namespace
}  // namespace croquis::service
