#include <algorithm>

#include "contract/store/fixture.h"

namespace croquis::store {
namespace {

class WithdrawalContract : public StoreContract {
  protected:
    void sql(const std::string& statement) { GetParam().sql(url_, statement); }
    Result<Drawing> change(const Uuid& id, Visibility to,
                           VersionCondition on = VersionCondition::any()) {
        const auto results = store_->change_visibility({{id, to, by_ada, now(), std::move(on)}});
        if (!results) return results.error();
        return results->front();
    }
    bool listed(const Uuid& id, Audience audience, Order order = Order::newest_first,
                bool only_unreviewed = false) {
        Query query;
        query.audience = audience;
        query.order = order;
        if (only_unreviewed) query.reviewed = false;
        const auto ids = all_pages(query);
        return std::find(ids.begin(), ids.end(), id) != ids.end();
    }
    /// Where counting is slow, a store tells the counts of a while ago.
    std::vector<TagCount> fresh_counts() { return *open_another()->tag_counts(); }
    /// Whether the table has no row like that.
    bool none(const std::string& table, const std::string& condition) {
        sql("CREATE TABLE expected_none (here INTEGER NOT NULL CHECK (here = 0))");
        bool nothing = true;
        try {
            sql("INSERT INTO expected_none SELECT count(*) FROM " + table + " WHERE " + condition);
        } catch (const std::exception&) {
            nothing = false;
        }
        sql("DROP TABLE expected_none");
        return nothing;
    }
    std::string literal(const Uuid& id) const {
        return GetParam().name == "sqlite" ? "x'" + to_hex(id.bytes) + "'"
                                           : "'" + to_string(id) + "'";
    }
    std::string zeros(int count) const {
        const std::string hex(static_cast<std::size_t>(2 * count), '0');
        return GetParam().name == "sqlite" ? "x'" + hex + "'" : "'\\x" + hex + "'";
    }

