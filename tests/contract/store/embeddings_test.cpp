#include <set>

#include "contract/store/fixture.h"

namespace croquis::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Embedding make_embedding(std::int8_t first, const std::string& trunk = "trunk-a") {
    return {trunk, 0.03125F, {first, -127, 0, 127}};
}

Submission with_embedding(std::int8_t first, const std::string& trunk = "trunk-a") {
    auto submission = make_submission();
    submission.embedding = make_embedding(first, trunk);
    return submission;
}

std::vector<Uuid> ids_of(const std::vector<EmbeddedDrawing>& drawings) {
    std::vector<Uuid> ids;
    for (const auto& drawing : drawings) ids.push_back(drawing.id);
    return ids;
}

class EmbeddingsContract : public StoreContract {
  protected:
    void sql(const std::string& statement) { GetParam().sql(url_, statement); }
    Drawing review(const Drawing& drawing, const std::string& tag = "star") {
        return store_->change_tag({drawing.id, tag, by_ada, now(), "", drawing.version}).value();
    }
    std::vector<EmbeddedDrawing> reviewed(std::size_t limit = 500) {
        std::vector<EmbeddedDrawing> all;
        ReviewedQuery query{"trunk-a", limit, {}};
        do {
            const auto page = store_->reviewed_drawings(query);
            EXPECT_TRUE(succeeded(page));
            if (!page) break;
            all.insert(all.end(), page->drawings.begin(), page->drawings.end());
            query.after = page->next;
        } while (query.after);
        return all;
    }
    std::vector<EmbeddedDrawing> stretches(std::optional<std::string> not_by = std::nullopt,
                                           std::size_t limit = 500) {
        std::vector<EmbeddedDrawing> all;
        StretchQuery query{"trunk-a", std::move(not_by), {}, limit};
        for (;;) {
            const auto stretch = store_->stretch(query);
            EXPECT_TRUE(succeeded(stretch));
            if (!stretch) break;
            all.insert(all.end(), stretch->drawings.begin(), stretch->drawings.end());
            if (!stretch->next) break;
            query.after = *stretch->next;
        }
        return all;
    }
    Prediction prediction(const std::string& tag = "heart") {
        return {"model-b", tag, 0.75F, {0.25F, 0.75F}};
    }
};
INSTANTIATE_TEST_SUITE_P(Stores, EmbeddingsContract, testing::ValuesIn(kinds()), kind_name);

TEST_P(EmbeddingsContract, IsStoredWithItsDrawing) {
    const auto with = stored(with_embedding(5));
    const auto without = stored(make_submission());
    review(with);
    review(without);
    const auto drawings = reviewed();
    ASSERT_EQ(drawings.size(), 2U);
    for (const auto& drawing : drawings) {
        EXPECT_EQ(drawing.tag, "star");
        EXPECT_EQ(drawing.predicted_tag, "circle");
        EXPECT_EQ(drawing.model, "croquis-test-1");
        EXPECT_EQ(drawing.version, 2);
        EXPECT_TRUE(drawing.reviewed);
        EXPECT_EQ(drawing.embedding.has_value(), drawing.id == with.id);
        if (!drawing.embedding) continue;
        EXPECT_EQ(drawing.embedding->trunk, "trunk-a");
        EXPECT_EQ(drawing.embedding->scale, 0.03125F);
        EXPECT_THAT(drawing.embedding->numbers, ElementsAre(5, -127, 0, 127));
    }
}

TEST_P(EmbeddingsContract, AReplayStoresNoSecond) {
    auto first = with_embedding(1);
    first.idempotency_key = "key";
    auto again = with_embedding(2);
    again.idempotency_key = "key";
    again.request_digest = first.request_digest;
    const auto kept = stored(first);
    EXPECT_TRUE(submit(again)->replayed);
    review(kept);
    EXPECT_EQ(reviewed().front().embedding->numbers.front(), 1);
}

