#include "service/models/live_models.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "unit/service/use_cases.h"

namespace croquis::service {
namespace {

using testing::AnyOf;

/// The shipped model under another name, so under another id.
store::Model renamed(const std::string& onnx, const std::string& name) {
    std::string card = file_text(models / "shapes.json");
    const std::string own = R"("name":"shapes")";
    card.replace(card.find(own), own.size(), R"("name":")" + name + '"');
    const auto loaded = recognition::load_recognizer(as_bytes(onnx), card).value();
    store::Model model;
    model.id = loaded->info().id;
    model.card = card;
    model.sha256 = sha256(as_bytes(onnx));
    model.created_at = now();
    return model;
}

class LiveModelsTest : public UseCasesTest {};

TEST_F(LiveModelsTest, ChangesTheModelUnderLoadAndKnowsWhichOneAnswered) {
    const std::string onnx = file_text(models / "shapes.onnx");
    const auto next = renamed(onnx, "next");
    const auto first = renamed(onnx, "first");
    for (const auto& model : {first, next}) ASSERT_TRUE(store_->add_model(model, as_bytes(onnx)));
    ASSERT_TRUE(ask(models_.promote(first.id, {Uuid::v7(), "ada"}, {})));
    std::vector<std::future<Result<SubmitAnswer>>> answers;
    for (int i = 0; i < 20; ++i) answers.push_back(submit(i));
    auto promoted = start(models_.promote(next.id, {Uuid::v7(), "ada"}, {}));
    for (int i = 20; i < 40; ++i) answers.push_back(submit(i));
    ASSERT_TRUE(promoted.get());
    for (auto& answer : answers) {
        const auto got = answer.get();
        ASSERT_TRUE(got) << got.error().detail;
        EXPECT_THAT(got->drawing.prediction.model, AnyOf(first.id, next.id));
        const auto seen = ask(catalogue_.drawing(got->drawing.id)).value();
        EXPECT_EQ(seen.top.size(), 5u);
    }
    EXPECT_EQ(stored(50).prediction.model, next.id);
    EXPECT_EQ(store_->live_model().value().id, next.id);
    EXPECT_EQ(ask(models_.card(next.id)).value(), next.card);
    EXPECT_EQ(ask(models_.card("none")).value(), "");
}

TEST_F(LiveModelsTest, KeepsItsModelWherePromotionFails) {
    const auto before = models_.general()->id;
    const auto promoted = ask(models_.promote("none", {Uuid::v7(), "ada"}, {}));
    ASSERT_FALSE(promoted);
    EXPECT_EQ(promoted.error().kind, ErrorKind::not_found);
    EXPECT_EQ(models_.general()->id, before);
}

/// The shipped model whose labels have other names.
TEST_F(LiveModelsTest, KeepsTheProjectsLabelsWhateverModelIsLive) {
    const auto before = stored(1);
    const auto names = [this] {
        std::vector<std::string> all;
        for (const auto& label : ask(projects_.labels()).value()) all.push_back(label.name);
        return all;
    };
    const auto labels = names();
    EXPECT_EQ(labels.size(), 17u);
    const std::string onnx = file_text(models / "shapes.onnx");
    auto other = renamed(onnx, "other");
    for (std::size_t at = 0; (at = other.card.find("\"square\"", at)) != std::string::npos; ++at)
        other.card.replace(at, 8, "\"carton\"");
    ASSERT_TRUE(store_->add_model(other, as_bytes(onnx)));
    ASSERT_TRUE(ask(models_.promote(other.id, {Uuid::v7(), "ada"}, {})));
    EXPECT_EQ(names(), labels);
    // An old tag, a tag that only the new model knows on a drawing that has it, and on one that has
    // not.
    EXPECT_TRUE(ask(reviews_.change_tag(before.id, before.tag, "", 1, marie_)));
    EXPECT_TRUE(ask(reviews_.undo(before.id, 2, marie_)));
    const auto after = stored(2);
    ASSERT_EQ(after.tag, "carton");
    EXPECT_TRUE(ask(reviews_.accept({{after.id, 1}}, marie_))->front());
    EXPECT_TRUE(ask(reviews_.change_tag(after.id, "star", "", 2, marie_)));
    EXPECT_TRUE(ask(reviews_.change_tag(after.id, "carton", "", 3, marie_)));
    const auto refused = ask(reviews_.change_tag(before.id, "carton", "", 3, marie_));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "tag_not_assignable");
}

}  // namespace
}  // namespace croquis::service
