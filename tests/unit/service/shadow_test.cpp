#include "service/training/shadow.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "recognition/head.h"
#include "service/models/registry.h"
#include "service/models/trunk.h"
#include "service/training/training_jobs.h"
#include "shipped_model.h"
#include "support/onnx_builder.h"
#include "support/temp_folder.h"
#include "unit/service/submitted.h"

namespace croquis::service {
namespace {

namespace json = boost::json;

/// A store with the shipped model live, which has called every drawing a circle.
class ShadowTest : public testing::Test {
  protected:
    void SetUp() override {
        ASSERT_TRUE(store_->migrate());
        ASSERT_TRUE(enrol_own_model(*store_, models / "shapes.onnx"));
        live_ = store_->live_model().value().id;
    }

    std::string added(BytesView onnx, json::object card, const std::string& name) {
        card["name"] = name;
        card["sha256"] = to_hex(sha256(onnx));
        card.erase("calibration");
        card.erase("activations");
        const auto model = add_candidate(*store_, onnx, json::serialize(card));
        EXPECT_TRUE(model) << model.error().detail;
        return model.value().id;
    }

    static json::object card() {
        auto card = json::parse(file_text(models / "shapes.json")).as_object();
        card["unknown_below"] = 0;
        return card;
    }

    /// A network of its own, since it sees another grey, and a last layer that always says
    /// "circle", or "star".
    std::string other_network(bool says_circle, const std::string& name) {
        const auto trunk = Trunk::of_live_model(*store_).value();
        const auto width = trunk.info().embedding;
        recognition::HeadLayer head{
            2, width, std::vector<float>(2 * width), {says_circle ? 9.0F : -9.0F, 0}};
        const auto onnx =
            recognition::with_head(trunk.onnx(), trunk.info().labels.size(), head).value();
        auto told = card();
        told["labels"] = {"circle", "star"};
        told["embedding"] = {{"size", width}};
        told["input"].as_object()["mean"] = 0.01;
        return added(onnx, std::move(told), name);
    }

    /// Its last layer is no matrix product.
    std::string without_embedding() {
        testing_support::OnnxBuilder net;
        auto value = net.pool("MaxPool", net.conv("image", 1, 4), 8);
        value = net.apply("Relu", {net.gemm(net.flatten(value), 144, 2)});
        net.output(value, 2);
        const auto bytes = net.bytes();
        auto told = card();
        told["labels"] = {"circle", "star"};
        told.erase("embedding");
        return added(bytes, std::move(told), "strange");
    }

    Uuid stored(int seed) {
        return submitted(*store_, picture_submission(square(seed), {live_, "circle", 0.9F, {}})).id;
    }

    std::size_t looks_at(ShadowRun run) {
        std::size_t looked_at = 0;
        run.control.progress = [&](std::size_t done, std::size_t) { looked_at = done; };
        const auto shadow = shadow_by_network(*store_, run);
        EXPECT_TRUE(shadow) << shadow.error().detail;
        return looked_at;
    }

    /// The next job of the kind, done as a server does it.
    std::string done() {
        auto job = store_->claim_job({shadow_kind}, {"here", now() + std::chrono::hours(1)}, now());
        EXPECT_TRUE(job && *job);
        jobs::Task task(**job);
        const auto result = works(*store_).at(shadow_kind)(task);
        EXPECT_TRUE(result) << result.error().detail;
        EXPECT_TRUE(store_->finish_job((*job)->id, "here",
                                       {store::JobState::succeeded, *result, std::nullopt}, now()));
        return *result;
    }