TEST_P(EmbeddingsContract, RefusesWhatIsNone) {
    auto empty = make_submission();
    empty.embedding = Embedding{"trunk-a", 1, {}};
    auto large = make_submission();
    large.embedding = Embedding{"trunk-a", 1, std::vector<std::int8_t>(1025)};
    auto infinite = make_submission();
    infinite.embedding = Embedding{"trunk-a", 1.0F / 0.0F, {1}};
    auto nameless = make_submission();
    nameless.embedding = Embedding{"", 1, {1}};
    for (const auto& wrong : {empty, large, infinite, nameless}) {
        EXPECT_TRUE(failed_with(submit(wrong), ErrorKind::invalid, "embedding"));
        EXPECT_TRUE(failed_with(store_->add_embeddings({{wrong.id, *wrong.embedding}}),
                                ErrorKind::invalid, "embedding"));
    }
    auto most = make_submission();
    most.embedding = Embedding{"trunk-a", 0, std::vector<std::int8_t>(1024, -127)};
    EXPECT_TRUE(succeeded(submit(most)));
}

TEST_P(EmbeddingsContract, PagesHoldEachReviewedDrawingOnce) {
    std::set<Uuid> expected;
    for (int i = 0; i < 23; ++i) {
        auto submission = with_embedding(static_cast<std::int8_t>(i));
        submission.prediction.confidence = static_cast<float>(i % 5) / 4;
        const auto drawing = stored(submission);
        if (i % 3 == 0) continue;
        review(drawing);
        expected.insert(drawing.id);
    }
    const auto ids = ids_of(reviewed(4));
    EXPECT_EQ(ids, std::vector<Uuid>(expected.rbegin(), expected.rend()));  // the newest first
    EXPECT_TRUE(failed_with(store_->reviewed_drawings({"t", 0, {}}), ErrorKind::invalid, "limit"));
    EXPECT_TRUE(
        failed_with(store_->reviewed_drawings({"t", 1001, {}}), ErrorKind::invalid, "limit"));
}

TEST_P(EmbeddingsContract, FindsAndFillsInWhatIsMissing) {
    std::vector<Uuid> missing;
    for (int i = 0; i < 9; ++i) {
        const auto drawing = stored(i % 2 == 0 ? make_submission() : with_embedding(1));
        if (i % 2 == 0) missing.push_back(drawing.id);
    }
    missing.push_back(stored(with_embedding(1, "trunk-b")).id);
    EXPECT_EQ(ids_of(stretches(std::nullopt, 2)), missing);

    std::vector<NewEmbedding> found;
    for (const auto& id : missing) found.push_back({id, make_embedding(7)});
    found.push_back({Uuid::v7(), make_embedding(7)});  // of no drawing
    ASSERT_TRUE(succeeded(store_->add_embeddings(found)));
    ASSERT_TRUE(succeeded(store_->add_embeddings({{missing[0], make_embedding(9)}})));
    ASSERT_TRUE(succeeded(store_->add_embeddings({})));
    EXPECT_THAT(stretches(), IsEmpty());
    review(*store_->drawing(missing[0]));
    EXPECT_EQ(reviewed().front().embedding->numbers.front(), 7);
    EXPECT_TRUE(failed_with(store_->stretch({"t", {}, {}, 5001}), ErrorKind::invalid, "limit"));
}

TEST_P(EmbeddingsContract, LeavesOutWhatIsNotShown) {
    const auto drawing = review(stored(make_submission()));
    sql("UPDATE drawing SET withdrawn = 'deleted'");
    EXPECT_THAT(reviewed(), IsEmpty());
    EXPECT_THAT(stretches(), IsEmpty());
    ASSERT_TRUE(succeeded(store_->add_embeddings({{drawing.id, make_embedding(1)}})));
    sql("UPDATE drawing SET withdrawn = NULL");
    EXPECT_EQ(stretches().size(), 1U);
}

