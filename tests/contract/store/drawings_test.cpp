#include <algorithm>
#include <cmath>
#include <future>
#include <set>

#include "contract/store/fixture.h"
#include "store/asking.h"
#include "store/list_query.h"

namespace croquis::store {
namespace {

class DrawingsContract : public StoreContract {
  protected:
    void sql(const std::string& statement) { GetParam().sql(url_, statement); }
    /// SQLite's 1 for PostgreSQL's true.
    std::string truth(const std::string& word) const {
        return GetParam().name == "sqlite" ? "1" : word;
    }
};
INSTANTIATE_TEST_SUITE_P(Stores, DrawingsContract, testing::ValuesIn(kinds()), kind_name);

void expect_same(const Drawing& got, const Submission& sent) {
    EXPECT_EQ(got.id, sent.id);
    EXPECT_EQ(got.created_at, sent.created_at);
    EXPECT_EQ(got.media_type, sent.media_type);
    EXPECT_EQ(got.width, sent.width);
    EXPECT_EQ(got.height, sent.height);
    EXPECT_EQ(got.sha256, sent.sha256);
    EXPECT_EQ(got.source, sent.source);
    EXPECT_EQ(got.prediction.model, sent.prediction.model);
    EXPECT_EQ(got.prediction.tag, sent.prediction.tag);
    EXPECT_EQ(got.prediction.confidence, sent.prediction.confidence);
    EXPECT_EQ(got.prediction.probabilities, sent.prediction.probabilities);
}

void expect_untouched(const Drawing& got, const Submission& sent) {
    expect_same(got, sent);
    EXPECT_EQ(got.tag, sent.prediction.tag);
    EXPECT_EQ(got.version, 1);
    EXPECT_FALSE(got.tagged_by);
    EXPECT_FALSE(got.tagged_at);
}

TEST_P(DrawingsContract, GivesBackWhatWasSubmitted) {
    const auto sent = make_submission("hexagon", 0.123456789F);
    const auto submitted = submit(sent);
    ASSERT_TRUE(succeeded(submitted));
    EXPECT_FALSE(submitted->replayed);
    expect_untouched(submitted->drawing, sent);

    const auto read = store_->drawing(sent.id);
    ASSERT_TRUE(succeeded(read));
    expect_untouched(*read, sent);

    const auto image = store_->image(sent.id);
    ASSERT_TRUE(succeeded(image));
    EXPECT_EQ(image->bytes, sent.image);
    EXPECT_EQ(image->media_type, sent.media_type);
    EXPECT_EQ(image->sha256, sent.sha256);

    const auto strokes = store_->strokes(sent.id);
    ASSERT_TRUE(succeeded(strokes));
    EXPECT_EQ(*strokes, sent.strokes);
}

TEST_P(DrawingsContract, KeepsTheLeastAndTheMost) {
    auto least = make_submission("é", 0);
    least.image = {0};
    least.strokes.clear();
    least.source.clear();
    least.prediction.probabilities.clear();
    auto most = make_submission("∎", 1);
    most.image = random_bytes(5'000'000);
    most.strokes = std::string(1'000'000, 'x');
    most.prediction.probabilities.assign(1024, 1.0F / 3);
    most.idempotency_key = std::string(512, 'k');
    for (const auto& sent : {least, most}) {
        expect_untouched(stored(sent), sent);
        const auto read = store_->drawing(sent.id);
        ASSERT_TRUE(succeeded(read));
        expect_untouched(*read, sent);
        EXPECT_EQ(store_->image(sent.id)->bytes, sent.image);
        EXPECT_EQ(*store_->strokes(sent.id), sent.strokes);
    }
}

TEST_P(DrawingsContract, RefusesWhatNoDatabaseCanTake) {
    const auto refused = [&](const char* field, auto spoil) {
        auto submission = make_submission();
        spoil(submission);
        EXPECT_TRUE(failed_with(submit(submission), ErrorKind::invalid, field)) << field;
        EXPECT_TRUE(failed_with(store_->drawing(submission.id), ErrorKind::not_found)) << field;
    };
    refused("image", [](Submission& s) { s.image.clear(); });
    refused("confidence", [](Submission& s) { s.prediction.confidence = -0.001F; });
    refused("confidence", [](Submission& s) { s.prediction.confidence = 1.001F; });
    refused("confidence", [](Submission& s) { s.prediction.confidence = std::nanf(""); });
    refused("probabilities", [](Submission& s) { s.prediction.probabilities.resize(1025); });
    refused("Idempotency-Key", [](Submission& s) { s.idempotency_key = std::string(513, 'k'); });
    refused("created_at", [](Submission& s) { s.created_at -= std::chrono::hours(1); });
    refused("", [](Submission& s) { s.strokes = std::string("a\0b", 3); });
    EXPECT_TRUE(store_->list({})->drawings.empty());
}

TEST_P(DrawingsContract, SaysWhatIsNotThere) {
    const auto id = Uuid::v7();
    EXPECT_TRUE(failed_with(store_->drawing(id), ErrorKind::not_found));
    EXPECT_TRUE(failed_with(store_->image(id), ErrorKind::not_found));
    EXPECT_TRUE(failed_with(store_->strokes(id), ErrorKind::not_found));
    EXPECT_TRUE(failed_with(store_->history(id), ErrorKind::not_found));
    EXPECT_TRUE(
        failed_with(store_->change_tag({id, "star", by_ada, now(), "", 1}), ErrorKind::not_found));
}

TEST_P(DrawingsContract, ASecondDrawingWithOneIdIsAConflictAndLeavesTheFirst) {
    const auto first = make_submission("circle");
    stored(first);
    auto second = make_submission("star");
    second.id = first.id;
    EXPECT_TRUE(failed_with(submit(second), ErrorKind::conflict));
    expect_untouched(*store_->drawing(first.id), first);
    EXPECT_EQ(store_->image(first.id)->bytes, first.image);
    EXPECT_EQ(store_->list({})->drawings.size(), 1u);
}

TEST_P(DrawingsContract, APoisonSubmissionDoesNotFailItsNeighbours) {
    const auto taken = make_submission();
    stored(taken);
    std::vector<std::future<Result<SubmitResult>>> answers;
    std::vector<Uuid> good;
    for (int i = 0; i < 60; ++i) {
        auto submission = make_submission();
        submission.idempotency_key = "neighbour-" + std::to_string(i);
        if (i % 20 == 7)
            submission.id = taken.id;
        else
            good.push_back(submission.id);
        answers.push_back(submit_async(std::move(submission)));
    }
    for (std::size_t i = 0; i < answers.size(); ++i) {
        const auto answer = answers[i].get();
        EXPECT_TRUE(i % 20 == 7 ? failed_with(answer, ErrorKind::conflict) : succeeded(answer))
            << i;
    }
    for (const auto& id : good) EXPECT_TRUE(succeeded(store_->drawing(id)));
    // Nothing of a refused submission stays, its key neither.
    auto retry = make_submission();
    retry.idempotency_key = "neighbour-7";
    const auto retried = submit(retry);
    ASSERT_TRUE(succeeded(retried));
    EXPECT_FALSE(retried->replayed);
}

// --- tags and their history

TEST_P(DrawingsContract, HistoryOpensWithThePrediction) {
    const auto sent = make_submission("arrow");
    stored(sent);
    const auto events = store_->history(sent.id);
    ASSERT_TRUE(succeeded(events));
    ASSERT_EQ(events->size(), 1u);
    EXPECT_EQ(events->front().from, "");
    EXPECT_EQ(events->front().to, "arrow");
    EXPECT_FALSE(events->front().by);
    EXPECT_EQ(events->front().at, sent.created_at);
    EXPECT_EQ(events->front().kind, TagEventKind::predicted);
    EXPECT_EQ(events->front().version, 1);
}

TEST_P(DrawingsContract, ACorrectionIsSeenEverywhere) {
    const auto sent = make_submission("circle", 0.25F);
    stored(sent);
    const auto at = now();
    const auto changed = store_->change_tag({sent.id, "ellipse", by_ada, at, "", 1});
    ASSERT_TRUE(succeeded(changed));
    for (const auto& drawing :
         {*changed, *store_->drawing(sent.id), store_->list({})->drawings.at(0)}) {
        expect_same(drawing, sent);
        EXPECT_EQ(drawing.tag, "ellipse");
        EXPECT_EQ(drawing.version, 2);
        EXPECT_EQ(drawing.tagged_by, "ada");
        EXPECT_EQ(drawing.tagged_at, at);
    }
    const auto events = store_->history(sent.id);
    ASSERT_EQ(events->size(), 2u);
    EXPECT_EQ(events->back().from, "circle");
    EXPECT_EQ(events->back().to, "ellipse");
    EXPECT_EQ(events->back().by, "ada");
    EXPECT_EQ(events->back().at, at);
    EXPECT_EQ(events->back().kind, TagEventKind::corrected);
    EXPECT_EQ(events->back().by_id, by_ada.id);
    EXPECT_EQ(events->back().version, 2);
    EXPECT_EQ(store_->image(sent.id)->bytes, sent.image);
}

TEST_P(DrawingsContract, AcceptingKeepsTheTagAndMarksItReviewed) {
    const auto sent = make_submission("circle");
    stored(sent);
    const auto accepted = store_->change_tag({sent.id, "circle", by_bob, now(), "", 1});
    ASSERT_TRUE(succeeded(accepted));
    EXPECT_EQ(accepted->tag, "circle");
    EXPECT_EQ(accepted->version, 2);
    EXPECT_EQ(accepted->tagged_by, "bob");
    EXPECT_EQ(store_->history(sent.id)->back().kind, TagEventKind::accepted);
    Query unreviewed;
    unreviewed.reviewed = false;
    EXPECT_TRUE(store_->list(unreviewed)->drawings.empty());
}

TEST_P(DrawingsContract, HistoryGrowsInOrderAndIsNeverRewritten) {
    const auto sent = make_submission("circle");
    stored(sent);
    const std::vector<std::string> tags{"star", "circle", "heart", "heart"};
    for (std::size_t i = 0; i < tags.size(); ++i) {
        const TagChange change{sent.id, tags[i], by_ada, now(), "", static_cast<int>(i) + 1};
        ASSERT_TRUE(succeeded(store_->change_tag(change)));
    }
    const auto events = store_->history(sent.id);
    ASSERT_EQ(events->size(), 5u);
    for (std::size_t i = 0; i < events->size(); ++i) {
        EXPECT_EQ((*events)[i].version, static_cast<int>(i) + 1);
        EXPECT_EQ((*events)[i].from, i == 0 ? "" : (*events)[i - 1].to);
    }
}

TEST_P(DrawingsContract, AStaleVersionChangesNothing) {
    const auto sent = make_submission("circle");
    stored(sent);
    ASSERT_TRUE(succeeded(store_->change_tag({sent.id, "star", by_ada, now(), "", 1})));
    for (const int stale : {0, 1, 3})
        EXPECT_TRUE(failed_with(store_->change_tag({sent.id, "heart", by_bob, now(), "", stale}),
                                ErrorKind::precondition_failed))
            << stale;
    EXPECT_EQ(store_->drawing(sent.id)->tag, "star");
    EXPECT_EQ(store_->history(sent.id)->size(), 2u);
}

TEST_P(DrawingsContract, ATagIsALabelOfTheProjectOrOneThatTheDrawingCarries) {
    const auto sent = make_submission("gryphon");
    stored(sent);
    const auto change = [&](const char* tag, int version) {
        return store_->change_tag({sent.id, tag, by_ada, now(), "", version});
    };
    const auto refused = change("sphinx", 1);
    EXPECT_TRUE(failed_with(refused, ErrorKind::invalid, "tag"));
    EXPECT_EQ(refused.error().code, "tag_not_assignable");
    EXPECT_TRUE(succeeded(change("gryphon", 1)));
    EXPECT_TRUE(succeeded(change("star", 2)));
    EXPECT_TRUE(succeeded(change("gryphon", 3)));
    EXPECT_TRUE(succeeded(change("unknown", 4)));
    sql("UPDATE label SET retired = " + truth("true") + " WHERE name = 'star'");
    EXPECT_TRUE(failed_with(change("star", 5), ErrorKind::invalid, "tag"));
    EXPECT_EQ(store_->history(sent.id)->size(), 5u);
}

TEST_P(DrawingsContract, ChangesOfOneRequestAreDecidedOneByOneInOrder) {
    std::vector<TagChange> changes;
    std::vector<Uuid> ids;
    for (int i = 0; i < 5; ++i) {
        ids.push_back(stored(make_submission("circle")).id);
        changes.push_back({ids.back(), std::nullopt, by_ada, now(), "", 1});
    }
    changes[1].drawing = Uuid::v7();
    changes[2].on = 7;
    changes[3].to = "no such label";
    changes[4].to = "star";
    changes.push_back({ids[4], "heart", by_bob, now(), "a heart", 2});
    changes.push_back({ids[0], "heart", by_bob, now(), "", VersionCondition::any()});
    const auto results = store_->change_tags(changes);
    ASSERT_TRUE(succeeded(results));
    ASSERT_EQ(results->size(), 7u);
    EXPECT_EQ((*results)[0]->tagged_by, "ada");
    EXPECT_TRUE(failed_with((*results)[1], ErrorKind::not_found));
    EXPECT_TRUE(failed_with((*results)[2], ErrorKind::precondition_failed));
    EXPECT_EQ((*results)[2].error().code, "version_moved_on");
    EXPECT_TRUE(failed_with((*results)[3], ErrorKind::invalid, "tag"));
    EXPECT_EQ((*results)[4]->version, 2);
    EXPECT_EQ((*results)[5]->version, 3);
    EXPECT_EQ((*results)[6]->version, 3);
    EXPECT_EQ(store_->drawing(ids[4])->tag, "heart");
    EXPECT_EQ(store_->drawing(ids[0])->tagged_by, "bob");
    EXPECT_EQ(store_->drawing(ids[3])->version, 1);
    EXPECT_EQ(store_->history(ids[4])->back().note, "a heart");
    EXPECT_TRUE(store_->change_tags({})->empty());
}

// --- undo

class UndoContract : public DrawingsContract {
  protected:
    void SetUp() override {
        DrawingsContract::SetUp();
        sent_ = make_submission("circle", 0.25F);
        stored(sent_);
    }
    Drawing change(const char* tag, const Author& by) {
        const auto changed =
            store_->change_tag({sent_.id, tag, by, now(), "", VersionCondition::any()});
        EXPECT_TRUE(succeeded(changed));
        return *changed;
    }
    Result<Drawing> undo(VersionCondition on = VersionCondition::any()) {
        return store_->undo_tag({sent_.id, by_bob, now(), std::move(on)});
    }
    bool waits_for_review() {
        Query unreviewed;
        unreviewed.reviewed = false;
        unreviewed.order = Order::most_telling_first;
        return !store_->list(unreviewed)->drawings.empty();
    }
    /// All but the version is as in `before`, wherever it is read.
    void expect_restored(const Result<Drawing>& undone, const Drawing& before) {
        ASSERT_TRUE(succeeded(undone));
        for (const auto& drawing :
             {*undone, *store_->drawing(sent_.id), store_->list({})->drawings.at(0)}) {
            EXPECT_EQ(drawing.tag, before.tag);
            EXPECT_EQ(drawing.tagged_by, before.tagged_by);
            EXPECT_EQ(drawing.tagged_by_id, before.tagged_by_id);
            EXPECT_EQ(drawing.tagged_at, before.tagged_at);
        }
        EXPECT_EQ(waits_for_review(), !before.tagged_by);
    }