    testing_support::TempFolder folder_;
    Metrics metrics_;
    std::unique_ptr<store::Store> store_ =
        store::open_store("sqlite:" + (folder_.path() / "croquis.db").string(), {}, metrics_)
            .value();
    std::string live_;
};

TEST_F(ShadowTest, AnotherNetworkIsRunOverWhatTheLiveModelPredicted) {
    std::vector<Uuid> drawings;
    for (int i = 0; i < 70; ++i) drawings.push_back(stored(i));
    const auto model = other_network(false, "stars");
    EXPECT_EQ(shadow_of(*store_, store::shapes_project, model).error().code, "other_network");
    EXPECT_EQ(looks_at({model}), 70U);
    const auto shadow = shadow_by_network(*store_, {model}).value();
    EXPECT_EQ(shadow.model, model);
    EXPECT_EQ(shadow.live, live_);
    EXPECT_EQ(shadow.agreement.some, 0U);
    EXPECT_EQ(shadow.agreement.all, 70U);
    EXPECT_EQ(shadow.labels.at("circle").all, 70U);
    EXPECT_EQ(shadow.left_out, 0U);
    ASSERT_EQ(shadow.disagreements.size(), most_disagreements);
    EXPECT_EQ(shadow.disagreements[0].drawing.id, drawings.back());
    EXPECT_EQ(shadow.disagreements[0].tag, "star");
    // The embeddings that it gave are there: begun again, nothing is looked at once more.
    EXPECT_EQ(looks_at({model}), 0U);
    const auto same = other_network(true, "circles");
    EXPECT_EQ(shadow_by_network(*store_, {same}).value().agreement.some, 70U);
}

TEST_F(ShadowTest, ANetworkWithoutAnEmbeddingAnswersToo) {
    for (int i = 0; i < 3; ++i) stored(i);
    const auto model = without_embedding();
    EXPECT_EQ(shadow_of(*store_, store::shapes_project, model).error().code, "other_network");
    const auto shadow = shadow_by_network(*store_, {model});
    ASSERT_TRUE(shadow) << shadow.error().detail;
    EXPECT_EQ(shadow->agreement.all, 3U);
    // So does the shipped one, which has more than one layer behind its embedding.
    EXPECT_EQ(shadow_by_network(*store_, {live_}).value().agreement.all, 3U);
}

TEST_F(ShadowTest, EndsWhenItIsStoppedOrItsTimeIsUp) {
    stored(1);
    ShadowRun run{other_network(true, "circles")};
    run.longest = {};
    const auto late = shadow_by_network(*store_, run).value();
    EXPECT_EQ(late.agreement.all, 0U);
    EXPECT_EQ(late.left_out, 1U);
    run.longest = longest_run;
    run.control.is_stopped = [] { return true; };
    EXPECT_EQ(shadow_by_network(*store_, run).error().kind, ErrorKind::unavailable);
    EXPECT_EQ(shadow_by_network(*store_, {"none"}).error().kind, ErrorKind::not_found);
}

TEST_F(ShadowTest, IsAJobOneAtATimeWhoseResultIsShown) {
    const auto first = stored(1);
    const auto second = stored(2);
    const auto model = other_network(false, "stars");
    const auto queue = [&](const std::string& id) {
        return queue_shadow(*store_, {}, store::shapes_project, id);
    };
    const auto job = queue(model).value();
    EXPECT_EQ(queue(model).value().id, job.id);
    EXPECT_EQ(queue(live_).error().code, "shadow_open");
    EXPECT_EQ(queue("none").error().kind, ErrorKind::not_found);
    const auto found = [&](const std::string& of, const Uuid& by) {
        return shadow_found_by(*store_, store::shapes_project, of, by);
    };
    EXPECT_EQ(found(model, job.id).error().kind, ErrorKind::not_found);

    const auto result = done();
    const auto shadow = found(model, job.id).value();
    EXPECT_EQ(json::serialize(to_json(shadow)), result);
    ASSERT_EQ(shadow.disagreements.size(), 2U);
    EXPECT_EQ(shadow.disagreements[0].drawing.id, second);
    EXPECT_EQ(found(live_, job.id).error().kind, ErrorKind::not_found);
    EXPECT_EQ(found(model, Uuid::v7()).error().kind, ErrorKind::not_found);
    EXPECT_EQ(shadow_found_by(*store_, store::shapes_project + 1, model, job.id).error().kind,
              ErrorKind::not_found);

    // What another model has predicted since is shown no more, though it was counted.
    ASSERT_TRUE(store_->retag({{second, 1, {model, "star", 0.9F, {}}}}, now()));
    const auto left = found(model, job.id).value();
    EXPECT_EQ(left.agreement.all, 2U);
    ASSERT_EQ(left.disagreements.size(), 1U);
    EXPECT_EQ(left.disagreements[0].drawing.id, first);
}

}  // namespace
}  // namespace croquis::service
