#include <algorithm>
#include <map>
#include <utility>

#include "contract/store/fixture.h"
#include "store/asking.h"
#include "store/migrations.h"
#include "store/tagging.h"

namespace croquis::store {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

const Author by_eve{Uuid::v7(), "eve"};
const Author by_max{Uuid::v7(), "max"};

/// A project that asks several people about each drawing.
class OpinionContract : public StoreContract {
  protected:
    void wants(int opinions) {
        ProjectChange change;
        change.opinions_wanted = opinions;
        ASSERT_TRUE(succeeded(store_->change_project("shapes", change)));
    }
    /// What `who` says of the drawing as it is now.
    Drawing says(const Author& who, const Uuid& id, const std::string& tag) {
        auto changed = store_->change_tag({id, tag, who, now(), "", VersionCondition::any()});
        EXPECT_TRUE(succeeded(changed));
        return changed ? *changed : Drawing();
    }
    Result<Drawing> undo(const Author& who, const Uuid& id,
                         const VersionCondition& on = VersionCondition::any()) {
        return store_->undo_tag({id, who, now(), on});
    }
    /// What a page of this person is given.
    std::vector<Uuid> asked(const Author& who, const Uuid& page, std::size_t limit = 10) {
        ClaimRequest request;
        request.holder = page;
        request.account = *who.id;
        request.limit = limit;
        request.at = now();
        request.until = request.at + seconds(120);
        std::vector<Uuid> ids;
        const auto claimed = store_->claim(request);
        EXPECT_TRUE(succeeded(claimed));
        if (claimed)
            for (const auto& each : *claimed) ids.push_back(each.drawing.id);
        return ids;
    }
    std::vector<Uuid> asked(const Author& who) {
        const Uuid page = Uuid::v7();
        auto ids = asked(who, page);
        EXPECT_TRUE(succeeded(store_->release(page, *who.id)));
        return ids;
    }
    bool waits(const Uuid& id) {
        const auto found = store_->drawing(id, Audience::annotators);
        return found && !found->tagged_by;
    }
    TagEvent last(const Uuid& id) { return store_->history(id)->back(); }
};
INSTANTIATE_TEST_SUITE_P(Stores, OpinionContract, testing::ValuesIn(kinds()), kind_name);

TEST_P(OpinionContract, OneIsEnoughWhereOneIsWanted) {
    const auto drawing = stored(make_submission("circle"));
    const auto said = says(by_ada, drawing.id, "star");
    EXPECT_EQ(said.tagged_by, "ada");
    EXPECT_FALSE(said.opinion);
    EXPECT_FALSE(last(drawing.id).opinion);
    EXPECT_THAT(asked(by_bob), IsEmpty());
}

TEST_P(OpinionContract, AListTellsEachPersonTheirOwn) {
    wants(3);
    const auto first = stored(make_submission("circle")).id;
    const auto second = stored(make_submission("circle")).id;
    const auto listed = [&](const std::optional<Uuid>& told) {
        Query query;
        query.told = told;
        std::map<Uuid, std::string> opinions;
        const auto page = store_->list(query).value();
        for (const auto& drawing : page.drawings)
            if (drawing.opinion) opinions.emplace(drawing.id, *drawing.opinion);
        return opinions;
    };
    says(by_ada, first, "square");
    says(by_ada, first, "star");
    says(by_bob, first, "heart");
    says(by_bob, second, "heart");
    const auto pair = [](const Uuid& id, const char* tag) {
        return std::pair<const Uuid, std::string>(id, tag);
    };
    EXPECT_THAT(listed(by_ada.id), ElementsAre(pair(first, "star")));
    EXPECT_THAT(listed(by_bob.id),
                UnorderedElementsAre(pair(first, "heart"), pair(second, "heart")));
    EXPECT_THAT(listed(by_eve.id), IsEmpty());
    EXPECT_THAT(listed(std::nullopt), IsEmpty());
    ASSERT_TRUE(succeeded(undo(by_ada, first)));
    EXPECT_THAT(listed(by_ada.id), ElementsAre(pair(first, "square")));
    ASSERT_TRUE(succeeded(undo(by_ada, first)));
    EXPECT_THAT(listed(by_ada.id), IsEmpty());
    // What is reviewed has its tag.
    for (const auto& who : {by_ada, by_eve}) says(who, second, "heart");
    EXPECT_THAT(listed(by_bob.id), ElementsAre(pair(first, "heart")));
}

TEST_P(OpinionContract, WaitsForTheOthersAndIsNeverShownTwice) {
    wants(2);
    const auto drawing = stored(make_submission("circle"));
    const Uuid page = Uuid::v7();
    ASSERT_THAT(asked(by_ada, page), ElementsAre(drawing.id));
    EXPECT_THAT(asked(by_bob), IsEmpty());  // it is held
    const auto said = says(by_ada, drawing.id, "star");
    EXPECT_EQ(said.tag, "circle");
    EXPECT_EQ(said.opinion, "star");
    EXPECT_FALSE(said.tagged_by);
    EXPECT_EQ(last(drawing.id).kind, TagEventKind::opinion);
    EXPECT_EQ(last(drawing.id).to, "circle");
    EXPECT_TRUE(waits(drawing.id));
    EXPECT_THAT(asked(by_ada, page), IsEmpty());
    EXPECT_THAT(asked(by_bob), ElementsAre(drawing.id));  // and held no longer
    Query query;
    query.reviewed = false;
    query.asks = by_ada.id;
    EXPECT_THAT(all_pages(query), IsEmpty());
    query.asks = by_bob.id;
    query.order = Order::most_telling_first;
    EXPECT_THAT(all_pages(query), ElementsAre(drawing.id));
    EXPECT_EQ(*store_->count_waiting(shapes_project), 1);
    EXPECT_EQ(*store_->count_waiting(shapes_project, by_ada.id), 0);
    EXPECT_EQ(*store_->count_waiting(shapes_project, by_bob.id), 1);
}

TEST_P(OpinionContract, ThoseWhoAgreeReviewIt) {
    wants(2);
    const auto drawing = stored(make_submission("circle"));
    says(by_ada, drawing.id, "star");
    const auto reviewed = says(by_bob, drawing.id, "star");
    EXPECT_EQ(reviewed.tag, "star");
    EXPECT_EQ(reviewed.tagged_by, "bob");
    EXPECT_FALSE(reviewed.opinion);
    EXPECT_EQ(last(drawing.id).kind, TagEventKind::corrected);
    EXPECT_EQ(last(drawing.id).opinion, "star");
    EXPECT_THAT(asked(by_eve), IsEmpty());
}

TEST_P(OpinionContract, OneMoreDecidesBetweenTwoWhoDoNot) {
    wants(2);
    const auto drawing = stored(make_submission("circle"));
    says(by_ada, drawing.id, "star");
    EXPECT_FALSE(says(by_bob, drawing.id, "circle").disputed);
    for (const auto& who : {by_ada, by_bob}) EXPECT_THAT(asked(who), IsEmpty());
    ASSERT_THAT(asked(by_eve), ElementsAre(drawing.id));
    const auto decided = says(by_eve, drawing.id, "star");
    EXPECT_EQ(decided.tag, "star");
    EXPECT_EQ(decided.tagged_by, "eve");
    EXPECT_EQ(decided.basis, Basis::own);
    EXPECT_EQ(last(drawing.id).kind, TagEventKind::adjudicated);
}

TEST_P(OpinionContract, MoreThanHalfOfThreeIsEnough) {
    wants(3);
    const auto drawing = stored(make_submission("circle"));
    says(by_ada, drawing.id, "star");
    says(by_bob, drawing.id, "star");
    EXPECT_TRUE(waits(drawing.id));
    // Whose word comes last is not what counts.
    EXPECT_EQ(says(by_eve, drawing.id, "circle").tag, "star");
    EXPECT_EQ(last(drawing.id).opinion, "circle");
    EXPECT_FALSE(waits(drawing.id));
}

TEST_P(OpinionContract, ADisputeIsDecidedByWhoeverTagsIt) {
    wants(2);
    const auto drawing = stored(make_submission("circle"));
    says(by_ada, drawing.id, "star");
    says(by_bob, drawing.id, "circle");
    const auto disputed = says(by_eve, drawing.id, "square");
    EXPECT_TRUE(disputed.disputed);
    EXPECT_FALSE(disputed.tagged_by);
    EXPECT_EQ(disputed.tag, "circle");
    EXPECT_THAT(asked(by_max), IsEmpty());
    EXPECT_EQ(*store_->count_waiting(shapes_project, by_max.id), 0);
    EXPECT_EQ(*store_->count_waiting(shapes_project), 1);
    Query query;
    query.disputed = true;
    EXPECT_THAT(all_pages(query), ElementsAre(drawing.id));
    // Also by one of those who said something.
    EXPECT_TRUE(failed_with(store_->change_tag({drawing.id, "star", by_ada, now(), "", 3}),
                            ErrorKind::precondition_failed));
    const auto decided = says(by_ada, drawing.id, "star");
    EXPECT_EQ(decided.tagged_by, "ada");
    EXPECT_FALSE(decided.disputed);
    EXPECT_EQ(last(drawing.id).kind, TagEventKind::adjudicated);
    EXPECT_FALSE(last(drawing.id).opinion);
    EXPECT_THAT(all_pages(query), IsEmpty());
    // Taken back, it is disputed again; and with one opinion less, it is not.
    ASSERT_TRUE(succeeded(undo(by_ada, drawing.id)));
    EXPECT_THAT(all_pages(query), ElementsAre(drawing.id));
    const auto fewer = undo(by_bob, drawing.id);
    ASSERT_TRUE(succeeded(fewer));
    EXPECT_FALSE(fewer->disputed);
    EXPECT_THAT(asked(by_bob), ElementsAre(drawing.id));
}

TEST_P(OpinionContract, UndoTakesBackOnesOwn) {
    wants(3);
    const auto drawing = stored(make_submission("circle"));
    const auto mine = says(by_ada, drawing.id, "star");
    says(by_bob, drawing.id, "square");
    EXPECT_TRUE(failed_with(undo(by_eve, drawing.id), ErrorKind::conflict));
    // What ada saw was the drawing after her own word.
    const auto undone = undo(by_ada, drawing.id, mine.version);
    ASSERT_TRUE(succeeded(undone));
    EXPECT_EQ(last(drawing.id).undoes, mine.version);
    EXPECT_THAT(asked(by_ada), ElementsAre(drawing.id));
    EXPECT_THAT(asked(by_bob), IsEmpty());
    EXPECT_TRUE(failed_with(undo(by_ada, drawing.id), ErrorKind::conflict));
    says(by_ada, drawing.id, "square");
    EXPECT_TRUE(waits(drawing.id));  // two of three
    EXPECT_EQ(says(by_eve, drawing.id, "circle").tag, "square");
    // What was decided is undone as anything is: by the last word.
    const auto open = undo(by_max, drawing.id);
    ASSERT_TRUE(succeeded(open));
    EXPECT_FALSE(open->tagged_by);
    EXPECT_EQ(open->tag, "circle");
    EXPECT_THAT(asked(by_eve), ElementsAre(drawing.id));
}

TEST_P(OpinionContract, ALaterWordTakesThePlaceOfTheFirst) {
    wants(2);
    const auto drawing = stored(make_submission("circle"));
    says(by_ada, drawing.id, "star");
    EXPECT_EQ(says(by_ada, drawing.id, "square").opinion, "square");
    EXPECT_TRUE(waits(drawing.id));
    ASSERT_TRUE(succeeded(undo(by_ada, drawing.id)));
    EXPECT_THAT(asked(by_ada), IsEmpty());  // the first stands again
    EXPECT_EQ(says(by_bob, drawing.id, "star").tag, "star");
}

TEST_P(OpinionContract, AnOpinionMeanwhileIsNoChangeOfWhatWasSeen) {
    wants(3);
    const auto drawing = stored(make_submission("circle"));
    says(by_ada, drawing.id, "star");
    ASSERT_TRUE(succeeded(undo(by_ada, drawing.id)));
    says(by_ada, drawing.id, "square");
    EXPECT_TRUE(succeeded(store_->change_tag({drawing.id, "star", by_bob, now(), "", 1})));
    EXPECT_TRUE(failed_with(store_->change_tag({drawing.id, "star", by_eve, now(), "", 9}),
                            ErrorKind::precondition_failed));
    says(by_eve, drawing.id, "star");
    EXPECT_TRUE(failed_with(store_->change_tag({drawing.id, "star", by_max, now(), "", 1}),
                            ErrorKind::precondition_failed));
}

TEST_P(OpinionContract, NobodyIsToldBeforeTheyHaveSaidSomething) {
    wants(3);
    const auto drawing = stored(make_submission("circle"));
    says(by_ada, drawing.id, "star");
    ASSERT_TRUE(succeeded(undo(by_ada, drawing.id)));
    says(by_ada, drawing.id, "square");
    const auto told = [&](const Author& who) {
        return told_to(*who.id, *store_->history(drawing.id));
    };
    EXPECT_EQ(told(by_bob).size(), 1u);
    EXPECT_EQ(told(by_ada).size(), 4u);
    says(by_bob, drawing.id, "circle");
    EXPECT_EQ(told(by_bob).size(), 5u);
    EXPECT_EQ(told(by_eve).size(), 1u);
}

TEST_P(OpinionContract, EachIsAskedWhatOthersAnsweredAndTheyDidNot) {
    wants(3);
    const auto by_none = stored(make_submission("circle"));
    const auto by_one = stored(make_submission("circle"));
    const auto by_both = stored(make_submission("circle"));
    says(by_ada, by_one.id, "star");
    says(by_bob, by_both.id, "star");
    says(by_ada, by_both.id, "star");
    EXPECT_THAT(asked(by_ada), ElementsAre(by_none.id));
    EXPECT_THAT(asked(by_bob), UnorderedElementsAre(by_none.id, by_one.id));
    EXPECT_THAT(asked(by_eve), UnorderedElementsAre(by_none.id, by_one.id, by_both.id));
    for (const auto& [who, count] : {std::pair(by_ada, 1), {by_bob, 2}, {by_eve, 3}})
        EXPECT_EQ(*store_->count_waiting(shapes_project, who.id), count) << who.name;
    // The order of the queue is one, whoever answered before.
    std::vector<std::pair<int, Uuid>> order;
    for (const auto& each : {by_none, by_one, by_both})
        order.emplace_back(queue_place(each.id, each.prediction.probabilities), each.id);
    std::sort(order.begin(), order.end());
    Query query;
    query.reviewed = false;
    query.order = Order::most_telling_first;
    for (const std::size_t limit : {1U, 2U, 3U}) {
        query.limit = limit;
        const auto ids = all_pages(query);
        ASSERT_EQ(ids.size(), 3U);
        for (std::size_t i = 0; i < ids.size(); ++i) EXPECT_EQ(ids[i], order[i].second);
    }
    // Taken back, it is asked again; where one word is enough, everybody is.
    ASSERT_TRUE(succeeded(undo(by_ada, by_both.id)));
    EXPECT_THAT(asked(by_ada), UnorderedElementsAre(by_none.id, by_both.id));
    wants(1);
    EXPECT_THAT(asked(by_ada), UnorderedElementsAre(by_none.id, by_one.id, by_both.id));
}

TEST_P(OpinionContract, WhatWasAnsweredBeforeAnUpgradeIsKnownAfterIt) {
    wants(3);
    const auto by_one = stored(make_submission("circle"));
    const auto by_two = stored(make_submission("circle"));
    const auto taken_back = stored(make_submission("circle"));
    for (const auto& id : {by_one.id, by_two.id, taken_back.id}) says(by_ada, id, "star");
    says(by_bob, by_two.id, "star");
    ASSERT_TRUE(succeeded(undo(by_ada, taken_back.id)));
    const auto migrations =
        GetParam().name == "sqlite" ? sqlite_migrations() : postgres_migrations();
    const std::string sql(migrations[9].sql);
    const auto begin = sql.find("UPDATE drawing SET answered_by");
    ASSERT_NE(begin, std::string::npos);
    GetParam().sql(url_, "UPDATE drawing SET answered_by = ''");
    EXPECT_THAT(asked(by_ada), SizeIs(3));
    GetParam().sql(url_, sql.substr(begin, sql.find(';', begin) - begin));
    EXPECT_THAT(asked(by_ada), ElementsAre(taken_back.id));
    EXPECT_THAT(asked(by_bob), UnorderedElementsAre(by_one.id, taken_back.id));
    EXPECT_THAT(asked(by_eve), SizeIs(3));
}

TEST_P(OpinionContract, OfOneImportToo) {
    wants(2);
    const Uuid job = Uuid::v7();
    auto brought = make_submission("circle");
    brought.import_job = job;
    const auto first = stored(brought);
    brought = make_submission("circle");
    brought.import_job = job;
    const auto second = stored(brought);
    stored(make_submission("circle"));
    says(by_ada, first.id, "star");
    const auto of_import = [&](const Author& who) {
        ClaimRequest request;
        request.holder = Uuid::v7();
        request.account = *who.id;
        request.at = now();
        request.until = request.at + seconds(120);
        request.import_job = job;
        std::vector<Uuid> ids;
        for (const auto& each : *store_->claim(request)) ids.push_back(each.drawing.id);
        EXPECT_TRUE(succeeded(store_->release(request.holder, *who.id)));
        return ids;
    };
    EXPECT_THAT(of_import(by_ada), ElementsAre(second.id));
    EXPECT_THAT(of_import(by_bob), UnorderedElementsAre(first.id, second.id));
    EXPECT_EQ(*store_->count_waiting(shapes_project, by_ada.id, job), 1);
    Query query;
    query.import_job = job;
    query.order = Order::most_telling_first;
    EXPECT_THAT(all_pages(query), UnorderedElementsAre(first.id, second.id));
}

TEST_P(OpinionContract, WhatIsAskedFirstIsAskedOfOthersAndOfTheImport) {
    wants(2);
    const Uuid job = Uuid::v7();
    const auto learning = [&](const std::optional<Uuid>& import) {
        auto submission = make_submission("circle");
        while (judges(submission.id)) submission.id = Uuid::v7();
        submission.import_job = import;
        return stored(std::move(submission));
    };
    const auto other = learning(std::nullopt);
    for (int i = 0; i < 3; ++i) learning(job);
    const auto said = learning(job);
    const auto last = learning(job);
    says(by_ada, said.id, "star");
    const auto next = [&](const Author& who, const std::optional<Uuid>& import) {
        ClaimRequest request;
        request.holder = Uuid::v7();
        request.account = *who.id;
        request.limit = 1;
        request.at = now();
        request.until = request.at + seconds(120);
        request.import_job = import;
        request.first = {other.id, said.id, last.id};
        const auto claimed = store_->claim(request);
        EXPECT_TRUE(succeeded(store_->release(request.holder, *who.id)));
        return claimed.value().at(0).drawing.id;
    };
    EXPECT_EQ(next(by_ada, job), last.id);
    EXPECT_EQ(next(by_bob, job), said.id);
    EXPECT_EQ(next(by_bob, std::nullopt), other.id);
}

TEST_P(OpinionContract, AMergedLabelCountsAsWhatItWasMergedInto) {
    wants(2);
    const auto merge = [&](const std::string& from, const std::string& into) {
        LabelMerge merging;
        merging.from = from;
        merging.into = into;
        merging.by = by_max;
        merging.at = now();
        EXPECT_TRUE(succeeded(store_->merge_label(shapes_project, merging)));
    };
    const auto drawing = stored(make_submission("circle"));
    const auto taken_back = stored(make_submission("circle"));
    says(by_ada, drawing.id, "star");
    says(by_ada, taken_back.id, "star");
    merge("star", "cross");
    merge("cross", "square");
    const auto agreed = says(by_bob, drawing.id, "square");
    EXPECT_EQ(agreed.tag, "square");
    EXPECT_EQ(agreed.tagged_by, "bob");
    EXPECT_EQ(last(drawing.id).kind, TagEventKind::corrected);
    // What somebody said is told as they said it.
    EXPECT_EQ(store_->history(drawing.id)->at(1).opinion, "star");
    // In use again, it is a label of its own.
    LabelChange again;
    again.retired = false;
    ASSERT_TRUE(succeeded(store_->change_label(shapes_project, "star", again)));
    EXPECT_FALSE(says(by_bob, taken_back.id, "square").tagged_by);
}

TEST_P(OpinionContract, TheLastWordsAboutADrawingAreToldTogether) {
    wants(2);
    const auto one = stored(make_submission("circle"));
    const auto agreed = stored(make_submission("circle"));
    const auto open = stored(make_submission("circle"));
    const auto taken_back = stored(make_submission("circle"));
    const auto hidden = stored(make_submission("circle"));
    says(by_ada, one.id, "star");
    for (const auto& id : {agreed.id, hidden.id})
        for (const auto& who : {by_ada, by_bob}) says(who, id, "star");
    ASSERT_TRUE(succeeded(store_->change_visibility(
        {{hidden.id, Visibility::hidden, by_eve, now(), VersionCondition::any()}})));
    says(by_ada, open.id, "heart");
    says(by_ada, open.id, "star");
    says(by_bob, open.id, "square");
    says(by_ada, taken_back.id, "star");
    says(by_bob, taken_back.id, "square");
    ASSERT_TRUE(succeeded(undo(by_ada, taken_back.id)));
    LabelMerge merging;
    merging.from = "square";
    merging.into = "cross";
    merging.by = by_max;
    merging.at = now();
    ASSERT_TRUE(succeeded(store_->merge_label(shapes_project, merging)));

    const auto opinions = store_->opinions(shapes_project);
    ASSERT_TRUE(succeeded(opinions));
    std::map<std::pair<Uuid, Uuid>, std::string> said;
    for (const auto& each : *opinions) said[{each.drawing, each.by}] = each.tag;
    const std::map<std::pair<Uuid, Uuid>, std::string> expected{{{agreed.id, *by_ada.id}, "star"},
                                                                {{agreed.id, *by_bob.id}, "star"},
                                                                {{open.id, *by_ada.id}, "star"},
                                                                {{open.id, *by_bob.id}, "cross"}};
    EXPECT_EQ(said, expected);
    ASSERT_EQ(opinions->size(), 4U);
    EXPECT_EQ((*opinions)[0].drawing, (*opinions)[1].drawing);
    EXPECT_EQ((*opinions)[2].drawing, (*opinions)[3].drawing);
    EXPECT_TRUE(store_->opinions(shapes_project + 1)->empty());
}

TEST_P(OpinionContract, SeveralAtOnceAreOpinionsToo) {
    wants(2);
    const auto first = stored(make_submission("circle"));
    const auto second = stored(make_submission("star"));
    const auto accept_both = [&](const Author& who) {
        std::vector<TagChange> changes;
        for (const auto& id : {first.id, second.id})
            changes.push_back(
                {id, std::nullopt, who, now(), "", VersionCondition::any(), std::nullopt, true});
        return store_->change_tags(changes);
    };
    ASSERT_TRUE(succeeded(accept_both(by_ada)));
    EXPECT_TRUE(waits(first.id));
    ASSERT_TRUE(succeeded(accept_both(by_bob)));
    EXPECT_FALSE(waits(first.id));
    EXPECT_EQ(store_->drawing(second.id)->tag, "star");
}

TEST_P(OpinionContract, TheOperatorDecidesAndFewerWantedAreEnough) {
    wants(2);
    const auto drawing = stored(make_submission("circle"));
    EXPECT_EQ(says(operator_author(), drawing.id, "star").tagged_by, "operator");
    const auto other = stored(make_submission("circle"));
    says(by_ada, other.id, "star");
    wants(1);
    EXPECT_EQ(says(by_bob, other.id, "square").tag, "square");
}

TEST_P(OpinionContract, DeletedOpinionsAreGone) {
    wants(2);
    const auto drawing = stored(make_submission("circle"));
    says(by_ada, drawing.id, "star");
    const std::vector<VisibilityChange> deletion{
        {drawing.id, Visibility::deleted, by_bob, now(), VersionCondition::any()}};
    ASSERT_TRUE(succeeded(store_->change_visibility(deletion)));
    EXPECT_THAT(asked(by_eve), IsEmpty());
    EXPECT_EQ(*store_->count_waiting(shapes_project), 0);
}

/// Marks for attention.
class FlagContract : public StoreContract {
  protected:
    Result<Drawing> flag(const Uuid& id, const std::optional<std::string>& words,
                         const Author& who = by_ada,
                         const VersionCondition& on = VersionCondition::any()) {
        auto changed = store_->change_flags({{id, words, who, now(), on}});
        if (!changed) return changed.error();
        return changed->front();
    }
    std::vector<Uuid> flagged(bool which = true) {
        Query query;
        query.flagged = which;
        return all_pages(query);
    }
};
INSTANTIATE_TEST_SUITE_P(Stores, FlagContract, testing::ValuesIn(kinds()), kind_name);

TEST_P(FlagContract, MarksWithWordsAndAnybodyTakesTheMarkAway) {
    const auto drawing = stored(make_submission());
    const auto other = stored(make_submission());
    const auto marked = flag(drawing.id, "two shapes");
    ASSERT_TRUE(succeeded(marked));
    EXPECT_EQ(marked->flag, "two shapes");
    EXPECT_EQ(marked->version, 2);
    EXPECT_FALSE(marked->tagged_by);
    EXPECT_THAT(flagged(), ElementsAre(drawing.id));
    EXPECT_THAT(flagged(false), ElementsAre(other.id));
    EXPECT_EQ(flag(drawing.id, "two shapes")->version, 2);
    EXPECT_EQ(flag(drawing.id, "")->flag, "");
    EXPECT_THAT(flagged(), ElementsAre(drawing.id));
    EXPECT_FALSE(flag(drawing.id, std::nullopt, by_bob)->flag);
    EXPECT_THAT(flagged(), IsEmpty());
    const auto events = *store_->history(drawing.id);
    ASSERT_EQ(events.size(), 4u);
    EXPECT_EQ(events[1].kind, TagEventKind::flagged);
    EXPECT_EQ(events[1].note, "two shapes");
    EXPECT_EQ(events[3].kind, TagEventKind::unflagged);
    EXPECT_EQ(events[3].by, "bob");
    EXPECT_TRUE(failed_with(flag(drawing.id, "", by_ada, 1), ErrorKind::precondition_failed));
    EXPECT_TRUE(failed_with(flag(Uuid::v7(), ""), ErrorKind::not_found));
    EXPECT_TRUE(failed_with(store_->undo_tag({drawing.id, by_ada, now(), 4}), ErrorKind::conflict));
}

TEST_P(FlagContract, TagsAndMarksDoNotTouchEachOther) {
    const auto drawing = stored(make_submission("circle"));
    ASSERT_TRUE(succeeded(flag(drawing.id, "odd")));
    ASSERT_TRUE(succeeded(store_->change_tag({drawing.id, "star", by_ada, now(), "", 2})));
    ASSERT_TRUE(succeeded(flag(drawing.id, std::nullopt)));
    EXPECT_EQ(store_->drawing(drawing.id)->tag, "star");
    ASSERT_TRUE(succeeded(flag(drawing.id, "again")));
    const auto undone = store_->undo_tag({drawing.id, by_ada, now(), 5});
    ASSERT_TRUE(succeeded(undone));
    EXPECT_EQ(undone->tag, "circle");
    EXPECT_EQ(undone->flag, "again");
}

TEST_P(FlagContract, TheWordsGoWithTheDrawingAndWithThePerson) {
    const auto drawing = stored(make_submission());
    const Author leo{std::nullopt, "leo"};
    ASSERT_TRUE(succeeded(flag(drawing.id, "leo was here", leo)));
    EXPECT_EQ(*store_->forget_name("leo", {drawing.id}), 1u);
    EXPECT_EQ(store_->drawing(drawing.id)->flag, "");
    ASSERT_TRUE(succeeded(store_->change_visibility(
        {{drawing.id, Visibility::deleted, by_bob, now(), VersionCondition::any()}})));
    EXPECT_THAT(flagged(), IsEmpty());
}

TEST_P(FlagContract, WhatAnImportBroughtIsAskedAboutAlone) {
    const Uuid job = Uuid::v7();
    stored(make_submission());
    auto brought = make_submission();
    brought.import_job = job;
    const auto drawing = stored(std::move(brought));
    ClaimRequest request;
    request.holder = Uuid::v7();
    request.account = *by_ada.id;
    request.at = now();
    request.until = request.at + seconds(120);
    request.import_job = job;
    const auto claimed = store_->claim(request);
    ASSERT_TRUE(succeeded(claimed));
    ASSERT_EQ(claimed->size(), 1u);
    EXPECT_EQ(claimed->front().drawing.id, drawing.id);
    EXPECT_EQ(*store_->count_waiting(shapes_project, by_ada.id, job), 1);
    EXPECT_EQ(*store_->count_waiting(shapes_project, {}, Uuid::v7()), 0);
    Query query;
    query.import_job = job;
    query.order = Order::most_telling_first;
    query.reviewed = false;
    EXPECT_THAT(all_pages(query), ElementsAre(drawing.id));
}

}  // namespace
}  // namespace croquis::store
