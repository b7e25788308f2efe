#include "store/transfer.h"

#include <algorithm>
#include <thread>

#include "contract/store/fixture.h"
#include "store/records.h"

namespace croquis::store {
namespace {

using testing::ElementsAre;
using testing::Eq;
using testing::Optional;

class TransferContract : public StoreContract {
  protected:
    void SetUp() override {
        StoreContract::SetUp();
        auto opened = open_transfer(url_);
        ASSERT_TRUE(succeeded(opened));
        transfer_ = std::move(*opened);
    }

    static DrawingImport make_import(const std::string& external_id,
                                     const std::optional<std::string>& tag = std::nullopt) {
        DrawingImport import;
        import.submission = make_submission("circle");
        import.submission.external_id = external_id;
        import.submission.file_name = "a/" + external_id + ".png";
        import.submission.pseudonym = "Zoé";
        if (tag) import.tag = ImportedTag{*tag, "ada", std::nullopt, now()};
        return import;
    }

    std::vector<ImportOutcome> add(const std::vector<DrawingImport>& imports) {
        const auto outcomes = transfer_->add(imports);
        EXPECT_TRUE(succeeded(outcomes));
        std::vector<ImportOutcome> all;
        if (!outcomes) return all;
        for (const auto& outcome : *outcomes) {
            EXPECT_TRUE(succeeded(outcome));
            if (outcome) all.push_back(*outcome);
        }
        return all;
    }

