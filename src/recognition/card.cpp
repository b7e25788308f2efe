#include "recognition/card.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <set>

#include "recognition/graph.h"
#include "recognition/label_name.h"

namespace croquis::recognition {
namespace {

namespace json = boost::json;

constexpr std::size_t max_card_bytes = 4U << 20U;
constexpr std::size_t max_name_bytes = 64;
constexpr std::size_t max_labels = 1000;
constexpr std::size_t max_activations = 1000;

Error wrong_card(std::string_view field, std::string detail) {
    return {ErrorKind::invalid, std::move(detail), fmt::format("card/{}", field)};
}

/// A number of an object, `otherwise` where it has none of that name.
Result<float> number(const json::object& from, std::string_view name, float low, float high,
                     float otherwise, std::string_view field) {
    const auto* value = from.if_contains(name);
    if (value == nullptr) return otherwise;
    json::error_code failed;
    const auto read = value->to_number<double>(failed);
    if (failed || !(read >= static_cast<double>(low) && read <= static_cast<double>(high)))
        return wrong_card(field,
                          fmt::format("\"{}\" must be a number from {} to {}.", name, low, high));
    return static_cast<float>(read);
}

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= max_name_bytes &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '_' || c == '-';
           });
}

Result<std::string> read_name(const json::object& card) {
    const auto* name = card.if_contains("name");
    if (name == nullptr || !name->is_string() || !is_name(name->get_string()))
        return wrong_card("name",
                          fmt::format("A model's name has 1 to {} letters, digits, '.', '_' and "
                                      "'-'.",
                                      max_name_bytes));
    return std::string(name->get_string());
}

bool is_label(const json::value& label) {
    return label.is_string() && check_label_name(label.get_string());
}

Result<std::vector<std::string>> read_labels(const json::object& card) {
    const auto* list = card.if_contains("labels");
    if (list == nullptr || !list->is_array() || list->get_array().size() < 2 ||
        list->get_array().size() > max_labels)
        return wrong_card("labels", fmt::format("A model has 2 to {} labels.", max_labels));
    std::vector<std::string> labels;
    std::set<std::string_view> seen;
    for (const auto& label : list->get_array()) {
        const auto field = fmt::format("labels/{}", labels.size());
        if (!is_label(label))
            return wrong_card(field,
                              fmt::format("A label is a text of 1 to {} bytes, without control "
                                          "characters, \"/\", \"\\\" and \":\", and no space at "
                                          "either end.",
                                          max_label_bytes));
        if (!seen.insert(label.get_string()).second)
            return wrong_card(field, fmt::format("The label \"{}\" is there twice.",
                                                 std::string_view(label.get_string())));
        labels.emplace_back(label.get_string());
    }
    return labels;
}

Result<void> expect(const json::object& input, std::string_view name, int expected) {
    const auto* value = input.if_contains(name);
    json::error_code failed;
    if (value == nullptr || (value->to_number<double>(failed) == expected && !failed)) return {};
    return wrong_card(
        fmt::format("input/{}", name),
        fmt::format("The drawings given to a model have a {} of {}.", name, expected));
}

Result<Scaling> read_scaling(const json::object& card) {
    const auto* value = card.if_contains("input");
    if (value == nullptr) return Scaling{};
    if (!value->is_object()) return wrong_card("input", "\"input\" must be an object.");
    const auto& input = value->get_object();
    auto fits = expect(input, "width", drawing::model_side);
    if (fits) fits = expect(input, "height", drawing::model_side);
    if (fits) fits = expect(input, "channels", 1);
    if (!fits) return fits.error();
    const auto mean = number(input, "mean", -1000, 1000, 0, "input/mean");
    if (!mean) return mean.error();
    const auto scale = number(input, "scale", -1000, 1000, Scaling{}.scale, "input/scale");
    if (!scale) return scale.error();
    if (std::abs(*scale) < 1e-6F)
        return wrong_card("input/scale", "A scale of 0 would leave nothing of the picture.");
    return Scaling{*mean, *scale};
}

Result<std::string> read_digest(const json::object& card) {
    const auto* digest = card.if_contains("sha256");
    if (digest == nullptr) return std::string();
    if (!digest->is_string() || digest->get_string().size() != 2 * sizeof(Sha256))
        return wrong_card("sha256", "\"sha256\" must be 64 hexadecimal digits.");
    return std::string(digest->get_string());
}

Result<std::map<std::string, float>> read_activations(const json::object& card) {
    std::map<std::string, float> activations;
    const auto* list = card.if_contains("activations");
    if (list == nullptr) return activations;
    if (!list->is_object() || list->get_object().size() > max_activations)
        return wrong_card("activations",
                          fmt::format("\"activations\" must be an object of at most {} "
                                      "numbers.",
                                      max_activations));
    for (const auto& [name, value] : list->get_object()) {
        const auto largest = number(list->get_object(), name, 1e-6F, 1e6F, 0,
                                    fmt::format("activations/{}", std::string_view(name)));
        if (!largest) return largest.error();
        activations.emplace(name, *largest);
    }
    return activations;
}

Result<std::size_t> read_embedding(const json::object& card) {
    const auto* value = card.if_contains("embedding");
    if (value == nullptr) return std::size_t{0};
    json::error_code failed;
    const auto* size = value->is_object() ? value->get_object().if_contains("size") : nullptr;
    const auto read = size == nullptr ? 0 : size->to_number<std::int64_t>(failed);
    if (failed || read < 1 || read > max_embedding)
        return wrong_card("embedding/size",
                          fmt::format("An embedding has 1 to {} numbers.", max_embedding));
    return static_cast<std::size_t>(read);
}

Result<Card> read_card(const json::object& object) {
    Card card;
    auto name = read_name(object);
    if (!name) return name.error();
    auto labels = read_labels(object);
    if (!labels) return labels.error();
    const auto temperature = number(object, "temperature", 0.01F, 100, 1, "temperature");
    if (!temperature) return temperature.error();
    const auto unknown_below = number(object, "unknown_below", 0, 1, 0, "unknown_below");
    if (!unknown_below) return unknown_below.error();
    const auto scaling = read_scaling(object);
    if (!scaling) return scaling.error();
    auto digest = read_digest(object);
    if (!digest) return digest.error();
    auto activations = read_activations(object);
    if (!activations) return activations.error();
    const auto embedding = read_embedding(object);
    if (!embedding) return embedding.error();
    card.info = {{}, std::move(*name), std::move(*labels), *temperature, *unknown_below};
    card.scaling = *scaling;
    card.sha256 = std::move(*digest);
    card.activations = std::move(*activations);
    card.embedding = *embedding;
    return card;
}

}  // namespace

Result<Card> parse_card(std::string_view text) {
    if (text.size() > max_card_bytes)
        return Error{ErrorKind::too_large,
                     fmt::format("The model's card has {} bytes; at most {} are taken.",
                                 text.size(), max_card_bytes),
                     "card"};
    json::error_code failed;
    const auto card = json::parse(text, failed);
    if (failed || !card.is_object())
        return Error{ErrorKind::malformed, "The model's card is not a JSON object.", "card"};
    return read_card(card.get_object());
}

}  // namespace croquis::recognition
