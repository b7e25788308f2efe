#include "service/projects/projects.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/models/narrowing.h"
#include "unit/service/use_cases.h"

namespace croquis::service {
namespace {

using testing::ElementsAre;

TEST(Narrowing, KeepsALabelOfTheProject) {
    const std::vector<std::string> labels{"star", "heart", "unknown"};
    const auto kept = narrowed({"m", "star", 0.7F, {0.7F, 0.2F, 0.1F}}, labels, {"star", "wren"});
    EXPECT_EQ(kept.tag, "star");
    EXPECT_EQ(kept.confidence, 0.7F);
    EXPECT_THAT(kept.probabilities, ElementsAre(0.7F, 0.2F, 0.1F));
}

TEST(Narrowing, SaysUnknownWithAllThatIsNoLabelOfTheProject) {
    const std::vector<std::string> labels{"star", "heart", "unknown"};
    const store::Prediction said{"m", "heart", 0.5F, {0.25F, 0.5F, 0.25F}};
    const auto left = narrowed(said, labels, {"star"});
    EXPECT_EQ(left.tag, "unknown");
    EXPECT_EQ(left.confidence, 0.75F);
    const auto shown = narrowed(labels, said.probabilities, {"star"});
    EXPECT_THAT(shown.labels, ElementsAre("star", "unknown"));
    EXPECT_THAT(shown.probabilities, ElementsAre(0.25F, 0.75F));
}

TEST(Narrowing, GuessesNothingWhereTheLabelsAreNotKnown) {
    EXPECT_TRUE(narrowed({"star"}, {0.5F, 0.5F}, {"star"}).labels.empty());
    EXPECT_EQ(narrowed({"m", "heart", 0.5F, {1}}, {}, {"star"}).confidence, 0.5F);
}

class ProjectsTest : public UseCasesTest {
  protected:
    ProjectRef project(const std::string& slug) {
        auto found = ask(projects_.find(slug));
        EXPECT_TRUE(found) << slug;
        return found ? *found : nullptr;
    }
    ProjectRef added(const std::string& slug, const std::vector<std::string>& labels = {}) {
        const auto made = add_project(*store_, slug, {});
        EXPECT_TRUE(made) << made.error().detail;
        for (const auto& name : labels)
            EXPECT_TRUE(store_->add_label(made->id, {name, "{}", {}, {}, false}, {}));
        return project(slug);
    }
    Result<SubmitAnswer> submit(const ProjectRef& in, int seed = 0, const std::string& key = {}) {
        SubmitRequest request;
        request.image = square(seed);
        request.source = "test";
        request.idempotency_key = key;
        request.project = in;
        return ask(submissions_.submit(std::move(request)));
    }
    /// The shipped model under another name, so under another id, as a project's own.
    std::string own_model(int project, const std::string& name) {
        const auto onnx = file_text(models / "shapes.onnx");
        std::string card = file_text(models / "shapes.json");
        const std::string own = R"("name":"shapes")";
        card.replace(card.find(own), own.size(), R"("name":")" + name + '"');
        store::Model model;
        model.id = recognition::load_recognizer(as_bytes(onnx), card).value()->info().id;
        model.card = card;
        model.sha256 = sha256(as_bytes(onnx));
        model.created_at = now();
        model.project = project;
        EXPECT_TRUE(store_->add_model(model, as_bytes(onnx)));
        return model.id;
    }
};

TEST_F(ProjectsTest, TakesASlugThatFitsIntoAnAddress) {
    const std::vector<std::string> right{"a", "birds", "chats-noirs-2", std::string(64, 'a')};
    for (const auto& slug : right) EXPECT_TRUE(add_project(*store_, slug, {})) << slug;
    const std::vector<std::string> wrong{
        "", "Birds", "-birds", "birds-", "a/b", "a b", "\xC3\xA9t\xC3\xA9", std::string(65, 'a')};
    for (const auto& slug : wrong) {
        const auto refused = add_project(*store_, slug, {});
        ASSERT_FALSE(refused) << slug;
        EXPECT_EQ(refused.error().field, "slug") << slug;
    }
    EXPECT_EQ(add_project(*store_, "birds", {}).error().kind, ErrorKind::conflict);
}

TEST_F(ProjectsTest, ChecksWhatIsSaidOfAProject) {
    const auto fault = [&](const ProjectEdit& edit) {
        const auto changed = change_project(*store_, "shapes", edit);
        return changed ? std::string("none") : changed.error().field;
    };
    ProjectEdit edit;
    edit.name = " ";
    EXPECT_EQ(fault(edit), "name");
    edit.name = std::string(max_project_name_bytes + 1, 'n');
    EXPECT_EQ(fault(edit), "name");
    edit.name = std::string(max_project_name_bytes, 'n');
    EXPECT_EQ(fault(edit), "none");
    edit = {};
    edit.guidelines = std::string(max_guidelines_bytes + 1, 'g');
    EXPECT_EQ(fault(edit), "guidelines");
    edit.guidelines = "\xFF";
    EXPECT_EQ(fault(edit), "guidelines");
    edit.guidelines = std::string(max_guidelines_bytes, 'g');
    EXPECT_EQ(fault(edit), "none");
    edit = {};
    edit.opinions_wanted = most_opinions_wanted + 1;
    EXPECT_EQ(fault(edit), "opinions_wanted");
    edit = {};
    edit.retention_days = std::optional(0);
    EXPECT_EQ(fault(edit), "retention_days");
    edit.retention_days = std::optional(most_retention_days);
    EXPECT_EQ(fault(edit), "none");
    edit = {};
    edit.archived = true;
    EXPECT_EQ(fault(edit), "archived");
    EXPECT_EQ(change_project(*store_, "none", {}).error().kind, ErrorKind::not_found);
}

TEST_F(ProjectsTest, ArchivesOnceAndTakesItBack) {
    added("birds");
    ProjectEdit archive;
    archive.archived = true;
    const auto first = change_project(*store_, "birds", archive);
    ASSERT_TRUE(first->archived_at);
    EXPECT_EQ(change_project(*store_, "birds", archive)->archived_at, first->archived_at);
    archive.archived = false;
    EXPECT_FALSE(change_project(*store_, "birds", archive)->archived_at);
}

TEST_F(ProjectsTest, IsSeenAsItIsOnceItIsForgotten) {
    const auto birds = added("birds", {"wren"});
    EXPECT_EQ(birds->labels, std::set<std::string>{"wren"});
    EXPECT_EQ(projects_.find_now(birds->project.id)->get(), birds.get());
    ProjectEdit edit;
    edit.name = "All birds";
    ASSERT_TRUE(change_project(*store_, "birds", edit));
    projects_.forget();
    EXPECT_EQ(project("birds")->project.name, "All birds");
    EXPECT_EQ(ask(projects_.find("none")).error().kind, ErrorKind::not_found);
}

TEST_F(ProjectsTest, TheGeneralModelAnswersWithTheProjectsLabels) {
    const auto known = submit(added("squares", {"square"}));
    ASSERT_TRUE(known) << known.error().detail;
    EXPECT_EQ(known->drawing.tag, "square");
    const auto birds = added("birds", {"wren"});
    const auto strange = submit(birds);
    ASSERT_TRUE(strange) << strange.error().detail;
    EXPECT_EQ(strange->drawing.project, birds->project.id);
    EXPECT_EQ(strange->drawing.tag, "unknown");
    EXPECT_GT(strange->drawing.prediction.confidence, 0.9F);
    ASSERT_EQ(strange->top.size(), 1U);
    EXPECT_EQ(strange->top.front().tag, "unknown");
    const auto read = ask(catalogue_.drawing(strange->drawing.id));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->top.size(), 1U);
    const auto preview = ask(submissions_.preview(square(1), {}, birds));
    ASSERT_TRUE(preview);
    EXPECT_EQ(preview->prediction.tag, "unknown");
    EXPECT_EQ(submit(nullptr)->drawing.tag, "square");
}

TEST_F(ProjectsTest, AModelOfItsOwnAnswersInTheProjectAlone) {
    auto birds = added("birds", {"wren"});
    const auto own = own_model(birds->project.id, "birds");
    const store::Author by{Uuid::v7(), "marie"};
    EXPECT_EQ(ask(models_.promote(own, by, {})).error().kind, ErrorKind::not_found);
    const auto promoted = ask(models_.promote(own, by, {}, birds->project.id));
    ASSERT_TRUE(promoted) << promoted.error().detail;
    birds = project("birds");
    EXPECT_EQ(birds->project.live_model, own);
    const auto answer = submit(birds);
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(answer->drawing.prediction.model, own);
    EXPECT_EQ(answer->drawing.tag, "square");
    EXPECT_FALSE(answer->top.empty());
    const auto general = submit(nullptr);
    EXPECT_EQ(general->drawing.prediction.model, batcher_->model()->id);
    EXPECT_EQ((*ask(models_.in(birds)))->id, own);
    EXPECT_EQ(models_.general()->id, batcher_->model()->id);
    EXPECT_EQ(store_->jobs(10, {})->front().project, birds->project.id);
}

TEST_F(ProjectsTest, KeepsTheModelsThatWereUsedLast) {
    ProjectModels loaded(*store_, {}, metrics_);
    const int project = added("birds")->project.id;
    std::vector<std::string> ids;
    for (std::size_t i = 0; i <= ProjectModels::most_loaded; ++i)
        ids.push_back(own_model(project, "m" + std::to_string(i)));
    const auto first = ask(loaded.of(ids[0]));
    ASSERT_TRUE(first) << first.error().detail;
    const auto second = ask(loaded.of(ids[1]));
    EXPECT_EQ(ask(loaded.of(ids[0])).value(), *first);
    for (std::size_t i = 2; i < ids.size(); ++i) ASSERT_TRUE(ask(loaded.of(ids[i])));
    EXPECT_EQ(ask(loaded.of(ids[0])).value(), *first);
    EXPECT_NE(ask(loaded.of(ids[1])).value(), *second);
    // Whoever still has it gets its answer.
    const auto picture = square(3);
    EXPECT_TRUE(ask((*second)->recognise(picture)));
    EXPECT_EQ(ask(loaded.of("none")).error().kind, ErrorKind::not_found);
}

TEST_F(ProjectsTest, AnArchivedOneTakesNoDrawings) {
    added("birds");
    ProjectEdit archive;
    archive.archived = true;
    ASSERT_TRUE(change_project(*store_, "birds", archive));
    projects_.forget();
    const auto refused = submit(project("birds"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
    EXPECT_EQ(refused.error().code, "project_archived");
}

TEST_F(ProjectsTest, AKeyIsOneOfItsProject) {
    const auto birds = added("birds");
    const auto first = submit(nullptr, 1, "key");
    const auto other = submit(birds, 2, "key");
    ASSERT_TRUE(other) << other.error().detail;
    EXPECT_NE(other->drawing.id, first->drawing.id);
    const auto again = submit(birds, 2, "key");
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->replayed);
    EXPECT_EQ(again->drawing.id, other->drawing.id);
}

}  // namespace
}  // namespace croquis::service