TEST_P(EmbeddingsContract, RetagsWhatNobodyReviewed) {
    const auto fresh = stored(with_embedding(1));
    const auto seen = review(stored(with_embedding(2)));
    auto by_b = with_embedding(3);
    by_b.prediction.model = "model-b";
    stored(by_b);
    const auto waiting = stretches("model-b");
    ASSERT_EQ(ids_of(waiting), std::vector{fresh.id});
    EXPECT_EQ(waiting.front().embedding->numbers.front(), 1);
    EXPECT_EQ(waiting.front().version, 1);

    const auto changed = store_->retag({{fresh.id, 1, prediction()},
                                        {seen.id, seen.version, prediction()},
                                        {Uuid::v7(), 1, prediction()}},
                                       now());
    ASSERT_TRUE(succeeded(changed));
    EXPECT_EQ(*changed, 1U);
    const auto now_is = *store_->drawing(fresh.id);
    EXPECT_EQ(now_is.tag, "heart");
    EXPECT_EQ(now_is.version, 2);
    EXPECT_FALSE(now_is.tagged_by);
    EXPECT_EQ(now_is.prediction.model, "model-b");
    EXPECT_EQ(now_is.prediction.confidence, 0.75F);
    EXPECT_THAT(now_is.prediction.probabilities, ElementsAre(0.25F, 0.75F));
    EXPECT_EQ(store_->drawing(seen.id)->tag, "star");
    EXPECT_EQ(store_->drawing(seen.id)->prediction.model, "croquis-test-1");
    EXPECT_THAT(stretches("model-b"), IsEmpty());
}

TEST_P(EmbeddingsContract, WhatTheDataSuggestedIsNoModelsToReplace) {
    const auto suggested_by = [&](const std::string& model, std::vector<float> probabilities) {
        auto submission = with_embedding(1);
        submission.prediction = {model, "heart", probabilities[0], std::move(probabilities)};
        return stored(submission).id;
    };
    suggested_by("import", {0.25F});
    suggested_by("somebody's model", {0.25F});
    // A model's own word, whether it is still registered or was removed.
    const auto old = suggested_by("removed", {0.25F, 0.75F});
    ASSERT_TRUE(succeeded(
        store_->add_model({"known", "{}", {}, ModelState::candidate, now()}, random_bytes(8))));
    const auto own = suggested_by("known", {0.25F});
    EXPECT_THAT(ids_of(stretches("model-b")), testing::UnorderedElementsAre(old, own));
    EXPECT_THAT(stretches(), IsEmpty());
}

TEST_P(EmbeddingsContract, ARetagChangesTheVersionThatPeopleSaw) {
    const auto drawing = stored(with_embedding(1));
    EXPECT_EQ(*store_->retag({{drawing.id, 2, prediction()}}, now()), 0U);
    ASSERT_EQ(*store_->retag({{drawing.id, 1, prediction()}}, now()), 1U);
    const TagChange accept{drawing.id, std::nullopt, by_ada, now(), "", drawing.version};
    EXPECT_TRUE(failed_with(store_->change_tag(accept), ErrorKind::precondition_failed));
    const auto corrected = review(*store_->drawing(drawing.id), "star");
    EXPECT_EQ(corrected.version, 3);
    const auto undone = store_->undo_tag({drawing.id, by_ada, now(), 3});
    ASSERT_TRUE(succeeded(undone));
    EXPECT_EQ(undone->tag, "heart");
    EXPECT_FALSE(undone->tagged_by);
    const auto history = *store_->history(drawing.id);
    EXPECT_EQ(history.front().to, "heart");
    EXPECT_EQ(history.size(), 3U);
}

TEST_P(EmbeddingsContract, KeepsWhatAnEarlierModelSaid) {
    const auto drawing = stored(with_embedding(1));
    const Prediction first = drawing.prediction;
    ASSERT_EQ(*store_->retag({{drawing.id, 1, prediction()}}, now()), 1U);
    const auto earlier = store_->earlier_predictions(drawing.id);
    ASSERT_TRUE(succeeded(earlier));
    ASSERT_EQ(earlier->size(), 1U);
    EXPECT_EQ(earlier->front().model, first.model);
    EXPECT_EQ(earlier->front().tag, "circle");
    EXPECT_EQ(earlier->front().confidence, first.confidence);
    EXPECT_EQ(earlier->front().probabilities, first.probabilities);
    // Back to the first one, and forth again: each is there once.
    ASSERT_EQ(*store_->retag({{drawing.id, 2, first}}, now()), 1U);
    ASSERT_EQ(*store_->retag({{drawing.id, 3, prediction("star")}}, now()), 1U);
    EXPECT_EQ(store_->drawing(drawing.id)->tag, "star");
    EXPECT_EQ(store_->earlier_predictions(drawing.id)->size(), 1U);
}

}  // namespace
}  // namespace croquis::store
