#include "contract/store/fixture.h"

namespace croquis::store {
namespace {

class ModelsContract : public StoreContract {
  protected:
    Model add_model(const std::string& id, std::size_t size = 1000) {
        const Bytes onnx = random_bytes(size);
        const Model model{id, R"({"labels":["circle"]})", sha256(onnx), ModelState::candidate,
                          now()};
        EXPECT_TRUE(succeeded(store_->add_model(model, onnx)));
        onnx_ = onnx;
        return model;
    }
    ModelState state(const std::string& id) { return store_->model(id)->state; }

    Bytes onnx_;
};
INSTANTIATE_TEST_SUITE_P(Stores, ModelsContract, testing::ValuesIn(kinds()), kind_name);

TEST_P(ModelsContract, GivesBackWhatWasAdded) {
    const auto added = add_model("cnn-1", 3'000'000);
    const auto read = store_->model("cnn-1");
    ASSERT_TRUE(succeeded(read));
    EXPECT_EQ(read->id, added.id);
    EXPECT_EQ(read->card, added.card);
    EXPECT_EQ(read->sha256, added.sha256);
    EXPECT_EQ(read->state, ModelState::candidate);
    EXPECT_EQ(read->created_at, added.created_at);
    const auto onnx = store_->model_onnx("cnn-1");
    ASSERT_TRUE(succeeded(onnx));
    EXPECT_EQ(*onnx, onnx_);
}

TEST_P(ModelsContract, SaysWhatIsNotThere) {
    EXPECT_TRUE(failed_with(store_->model("none"), ErrorKind::not_found));
    EXPECT_TRUE(failed_with(store_->model_onnx("none"), ErrorKind::not_found));
    EXPECT_TRUE(failed_with(store_->live_model(), ErrorKind::not_found));
    EXPECT_TRUE(store_->models()->empty());
}

TEST_P(ModelsContract, AnIdIsTakenOnce) {
    const auto first = add_model("cnn-1");
    EXPECT_TRUE(failed_with(store_->add_model(first, onnx_), ErrorKind::conflict, "id"));
    EXPECT_EQ(store_->models()->size(), 1u);
}

TEST_P(ModelsContract, OneThatNothingRestsOnIsRemoved) {
    const auto parent = add_model("parent");
    auto head = parent;
    head.id = "head";
    head.kind = ModelKind::head;
    head.parent = "parent";
    ASSERT_TRUE(succeeded(store_->add_model(head, onnx_)));
    add_model("live");
    ASSERT_TRUE(succeeded(store_->promote_model("live")));
    const auto remove = [&](const char* id, int project = shapes_project) {
        return store_->remove_model(id, project, by_ada);
    };
    EXPECT_TRUE(failed_with(remove("none"), ErrorKind::not_found));
    EXPECT_TRUE(failed_with(remove("head", shapes_project + 1), ErrorKind::not_found));
    for (const char* id : {"live", "parent"}) {
        const auto refused = remove(id);
        EXPECT_TRUE(failed_with(refused, ErrorKind::conflict));
        EXPECT_EQ(refused.error().code, "model_in_use");
    }
    ASSERT_TRUE(succeeded(remove("head")));
    ASSERT_TRUE(succeeded(remove("parent")));
    EXPECT_TRUE(failed_with(store_->model("head"), ErrorKind::not_found));
    EXPECT_TRUE(failed_with(store_->model_onnx("parent"), ErrorKind::not_found));
    EXPECT_EQ(store_->models()->size(), 1U);
    AuditQuery query;
    query.action = AuditAction::model_removed;
    const auto told = store_->audit(query);
    ASSERT_TRUE(succeeded(told));
    ASSERT_EQ(told->size(), 2U);
    EXPECT_EQ(told->front().subject, "parent");
    EXPECT_EQ(told->front().by->name, "ada");
    EXPECT_THAT(told->front().details, testing::HasSubstr(to_hex(parent.sha256)));
}

TEST_P(ModelsContract, ListsModelsInTheOrderOfTheirMaking) {
    for (const char* id : {"b", "a", "c"}) add_model(id);
    std::vector<std::string> ids;
    for (const auto& model : *store_->models()) ids.push_back(model.id);
    EXPECT_EQ(ids, (std::vector<std::string>{"b", "a", "c"}));
}

TEST_P(ModelsContract, PromotionRetiresTheOneThatWasLive) {
    for (const char* id : {"a", "b", "c"}) add_model(id);
    ASSERT_TRUE(succeeded(store_->promote_model("a")));
    EXPECT_EQ(store_->live_model()->id, "a");
    ASSERT_TRUE(succeeded(store_->promote_model("b")));
    EXPECT_EQ(store_->live_model()->id, "b");
    EXPECT_EQ(state("a"), ModelState::retired);
    EXPECT_EQ(state("c"), ModelState::candidate);
    ASSERT_TRUE(succeeded(store_->promote_model("b")));
    EXPECT_EQ(store_->live_model()->id, "b");
    ASSERT_TRUE(succeeded(store_->promote_model("a")));
    EXPECT_EQ(state("b"), ModelState::retired);
}

TEST_P(ModelsContract, PromotingWhatIsNotThereLeavesTheLiveOne) {
    add_model("a");
    ASSERT_TRUE(succeeded(store_->promote_model("a")));
    EXPECT_TRUE(failed_with(store_->promote_model("none"), ErrorKind::not_found));
    EXPECT_EQ(store_->live_model()->id, "a");
}

class RollBackContract : public ModelsContract {
  protected:
    void SetUp() override {
        ModelsContract::SetUp();
        for (const char* id : {"a", "b"}) {
            add_model(id);
            ASSERT_TRUE(succeeded(store_->promote_model(id)));
        }
    }
    void set_policy(bool rolls_back) {
        ProjectChange change;
        change.rolls_back = rolls_back;
        ASSERT_TRUE(succeeded(store_->change_project("shapes", change)));
    }
    PolicyRollBack from_live_to(const std::string& id) {
        const auto live = *store_->live_model();
        return {shapes_project, live.id, live.promoted_at, id, R"({"evidence":21})"};
    }
};
INSTANTIATE_TEST_SUITE_P(Stores, RollBackContract, testing::ValuesIn(kinds()), kind_name);

TEST_P(RollBackContract, GoesBackOnceWhereTheProjectSaysSo) {
    EXPECT_TRUE(failed_with(store_->roll_back(from_live_to("a")), ErrorKind::conflict));
    set_policy(true);
    EXPECT_TRUE(failed_with(store_->roll_back(from_live_to("none")), ErrorKind::not_found));
    EXPECT_EQ(store_->live_model()->id, "b");
    const auto seen = from_live_to("a");
    ASSERT_TRUE(succeeded(store_->roll_back(seen)));
    EXPECT_EQ(store_->live_model()->id, "a");
    EXPECT_EQ(state("b"), ModelState::retired);
    EXPECT_EQ(store_->project("shapes")->rolled_back, seen.why);
    EXPECT_TRUE(failed_with(store_->roll_back(seen), ErrorKind::conflict));
    EXPECT_TRUE(failed_with(store_->roll_back(from_live_to("b")), ErrorKind::conflict));
}

TEST_P(RollBackContract, APromotionSinceForbidsItAndForgetsIt) {
    set_policy(true);
    const auto seen = from_live_to("a");
    ASSERT_TRUE(succeeded(store_->roll_back(seen)));
    ASSERT_TRUE(succeeded(store_->promote_model("b")));
    EXPECT_FALSE(store_->project("shapes")->rolled_back);
    EXPECT_TRUE(failed_with(store_->roll_back(seen), ErrorKind::conflict));
    EXPECT_EQ(store_->live_model()->id, "b");
    ASSERT_TRUE(succeeded(store_->roll_back(from_live_to("a"))));
}

}  // namespace
}  // namespace croquis::store