    Submission sent_;
};
INSTANTIATE_TEST_SUITE_P(Stores, UndoContract, testing::ValuesIn(kinds()), kind_name);

TEST_P(UndoContract, ACorrectionUndoneIsUnreviewedAgain) {
    const auto before = *store_->drawing(sent_.id);
    change("star", by_ada);
    EXPECT_FALSE(waits_for_review());
    expect_restored(undo(), before);
    const auto events = store_->history(sent_.id);
    ASSERT_EQ(events->size(), 3u);
    EXPECT_EQ((*events)[1].kind, TagEventKind::corrected);
    const auto& last = events->back();
    EXPECT_EQ(last.kind, TagEventKind::undone);
    EXPECT_EQ(last.from, "star");
    EXPECT_EQ(last.to, "circle");
    EXPECT_EQ(last.by, "bob");
    EXPECT_EQ(last.by_id, by_bob.id);
    EXPECT_EQ(last.version, 3);
    EXPECT_EQ(last.undoes, 2);
}

TEST_P(UndoContract, AnAcceptanceUndoneIsUnreviewedAgain) {
    const auto before = *store_->drawing(sent_.id);
    change("circle", by_ada);
    expect_restored(undo(), before);
}

TEST_P(UndoContract, WhatAnotherPersonSaidStandsAgainInTheirName) {
    const auto first = change("star", by_ada);
    change("heart", by_bob);
    expect_restored(undo(), first);
}

TEST_P(UndoContract, GoesBackStepByStepToThePrediction) {
    const auto predicted = *store_->drawing(sent_.id);
    const auto accepted = change("circle", by_ada);
    const auto corrected = change("star", by_bob);
    change("heart", by_ada);
    expect_restored(undo(), corrected);
    const auto other = change("line", by_ada);
    expect_restored(undo(other.version), corrected);
    expect_restored(undo(), accepted);
    expect_restored(undo(), predicted);
    const auto none = undo();
    EXPECT_TRUE(failed_with(none, ErrorKind::conflict));
    EXPECT_EQ(none.error().code, "nothing_to_undo");
    EXPECT_EQ(store_->drawing(sent_.id)->version, 9);
    EXPECT_EQ(store_->history(sent_.id)->size(), 9u);
}

TEST_P(UndoContract, NeedsNoLabelAndTheVersionThatWasSeen) {
    const auto first = change("star", by_ada);
    change("heart", by_ada);
    sql("UPDATE label SET retired = " + truth("true"));
    const auto stale = undo(2);
    EXPECT_TRUE(failed_with(stale, ErrorKind::precondition_failed));
    EXPECT_EQ(stale.error().code, "version_moved_on");
    EXPECT_TRUE(failed_with(undo(VersionCondition::one_of({})), ErrorKind::precondition_failed));
    expect_restored(undo(VersionCondition::one_of({1, 3})), first);
    EXPECT_TRUE(
        failed_with(store_->undo_tag({Uuid::v7(), by_ada, now(), 1}), ErrorKind::not_found));
}

TEST_P(UndoContract, SeveralAreUndoneInOneRequestEachForItself) {
    const auto other = stored(make_submission("star"));
    const auto accepted = store_->change_tags(
        {{sent_.id, std::nullopt, by_ada, now(), "", 1}, {other.id, "star", by_ada, now(), "", 1}});
    ASSERT_TRUE(succeeded(accepted));
    const auto undone = store_->undo_tags({{sent_.id, by_ada, now(), 2},
                                           {other.id, by_ada, now(), 1},
                                           {Uuid::v7(), by_ada, now(), 2},
                                           {sent_.id, by_ada, now(), 3}});
    ASSERT_TRUE(succeeded(undone));
    ASSERT_EQ(undone->size(), 4u);
    EXPECT_FALSE((*undone)[0]->tagged_by);
    EXPECT_TRUE(failed_with((*undone)[1], ErrorKind::precondition_failed));
    EXPECT_TRUE(failed_with((*undone)[2], ErrorKind::not_found));
    EXPECT_TRUE(failed_with((*undone)[3], ErrorKind::conflict));
    EXPECT_TRUE(waits_for_review());
    EXPECT_EQ(store_->drawing(other.id)->tagged_by, "ada");
}

// --- what is withdrawn

TEST_P(DrawingsContract, WhatIsWithdrawnIsNotShown) {
    const auto kept = stored(make_submission("circle"));
    for (const char* how : {"hidden", "deleted"}) {
        const auto gone = stored(make_submission("circle"));
        sql(std::string("UPDATE drawing SET withdrawn = '") + how +
            "' WHERE width = " + std::to_string(gone.width));
        EXPECT_TRUE(failed_with(store_->drawing(gone.id), ErrorKind::not_found));
        EXPECT_TRUE(failed_with(store_->image(gone.id), ErrorKind::not_found));
        EXPECT_TRUE(failed_with(store_->strokes(gone.id), ErrorKind::not_found));
        EXPECT_TRUE(failed_with(store_->history(gone.id), ErrorKind::not_found));
    }
    for (const auto order : {Order::newest_first, Order::oldest_first, Order::most_telling_first}) {
        Query query;
        query.order = order;
        EXPECT_EQ(all_pages(query), std::vector<Uuid>{kept.id});
        query.tag = "circle";
        query.reviewed = false;
        EXPECT_EQ(all_pages(query), std::vector<Uuid>{kept.id});
    }
    ASSERT_EQ(store_->tag_counts()->size(), 1u);
    EXPECT_EQ(store_->tag_counts()->front().drawings, 1);
}

TEST_P(DrawingsContract, KeepsWhereADrawingCameFrom) {
    auto sent = make_submission();
    sent.external_id = "figure-7";
    sent.file_name = "cercles/7.png";
    sent.pseudonym = "Zoé";
    const auto none = stored(make_submission());
    const auto submitted = stored(sent);
    for (const auto& drawing : {submitted, *store_->drawing(sent.id)}) {
        EXPECT_EQ(drawing.project, shapes_project);
        EXPECT_EQ(drawing.external_id, "figure-7");
        EXPECT_EQ(drawing.file_name, "cercles/7.png");
        EXPECT_EQ(drawing.pseudonym, "Zoé");
    }
    EXPECT_FALSE(store_->drawing(none.id)->external_id);
    auto again = make_submission();
    again.external_id = "figure-7";
    EXPECT_TRUE(failed_with(submit(again), ErrorKind::conflict));
}

TEST_P(DrawingsContract, TheProjectHasTheLabelsThatTheShippedModelKnows) {
    const auto project = store_->project("shapes");
    ASSERT_TRUE(succeeded(project));
    EXPECT_EQ(project->id, shapes_project);
    EXPECT_TRUE(failed_with(store_->project("none"), ErrorKind::not_found));
    const auto labels = store_->labels(project->id);
    ASSERT_TRUE(succeeded(labels));
    std::vector<std::string> names;
    std::set<std::string> keys;
    for (const auto& label : *labels) {
        names.push_back(label.name);
        keys.insert(label.key.value());
        EXPECT_TRUE(label.colour);
        EXPECT_FALSE(label.retired);
        EXPECT_THAT(label.titles, testing::HasSubstr("\"en\":\"" + label.name + '"'));
    }
    EXPECT_THAT(names,
                testing::ElementsAre("circle", "ellipse", "square", "rectangle", "triangle",
                                     "diamond", "pentagon", "hexagon", "octagon", "star", "heart",
                                     "arrow", "cross", "line", "zigzag", "squiggle", "unknown"));
    EXPECT_EQ(keys.size(), names.size());
    EXPECT_TRUE(store_->labels(77)->empty());
}

TEST_P(DrawingsContract, CountsByCurrentTag) {
    EXPECT_TRUE(store_->tag_counts()->empty());
    const auto circle = make_submission("circle");
    stored(circle);
    stored(make_submission("circle"));
    stored(make_submission("star"));
    ASSERT_TRUE(succeeded(store_->change_tag({circle.id, "star", by_ada, now(), "", 1})));
    const auto counts = store_->tag_counts();
    ASSERT_TRUE(succeeded(counts));
    ASSERT_EQ(counts->size(), 2u);
    EXPECT_EQ((*counts)[0].tag, "circle");
    EXPECT_EQ((*counts)[0].drawings, 1);
    EXPECT_EQ((*counts)[1].tag, "star");
    EXPECT_EQ((*counts)[1].drawings, 2);
}

// --- idempotency

TEST_P(DrawingsContract, TheSameKeyAndRequestAnswerWithTheFirstDrawing) {
    auto first = make_submission("circle");
    first.idempotency_key = "client-1:abc";
    first.request_digest = sha256(as_bytes("request"));
    stored(first);
    ASSERT_TRUE(succeeded(store_->change_tag({first.id, "star", by_ada, now(), "", 1})));

    auto again = make_submission("heart");
    again.idempotency_key = first.idempotency_key;
    again.request_digest = first.request_digest;
    const auto replay = submit(again);
    ASSERT_TRUE(succeeded(replay));
    EXPECT_TRUE(replay->replayed);
    expect_same(replay->drawing, first);
    EXPECT_EQ(replay->drawing.tag, "star");
    EXPECT_EQ(replay->drawing.version, 2);
    EXPECT_TRUE(failed_with(store_->drawing(again.id), ErrorKind::not_found));
    EXPECT_EQ(store_->list({})->drawings.size(), 1u);
}

TEST_P(DrawingsContract, TheSameKeyForAnotherRequestIsAConflict) {
    auto first = make_submission();
    first.idempotency_key = "key";
    first.request_digest = sha256(as_bytes("one"));
    stored(first);
    auto other = make_submission();
    other.idempotency_key = "key";
    other.request_digest = sha256(as_bytes("two"));
    EXPECT_TRUE(failed_with(submit(other), ErrorKind::conflict, "Idempotency-Key"));
    EXPECT_TRUE(failed_with(store_->drawing(other.id), ErrorKind::not_found));
}

TEST_P(DrawingsContract, KeysAreComparedExactlyAndNoKeyIsNone) {
    std::vector<Submission> sent;
    for (const char* key : {"key", "Key", "key ", "", ""}) {
        sent.push_back(make_submission());
        sent.back().idempotency_key = key;
        EXPECT_FALSE(submit(sent.back())->replayed) << key;
    }
    EXPECT_EQ(store_->list({})->drawings.size(), sent.size());
}

TEST_P(DrawingsContract, AKeyOutlivesTheProcess) {
    auto first = make_submission();
    first.idempotency_key = "key";
    stored(first);
    store_->stop();
    const auto other = open_another();
    auto again = make_submission();
    again.idempotency_key = "key";
    const auto replay = submit_to(*other, again).get();
    ASSERT_TRUE(succeeded(replay));
    EXPECT_TRUE(replay->replayed);
    EXPECT_EQ(replay->drawing.id, first.id);
}

// --- lists

std::vector<Uuid> ids_of(const std::vector<Submission>& submissions) {
    std::vector<Uuid> ids;
    for (const auto& each : submissions) ids.push_back(each.id);
    return ids;
}

class ListContract : public StoreContract {
  protected:
    /// `count` drawings; the tags and confidences repeat, so that there are ties.
    void fill(int count) {
        const std::vector<std::string> tags{"circle", "star", "heart"};
        // Ties, both ends of the scale, and values within one step of 1/64 and at its edges.
        const std::vector<float> confidences{0.9F,   0.1F,  0.5F,   0.1F,      0,    1,
                                             0.499F, 0.51F, 0.505F, 0.515625F, 0.1F, 0.9F};
        for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
            sent_.push_back(
                make_submission(tags[i % tags.size()], confidences[i % confidences.size()]));
            stored(sent_.back());
        }
    }

