#include <map>

#include "contract/store/fixture.h"
#include "store/asking.h"

namespace croquis::store {
namespace {

using std::chrono::hours;

class QualityContract : public StoreContract {
  protected:
    Drawing reviewed(const std::string& predicted, const std::string& tag, Timestamp at,
                     const Author& by = by_ada) {
        const auto drawing = stored(make_submission(predicted, 0.75F));
        EXPECT_TRUE(succeeded(store_->change_tag({drawing.id, tag, by, at, "", 1})));
        return drawing;
    }
    /// Noon of a day, so that an hour more or less stays on it.
    Timestamp noon_ = Timestamp(std::chrono::floor<std::chrono::days>(now()) + hours(12));
};
INSTANTIATE_TEST_SUITE_P(Stores, QualityContract, testing::ValuesIn(kinds()), kind_name);

TEST_P(QualityContract, ListsTheLastReviewsBesideWhatWasPredicted) {
    reviewed("circle", "star", noon_ - hours(48));
    const auto hidden = reviewed("circle", "heart", noon_ - hours(24));
    reviewed("star", "star", noon_);
    stored(make_submission());
    ASSERT_TRUE(succeeded(store_->change_visibility(
        {{hidden.id, Visibility::hidden, by_ada, noon_, VersionCondition::any()}})));
    const auto reviews = store_->recent_reviews(shapes_project, 10);
    ASSERT_TRUE(succeeded(reviews));
    ASSERT_EQ(reviews->size(), 2U);
    EXPECT_EQ((*reviews)[0].at, noon_);
    EXPECT_EQ((*reviews)[0].tag, "star");
    EXPECT_EQ((*reviews)[1].predicted_tag, "circle");
    EXPECT_EQ((*reviews)[1].confidence, 0.75F);
    EXPECT_EQ((*reviews)[1].model, "croquis-test-1");
    EXPECT_EQ((*reviews)[1].basis, Basis::shown);
    EXPECT_EQ(store_->recent_reviews(shapes_project, 1)->size(), 1U);
    EXPECT_TRUE(store_->recent_reviews(shapes_project + 1, 10)->empty());
    for (const std::size_t limit : {0U, 50'001U})
        EXPECT_TRUE(failed_with(store_->recent_reviews(shapes_project, limit), ErrorKind::invalid,
                                "limit"));
}

TEST_P(QualityContract, CountsAnswersByDayAndPerson) {
    reviewed("circle", "star", noon_ - hours(72));
    reviewed("circle", "star", noon_ - hours(24));
    reviewed("circle", "circle", noon_ - hours(23));
    const auto undone = reviewed("circle", "star", noon_, by_bob);
    ASSERT_TRUE(succeeded(store_->undo_tag({undone.id, by_bob, noon_, 2})));
    const auto days = store_->answers_since(shapes_project, noon_ - hours(48));
    ASSERT_TRUE(succeeded(days));
    ASSERT_EQ(days->size(), 2U);
    EXPECT_EQ((*days)[0].by, "ada");
    EXPECT_EQ((*days)[0].answers, 2);
    EXPECT_EQ((*days)[1].by, "bob");
    EXPECT_EQ((*days)[1].day, (*days)[0].day + 1);
    EXPECT_EQ((*days)[1].day,
              std::chrono::floor<std::chrono::days>(noon_).time_since_epoch().count());
}

TEST_P(QualityContract, ReadsWhatAModelSaysOfDrawingsOfATime) {
    stored(make_submission("circle", 0.25F));
    auto other = make_submission("star", 0.5F);
    other.prediction.model = "another";
    stored(other);
    PredictedQuery query{"croquis-test-1", now() - hours(1), now() + hours(1)};
    const auto predicted = store_->predicted_between(shapes_project, query);
    ASSERT_TRUE(succeeded(predicted));
    ASSERT_EQ(predicted->size(), 1U);
    EXPECT_EQ(predicted->front().tag, "circle");
    EXPECT_EQ(predicted->front().confidence, 0.25F);
    query.until = now() - std::chrono::minutes(30);
    EXPECT_TRUE(store_->predicted_between(shapes_project, query)->empty());
    query.limit = 20'001;
    EXPECT_TRUE(
        failed_with(store_->predicted_between(shapes_project, query), ErrorKind::invalid, "limit"));
}

TEST_P(QualityContract, CountsWhatWaits) {
    EXPECT_EQ(*store_->count_waiting(shapes_project), 0);
    reviewed("circle", "star", noon_);
    const auto waits = stored(make_submission());
    EXPECT_EQ(*store_->count_waiting(shapes_project), 1);
    EXPECT_EQ(*store_->count_waiting(shapes_project, Uuid::v7()), 1);
    EXPECT_EQ(*store_->count_waiting(shapes_project + 1), 0);
    const auto review = reviewed("circle", "star", noon_);
    for (const auto& hidden : {waits.id, review.id})
        ASSERT_TRUE(succeeded(store_->change_visibility(
            {{hidden, Visibility::hidden, by_ada, noon_, VersionCondition::any()}})));
    EXPECT_EQ(*store_->count_waiting(shapes_project), 0);
    ASSERT_TRUE(succeeded(store_->change_visibility(
        {{waits.id, Visibility::shown, by_ada, noon_, VersionCondition::any()}})));
    EXPECT_EQ(*store_->count_waiting(shapes_project), 1);
}

TEST_P(QualityContract, CountsAllThatWaits) {
    auto submission = make_submission();
    submission.import_job = Uuid::v7();
    stored(submission);
    reviewed("circle", "star", noon_);
    constexpr int more = 60'000;
    const bool sqlite = GetParam().name == "sqlite";
    const std::string columns =
        std::string(sqlite ? "content, " : "") +
        "created_at, media_type, width, height, sha256, source, model, predicted_tag, confidence, "
        "queue_place, probabilities, tag, project, import_job";
    const std::string ids =
        sqlite ? "CAST(printf('%016d', i) AS BLOB)" : "lpad(to_hex(i), 32, '0')::uuid";
    GetParam().sql(url_,
                   "WITH RECURSIVE numbers (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM "
                   "numbers WHERE i < " +
                       std::to_string(more) + ") INSERT INTO drawing (id, " + columns +
                       ") SELECT " + ids + ", " + columns +
                       " FROM drawing, numbers WHERE tagged_by IS NULL");
    EXPECT_EQ(*store_->count_waiting(shapes_project), more + 1);
    EXPECT_EQ(*store_->count_waiting(shapes_project, by_ada.id), more + 1);
    EXPECT_EQ(*store_->count_waiting(shapes_project, by_ada.id, submission.import_job), more + 1);
    EXPECT_EQ(*store_->count_waiting(shapes_project + 1, {}, submission.import_job), 0);
}

TEST_P(QualityContract, CountsWhatPeopleReviewedByTag) {
    const auto of = [&](const std::string& tag, bool judging, Timestamp at) {
        auto submission = make_submission("circle");
        while (judges(submission.id) != judging) submission.id = Uuid::v7();
        const auto drawing = stored(submission);
        EXPECT_TRUE(succeeded(store_->change_tag({drawing.id, tag, by_ada, at, "", 1})));
        return drawing;
    };
    of("star", false, noon_ - hours(2));
    of("star", false, noon_);  // the moment itself is before
    of("star", false, noon_ + std::chrono::microseconds(1));
    of("star", true, noon_ - hours(1));
    of("star", true, noon_ + hours(1));
    of("circle", false, noon_ + hours(1));
    stored(make_submission());
    const auto hidden = of("star", false, noon_ - hours(2));
    ASSERT_TRUE(succeeded(store_->change_visibility(
        {{hidden.id, Visibility::hidden, by_ada, noon_, VersionCondition::any()}})));
    const auto undone = of("heart", false, noon_);
    ASSERT_TRUE(succeeded(store_->undo_tag({undone.id, by_ada, noon_, 2})));
    const auto counts = store_->reviewed_counts(shapes_project, noon_);
    ASSERT_TRUE(succeeded(counts));
    ASSERT_EQ(counts->size(), 2U);
    EXPECT_EQ((*counts)[0].tag, "circle");
    EXPECT_EQ((*counts)[0].reviewed, 1);
    EXPECT_EQ((*counts)[0].before, 0);
    EXPECT_EQ((*counts)[1].tag, "star");
    EXPECT_EQ((*counts)[1].reviewed, 5);
    EXPECT_EQ((*counts)[1].judging, 2);
    EXPECT_EQ((*counts)[1].before, 2);
    EXPECT_TRUE(store_->reviewed_counts(shapes_project + 1, noon_)->empty());
}

TEST_P(QualityContract, KnowsWhichModelWasLiveBefore) {
    EXPECT_TRUE(failed_with(store_->model_before(), ErrorKind::not_found));
    for (const char* id : {"a", "b", "c"}) {
        Model model{id, "{}", {}, ModelState::candidate, now()};
        ASSERT_TRUE(succeeded(store_->add_model(model, Bytes{1})));
    }
    ASSERT_TRUE(succeeded(store_->promote_model("a")));
    EXPECT_TRUE(failed_with(store_->model_before(), ErrorKind::not_found));
    ASSERT_TRUE(succeeded(store_->promote_model("c")));
    EXPECT_EQ(store_->model_before()->id, "a");
    const auto promoted = store_->live_model()->promoted_at;
    ASSERT_TRUE(promoted);
    ASSERT_TRUE(succeeded(store_->promote_model("c")));  // it is live already
    EXPECT_EQ(store_->live_model()->promoted_at, promoted);
    ASSERT_TRUE(succeeded(store_->promote_model("b")));
    EXPECT_EQ(store_->model_before()->id, "c");
    ASSERT_TRUE(succeeded(store_->promote_model("c")));
    EXPECT_EQ(store_->model_before()->id, "b");
}

Submission seen_by(const std::string& trunk, std::int8_t first) {
    auto submission = make_submission();
    submission.embedding = Embedding{trunk, 0.5F, {first, 7}};
    return submission;
}

TEST_P(QualityContract, ReadsTheNewestEmbeddingsOfAProject) {
    Project birds;
    birds.slug = birds.name = "birds";
    birds.created_at = now();
    birds.id = store_->add_project(birds).value().id;
    std::vector<Uuid> ids;
    for (int i = 0; i < 5; ++i) {
        auto submission = seen_by(i == 2 ? "another" : "trunk", static_cast<std::int8_t>(i));
        submission.project = birds.id;
        ids.push_back(stored(submission).id);
        stored(seen_by("trunk", 9));  // of the other project
    }
    EmbeddingsQuery query{"trunk", birds.id, {}, 2};
    const auto first = store_->newest_embeddings(query);
    ASSERT_TRUE(succeeded(first));
    ASSERT_EQ(first->embeddings.size(), 2U);
    EXPECT_EQ(first->embeddings[0].drawing, ids[4]);
    EXPECT_EQ(first->embeddings[0].embedding.trunk, "trunk");
    EXPECT_EQ(first->embeddings[0].embedding.numbers, (std::vector<std::int8_t>{4, 7}));
    EXPECT_EQ(first->embeddings[1].drawing, ids[3]);
    query.before = first->next;
    const auto second = store_->newest_embeddings(query);
    ASSERT_EQ(second->embeddings.size(), 1U);  // of two looked at, one is another network's
    EXPECT_EQ(second->embeddings[0].drawing, ids[1]);
    query.before = second->next;
    const auto last = store_->newest_embeddings(query);
    ASSERT_EQ(last->embeddings.size(), 1U);
    EXPECT_EQ(last->embeddings[0].drawing, ids[0]);
    EXPECT_FALSE(last->next);
    for (const std::size_t limit : {0U, 5001U}) {
        query.limit = limit;
        EXPECT_TRUE(failed_with(store_->newest_embeddings(query), ErrorKind::invalid, "limit"));
    }
}

TEST_P(QualityContract, ReadsTheEmbeddingsOfSomeDrawings) {
    const auto first = stored(seen_by("trunk", 1)).id;
    const auto second = stored(seen_by("trunk", 2)).id;
    const auto third = stored(seen_by("another", 3)).id;
    const auto none = stored(make_submission()).id;
    stored(seen_by("trunk", 4));
    ASSERT_TRUE(succeeded(store_->add_embeddings({{first, Embedding{"zz", 0.5F, {8, 8}}}})));
    const auto some = store_->embeddings_of("trunk", {second, none, third, first});
    ASSERT_TRUE(succeeded(some));
    std::map<Uuid, std::int8_t> numbers;
    for (const auto& [drawing, embedding] : *some) {
        EXPECT_EQ(embedding.trunk, "trunk");
        EXPECT_EQ(embedding.scale, 0.5F);
        numbers[drawing] = embedding.numbers[0];
    }
    EXPECT_EQ(numbers, (std::map<Uuid, std::int8_t>{{first, 1}, {second, 2}}));
    EXPECT_TRUE(store_->embeddings_of("trunk", {})->empty());
    EXPECT_TRUE(failed_with(store_->embeddings_of("trunk", std::vector<Uuid>(5001)),
                            ErrorKind::invalid, "drawings"));
}

}  // namespace
}  // namespace croquis::store
