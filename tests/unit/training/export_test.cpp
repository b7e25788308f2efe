#include <gtest/gtest.h>

#include <fstream>
#include <limits>

#include "core/bytes.h"
#include "learning/synthesis/sketcher.h"
#include "learning/training/constants.h"
#include "learning/training/export_model.h"
#include "learning/training/learner.h"
#include "learning/training/onnx_export.h"
#include "learning/training/warm_start.h"
#include "support/temp_folder.h"
#include "unit/training/small.h"

namespace croquis::learning {
namespace {

ModelCard card_with_bias(float bias) {
    ModelCard card;
    card.name = "small";
    card.calibration.unknown_bias = bias;
    return card;
}

TEST(ExportModel, PutsTheBiasOfUnknownIntoTheWeights) {
    auto network = small_network(4);
    const auto unknown = static_cast<std::int64_t>(shape_labels().size()) - 1;
    const auto before = network->dense->bias[unknown].item<float>();
    const auto onnx = export_model(network, card_with_bias(0.75F));
    ASSERT_TRUE(onnx);
    const auto graph = recognition::read_graph(as_bytes(*onnx), shape_labels().size());
    ASSERT_TRUE(graph);
    const auto bias = constant(*graph, "dense.bias");
    ASSERT_TRUE(bias);
    EXPECT_FLOAT_EQ((*bias)[unknown].item<float>(), before + 0.75F);
    EXPECT_TRUE(torch::equal(bias->narrow(0, 0, unknown),
                             network->dense->bias.detach().narrow(0, 0, unknown)));
    EXPECT_FALSE(constant(*graph, "nothing.of.this.name"));
}

TEST(ExportModel, RefusesAModelThatAnEngineRunsOtherwise) {
    auto network = small_network(4);
    // A variance that is no number: what the engine gives can be compared with nothing.
    network->centring->running_var.fill_(std::numeric_limits<float>::quiet_NaN());
    const auto onnx = export_model(network, card_with_bias(0));
    ASSERT_FALSE(onnx);
    EXPECT_EQ(onnx.error().kind, ErrorKind::internal);
}

TEST(BeginWith, GivesTheConvolutionsOfAnEarlierModel) {
    const testing_support::TempFolder folder;
    const auto file = folder.path() / "earlier.onnx";
    auto earlier = small_network(4);
    std::ofstream(file, std::ios::binary) << to_onnx(earlier, "earlier");

    auto network = small_network(9);
    const auto samples = make_sketches(2, 64);
    const torch::NoGradGuard no_gradients;
    const auto images = to_images(samples.images);
    EXPECT_FALSE(torch::allclose(network->forward(images).logits, earlier->forward(images).logits));
    ASSERT_TRUE(begin_with(network, file, samples));
    network->dense->weight.copy_(earlier->dense->weight);
    network->dense->bias.copy_(earlier->dense->bias);
    EXPECT_TRUE(torch::allclose(network->forward(images).logits, earlier->forward(images).logits,
                                1e-3, 1e-3));
}

TEST(BeginWith, RefusesWhatIsNoModelOfTheLayout) {
    const testing_support::TempFolder folder;
    const auto file = folder.path() / "other.onnx";
    auto network = small_network(9);
    const auto samples = make_sketches(2, 4);
    EXPECT_EQ(begin_with(network, file, samples).error().kind, ErrorKind::not_found);
    std::ofstream(file, std::ios::binary) << "no model";
    EXPECT_EQ(begin_with(network, file, samples).error().kind, ErrorKind::malformed);

    Layout wider;
    wider.stages = {{10, 2}, {12, 2}};
    wider.side = drawing::model_side;
    wider.classes = static_cast<int>(shape_labels().size());
    wider.categories = 3;
    Network other(wider);
    other->eval();
    std::ofstream(file, std::ios::binary) << to_onnx(other, "other");
    EXPECT_EQ(begin_with(network, file, samples).error().kind, ErrorKind::invalid);
}

}  // namespace
}  // namespace croquis::learning
