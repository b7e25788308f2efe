#include <algorithm>

#include "contract/store/fixture.h"

namespace croquis::store {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

std::vector<Uuid> by_id(std::vector<Uuid> ids) {
    std::sort(ids.begin(), ids.end());
    return ids;
}

class ProjectsContract : public StoreContract {
  protected:
    void SetUp() override {
        StoreContract::SetUp();
        Project project;
        project.slug = "birds";
        project.name = "Birds";
        project.created_at = now();
        const auto added = store_->add_project(project);
        ASSERT_TRUE(succeeded(added));
        birds_ = added->id;
    }

    Drawing stored_in(int project, const std::string& tag = "circle", float confidence = 0.5F) {
        auto submission = make_submission(tag, confidence);
        submission.project = project;
        return stored(std::move(submission));
    }
    std::vector<Uuid> listed(int project, Order order = Order::newest_first) {
        Query query;
        query.project = project;
        query.order = order;
        query.limit = 2;
        return all_pages(query);
    }
    Model add_model(const std::string& id, int project) {
        const Bytes onnx = random_bytes(100);
        Model model{id, R"({"labels":["circle"]})", sha256(onnx), ModelState::candidate, now()};
        model.project = project;
        EXPECT_TRUE(succeeded(store_->add_model(model, onnx)));
        return model;
    }

