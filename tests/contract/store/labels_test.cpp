#include <algorithm>

#include "contract/store/fixture.h"
#include "store/labelling.h"

namespace croquis::store {
namespace {

using testing::ElementsAre;

class LabelsContract : public StoreContract {
  protected:
    std::vector<std::string> names() {
        std::vector<std::string> all;
        for (const auto& label : *store_->labels(shapes_project)) all.push_back(label.name);
        return all;
    }
    Label label(const std::string& name) {
        for (const auto& each : *store_->labels(shapes_project))
            if (each.name == name) return each;
        ADD_FAILURE() << "no label " << name;
        return {};
    }
    std::size_t place_of(const std::string& name) {
        const auto all = names();
        return static_cast<std::size_t>(std::find(all.begin(), all.end(), name) - all.begin());
    }
    Result<Label> add(const std::string& name, const std::optional<std::string>& key = {},
                      std::optional<std::size_t> place = {}) {
        return store_->add_label(shapes_project, {name, R"({"en":"moon"})", "#102030", key, false},
                                 place);
    }
    Result<Label> change(const std::string& name, const LabelChange& change) {
        return store_->change_label(shapes_project, name, change);
    }
    Result<Label> retire(const std::string& name, bool retired = true) {
        LabelChange retiring;
        retiring.retired = retired;
        return change(name, retiring);
    }
    Result<LabelMergeStep> merge(const std::string& from, const std::string& into,
                                 std::size_t limit = 500) {
        LabelMerge merging;
        merging.from = from;
        merging.into = into;
        merging.by = by_bob;
        merging.at = now();
        merging.limit = limit;
        return store_->merge_label(shapes_project, merging);
    }
    Result<Drawing> tag(const Uuid& id, const std::string& to) {
        return store_->change_tag({id, to, by_ada, now(), "", VersionCondition::any()});
    }
};
INSTANTIATE_TEST_SUITE_P(Stores, LabelsContract, testing::ValuesIn(kinds()), kind_name);

TEST_P(LabelsContract, AnAddedLabelIsTheLastOrWhereItIsWanted) {
    const auto before = names();
    ASSERT_TRUE(succeeded(add("moon", "m")));
    ASSERT_TRUE(succeeded(add("sun", {}, 0)));
    ASSERT_TRUE(succeeded(add("comet", {}, 5000)));
    auto expected = before;
    expected.insert(expected.begin(), "sun");
    expected.insert(expected.end(), {"moon", "comet"});
    EXPECT_EQ(names(), expected);
    const auto moon = label("moon");
    EXPECT_EQ(moon.titles, R"({"en":"moon"})");
    EXPECT_EQ(moon.colour, "#102030");
    EXPECT_EQ(moon.key, "m");
    EXPECT_FALSE(moon.retired);
    EXPECT_TRUE(succeeded(tag(stored(make_submission("circle")).id, "moon")));
}

TEST_P(LabelsContract, AnExampleIsADrawingOfTheProjectThatEveryoneMaySee) {
    const auto choose = [&](const std::optional<Uuid>& example) {
        LabelChange choosing;
        choosing.example = example;
        return change("star", choosing);
    };
    const auto show = [&](const Uuid& id, Visibility to) {
        ASSERT_TRUE(succeeded(
            store_->change_visibility({{id, to, by_ada, now(), VersionCondition::any()}})));
    };
    EXPECT_FALSE(label("star").example);
    const auto drawing = stored(make_submission("star"));
    ASSERT_TRUE(succeeded(choose(drawing.id)));
    EXPECT_EQ(choose(drawing.id)->example, drawing.id);
    EXPECT_EQ(label("star").example, drawing.id);
    EXPECT_FALSE(label("heart").example);

    // Another change leaves it, whatever it is.
    ASSERT_TRUE(succeeded(retire("star")));
    ASSERT_TRUE(succeeded(add("moon", {}, 0)));
    EXPECT_EQ(label("star").example, drawing.id);

    show(drawing.id, Visibility::hidden);
    EXPECT_FALSE(label("star").example);
    EXPECT_TRUE(failed_with(choose(drawing.id), ErrorKind::invalid, "example"));
    ASSERT_TRUE(succeeded(retire("star", false)));
    show(drawing.id, Visibility::shown);
    EXPECT_EQ(label("star").example, drawing.id);
    show(drawing.id, Visibility::deleted);
    EXPECT_FALSE(label("star").example);
    EXPECT_TRUE(failed_with(choose(drawing.id), ErrorKind::invalid, "example"));

    EXPECT_TRUE(failed_with(choose(Uuid::v7()), ErrorKind::invalid, "example"));
    Project other;
    other.slug = other.name = "birds";
    other.created_at = now();
    auto elsewhere = make_submission("star");
    elsewhere.project = store_->add_project(other)->id;
    EXPECT_TRUE(failed_with(choose(stored(elsewhere).id), ErrorKind::invalid, "example"));

    const auto another = stored(make_submission("heart"));
    ASSERT_TRUE(succeeded(choose(another.id)));
    EXPECT_EQ(label("star").example, another.id) << "its tag may be any";
    ASSERT_TRUE(succeeded(choose(std::nullopt)));
    EXPECT_FALSE(label("star").example);
}

TEST_P(LabelsContract, ANameAndAKeyAreTakenOnce) {
    ASSERT_TRUE(succeeded(add("moon", "m")));
    EXPECT_TRUE(failed_with(add("moon"), ErrorKind::conflict, "name"));
    EXPECT_TRUE(failed_with(add("sun", "m"), ErrorKind::conflict, "key"));
    EXPECT_TRUE(
        failed_with(store_->add_label(77, {"sun", "{}", {}, {}, false}, {}), ErrorKind::not_found));
    ASSERT_TRUE(succeeded(retire("moon")));
    ASSERT_TRUE(succeeded(add("sun", "m")));
    EXPECT_TRUE(failed_with(retire("moon", false), ErrorKind::conflict, "key"));
    EXPECT_TRUE(label("moon").retired);
    EXPECT_EQ(place_of("sun"), place_of("moon") + 1);
}

TEST_P(LabelsContract, AProjectHasItsMostLabels) {
    const auto missing = std::to_string(max_labels - names().size() - 1);
    GetParam().sql(url_,
                   "INSERT INTO label (project, name, position) WITH RECURSIVE n (i) AS (SELECT 1 "
                   "UNION ALL SELECT i + 1 FROM n WHERE i < " +
                       missing + ") SELECT 1, 'label' || i, 100 + i FROM n");
    EXPECT_TRUE(succeeded(add("the last one")));
    const auto one_more = add("one more");
    EXPECT_TRUE(failed_with(one_more, ErrorKind::invalid, "name"));
    EXPECT_EQ(one_more.error().code, "too_many_labels");
}

TEST_P(LabelsContract, ChangesWhatIsAskedAndNothingElse) {
    const auto before = label("star");
    LabelChange titles;
    titles.titles = R"({"fr":"astre","en":null,"de":"Stern"})";
    const auto titled = change("star", titles);
    ASSERT_TRUE(succeeded(titled));
    EXPECT_THAT(titled->titles, testing::HasSubstr("astre"));
    EXPECT_THAT(titled->titles, testing::HasSubstr("Stern"));
    EXPECT_THAT(titled->titles, testing::Not(testing::HasSubstr("\"en\"")));
    EXPECT_EQ(titled->colour, before.colour);
    EXPECT_EQ(titled->key, before.key);
    LabelChange look;
    look.colour = "#000001";
    look.key = std::optional<std::string>();
    const auto looked = change("star", look);
    ASSERT_TRUE(succeeded(looked));
    EXPECT_EQ(looked->titles, titled->titles);
    EXPECT_EQ(looked->colour, "#000001");
    EXPECT_FALSE(looked->key);
    EXPECT_TRUE(failed_with(change("comet", look), ErrorKind::not_found));
    look.key = "h";
    EXPECT_TRUE(failed_with(change("star", look), ErrorKind::conflict, "key"));
    EXPECT_FALSE(label("star").key);
}

TEST_P(LabelsContract, HasTitlesInItsMostLanguagesHoweverTheyCame) {
    const auto give = [&](std::size_t from, std::size_t until, const char* title) {
        LabelChange change;
        change.titles = "{";
        for (auto i = from; i < until; ++i)
            *change.titles += (i > from ? ",\"l" : "\"l") + std::to_string(i) + "\":" + title;
        *change.titles += "}";
        return store_->change_label(shapes_project, "star", change);
    };
    ASSERT_TRUE(succeeded(give(0, max_languages - 2, R"("a")"))) << "beside two that are there";
    const auto full = label("star").titles;
    EXPECT_TRUE(failed_with(give(100, 101, R"("a")"), ErrorKind::invalid, "titles"));
    EXPECT_EQ(label("star").titles, full);
    EXPECT_TRUE(succeeded(give(0, 1, R"("b")")));
    ASSERT_TRUE(succeeded(give(0, 1, "null")));
    EXPECT_TRUE(succeeded(give(100, 101, R"("a")")));
}

TEST_P(LabelsContract, MovesALabelToItsPlace) {
    LabelChange move;
    move.place = 0;
    ASSERT_TRUE(succeeded(change("star", move)));
    EXPECT_EQ(place_of("star"), 0u);
    EXPECT_EQ(place_of("circle"), 1u);
    move.place = 2;
    ASSERT_TRUE(succeeded(change("star", move)));
    EXPECT_EQ(place_of("star"), 2u);
    move.place = 5000;
    ASSERT_TRUE(succeeded(change("star", move)));
    EXPECT_EQ(place_of("star"), names().size() - 1);
}

TEST_P(LabelsContract, ARetiredLabelIsNotGivenAndStaysWhereItIs) {
    const auto star = stored(make_submission("star"));
    const auto circle = stored(make_submission("circle"));
    ASSERT_TRUE(succeeded(tag(star.id, "star")));
    ASSERT_TRUE(succeeded(retire("star")));
    EXPECT_TRUE(failed_with(tag(circle.id, "star"), ErrorKind::invalid, "tag"));
    EXPECT_EQ(store_->drawing(star.id)->tag, "star");
    ASSERT_TRUE(succeeded(retire("star", false)));
    EXPECT_TRUE(succeeded(tag(circle.id, "star")));
}

TEST_P(LabelsContract, AMergeMovesDrawingsAndLeavesReviewsAsTheyWere) {
    const auto predicted = stored(make_submission("ellipse"));
    const auto reviewed = stored(make_submission("circle"));
    const auto other = stored(make_submission("star"));
    ASSERT_TRUE(succeeded(tag(reviewed.id, "ellipse")));
    const auto step = merge("ellipse", "circle");
    ASSERT_TRUE(succeeded(step));
    EXPECT_EQ(step->moved, 2u);
    EXPECT_TRUE(step->done);
    EXPECT_TRUE(label("ellipse").retired);

    const auto first = *store_->drawing(predicted.id);
    EXPECT_EQ(first.tag, "circle");
    EXPECT_EQ(first.prediction.tag, "ellipse");
    EXPECT_FALSE(first.tagged_by);
    EXPECT_EQ(first.version, 2);
    const auto second = *store_->drawing(reviewed.id);
    EXPECT_EQ(second.tag, "circle");
    EXPECT_EQ(second.tagged_by, "bob");
    EXPECT_EQ(second.tagged_by_id, by_bob.id);
    EXPECT_EQ(store_->drawing(other.id)->version, 1);

    const auto events = *store_->history(predicted.id);
    ASSERT_EQ(events.size(), 2u);
    EXPECT_EQ(events[1].kind, TagEventKind::merged);
    EXPECT_EQ(events[1].from, "ellipse");
    EXPECT_EQ(events[1].to, "circle");
    EXPECT_EQ(events[1].by, "bob");
}

TEST_P(LabelsContract, AMergeIsUndoneToWhatStoodBefore) {
    const auto predicted = stored(make_submission("ellipse"));
    const auto reviewed = stored(make_submission("circle"));
    ASSERT_TRUE(succeeded(tag(reviewed.id, "ellipse")));
    ASSERT_TRUE(succeeded(merge("ellipse", "circle")));
    const auto undo = [&](const Uuid& id) {
        return store_->undo_tag({id, by_bob, now(), VersionCondition::any()});
    };
    const auto first = undo(predicted.id);
    ASSERT_TRUE(succeeded(first));
    EXPECT_EQ(first->tag, "ellipse");
    EXPECT_FALSE(first->tagged_by);
    const auto second = undo(reviewed.id);
    ASSERT_TRUE(succeeded(second));
    EXPECT_EQ(second->tag, "ellipse");
    EXPECT_EQ(second->tagged_by, "ada");
    // What was said after a merge and taken back leaves the merge.
    const auto third = stored(make_submission("ellipse"));
    ASSERT_TRUE(succeeded(merge("ellipse", "circle")));
    ASSERT_TRUE(succeeded(tag(third.id, "star")));
    const auto back = undo(third.id);
    ASSERT_TRUE(succeeded(back));
    EXPECT_EQ(back->tag, "circle");
    EXPECT_FALSE(back->tagged_by);
}

TEST_P(LabelsContract, AMergeGoesOnStepByStep) {
    for (int i = 0; i < 5; ++i) stored(make_submission("ellipse"));
    std::vector<std::size_t> moved;
    for (bool done = false; !done;) {
        const auto step = merge("ellipse", "circle", 2);
        ASSERT_TRUE(succeeded(step));
        moved.push_back(step->moved);
        done = step->done;
    }
    EXPECT_THAT(moved, ElementsAre(2, 2, 1));
    EXPECT_EQ(merge("ellipse", "circle")->moved, 0u);
    ASSERT_EQ(store_->tag_counts()->size(), 1u);
    EXPECT_EQ(store_->tag_counts()->front().tag, "circle");
}

TEST_P(LabelsContract, AMergeNeedsTwoLabels) {
    EXPECT_TRUE(failed_with(merge("comet", "circle"), ErrorKind::not_found));
    EXPECT_TRUE(failed_with(merge("circle", "comet"), ErrorKind::invalid, "into"));
    EXPECT_TRUE(failed_with(merge("circle", "circle"), ErrorKind::invalid, "into"));
    ASSERT_TRUE(succeeded(retire("star")));
    EXPECT_TRUE(failed_with(merge("circle", "star"), ErrorKind::invalid, "into"));
    EXPECT_FALSE(label("circle").retired);
}

}  // namespace
}  // namespace croquis::store
