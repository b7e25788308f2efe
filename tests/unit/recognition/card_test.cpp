#include "recognition/card.h"

#include <gtest/gtest.h>

#include "support/onnx_builder.h"

namespace croquis::recognition {
namespace {

namespace json = boost::json;
using testing_support::small_card;

Error refused(const json::object& card) {
    const auto read = parse_card(json::serialize(card));
    return read ? Error{ErrorKind::internal, "it was taken"} : read.error();
}

TEST(Card, IsReadAndItsOtherFieldsAreFree) {
    auto card = small_card(3);
    card["training"] = {{"steps", 10}};
    card["temperature"] = 0.8;
    card["unknown_below"] = 0.4;
    card["input"].as_object()["mean"] = 128;
    const auto read = parse_card(json::serialize(card));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->info.name, "test");
    EXPECT_EQ(read->info.labels, (std::vector<std::string>{"label-0", "label-1", "unknown"}));
    EXPECT_FLOAT_EQ(read->info.temperature, 0.8F);
    EXPECT_FLOAT_EQ(read->info.unknown_below, 0.4F);
    EXPECT_FLOAT_EQ(read->scaling.mean, 128);
    EXPECT_FLOAT_EQ(read->scaling.scale, 1.0F / 255);
}

TEST(Card, NeedsOnlyNameAndLabels) {
    const auto read = parse_card(R"({"name":"mine","labels":["a","b"]})");
    ASSERT_TRUE(read);
    EXPECT_FLOAT_EQ(read->info.temperature, 1);
    EXPECT_FLOAT_EQ(read->info.unknown_below, 0);
}

TEST(Card, MustBeAnObject) {
    for (const auto* text : {"", "{", "[]", "3", "\"card\"", "{\"name\":\"a\",}", "\xff\xfe"})
        EXPECT_EQ(parse_card(text).error().kind, ErrorKind::malformed) << text;
    EXPECT_EQ(parse_card(std::string(1000, '[')).error().kind, ErrorKind::malformed);
}

TEST(Card, HasAtMostFourMebibytes) {
    auto card = json::serialize(small_card(3));
    card.resize(std::size_t{4} << 20U, ' ');
    EXPECT_TRUE(parse_card(card));
    card += ' ';
    EXPECT_EQ(parse_card(card).error().kind, ErrorKind::too_large);
}

TEST(Card, SaysWhichFieldIsWrong) {
    const auto with = [](std::string_view field, const auto& value) {
        auto card = small_card(3);
        card[field] = json::value_from(value);
        return refused(card);
    };
    const auto with_input = [](std::string_view field, const auto& value) {
        auto card = small_card(3);
        card["input"].as_object()[field] = json::value_from(value);
        return refused(card);
    };
    const std::vector<std::pair<Error, std::string>> cases{
        {with("name", nullptr), "card/name"},
        {with("name", ""), "card/name"},
        {with("name", "../etc"), "card/name"},
        {with("name", std::string(65, 'a')), "card/name"},
        {with("labels", "circle"), "card/labels"},
        {with("labels", json::array{"one"}), "card/labels"},
        {with("labels", json::array{"a", 3}), "card/labels/1"},
        {with("labels", json::array{"a", ""}), "card/labels/1"},
        {with("labels", json::array{"a", "b\n"}), "card/labels/1"},
        {with("labels", json::array{"a", std::string(65, 'x')}), "card/labels/1"},
        {with("labels", json::array{"a", "b", "a"}), "card/labels/2"},
        {with("temperature", 0.0), "card/temperature"},
        {with("temperature", 101), "card/temperature"},
        {with("temperature", "hot"), "card/temperature"},
        {with("unknown_below", -0.1), "card/unknown_below"},
        {with("unknown_below", 1.1), "card/unknown_below"},
        {with("sha256", "abc"), "card/sha256"},
        {with("activations", 3), "card/activations"},
        {with("activations", json::object{{"relu0", 0}}), "card/activations/relu0"},
        {with("activations", json::object{{"relu0", "much"}}), "card/activations/relu0"},
        {with("input", 3), "card/input"},
        {with_input("width", 28), "card/input/width"},
        {with_input("height", "48"), "card/input/height"},
        {with_input("channels", 3), "card/input/channels"},
        {with_input("scale", 0), "card/input/scale"},
        {with_input("mean", 1e9), "card/input/mean"},
    };
    for (const auto& [error, field] : cases) {
        EXPECT_EQ(error.kind, ErrorKind::invalid) << field;
        EXPECT_EQ(error.field, field) << error.detail;
    }
}

TEST(Card, SaysWhatActivationsStayWithin) {
    auto card = small_card(3);
    EXPECT_TRUE(parse_card(json::serialize(card))->activations.empty());
    json::object activations;
    for (int i = 0; i < 1000; ++i) activations[std::to_string(i)] = 2.5;
    card["activations"] = activations;
    const auto read = parse_card(json::serialize(card));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->activations.size(), 1000U);
    EXPECT_FLOAT_EQ(read->activations.at("999"), 2.5F);
    activations["one too many"] = 1;
    card["activations"] = activations;
    EXPECT_EQ(refused(card).field, "card/activations");
}

TEST(Card, SaysHowManyNumbersAnEmbeddingHas) {
    auto card = small_card(3);
    EXPECT_EQ(parse_card(json::serialize(card))->embedding, 0U);
    card["embedding"] = {{"size", 1024}};
    EXPECT_EQ(parse_card(json::serialize(card))->embedding, 1024U);
    const std::vector<json::value> wrong{json::object{{"size", 1025}}, json::object{{"size", 0}},
                                         json::object{{"size", 1.5}}, json::object{},
                                         json::value(128)};
    for (const auto& value : wrong) {
        card["embedding"] = value;
        EXPECT_EQ(refused(card).field, "card/embedding/size") << json::serialize(value);
    }
}

TEST(Card, HasAtMostAThousandLabels) {
    EXPECT_TRUE(parse_card(json::serialize(small_card(1000))));
    EXPECT_EQ(refused(small_card(1001)).field, "card/labels");
}

}  // namespace
}  // namespace croquis::recognition