    int birds_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Stores, ProjectsContract, testing::ValuesIn(kinds()), kind_name);

TEST_P(ProjectsContract, GivesBackWhatWasAdded) {
    Project project;
    project.slug = "chats-noirs";
    project.name = "Chats noirs";
    project.guidelines = "# What a cat is\n\nTwo ears.";
    project.who_draws = Access::link;
    project.who_browses = Access::users;
    project.opinions_wanted = 3;
    project.retention_days = 30;
    project.rolls_back = true;
    project.teach_after = 50;
    project.promotes_better = true;
    project.created_at = now();
    const auto added = store_->add_project(project);
    ASSERT_TRUE(succeeded(added));
    EXPECT_NE(added->id, shapes_project);
    EXPECT_NE(added->id, birds_);
    const auto read = store_->project("chats-noirs");
    ASSERT_TRUE(succeeded(read));
    EXPECT_EQ(read->id, added->id);
    EXPECT_EQ(read->name, project.name);
    EXPECT_EQ(read->guidelines, project.guidelines);
    EXPECT_EQ(read->who_draws, Access::link);
    EXPECT_EQ(read->who_browses, Access::users);
    EXPECT_EQ(read->opinions_wanted, 3);
    EXPECT_EQ(read->retention_days, 30);
    EXPECT_TRUE(read->rolls_back);
    EXPECT_FALSE(read->rolled_back);
    EXPECT_EQ(read->teach_after, 50);
    EXPECT_TRUE(read->promotes_better);
    EXPECT_EQ(read->created_at, project.created_at);
    EXPECT_FALSE(read->archived_at);
    EXPECT_FALSE(read->live_model);
    EXPECT_TRUE(store_->labels(added->id)->empty());
}

TEST_P(ProjectsContract, ListsProjectsInTheOrderOfTheirMaking) {
    std::vector<std::string> slugs;
    for (const auto& project : *store_->projects()) slugs.push_back(project.slug);
    EXPECT_THAT(slugs, ElementsAre("shapes", "birds"));
}

TEST_P(ProjectsContract, ASlugIsTakenOnce) {
    Project again;
    again.slug = "birds";
    again.name = "Other birds";
    EXPECT_TRUE(failed_with(store_->add_project(again), ErrorKind::conflict, "slug"));
    EXPECT_EQ(store_->project("birds")->name, "Birds");
    EXPECT_TRUE(failed_with(store_->project("cats"), ErrorKind::not_found));
}

TEST_P(ProjectsContract, AChangeLeavesWhatItDoesNotName) {
    const Timestamp at = now();
    ProjectChange change;
    change.guidelines = "Two wings.";
    change.who_browses = Access::link;
    change.retention_days = std::optional(7);
    change.rolls_back = true;
    change.teach_after = std::optional(0);
    change.promotes_better = true;
    change.archived_at = std::optional(at);
    const auto changed = store_->change_project("birds", change);
    ASSERT_TRUE(succeeded(changed));
    const auto read = *store_->project("birds");
    EXPECT_EQ(read.name, "Birds");
    EXPECT_EQ(read.guidelines, "Two wings.");
    EXPECT_EQ(read.who_draws, Access::everyone);
    EXPECT_EQ(read.who_browses, Access::link);
    EXPECT_EQ(read.retention_days, 7);
    EXPECT_TRUE(read.rolls_back);
    EXPECT_EQ(read.teach_after, 0);
    EXPECT_TRUE(read.promotes_better);
    EXPECT_EQ(read.archived_at, at);
    EXPECT_EQ(changed->archived_at, at);
    ProjectChange back;
    back.retention_days = std::optional<int>();
    back.archived_at = std::optional<Timestamp>();
    back.teach_after = std::optional<int>();
    ASSERT_TRUE(succeeded(store_->change_project("birds", back)));
    EXPECT_FALSE(store_->project("birds")->retention_days);
    EXPECT_FALSE(store_->project("birds")->archived_at);
    EXPECT_FALSE(store_->project("birds")->teach_after);
    EXPECT_EQ(store_->project("birds")->guidelines, "Two wings.");
    EXPECT_TRUE(failed_with(store_->change_project("cats", back), ErrorKind::not_found));
}

TEST_P(ProjectsContract, EachProjectListsItsOwnDrawings) {
    std::vector<Uuid> shapes;
    std::vector<Uuid> birds;
    for (int i = 0; i < 5; ++i) {
        const auto confidence = static_cast<float>(i) / 5;
        shapes.push_back(stored_in(shapes_project, "circle", confidence).id);
        birds.push_back(stored_in(birds_, "circle", confidence).id);
    }
    EXPECT_EQ(listed(shapes_project, Order::oldest_first), shapes);
    EXPECT_EQ(listed(birds_, Order::oldest_first), birds);
    EXPECT_EQ(by_id(listed(birds_, Order::most_telling_first)), birds);
    EXPECT_EQ(listed(birds_), std::vector<Uuid>(birds.rbegin(), birds.rend()));
    Query reviewed;
    reviewed.project = birds_;
    reviewed.reviewed = false;
    reviewed.order = Order::most_telling_first;
    ASSERT_TRUE(succeeded(
        store_->change_tag({birds[1], std::nullopt, by_ada, now(), "", VersionCondition::any()})));
    auto rest = birds;
    rest.erase(rest.begin() + 1);
    EXPECT_EQ(by_id(all_pages(reviewed)), rest);
    EXPECT_TRUE(listed(77).empty());
}

TEST_P(ProjectsContract, CountsTagsOfOneProject) {
    stored_in(shapes_project, "circle");
    stored_in(birds_, "circle");
    stored_in(birds_, "wren");
    const auto gone = stored_in(birds_, "owl");
    ASSERT_TRUE(succeeded(store_->change_visibility(
        {{gone.id, Visibility::hidden, by_ada, now(), VersionCondition::any()}})));
    std::vector<std::string> tags;
    for (const auto& count : *store_->tag_counts(birds_))
        tags.push_back(count.tag + std::to_string(count.drawings));
    EXPECT_THAT(tags, UnorderedElementsAre("circle1", "wren1"));
    EXPECT_EQ(store_->tag_counts()->size(), 1U);
}

TEST_P(ProjectsContract, ADrawingIsSeenInItsOwnProjectAlone) {
    const auto drawing = stored_in(birds_);
    const Viewer there(Audience::everyone, birds_);
    const Viewer elsewhere(Audience::annotators, shapes_project);
    EXPECT_EQ(store_->drawing(drawing.id, there)->project, birds_);
    EXPECT_TRUE(succeeded(store_->image(drawing.id, there)));
    EXPECT_TRUE(succeeded(store_->strokes(drawing.id, there)));
    EXPECT_TRUE(succeeded(store_->history(drawing.id, there)));
    EXPECT_TRUE(failed_with(store_->drawing(drawing.id, elsewhere), ErrorKind::not_found));
    EXPECT_TRUE(failed_with(store_->image(drawing.id, elsewhere), ErrorKind::not_found));
    EXPECT_TRUE(
        failed_with(store_->image(drawing.id, elsewhere, drawing.sha256), ErrorKind::not_found));
    EXPECT_TRUE(failed_with(store_->strokes(drawing.id, elsewhere), ErrorKind::not_found));
    EXPECT_TRUE(failed_with(store_->history(drawing.id, elsewhere), ErrorKind::not_found));
}

TEST_P(ProjectsContract, NoChangeReachesADrawingOfAnotherProject) {
    const auto drawing = stored_in(birds_);
    const auto any = VersionCondition::any();
    const auto tagged =
        store_->change_tag({drawing.id, std::nullopt, by_ada, now(), "", any, shapes_project});
    EXPECT_TRUE(failed_with(tagged, ErrorKind::not_found));
    EXPECT_TRUE(failed_with(store_->undo_tag({drawing.id, by_ada, now(), any, shapes_project}),
                            ErrorKind::not_found));
    const auto hidden = store_->change_visibility(
        {{drawing.id, Visibility::hidden, by_ada, now(), any, shapes_project}});
    EXPECT_TRUE(failed_with(hidden->front(), ErrorKind::not_found));
    EXPECT_TRUE(failed_with(store_->withdraw({drawing.id, {}, now(), shapes_project}),
                            ErrorKind::not_found));
    EXPECT_EQ(store_->drawing(drawing.id)->version, 1);
    EXPECT_TRUE(
        succeeded(store_->change_tag({drawing.id, std::nullopt, by_ada, now(), "", any, birds_})));
}

TEST_P(ProjectsContract, ATagIsALabelOfTheDrawingsOwnProject) {
    const Label wren{"wren", "{}", {}, {}, false};
    ASSERT_TRUE(succeeded(store_->add_label(birds_, wren, {})));
    const auto tag = [&](const Uuid& id, const std::string& to) {
        return store_->change_tag({id, to, by_ada, now(), "", VersionCondition::any()});
    };
    const auto bird = stored_in(birds_, "circle");
    const auto shape = stored_in(shapes_project, "circle");
    EXPECT_TRUE(succeeded(tag(bird.id, "wren")));
    EXPECT_TRUE(failed_with(tag(bird.id, "square"), ErrorKind::invalid, "tag"));
    EXPECT_TRUE(failed_with(tag(shape.id, "wren"), ErrorKind::invalid, "tag"));
}

TEST_P(ProjectsContract, EmbeddedDrawingsAreOfOneProject) {
    const auto bird = stored_in(birds_);
    const auto shape = stored_in(shapes_project);
    for (const auto& id : {bird.id, shape.id})
        ASSERT_TRUE(succeeded(
            store_->change_tag({id, std::nullopt, by_ada, now(), "", VersionCondition::any()})));
    const auto unseen = stored_in(birds_, "circle", 0.75F);
    ReviewedQuery reviewed{"trunk", 1, std::nullopt, birds_};
    const auto first = store_->reviewed_drawings(reviewed);
    ASSERT_TRUE(succeeded(first));
    ASSERT_EQ(first->drawings.size(), 1U);
    EXPECT_EQ(first->drawings.front().id, bird.id);
    reviewed.after = first->next;
    EXPECT_TRUE(store_->reviewed_drawings(reviewed)->drawings.empty());
    for (const auto& not_by : {std::optional<std::string>(), std::optional<std::string>("other")}) {
        const auto stretch = store_->stretch({"trunk", not_by, {}, 10, birds_});
        ASSERT_TRUE(succeeded(stretch));
        EXPECT_EQ(stretch->looked_at, 2U);
        EXPECT_EQ(stretch->drawings.back().id, unseen.id);
    }
}

TEST_P(ProjectsContract, EachProjectHasALiveModelOfItsOwn) {
    add_model("general", shapes_project);
    add_model("other", shapes_project);
    add_model("birds-1", birds_);
    add_model("birds-2", birds_);
    ASSERT_TRUE(succeeded(store_->promote_model("general")));
    EXPECT_TRUE(failed_with(store_->live_model(birds_), ErrorKind::not_found));
    ASSERT_TRUE(succeeded(store_->promote_model("birds-1")));
    EXPECT_EQ(store_->live_model()->id, "general");
    EXPECT_EQ(store_->live_model(birds_)->id, "birds-1");
    EXPECT_EQ(store_->live_model(birds_)->project, birds_);
    EXPECT_EQ(store_->project("birds")->live_model, "birds-1");
    EXPECT_FALSE(store_->project("shapes")->live_model);
    ASSERT_TRUE(succeeded(store_->promote_model("birds-2")));
    EXPECT_EQ(store_->live_model(birds_)->id, "birds-2");
    EXPECT_EQ(store_->model("birds-1")->state, ModelState::retired);
    EXPECT_EQ(store_->live_model()->id, "general");
    ASSERT_TRUE(succeeded(store_->promote_model("other")));
    EXPECT_EQ(store_->project("birds")->live_model, "birds-2");
    EXPECT_EQ(store_->model("general")->state, ModelState::retired);
}

TEST_P(ProjectsContract, AnOpenJobIsOneOfItsProject) {
    const auto queue = [&](int project) {
        Job job;
        job.id = Uuid::v7();
        job.kind = "teach";
        job.created_at = job.due_at = now();
        job.project = project;
        return store_->add_job(job, OpenAtOnce::one);
    };
    const auto shapes = queue(shapes_project);
    const auto birds = queue(birds_);
    ASSERT_TRUE(succeeded(birds));
    EXPECT_NE(birds->id, shapes->id);
    EXPECT_EQ(birds->project, birds_);
    EXPECT_EQ(queue(birds_)->id, birds->id);
    EXPECT_EQ(queue(shapes_project)->id, shapes->id);
}

}  // namespace
}  // namespace croquis::store