    std::unique_ptr<Transfer> transfer_;
};

TEST_P(TransferContract, ADrawingComesWithItsTagAndEverythingElse) {
    const auto import = make_import("k1", "star");
    EXPECT_THAT(add({import, make_import("k2")}),
                ElementsAre(ImportOutcome::stored, ImportOutcome::stored));
    const auto drawing = store_->drawing(import.submission.id).value();
    EXPECT_EQ(drawing.tag, "star");
    EXPECT_EQ(drawing.prediction.tag, "circle");
    EXPECT_EQ(drawing.version, 2);
    EXPECT_THAT(drawing.tagged_by, Optional(std::string("ada")));
    EXPECT_EQ(drawing.tagged_by_id, std::nullopt);
    EXPECT_THAT(drawing.tagged_at, Optional(import.tag->at));
    EXPECT_THAT(drawing.external_id, Optional(std::string("k1")));
    EXPECT_THAT(drawing.file_name, Optional(std::string("a/k1.png")));
    EXPECT_THAT(drawing.pseudonym, Optional(std::string("Zoé")));
    const auto events = store_->history(drawing.id).value();
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(events[1].kind, TagEventKind::imported);
    EXPECT_EQ(events[1].from, "circle");
    EXPECT_EQ(events[1].to, "star");
    EXPECT_EQ(store_->image(drawing.id).value().bytes, import.submission.image);
    // What was imported can be undone like any other word.
    const auto undone =
        store_->undo_tag({drawing.id, {Uuid::v7(), "eve"}, now(), VersionCondition::any()});
    ASSERT_TRUE(succeeded(undone));
    EXPECT_EQ(undone->tag, "circle");
    EXPECT_EQ(undone->tagged_by, std::nullopt);
}

TEST_P(TransferContract, WhatCameTaggedIsListedApartUntilSomebodyDecides) {
    const auto tagged = make_import("k1", "star");
    const auto bare = make_import("k2");
    add({tagged, bare});
    const auto listed = [&](bool imported) {
        Query query;
        query.audience = Audience::annotators;
        query.order = Order::oldest_first;
        query.imported = imported;
        std::vector<Uuid> ids;
        for (const auto& drawing : store_->list(query).value().drawings) ids.push_back(drawing.id);
        return ids;
    };
    EXPECT_THAT(listed(true), ElementsAre(tagged.submission.id));
    EXPECT_THAT(listed(false), ElementsAre(bare.submission.id));
    ASSERT_TRUE(succeeded(store_->change_tag(
        {tagged.submission.id, "heart", {Uuid::v7(), "eve"}, now(), "", VersionCondition::any()})));
    EXPECT_THAT(listed(true), testing::IsEmpty());
    EXPECT_EQ(listed(false).size(), 2U);
}

TEST_P(TransferContract, TheSameAgainChangesNothing) {
    const auto import = make_import("k1", "star");
    add({import});
    auto again = import;
    again.submission.id = Uuid::v7();
    EXPECT_THAT(add({again, again}),
                ElementsAre(ImportOutcome::there_already, ImportOutcome::there_already));
    EXPECT_EQ(store_->list({}).value().drawings.size(), 1U);
    EXPECT_EQ(store_->drawing(import.submission.id).value().version, 2);
    // Twice in one call too.
    const auto other = make_import("k2", "star");
    EXPECT_THAT(add({other, other}),
                ElementsAre(ImportOutcome::stored, ImportOutcome::there_already));
}

TEST_P(TransferContract, TwoImportsThatDisagreeSendItToReview) {
    const auto import = make_import("k1", "star");
    auto other = import;
    other.tag->to = "heart";
    EXPECT_THAT(add({import, other}), ElementsAre(ImportOutcome::stored, ImportOutcome::disputed));
    auto drawing = store_->drawing(import.submission.id).value();
    EXPECT_EQ(drawing.tag, "circle");
    EXPECT_EQ(drawing.tagged_by, std::nullopt);
    EXPECT_EQ(drawing.version, 3);
    const auto events = store_->history(drawing.id).value();
    EXPECT_EQ(events.back().kind, TagEventKind::undone);
    EXPECT_THAT(events.back().undoes, Optional(2));
    EXPECT_THAT(events.back().note, testing::HasSubstr("star and as heart"));
    // The same import again leaves it there.
    EXPECT_THAT(add({import, other}),
                ElementsAre(ImportOutcome::there_already, ImportOutcome::there_already));
    // What a person said since then is nobody's to dispute.
    ASSERT_TRUE(succeeded(store_->change_tag(
        {drawing.id, "heart", {Uuid::v7(), "eve"}, now(), "", VersionCondition::any()})));
    EXPECT_THAT(add({import}), ElementsAre(ImportOutcome::kept));
    drawing = store_->drawing(drawing.id).value();
    EXPECT_EQ(drawing.tag, "heart");
}

TEST_P(TransferContract, ALabelGoesToWhatIsThereAndNobodyReviewed) {
    const auto first = make_import("k1");
    add({first, make_import("k2")});
    auto labelled = first;
    labelled.tag = ImportedTag{"star", "eve", std::nullopt, now()};
    // What the drawing is held for, and marked with, stays.
    ASSERT_TRUE(succeeded(store_->change_flags(
        {{first.submission.id, "odd", by_ada, now(), VersionCondition::any()}})));
    EXPECT_THAT(add({labelled, labelled}),
                ElementsAre(ImportOutcome::labelled, ImportOutcome::there_already));
    const auto drawing = store_->drawing(first.submission.id).value();
    EXPECT_EQ(drawing.tag, "star");
    EXPECT_EQ(drawing.version, 3);
    EXPECT_THAT(drawing.tagged_by, Optional(std::string("eve")));
    EXPECT_THAT(drawing.tagged_at, Optional(labelled.tag->at));
    EXPECT_THAT(drawing.basis, Optional(Basis::own));
    EXPECT_THAT(drawing.flag, Optional(std::string("odd")));
    const auto events = store_->history(drawing.id).value();
    EXPECT_EQ(events.back().kind, TagEventKind::imported);
    EXPECT_EQ(events.back().from, "circle");
    EXPECT_EQ(events.back().to, "star");
    // Once stored it is like one that came with its tag.
    EXPECT_THAT(add({labelled}), ElementsAre(ImportOutcome::there_already));
    ASSERT_TRUE(succeeded(store_->undo_tag({drawing.id, by_ada, now(), VersionCondition::any()})));
    EXPECT_EQ(store_->drawing(drawing.id)->tagged_by, std::nullopt);
    EXPECT_THAT(add({labelled}), ElementsAre(ImportOutcome::labelled));
    EXPECT_EQ(store_->drawing(drawing.id)->tag, "star");
    Query reviewed;
    reviewed.reviewed = true;
    EXPECT_EQ(store_->list(reviewed)->drawings.size(), 1U);
}

TEST_P(TransferContract, TheTagThatWasPredictedIsALabelToo) {
    const auto import = make_import("k1");
    add({import});
    auto labelled = import;
    labelled.tag = ImportedTag{"circle", "eve", std::nullopt, now()};
    EXPECT_THAT(add({labelled}), ElementsAre(ImportOutcome::labelled));
    EXPECT_THAT(store_->drawing(import.submission.id)->tagged_by, Optional(std::string("eve")));
}

TEST_P(TransferContract, WhatAPersonSaidStays) {
    const auto one = make_import("k1");
    const auto other = make_import("k2");
    add({one, other});
    ASSERT_TRUE(succeeded(store_->change_tag(
        {one.submission.id, "heart", by_ada, now(), "", VersionCondition::any()})));
    ASSERT_TRUE(succeeded(store_->change_tag(
        {other.submission.id, "star", by_ada, now(), "", VersionCondition::any()})));
    auto labelled = std::vector{one, other};
    for (auto& import : labelled) import.tag = ImportedTag{"star", "eve", std::nullopt, now()};
    for (int i = 0; i < 2; ++i)
        EXPECT_THAT(add(labelled), ElementsAre(ImportOutcome::kept, ImportOutcome::there_already));
    EXPECT_EQ(store_->drawing(one.submission.id)->tag, "heart");
    EXPECT_EQ(store_->drawing(one.submission.id)->version, 2);
    EXPECT_EQ(store_->drawing(other.submission.id)->version, 2);
}

TEST_P(TransferContract, AnOpinionIsNotOverruled) {
    Project asking{0, "asking", "Asking"};
    asking.opinions_wanted = 3;
    auto import = make_import("k1");
    import.submission.project = store_->add_project(asking)->id;
    add({import});
    ASSERT_TRUE(succeeded(store_->change_tag(
        {import.submission.id, "circle", by_ada, now(), "", VersionCondition::any()})));
    import.tag = ImportedTag{"circle", "eve", std::nullopt, now()};
    EXPECT_THAT(add({import}), ElementsAre(ImportOutcome::kept));
    EXPECT_EQ(store_->drawing(import.submission.id)->tagged_by, std::nullopt);
    // Taken back, it stands in nothing's way.
    ASSERT_TRUE(succeeded(
        store_->undo_tag({import.submission.id, by_ada, now(), VersionCondition::any()})));
    EXPECT_THAT(add({import}), ElementsAre(ImportOutcome::labelled));
}

TEST_P(TransferContract, WhatIsReviewedWhileALabelComesIsReviewedOnce) {
    constexpr int count = 40;
    std::vector<DrawingImport> imports;
    for (int i = 0; i < count; ++i) imports.push_back(make_import("k" + std::to_string(i)));
    add(imports);
    for (auto& import : imports) import.tag = ImportedTag{"star", "eve", std::nullopt, now()};
    std::thread reviewing([&] {
        for (auto import = imports.rbegin(); import != imports.rend(); ++import)
            EXPECT_TRUE(succeeded(store_->change_tag(
                {import->submission.id, "heart", by_ada, now(), "", VersionCondition::any()})));
    });
    for (const auto& import : imports) add({import});
    reviewing.join();
    for (const auto& import : imports) {
        const auto events = store_->history(import.submission.id).value();
        EXPECT_EQ(events.back().to, "heart");
        EXPECT_LE(events.size(), 3U);
    }
}

TEST_P(TransferContract, AnotherPictureUnderAKeyIsRefusedAloneAndTheRestIsStored) {
    add({make_import("k1")});
    const auto fine = make_import("k2");
    auto bad = make_import("k3");
    bad.submission.image.clear();
    const auto outcomes = transfer_->add({make_import("k1"), bad, fine}).value();
    EXPECT_TRUE(failed_with(outcomes[0], ErrorKind::conflict, "external_id"));
    EXPECT_TRUE(failed_with(outcomes[1], ErrorKind::invalid, "image"));
    ASSERT_TRUE(succeeded(outcomes[2]));
    EXPECT_TRUE(succeeded(store_->drawing(fine.submission.id)));
}

TEST_P(TransferContract, AnIdOfAnExportIsKeptAndFound) {
    auto import = make_import("k1", "star");
    import.known_by_id = true;
    add({import});
    auto renamed = import;
    renamed.submission.external_id.reset();
    EXPECT_THAT(add({renamed}), ElementsAre(ImportOutcome::there_already));
    const auto found = transfer_
                           ->find({{shapes_project, import.submission.id, ""},
                                   {shapes_project, std::nullopt, "k1"},
                                   {shapes_project, Uuid::v7(), "k1"},
                                   {shapes_project, Uuid::v7(), "none"}})
                           .value();
    ASSERT_EQ(found.size(), 4U);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(found[i].value().id, import.submission.id) << i;
    EXPECT_FALSE(found[3]);
}

TEST_P(TransferContract, AnotherProjectGetsADrawingOfItsOwn) {
    const int elsewhere = store_->add_project({0, "copy", "Copy"})->id;
    auto import = make_import("k1", "star");
    import.known_by_id = true;
    add({import});
    auto copy = import;
    copy.submission.project = elsewhere;
    copy.submission.external_id.reset();
    copy.tag->to = "heart";
    const ImportKey key{elsewhere, copy.submission.id, ""};
    EXPECT_FALSE(transfer_->find({key}).value()[0]);
    EXPECT_THAT(add({copy, copy}),
                ElementsAre(ImportOutcome::stored, ImportOutcome::there_already));
    EXPECT_THAT(add({copy}), ElementsAre(ImportOutcome::there_already));
    const auto there = transfer_->find({key}).value()[0];
    ASSERT_TRUE(there);
    EXPECT_NE(there->id, import.submission.id);
    EXPECT_EQ(there->project, elsewhere);
    EXPECT_EQ(there->created_at, import.submission.created_at);
    // Ids sort as their times do: the copy's begins as the first one's does.
    EXPECT_TRUE(std::equal(there->id.bytes.begin(), there->id.bytes.begin() + 8,
                           import.submission.id.bytes.begin()));
    EXPECT_EQ(there->tag, "heart");
    EXPECT_EQ(store_->image(there->id).value().bytes, import.submission.image);
    // The first one is as it was, whatever the second import says of it.
    const auto first = store_->drawing(import.submission.id).value();
    EXPECT_EQ(first.tag, "star");
    EXPECT_EQ(first.version, 2);
    EXPECT_THAT(add({import}), ElementsAre(ImportOutcome::there_already));
    // An export of the second names it by its own id.
    auto again = copy;
    again.submission.id = there->id;
    EXPECT_THAT(add({again}), ElementsAre(ImportOutcome::there_already));
}

TEST_P(TransferContract, AnIdThatFollowsFromTheDataIsTakenInOneProjectAlone) {
    const int elsewhere = store_->add_project({0, "copy", "Copy"})->id;
    const auto import = make_import("k1", "star");
    auto copy = import;
    copy.submission.project = elsewhere;
    EXPECT_THAT(add({import}), ElementsAre(ImportOutcome::stored));
    EXPECT_THAT(add({copy, make_import("k2")}),
                ElementsAre(ImportOutcome::stored, ImportOutcome::stored));
    EXPECT_THAT(add({copy}), ElementsAre(ImportOutcome::there_already));
    EXPECT_EQ(store_->drawing(import.submission.id)->project, shapes_project);
}

TEST_P(TransferContract, WhatWasDeletedForGoodDoesNotComeBackUnderItsId) {
    auto import = make_import("k1", "star");
    import.known_by_id = true;
    add({import});
    const auto& id = import.submission.id;
    ASSERT_TRUE(succeeded(store_->change_visibility(
        {{id, Visibility::deleted, by_ada, now(), VersionCondition::any()}})));
    const auto outcomes = transfer_->add({import, make_import("k2")}).value();
    EXPECT_TRUE(failed_with(outcomes[0], ErrorKind::conflict, "deleted"));
    EXPECT_THAT(outcomes[0].error().detail, testing::HasSubstr("was deleted here"));
    EXPECT_TRUE(succeeded(outcomes[1]));
    // Known by its external id alone it is another drawing: nothing is left that would tell.
    auto unknown = import;
    unknown.known_by_id = false;
    EXPECT_THAT(add({unknown}), ElementsAre(ImportOutcome::stored));
    EXPECT_FALSE(succeeded(store_->drawing(id)));
    EXPECT_NE(transfer_->find({{shapes_project, std::nullopt, "k1"}}).value()[0]->id, id);
}

TEST_P(TransferContract, ContentsComeInTheOrderAskedFor) {
    const auto one = make_import("k1");
    const auto two = make_import("k2");
    add({one, two});
    const auto contents =
        transfer_->contents({two.submission.id, Uuid::v7(), one.submission.id}).value();
    ASSERT_EQ(contents.size(), 3U);
    EXPECT_EQ(contents[0].value().image, two.submission.image);
    EXPECT_FALSE(contents[1]);
    EXPECT_EQ(contents[2].value().image, one.submission.image);
    EXPECT_EQ(contents[2]->strokes, one.submission.strokes);
}

TEST_P(TransferContract, StrokesComeInTheOrderAskedForOfHiddenDrawingsToo) {
    const auto one = make_import("k1");
    auto bare = make_import("k2");
    bare.submission.strokes.clear();
    auto hidden = make_import("k3");
    hidden.submission.strokes = "[[[1],[2]]]";
    const auto gone = make_import("k4");
    add({one, bare, hidden, gone});
    const auto change = [&](const DrawingImport& import, Visibility to) {
        ASSERT_TRUE(succeeded(store_->change_visibility(
            {{import.submission.id, to, by_ada, now(), VersionCondition::any()}})));
    };
    change(hidden, Visibility::hidden);
    change(gone, Visibility::deleted);
    EXPECT_THAT(
        transfer_
            ->strokes({hidden.submission.id, Uuid::v7(), one.submission.id, gone.submission.id,
                       bare.submission.id})
            .value(),
        ElementsAre(Optional(hidden.submission.strokes), Eq(std::nullopt),
                    Optional(one.submission.strokes), Eq(std::nullopt), Optional(std::string())));
}

TEST_P(TransferContract, WhatIsThereComesAgainWithoutItsPicture) {
    const auto import = make_import("k1");
    add({import});
    auto again = import;
    again.submission.image.clear();
    again.tag = ImportedTag{"star", "ada", std::nullopt, now()};
    EXPECT_THAT(add({again}), ElementsAre(ImportOutcome::labelled));
    EXPECT_EQ(store_->image(import.submission.id).value().bytes, import.submission.image);
}

TEST_P(TransferContract, LabelsAreAddedAtTheEndOnceAndRetiredOnesComeBack) {
    const auto before = store_->labels(shapes_project).value();
    ASSERT_TRUE(succeeded(transfer_->add_labels(shapes_project, {"boat", "circle", "car"})));
    ASSERT_TRUE(succeeded(transfer_->add_labels(shapes_project, {"car", "boat"})));
    auto after = store_->labels(shapes_project).value();
    ASSERT_EQ(after.size(), before.size() + 2);
    EXPECT_EQ(after[before.size()].name, "boat");
    EXPECT_EQ(after.back().name, "car");
    EXPECT_EQ(after[0].colour, before[0].colour);
    GetParam().sql(url_, "UPDATE label SET retired = " +
                             std::string(GetParam().name == "sqlite" ? "1" : "true") +
                             " WHERE name = 'boat'");
    ASSERT_TRUE(succeeded(transfer_->add_labels(shapes_project, {"boat"})));
    after = store_->labels(shapes_project).value();
    EXPECT_FALSE(after[before.size()].retired);
}

TEST_P(TransferContract, TheAuditLogHasTheLabelsThatAnImportMakesOrOffersAgain) {
    LabelChange retiring;
    retiring.retired = true;
    ASSERT_TRUE(succeeded(store_->change_label(shapes_project, "star", retiring)));
    const User eve = add_user("eve");
    ASSERT_TRUE(succeeded(
        transfer_->add_labels(shapes_project, {"boat", "circle", "star"}, {eve.id, eve.name})));
    ASSERT_TRUE(succeeded(transfer_->add_labels(shapes_project, {"boat", "car"})));
    std::vector<std::string> told;
    for (const auto& event : store_->audit({}).value())
        told.push_back(std::string(to_string(event.action)) + " " + event.subject + " " +
                       event.by.value_or(Author{}).name + " " + event.details);
    told.resize(3);
    EXPECT_THAT(told, ElementsAre("label.added car operator {}",
                                  R"(label.changed star eve {"retired":false})",
                                  "label.added boat eve {}"));
}

TEST_P(TransferContract, ARetiredLabelThatComesBackTakesNoOthersKey) {
    const auto key_of = [&](const std::string& name) {
        for (const auto& label : store_->labels(shapes_project).value())
            if (label.name == name) return label.key.value_or("none");
        return std::string("no label");
    };
    LabelChange retiring;
    retiring.retired = true;
    for (const auto* name : {"star", "heart"})
        ASSERT_TRUE(succeeded(store_->change_label(shapes_project, name, retiring)));
    const auto star = key_of("star");
    const auto heart = key_of("heart");
    ASSERT_NE(star, "none");
    ASSERT_TRUE(succeeded(store_->add_label(shapes_project, {"moon", "{}", {}, star, false}, {})));
    ASSERT_TRUE(succeeded(transfer_->add_labels(shapes_project, {"star", "heart", "moon"})));
    EXPECT_EQ(key_of("star"), "none");
    EXPECT_EQ(key_of("heart"), heart);
    EXPECT_EQ(key_of("moon"), star);
}

TEST_P(TransferContract, LabelsAreAddedUpToAProjectsMostAndNoneBeyond) {
    std::vector<std::string> names;
    for (auto number = store_->labels(shapes_project)->size(); number < max_labels; ++number)
        names.push_back("label " + std::to_string(number));
    ASSERT_TRUE(succeeded(transfer_->add_labels(shapes_project, names)));
    const auto refused = transfer_->add_labels(shapes_project, {names.front(), "one more"});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "too_many_labels");
    EXPECT_EQ(store_->labels(shapes_project)->size(), max_labels);
    EXPECT_TRUE(succeeded(transfer_->add_labels(shapes_project, {names.front()})));
}

INSTANTIATE_TEST_SUITE_P(Stores, TransferContract, testing::ValuesIn(kinds()), kind_name);

}  // namespace
}  // namespace croquis::store