    std::vector<Uuid> expected(const Query& query) {
        auto chosen = sent_;
        std::erase_if(chosen, [&](const Submission& s) {
            return (query.tag && s.prediction.tag != *query.tag) ||
                   (query.min_confidence && s.prediction.confidence < *query.min_confidence) ||
                   (query.max_confidence && s.prediction.confidence > *query.max_confidence) ||
                   (query.from && s.created_at < *query.from) ||
                   (query.until && s.created_at >= *query.until);
        });
        std::sort(chosen.begin(), chosen.end(), [&](const Submission& a, const Submission& b) {
            if (query.order == Order::newest_first) return a.id > b.id;
            if (query.order == Order::oldest_first) return a.id < b.id;
            return std::pair(queue_place(a.id, a.prediction.probabilities), a.id) <
                   std::pair(queue_place(b.id, b.prediction.probabilities), b.id);
        });
        return ids_of(chosen);
    }

    void expect_paged(Query query) {
        for (const std::size_t limit : {1u, 2u, 5u, 24u, 200u}) {
            query.limit = limit;
            EXPECT_EQ(all_pages(query), expected(query)) << "limit " << limit;
        }
    }

    std::vector<Submission> sent_;
};
INSTANTIATE_TEST_SUITE_P(Stores, ListContract, testing::ValuesIn(kinds()), kind_name);

constexpr auto every_order = {Order::newest_first, Order::oldest_first, Order::most_telling_first};

TEST_P(ListContract, AnEmptyStoreHasOneEmptyPage) {
    for (const auto order : every_order) {
        Query query;
        query.order = order;
        const auto page = store_->list(query);
        ASSERT_TRUE(succeeded(page));
        EXPECT_TRUE(page->drawings.empty());
        EXPECT_FALSE(page->next);
    }
}

TEST_P(ListContract, EveryOrderPagesThroughEverythingOnce) {
    fill(24);
    for (const auto order : every_order) {
        Query query;
        query.order = order;
        expect_paged(query);
    }
}

TEST_P(ListContract, EveryFilterWorksInEveryOrder) {
    fill(24);
    for (const auto order : every_order) {
        Query query;
        query.order = order;
        query.tag = "star";
        expect_paged(query);
        query.min_confidence = 0.1F;
        query.max_confidence = 0.5F;
        expect_paged(query);
        query.from = sent_[3].created_at;
        query.until = sent_[20].created_at;
        expect_paged(query);
        query.tag.reset();
        expect_paged(query);
        query.tag = "no such tag";
        expect_paged(query);
    }
}

/// What is rare and far from the page's beginning takes several pages, none of which looks at more
/// than it may.
TEST_P(ListContract, APageLooksAtSoManyDrawingsAndSaysHowFarItCame) {
    std::vector<Submission> rare;
    const auto other = [&](const std::string& source) {
        auto submission = make_submission();
        submission.source = source;
        submission.prediction.probabilities = {0.9F, 0.1F};
        return submission;
    };
    std::vector<std::future<Result<SubmitResult>>> answers;
    const auto send = [&](Submission submission) {
        answers.push_back(submit_async(std::move(submission)));
        if (answers.size() < 200) return;
        for (auto& answer : answers) ASSERT_TRUE(succeeded(answer.get()));
        answers.clear();
    };
    rare.push_back(other("rare"));
    send(rare.back());
    for (std::size_t i = 0; i < most_looked_at + 200; ++i) send(other("common"));
    rare.push_back(other("rare"));
    send(rare.back());
    for (auto& answer : answers) ASSERT_TRUE(succeeded(answer.get()));
    for (const auto order : every_order) {
        Query query;
        query.order = order;
        query.source = "rare";
        std::vector<std::size_t> sizes;
        EXPECT_THAT(all_pages(query, &sizes), testing::UnorderedElementsAreArray(ids_of(rare)));
        EXPECT_GE(sizes.size(), 2U);
        query.reviewed = false;
        sizes.clear();
        EXPECT_THAT(all_pages(query, &sizes), testing::UnorderedElementsAreArray(ids_of(rare)));
        EXPECT_GE(sizes.size(), 2U);
        // Where enough is found at once, a page is full.
        query.source = "common";
        EXPECT_EQ(store_->list(query)->drawings.size(), query.limit);
    }
    // What a person did has indexes of its own.
    const Uuid first = rare.front().id;
    ASSERT_TRUE(succeeded(
        store_->change_tag({first, "heart", by_ada, now(), "", VersionCondition::any()})));
    ASSERT_TRUE(
        succeeded(store_->change_flags({{first, "", by_ada, now(), VersionCondition::any()}})));
    const auto found_at_once = [&](const auto& filter) {
        Query query;
        filter(query);
        std::vector<std::size_t> sizes;
        EXPECT_THAT(all_pages(query, &sizes), testing::ElementsAre(first));
        EXPECT_THAT(sizes, testing::ElementsAre(1U));
    };
    found_at_once([](Query& query) { query.tagged_by = "ada"; });
    found_at_once([](Query& query) { query.reviewed = true; });
    found_at_once([](Query& query) { query.disagreement = true; });
    found_at_once([](Query& query) { query.flagged = true; });
    found_at_once([](Query& query) { query.tag = "heart"; });
}

/// Drawings of files, and what is found of them by a name as people write it.
class NameContract : public ListContract {
  protected:
    Uuid of_file(const std::string& file_name, const std::string& external_id = {}) {
        sent_.push_back(make_submission());
        sent_.back().file_name = file_name;
        if (!external_id.empty()) sent_.back().external_id = external_id;
        return stored(sent_.back()).id;
    }

