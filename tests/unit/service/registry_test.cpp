#include "service/models/promotion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/models/registry.h"
#include "shipped_model.h"
#include "support/temp_folder.h"
#include "unit/identity/log_capture.h"

namespace croquis::service {
namespace {

class RegistryTest : public ::testing::Test {
  protected:
    void SetUp() override { ASSERT_TRUE(store_->migrate()); }

    void add(const std::string& id, BytesView onnx) {
        store::Model model;
        model.id = id;
        model.card = file_text(models / "shapes.json");
        model.sha256 = sha256(onnx);
        model.created_at = now();
        ASSERT_TRUE(store_->add_model(model, onnx));
    }

    testing_support::TempFolder folder_;
    Metrics metrics_;
    std::unique_ptr<store::Store> store_ =
        store::open_store("sqlite:" + (folder_.path() / "models.db").string(), {}, metrics_)
            .value();
};

TEST_F(RegistryTest, WhatThisProgramCannotRunIsPromotedByNoPath) {
    add("broken", Bytes{1, 2, 3});
    const auto promoted = promote(*store_, "broken");
    ASSERT_FALSE(promoted);
    EXPECT_EQ(promoted.error().kind, ErrorKind::conflict);
    EXPECT_EQ(promoted.error().code, "model_unusable");
    EXPECT_EQ(store_->live_model().error().kind, ErrorKind::not_found);
}

TEST_F(RegistryTest, AModelIsMadeLiveInItsOwnProjectAlone) {
    const auto onnx = file_text(models / "shapes.onnx");
    add("shapes", as_bytes(onnx));
    const auto elsewhere = make_live(*store_, "shapes", store::shapes_project + 1, {});
    ASSERT_FALSE(elsewhere);
    EXPECT_EQ(elsewhere.error().kind, ErrorKind::not_found);
    const auto loaded = make_live(*store_, "shapes", store::shapes_project, {});
    ASSERT_TRUE(loaded) << loaded.error().detail;
    EXPECT_FALSE((*loaded)->info().labels.empty());
    EXPECT_EQ(store_->live_model()->id, "shapes");
}

TEST_F(RegistryTest, EveryPromotionIsToldToTheSecurityLogOnce) {
    const auto onnx = file_text(models / "shapes.onnx");
    for (const char* id : {"first", "second"}) add(id, as_bytes(onnx));
    identity::LogCapture log;
    const auto stays = [](const auto&) -> Result<void> { return {}; };
    const identity::Origin whence{"192.0.2.1", "r1"};
    ASSERT_TRUE(promote(*store_, "first"));
    ASSERT_TRUE(promote_in(*store_, "second", store::shapes_project,
                           store::Author{Uuid::v7(), "ada"}, whence, stays));
    ASSERT_TRUE(roll_back(*store_, store::shapes_project));
    ASSERT_FALSE(promote(*store_, "none"));
    EXPECT_THAT(
        log.lines(),
        testing::ElementsAre(
            "security: event=model_promoted request=- client=local by=operator model=first",
            "security: event=model_promoted request=r1 client=192.0.2.1 by=ada model=second",
            "security: event=model_promoted request=- client=local by=operator "
            "rolled_back_to=first"));
}

}  // namespace
}  // namespace croquis::service