    const Sha256 token_ = sha256(as_bytes("token"));
    Withdrawal by_token(const Uuid& id) const { return {id, token_, now()}; }
    Submission with_token(const std::string& tag = "circle") const {
        auto submission = make_submission(tag);
        submission.withdrawal = token_;
        return submission;
    }
};
INSTANTIATE_TEST_SUITE_P(Stores, WithdrawalContract, testing::ValuesIn(kinds()), kind_name);

TEST_P(WithdrawalContract, WhatIsHiddenAnnotatorsSeeAlone) {
    const auto sent = make_submission();
    stored(sent);
    const auto hidden = change(sent.id, Visibility::hidden, 1);
    ASSERT_TRUE(succeeded(hidden));
    EXPECT_EQ(hidden->visibility, Visibility::hidden);
    EXPECT_EQ(hidden->version, 2);
    EXPECT_TRUE(failed_with(store_->drawing(sent.id), ErrorKind::not_found));
    EXPECT_TRUE(failed_with(store_->image(sent.id), ErrorKind::not_found));
    EXPECT_TRUE(failed_with(store_->strokes(sent.id), ErrorKind::not_found));
    EXPECT_TRUE(failed_with(store_->history(sent.id), ErrorKind::not_found));
    EXPECT_EQ(store_->drawing(sent.id, Audience::annotators)->visibility, Visibility::hidden);
    EXPECT_EQ(store_->image(sent.id, Audience::annotators)->bytes, sent.image);
    EXPECT_EQ(*store_->strokes(sent.id, Audience::annotators), sent.strokes);
    const auto events = *store_->history(sent.id, Audience::annotators);
    ASSERT_EQ(events.size(), 2u);
    EXPECT_EQ(events[1].kind, TagEventKind::withdrawn);
    EXPECT_EQ(events[1].by, "ada");
    for (const auto order : {Order::newest_first, Order::oldest_first, Order::most_telling_first}) {
        EXPECT_FALSE(listed(sent.id, Audience::everyone, order));
        EXPECT_TRUE(listed(sent.id, Audience::annotators, order));
    }
    EXPECT_TRUE(fresh_counts().empty());

    ASSERT_TRUE(succeeded(
        store_->change_tag({sent.id, "star", by_ada, now(), "", VersionCondition::any()})));
    const auto shown = change(sent.id, Visibility::shown, 3);
    ASSERT_TRUE(succeeded(shown));
    EXPECT_EQ(store_->drawing(sent.id)->tag, "star");
    EXPECT_EQ(store_->history(sent.id)->back().kind, TagEventKind::restored);
    EXPECT_EQ(fresh_counts().size(), 1u);
    // Neither of the two is an act that undo takes back.
    const auto undone = store_->undo_tag({sent.id, by_ada, now(), VersionCondition::any()});
    ASSERT_TRUE(succeeded(undone));
    EXPECT_EQ(undone->tag, sent.prediction.tag);
}

TEST_P(WithdrawalContract, WhatIsSoAlreadyStaysAtItsVersion) {
    const auto drawing = stored(make_submission());
    EXPECT_EQ(change(drawing.id, Visibility::shown)->version, 1);
    EXPECT_EQ(change(drawing.id, Visibility::hidden)->version, 2);
    EXPECT_EQ(change(drawing.id, Visibility::hidden)->version, 2);
    EXPECT_EQ(store_->history(drawing.id, Audience::annotators)->size(), 2u);
    EXPECT_TRUE(
        failed_with(change(drawing.id, Visibility::shown, 1), ErrorKind::precondition_failed));
    EXPECT_TRUE(failed_with(change(Uuid::v7(), Visibility::shown), ErrorKind::not_found));
}

TEST_P(WithdrawalContract, NothingIsLeftOfWhatIsDeleted) {
    auto sent = make_submission("star", 0.3F);
    sent.file_name = "secret.png";
    sent.external_id = "secret-1";
    sent.pseudonym = "Secret";
    stored(sent);
    const auto kept = stored(make_submission("circle"));
    ASSERT_TRUE(
        succeeded(store_->change_tag({sent.id, "heart", by_ada, now(), "secret words", 1})));
    const auto id = literal(sent.id);
    const auto blob = zeros(4);
    for (const auto& owner : {id, literal(kept.id)}) {
        sql("INSERT INTO prediction (drawing, model, tag, confidence, probabilities, "
            "predicted_at) VALUES (" +
            owner + ", 'other', 'star', 0.5, " + blob + ", " + sql_time(GetParam(), now()) + ")");
        for (const char* trunk : {"trunk-a", "trunk-b"})
            sql(std::string("INSERT INTO embedding (trunk, drawing, scale, vector) VALUES ('") +
                trunk + "', " + owner + ", 1, " + blob + ")");
    }

    const auto deleted = change(sent.id, Visibility::deleted, 2);
    ASSERT_TRUE(succeeded(deleted));
    EXPECT_EQ(deleted->visibility, Visibility::deleted);
    for (const auto audience : {Audience::everyone, Audience::annotators}) {
        EXPECT_TRUE(failed_with(store_->drawing(sent.id, audience), ErrorKind::not_found));
        EXPECT_TRUE(failed_with(store_->image(sent.id, audience), ErrorKind::not_found));
        EXPECT_TRUE(failed_with(store_->strokes(sent.id, audience), ErrorKind::not_found));
        EXPECT_TRUE(failed_with(store_->history(sent.id, audience), ErrorKind::not_found));
        for (const auto order :
             {Order::newest_first, Order::oldest_first, Order::most_telling_first})
            for (const bool only_unreviewed : {false, true})
                EXPECT_FALSE(listed(sent.id, audience, order, only_unreviewed));
    }
    EXPECT_TRUE(failed_with(change(sent.id, Visibility::shown), ErrorKind::not_found));
    EXPECT_TRUE(failed_with(
        store_->change_tag({sent.id, "star", by_ada, now(), "", VersionCondition::any()}),
        ErrorKind::not_found));
    EXPECT_TRUE(failed_with(store_->undo_tag({sent.id, by_ada, now(), VersionCondition::any()}),
                            ErrorKind::not_found));
    ASSERT_EQ(store_->tag_counts()->size(), 1u);
    EXPECT_EQ(store_->tag_counts()->front().tag, "circle");

    EXPECT_TRUE(none("prediction", "drawing = " + id));
    EXPECT_TRUE(none("embedding", "drawing = " + id));
    EXPECT_TRUE(none("tag_event", "drawing = " + id + " AND (from_tag || to_tag || note) <> ''"));
    EXPECT_TRUE(none("drawing", "id = " + id +
                                    " AND (file_name IS NOT NULL OR external_id IS NOT NULL OR "
                                    "pseudonym IS NOT NULL OR tag <> '' OR predicted_tag <> '' OR "
                                    "sha256 <> " +
                                    zeros(32) + " OR length(probabilities) > 0)"));
    if (GetParam().name == "sqlite")
        EXPECT_TRUE(
            none("drawing_content", "id = (SELECT content FROM drawing WHERE id = " + id + ")"));
    else
        EXPECT_TRUE(none("drawing_content", "drawing = " + id));
    // The tombstone, and what is another's.
    EXPECT_FALSE(none("tag_event", "drawing = " + id));
    EXPECT_FALSE(none("embedding", "drawing = " + literal(kept.id)));
    EXPECT_TRUE(succeeded(store_->image(kept.id)));
}

TEST_P(WithdrawalContract, SeveralAreChangedInOneGo) {
    const auto first = stored(make_submission());
    const auto second = stored(make_submission());
    const auto at = now();
    const auto results =
        store_->change_visibility({{first.id, Visibility::deleted, by_ada, at, 1},
                                   {second.id, Visibility::hidden, by_ada, at, 7},
                                   {Uuid::v7(), Visibility::hidden, by_ada, at, 1},
                                   {second.id, Visibility::hidden, by_ada, at, 1}});
    ASSERT_TRUE(succeeded(results));
    ASSERT_EQ(results->size(), 4u);
    EXPECT_TRUE(succeeded((*results)[0]));
    EXPECT_TRUE(failed_with((*results)[1], ErrorKind::precondition_failed));
    EXPECT_TRUE(failed_with((*results)[2], ErrorKind::not_found));
    EXPECT_EQ((*results)[3]->version, 2);
}

TEST_P(WithdrawalContract, AReplayOfWhatWasDeletedSaysSo) {
    auto sent = make_submission();
    sent.idempotency_key = "key";
    sent.request_digest = sha256(as_bytes("request"));
    stored(sent);
    ASSERT_TRUE(succeeded(change(sent.id, Visibility::hidden)));
    auto again = make_submission();
    again.idempotency_key = sent.idempotency_key;
    again.request_digest = sent.request_digest;
    const auto hidden = submit(again);
    ASSERT_TRUE(succeeded(hidden));
    EXPECT_TRUE(hidden->replayed);
    ASSERT_TRUE(succeeded(change(sent.id, Visibility::deleted)));
    const auto deleted = submit(again);
    ASSERT_TRUE(failed_with(deleted, ErrorKind::conflict, "Idempotency-Key"));
    EXPECT_EQ(deleted.error().code, "drawing_deleted");
    EXPECT_TRUE(all_pages({}).empty());
}

TEST_P(WithdrawalContract, APictureThatIsKnownComesWithoutItsBytes) {
    const auto sent = make_submission();
    stored(sent);
    const auto known = store_->image(sent.id, Audience::everyone, sent.sha256);
    ASSERT_TRUE(succeeded(known));
    EXPECT_TRUE(known->bytes.empty());
    EXPECT_EQ(known->sha256, sent.sha256);
    EXPECT_EQ(known->media_type, sent.media_type);
    EXPECT_EQ(store_->image(sent.id, Audience::everyone, Sha256{})->bytes, sent.image);
}

TEST_P(WithdrawalContract, WhoeverDrewItTakesItBackWithTheToken) {
    const auto sent = with_token();
    stored(sent);
    const auto other = stored(make_submission());
    EXPECT_TRUE(failed_with(store_->withdraw({sent.id, Sha256{}, now()}), ErrorKind::forbidden));
    EXPECT_TRUE(failed_with(store_->withdraw({sent.id, token_, now() + withdrawal_lasts}),
                            ErrorKind::forbidden));
    EXPECT_TRUE(failed_with(store_->withdraw(by_token(other.id)), ErrorKind::forbidden));
    EXPECT_TRUE(failed_with(store_->withdraw(by_token(Uuid::v7())), ErrorKind::not_found));
    ASSERT_TRUE(succeeded(store_->drawing(sent.id)));
    ASSERT_TRUE(succeeded(store_->withdraw(by_token(sent.id))));
    EXPECT_TRUE(failed_with(store_->drawing(sent.id, Audience::annotators), ErrorKind::not_found));
    EXPECT_TRUE(failed_with(store_->withdraw(by_token(sent.id)), ErrorKind::not_found));
    EXPECT_TRUE(succeeded(store_->drawing(other.id)));
}

TEST_P(WithdrawalContract, ASuggestionIsNoReview) {
    const auto sent = with_token("circle");
    stored(sent);
    const auto suggested = store_->suggest(by_token(sent.id), "star");
    ASSERT_TRUE(succeeded(suggested));
    EXPECT_EQ(suggested->tag, "circle");
    EXPECT_EQ(suggested->version, 2);
    EXPECT_FALSE(suggested->tagged_by);
    EXPECT_TRUE(listed(sent.id, Audience::everyone, Order::most_telling_first, true));
    const auto events = *store_->history(sent.id);
    ASSERT_EQ(events.size(), 2u);
    EXPECT_EQ(events[1].kind, TagEventKind::suggested);
    EXPECT_EQ(events[1].from, "circle");
    EXPECT_EQ(events[1].to, "star");
    EXPECT_FALSE(events[1].by);
    EXPECT_TRUE(failed_with(store_->undo_tag({sent.id, by_ada, now(), VersionCondition::any()}),
                            ErrorKind::conflict));
    EXPECT_TRUE(
        failed_with(store_->suggest(by_token(sent.id), "dinosaur"), ErrorKind::invalid, "tag"));
    EXPECT_TRUE(
        failed_with(store_->suggest({sent.id, Sha256{}, now()}, "star"), ErrorKind::forbidden));
    for (std::size_t i = 1; i < max_suggestions; ++i)
        ASSERT_TRUE(succeeded(store_->suggest(by_token(sent.id), "heart")));
    EXPECT_TRUE(failed_with(store_->suggest(by_token(sent.id), "heart"), ErrorKind::conflict));
}

}  // namespace
}  // namespace croquis::store