    /// In every order the same, each page of one.
    void expect_found(Query query, const std::vector<Uuid>& expected) {
        for (const auto order : every_order) {
            query.order = order;
            query.limit = 1;
            const auto found = all_pages(query);
            EXPECT_THAT(found, testing::UnorderedElementsAreArray(expected));
            query.limit = 200;
            EXPECT_EQ(all_pages(query), found);
        }
    }
    void expect_file(const std::string& written, const std::vector<Uuid>& expected) {
        Query query;
        query.file_name = name_filter(written);
        expect_found(query, expected);
    }
    void expect_called(const std::string& written, const std::vector<Uuid>& expected) {
        Query query;
        query.external_id = name_filter(written);
        expect_found(query, expected);
    }
};
INSTANTIATE_TEST_SUITE_P(Stores, NameContract, testing::ValuesIn(kinds()), kind_name);

TEST_P(NameContract, AFileIsFoundByItsNameInWhateverFolderAndByTheWholeOfIt) {
    stored(make_submission());
    const auto plain = of_file("0001.png");
    const auto train = of_file("train/birds/0001.png");
    const auto other = of_file("train/birds/0002.png");
    const auto upper = of_file("Train/0001.PNG");
    const auto percent = of_file("train/100%_\xC3\xA9t\xC3\xA9.png");
    expect_file("0001.png", {plain, train});
    expect_file("train/birds/0001.png", {train});
    expect_file("birds/0001.png", {});
    expect_file("000*", {plain, train, other, upper});
    expect_file("train/birds/*", {train, other});
    expect_file("train/*", {train, other, percent});
    expect_file("100%*", {percent});
    expect_file("100%_\xC3\xA9t\xC3\xA9.png", {percent});
    expect_file("1__*", {});
    expect_file("*", {plain, train, other, upper, percent});
}

TEST_P(NameContract, ADrawingIsFoundByItsExternalIdAndByHowThatBegins) {
    const auto first = of_file("a.png", "scan-1");
    const auto second = of_file("b.png", "scan-2");
    const auto other = of_file("a.png", "page/7*");
    expect_called("scan-1", {first});
    expect_called("scan-*", {first, second});
    expect_called("Scan-*", {});
    expect_called("page/7**", {other});
    expect_called("*", {first, second, other});
    Query both;
    both.external_id = name_filter("scan-*");
    both.file_name = name_filter("a.png");
    expect_found(both, {first});
}

TEST_P(NameContract, APartOfAFileNameOrAnExternalIdIsFoundAnywhereInIt) {
    stored(make_submission());
    const auto percent = of_file("Train/100%_\xC3\xA9t\xC3\xA9.png", "Scan-1");
    const auto slash = of_file(R"(train\cat?.PNG)");
    const auto other = of_file("plain.jpg", "kitchen/train_2");
    const auto expect_part = [&](const std::string& part, const std::vector<Uuid>& expected) {
        Query query;
        query.name_contains = name_part(part).value();
        expect_found(query, expected);
    };
    expect_part("train", {percent, slash, other});
    expect_part("TRAIN", {percent, slash, other});
    expect_part(".png", {percent, slash});
    expect_part("scan-1", {percent});
    expect_part("%", {percent});
    expect_part("_", {percent, other});
    expect_part("\\", {slash});
    expect_part("cat?.", {slash});
    expect_part("1__", {});
    expect_part("*", {});
    expect_part("'", {});
    expect_part("\xC3\xA9T", {percent});
    expect_part("\xC3\x89t", {});  // é is not É
    expect_part("plain.jpgkitchen", {});
    Query both;
    both.name_contains = "train";
    both.file_name = name_filter("plain*");
    expect_found(both, {other});
    both.file_name.reset();
    both.external_id = name_filter("Scan-*");
    expect_found(both, {percent});
}

TEST(NamePart, HasABound) {
    EXPECT_EQ(name_part(std::string(128, 'x')).value(), std::string(128, 'x'));
    for (const std::string& unfit : {std::string(), std::string(129, 'x'), std::string("\xC3")})
        EXPECT_TRUE(failed_with(name_part(unfit), ErrorKind::invalid)) << unfit;
}

TEST_P(NameContract, NamesBelongToAProjectAndGoWithOtherFilters) {
    const auto seen = of_file("a.png");
    const auto waiting = of_file("a.png");
    const auto withdrawn = of_file("a.png");
    ASSERT_TRUE(
        succeeded(store_->change_tag({seen, "heart", by_ada, now(), "", VersionCondition::any()})));
    ASSERT_TRUE(succeeded(store_->change_visibility(
        {{withdrawn, Visibility::hidden, by_ada, now(), VersionCondition::any()}})));
    Query query;
    query.file_name = name_filter("a.png");
    expect_found(query, {seen, waiting});
    query.reviewed = true;
    expect_found(query, {seen});
    query.reviewed = false;
    expect_found(query, {waiting});
    query.audience = Audience::annotators;
    expect_found(query, {waiting, withdrawn});
    query.reviewed.reset();
    query.tag = "heart";
    query.from = sent_.front().created_at;
    expect_found(query, {seen});
    query.project = shapes_project + 1;
    expect_found(query, {});
}

/// Where more have the name than a page looks at, the list walks as for any other filter.
TEST_P(NameContract, ManyOfOneNameAreListedToo) {
    std::vector<std::future<Result<SubmitResult>>> answers;
    for (std::size_t i = 0; i < most_looked_at + 2; ++i) {
        auto submission = make_submission();
        submission.file_name = "many/" + std::to_string(i % 2);
        sent_.push_back(submission);
        answers.push_back(submit_async(std::move(submission)));
        if (answers.size() < 200 && i < most_looked_at + 1) continue;
        for (auto& answer : answers) ASSERT_TRUE(succeeded(answer.get()));
        answers.clear();
    }
    for (const auto order : every_order) {
        Query query;
        query.order = order;
        query.limit = 200;
        query.file_name = name_filter("many/*");
        EXPECT_EQ(all_pages(query), expected(query));
        query.file_name = name_filter("0");
        EXPECT_EQ(all_pages(query).size(), most_looked_at / 2 + 1);
    }
}

TEST_P(ListContract, TheOrderIsThatOfIdsWhereTheClockDisagrees) {
    fill(3);
    auto late = make_submission();
    late.created_at -= std::chrono::minutes(5);
    stored(late);
    auto ids = ids_of(sent_);
    ids.push_back(late.id);
    Query query;
    query.order = Order::oldest_first;
    EXPECT_EQ(all_pages(query), ids);
    query.order = Order::newest_first;
    std::reverse(ids.begin(), ids.end());
    EXPECT_EQ(all_pages(query), ids);
}

TEST_P(ListContract, AFullLastPageHasNoNext) {
    fill(6);
    Query query;
    query.limit = 3;
    std::vector<std::size_t> sizes;
    EXPECT_EQ(all_pages(query, &sizes).size(), 6u);
    EXPECT_EQ(sizes, (std::vector<std::size_t>{3, 3}));
}

TEST_P(ListContract, TheBoundsOfATimeAreIncludedBelowAndExcludedAbove) {
    fill(3);
    Query query;
    query.from = sent_[1].created_at;
    query.until = sent_[1].created_at + std::chrono::microseconds(1);
    EXPECT_THAT(all_pages(query), testing::Contains(sent_[1].id));
    query.until = sent_[1].created_at;
    EXPECT_TRUE(all_pages(query).empty());
    query.until = sent_[1].created_at - std::chrono::hours(24);
    EXPECT_TRUE(all_pages(query).empty());
}

TEST_P(ListContract, OnlyUnreviewedLeavesOutWhatAPersonSaw) {
    fill(12);
    std::vector<Submission> rest;
    for (std::size_t i = 0; i < sent_.size(); ++i) {
        const auto& tag = sent_[i].prediction.tag;
        if (i % 3 != 0) {
            rest.push_back(sent_[i]);
            continue;
        }
        ASSERT_TRUE(succeeded(store_->change_tag({sent_[i].id, tag, by_ada, now(), "", 1})));
    }
    for (const auto order : every_order) {
        Query all;
        all.order = order;
        expect_paged(all);
    }
    sent_ = rest;
    for (const auto order : every_order) {
        Query query;
        query.order = order;
        query.reviewed = false;
        expect_paged(query);
    }
}

TEST_P(ListContract, WhatWasReviewedSinceIsFoundInEveryOrderWithEveryOtherFilter) {
    fill(12);
    const auto noon = from_rfc3339("2026-11-25T12:00:00Z").value();
    const auto review = [&](std::size_t at, const Author& by, int minutes, int version = 1) {
        ASSERT_TRUE(succeeded(store_->change_tag(
            {sent_[at].id, std::nullopt, by, noon + std::chrono::minutes(minutes), "", version})));
    };
    const auto by_eve = Author{Uuid::v7(), "eve"};
    review(0, by_ada, -1);
    review(1, by_ada, 0);
    review(2, by_eve, 1);
    review(3, by_ada, 2);
    review(4, by_ada, 3);
    review(4, by_eve, 4, 2);  // whoever reviewed it last
    for (const auto order : every_order) {
        Query query;
        query.order = order;
        query.limit = 2;
        const auto expect = [&](std::initializer_list<std::size_t> found) {
            std::vector<Uuid> ids;
            for (const auto at : found) ids.push_back(sent_[at].id);
            EXPECT_THAT(all_pages(query), testing::UnorderedElementsAreArray(ids));
        };
        query.tagged_since = noon;
        expect({1, 2, 3, 4});
        query.tagged_by = "ada";
        expect({1, 3});
        query.tag = "circle";
        expect({3});
        query.tag.reset();
        query.tagged_since = noon + std::chrono::microseconds(1);
        expect({3});
        query.reviewed = false;
        expect({});
        query.reviewed.reset();
        query.tagged_since = noon + std::chrono::hours(1);
        expect({});
    }
}

TEST_P(ListContract, ACursorNeedNotBeADrawingThatIsThere) {
    fill(4);
    Query query;
    query.after = Query::Cursor{Uuid::v7(), 0};
    EXPECT_EQ(all_pages(query), expected(Query{}));
    query.order = Order::most_telling_first;
    query.after = Query::Cursor{Uuid{}, 32};
    EXPECT_EQ(all_pages(query).size(),
              static_cast<std::size_t>(
                  std::count_if(sent_.begin(), sent_.end(), [](const Submission& each) {
                      return queue_place(each.id, each.prediction.probabilities) >= 32;
                  })));
}

TEST_P(ListContract, NewDrawingsDoNotMoveAPageThatFollows) {
    fill(6);
    Query query;
    query.limit = 3;
    const auto first = store_->list(query);
    ASSERT_TRUE(first->next);
    const auto before = ids_of(sent_);
    stored(make_submission());
    query.after = first->next;
    const auto second = store_->list(query);
    std::vector<Uuid> ids;
    for (const auto& drawing : second->drawings) ids.push_back(drawing.id);
    EXPECT_EQ(ids, (std::vector<Uuid>{before[2], before[1], before[0]}));
}

TEST_P(ListContract, APageHasOneToTwoHundredDrawings) {
    Query query;
    for (const std::size_t limit : {0u, 201u}) {
        query.limit = limit;
        EXPECT_TRUE(failed_with(store_->list(query), ErrorKind::invalid, "limit"));
    }
}

TEST_P(ListContract, ATagIsDataAndNotSql) {
    stored(make_submission("o'clock\"; DROP TABLE drawing; --"));
    Query query;
    query.tag = "o'clock\"; DROP TABLE drawing; --";
    EXPECT_EQ(store_->list(query)->drawings.size(), 1u);
    query.tag = "%";
    EXPECT_TRUE(store_->list(query)->drawings.empty());
}

}  // namespace
}  // namespace croquis::store
