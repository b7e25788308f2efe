#include "service/review/reviews.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "service/review/review_queue.h"
#include "store/records.h"
#include "unit/service/use_cases.h"

namespace croquis::service {
namespace {

using testing::ElementsAre;

class ReviewsTest : public UseCasesTest {
  protected:
    ReviewQueue queue_{*store_, workers_};
};

TEST_F(ReviewsTest, LetsOneOfThoseWhoSawTheSameVersionChangeTheTag) {
    const auto drawing = stored(1);
    std::vector<std::future<Result<Detail>>> answers;
    for (const auto* tag : {"star", "heart", "line", "cross"})
        answers.push_back(start(reviews_.change_tag(drawing.id, tag, "", 1, marie_)));
    int changed = 0;
    for (auto& answer : answers) {
        const auto got = answer.get();
        changed += got ? 1 : 0;
        if (got) continue;
        EXPECT_EQ(got.error().kind, ErrorKind::precondition_failed);
    }
    EXPECT_EQ(changed, 1);
    const auto events = ask(catalogue_.history(drawing.id)).value();
    ASSERT_EQ(events.size(), 2u);
    EXPECT_EQ(events[1].by, "marie");
    EXPECT_EQ(events[1].by_id, marie_.user);
    EXPECT_EQ(events[1].kind, store::TagEventKind::corrected);
}

TEST_F(ReviewsTest, TakesWhatWasAcceptedOutOfTheQueue) {
    const auto kept = stored(1);
    const auto accepted = stored(2);
    const auto results = ask(reviews_.accept({{accepted.id, 1}, {Uuid::v7(), 1}}, marie_));
    ASSERT_TRUE(results);
    ASSERT_EQ(results->size(), 2u);
    EXPECT_EQ(results->front().value().drawing.tagged_by, "marie");
    EXPECT_EQ(results->back().error().kind, ErrorKind::not_found);
    std::vector<Uuid> waiting;
    for (const auto& drawing : ask(queue_.page(50, {}, marie_)).value().drawings)
        waiting.push_back(drawing.id);
    EXPECT_THAT(waiting, ElementsAre(kept.id));
}

TEST_F(ReviewsTest, TakesBackWhatWasAccepted) {
    const auto first = stored(1);
    const auto second = stored(2);
    ASSERT_TRUE(ask(reviews_.accept({{first.id, 1}, {second.id, 1}}, marie_)));
    const auto undone =
        ask(reviews_.undo_each({{first.id, 2}, {second.id, 1}, {Uuid::v7(), 1}}, marie_));
    ASSERT_TRUE(undone);
    ASSERT_EQ(undone->size(), 3u);
    EXPECT_FALSE((*undone)[0]->drawing.tagged_by);
    EXPECT_EQ((*undone)[0]->top.size(), 5u);
    EXPECT_EQ((*undone)[1].error().kind, ErrorKind::precondition_failed);
    EXPECT_EQ((*undone)[2].error().kind, ErrorKind::not_found);
    const auto waiting = ask(queue_.page(50, {}, marie_)).value().drawings;
    ASSERT_EQ(waiting.size(), 1u);
    EXPECT_EQ(waiting.front().id, first.id);
    const auto again = ask(reviews_.undo(first.id, 3, marie_));
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, "nothing_to_undo");
}

TEST_F(ReviewsTest, RefusesMoreThanOneRequestMayChange) {
    for (const std::size_t count : {std::size_t{0}, max_at_once + 1}) {
        const std::vector<SeenDrawing> drawings(count, SeenDrawing{Uuid::v7(), 1});
        EXPECT_EQ(ask(reviews_.accept(drawings, marie_)).error().field, "drawings");
        EXPECT_EQ(ask(reviews_.undo_each(drawings, marie_)).error().field, "drawings");
    }
    const std::vector<SeenDrawing> most(max_at_once, SeenDrawing{Uuid::v7(), 1});
    EXPECT_EQ(ask(reviews_.accept(most, marie_))->size(), max_at_once);
}

TEST_F(ReviewsTest, TeachesAfterSoManyReviews) {
    int woken = 0;
    Reviews reviews(*store_, workers_, details_, TeachingRhythm{3, [&] { ++woken; }});
    const identity::Principal marie{Uuid::v7(), "marie", identity::Role::annotator, {}};
    const auto jobs = [&] { return store_->jobs(10, std::nullopt)->size(); };
    const auto first = stored(1);
    ASSERT_TRUE(ask(reviews.change_tag(first.id, "star", "", 1, marie)));
    // What is refused is no review.
    EXPECT_FALSE(ask(reviews.change_tag(first.id, "star", "", 1, marie)));
    EXPECT_EQ(jobs(), 0U);
    const auto both = ask(reviews.accept({{stored(2).id, 1}, {stored(3).id, 1}}, marie));
    ASSERT_TRUE(both);
    EXPECT_EQ(jobs(), 1U);
    EXPECT_EQ(woken, 1);
    ASSERT_TRUE(ask(reviews.change_tag(first.id, "heart", "", 2, marie)));
    EXPECT_EQ(jobs(), 1U);
}

TEST_F(ReviewsTest, CountsWithOtherProcessesAndOverARestart) {
    const auto other_store =
        store::open_store("sqlite:" + (folder_.path() / "croquis.db").string(), {}, metrics_)
            .value();
    Details other_details(*other_store, projects_, models_);
    const TeachingRhythm rhythm{5};
    Reviews one(*store_, workers_, details_, rhythm);
    Reviews other(*other_store, workers_, other_details, rhythm);
    const auto review = [&](Reviews& reviews, int seed) {
        const auto changed = ask(reviews.accept({{stored(seed).id, 1}}, marie_));
        ASSERT_TRUE(changed && changed->front());
    };
    const auto jobs = [&] { return store_->jobs(10, std::nullopt)->size(); };
    review(one, 1);
    review(one, 2);
    review(other, 3);
    review(other, 4);
    EXPECT_EQ(jobs(), 0U);
    Reviews after_restart(*store_, workers_, details_, rhythm);
    review(after_restart, 5);
    EXPECT_EQ(jobs(), 1U);
    review(one, 6);
    review(other, 7);
    EXPECT_EQ(jobs(), 1U);
}

TEST_F(ReviewsTest, FindsOutInTimeHoweverManyAreMissing) {
    Reviews one(*store_, workers_, details_, TeachingRhythm{40});
    Reviews other(*store_, workers_, details_, TeachingRhythm{40});
    for (int seed = 1; seed <= 39; ++seed) {
        auto& by_turns = seed % 3 == 0 ? other : one;
        ASSERT_TRUE(ask(by_turns.accept({{stored(seed).id, 1}}, marie_)));
    }
    EXPECT_TRUE(store_->jobs(10, std::nullopt)->empty());
    ASSERT_TRUE(ask(other.accept({{stored(40).id, 1}}, marie_)));
    EXPECT_EQ(store_->jobs(10, std::nullopt)->size(), 1U);
}

TEST_F(ReviewsTest, TeachesAsTheProjectSays) {
    Reviews reviews(*store_, workers_, details_, TeachingRhythm{1});
    ReviewedProject project{store::shapes_project, 0, true};
    const auto review = [&](int seed) {
        const auto all = ask(reviews.accept({{stored(seed).id, 1}}, marie_, project));
        EXPECT_TRUE(all && all->front());
    };
    const auto jobs = [&] { return store_->jobs(10, std::nullopt).value(); };
    review(1);
    EXPECT_TRUE(jobs().empty()) << "0 is never";
    project.teach_after = 3;
    review(2);
    EXPECT_TRUE(jobs().empty());
    review(3);
    ASSERT_EQ(jobs().size(), 1U) << "with what was reviewed before";
    EXPECT_FALSE(jobs().front().created_by);
    EXPECT_EQ(store::parameter_of(jobs().front(), "promote"), "if_better");
}

TEST_F(ReviewsTest, TeachesEachProjectAfterItsOwnReviews) {
    Reviews reviews(*store_, workers_, details_, TeachingRhythm{2});
    store::Project birds;
    birds.slug = birds.name = "birds";
    birds.created_at = now();
    birds = store_->add_project(birds).value();
    const auto known =
        std::make_shared<const KnownProject>(KnownProject{birds, {"circle", "square"}});
    const auto review = [&](int seed, const ProjectRef& project, int of) {
        const auto drawn =
            ask(submissions_.submit({square(seed), {}, "test", {}, {}, {}, project}));
        ASSERT_TRUE(drawn) << drawn.error().detail;
        const auto all = ask(reviews.accept({{drawn->drawing.id, 1}}, marie_, ReviewedProject{of}));
        ASSERT_TRUE(all);
        ASSERT_TRUE(all->front());
    };
    const auto jobs_of = [&](int project) {
        const auto jobs = store_->jobs(10, std::nullopt).value();
        return std::count_if(jobs.begin(), jobs.end(),
                             [&](const store::Job& job) { return job.project == project; });
    };
    review(1, nullptr, store::shapes_project);
    review(2, known, birds.id);
    EXPECT_EQ(jobs_of(birds.id), 0);
    review(3, nullptr, store::shapes_project);
    EXPECT_EQ(jobs_of(store::shapes_project), 1);
    EXPECT_EQ(jobs_of(birds.id), 0);
    review(4, known, birds.id);
    EXPECT_EQ(jobs_of(birds.id), 1);
}

}  // namespace
}  // namespace croquis::service
