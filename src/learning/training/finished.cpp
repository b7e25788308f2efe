#include "learning/training/finished.h"

#include <boost/json.hpp>
#include <exception>
#include <utility>

#include "core/bytes.h"
#include "core/files.h"
#include "learning/dataset/json_fields.h"
#include "learning/synthesis/sketcher.h"
#include "learning/training/constants.h"
#include "learning/training/measuring.h"
#include "recognition/graph.h"
#include "recognition/limits.h"

namespace croquis::learning {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

/// Copies a constant into a tensor of as many numbers; false where there is none such.
bool copy(const recognition::Graph& graph, const std::string& name, torch::Tensor into) {
    const auto value = constant(graph, name);
    if (!value || value->numel() != into.numel()) return false;
    into.copy_(value->view(into.sizes()));
    return true;
}

/// Makes a normalisation add `bias` and nothing else.
template <class Norm>
bool only_adds(Norm& norm, const recognition::Graph& graph, const std::string& bias) {
    norm->running_var.fill_(1 - norm->options.eps());
    norm->running_mean.zero_();
    if (norm->bias.defined()) {
        norm->weight.fill_(1);
        return copy(graph, bias, norm->bias);
    }
    if (!copy(graph, bias, norm->running_mean)) return false;
    norm->running_mean.neg_();
    return true;
}

/// Whether the file had all of the network.
bool fill(Network& network, const recognition::Graph& graph) {
    const torch::NoGradGuard no_gradients;
    for (std::size_t i = 0; i < network->convolutions.size(); ++i) {
        const std::string name = "conv" + std::to_string(i);
        if (!copy(graph, name + ".weight", network->convolutions[i]->weight) ||
            !only_adds(network->normalisations[i], graph, name + ".bias"))
            return false;
    }
    return copy(graph, "dense.weight", network->dense->weight) &&
           copy(graph, "dense.bias", network->dense->bias) &&
           copy(graph, "embedding.weight", network->projection->weight) &&
           only_adds(network->centring, graph, "embedding.bias");
}

Layout finished_layout() {
    Layout layout;
    layout.side = drawing::model_side;
    layout.classes = static_cast<int>(shape_labels().size());
    layout.categories = 1;  // the wide classifier was left behind
    return layout;
}

Result<void> read_network(const std::string& onnx, float unknown_bias, Network& network) {
    const auto graph = recognition::read_graph(as_bytes(onnx), shape_labels().size());
    if (!graph) return graph.error();
    if (!fill(network, *graph))
        return Error{ErrorKind::invalid, "Not a model of this program's layout.", "measure-again"};
    const torch::NoGradGuard no_gradients;
    network->dense->bias[network->layout().classes - 1] -= unknown_bias;
    network->eval();
    return {};
}

/// Throws what Boost.JSON throws where something is missing or of another type.
ModelCard card_of(const std::string& name, const json::object& read) {
    ModelCard card;
    card.name = name;
    const auto& training = read.at("training").as_object();
    card.made = making_from(training);
    card.multiply_accumulates = read.at("multiply_accumulates").to_number<std::int64_t>();
    card.categories = training.at("categories").to_number<std::size_t>();
    card.calibration = {read.at("temperature").to_number<float>(),
                        read.at("calibration").at("unknown_bias").to_number<float>(),
                        read.at("unknown_below").to_number<float>()};
    for (const auto& source : read.at("people").as_array())
        card.without[std::string(source.at("source").as_string())] = {
            source.at("temperature_without_it").to_number<float>(),
            source.at("unknown_bias_without_it").to_number<float>(),
            card.calibration.unknown_below};
    card.activations = json::value_to<std::map<std::string, float>>(read.at("activations"));
    return card;
}

Result<ModelCard> read_card(const std::string& name, const json::object& read) {
    try {
        return card_of(name, read);
    } catch (const std::exception&) {
        return Error{ErrorKind::malformed, "It does not say what a card of this program does.",
                     "measure-again"};
    }
}

Result<json::object> read_json(const fs::path& file) {
    const auto text = read_file(file, recognition::max_file_bytes, "measure-again");
    if (!text) return text.error();
    json::error_code failed;
    auto value = json::parse(*text, failed);
    if (failed || !value.is_object())
        return Error{ErrorKind::malformed, file.string() + " is no model card."};
    return std::move(value.get_object());
}

Error conflict(const std::string& detail) {
    return {ErrorKind::conflict, detail, "measure-again"};
}

}  // namespace

Result<Finished> read_finished(const fs::path& folder, const std::string& name,
                               const People& people) {
    const auto onnx =
        read_file(folder / (name + ".onnx"), recognition::max_file_bytes, "measure-again");
    if (!onnx) return onnx.error();
    const auto read = read_json(folder / (name + ".json"));
    if (!read) return read.error();
    auto card = read_card(name, *read);
    if (!card) return card.error();
    const auto digest = to_hex(sha256(as_bytes(*onnx)));
    if (dataset::text_in(*read, "sha256") != digest)
        return conflict("The card is of another model than " + name + ".onnx.");
    const auto& training = read->at("training").as_object();
    note_people(people, *card);
    if (dataset::text_in(training, "ids_sha256") != digest_of_learnt(*card))
        return conflict("The model has learnt from other drawings than those of --people.");
    Network network(finished_layout());
    const auto filled = read_network(*onnx, card->calibration.unknown_bias, network);
    if (!filled) return filled.error();
    return Finished{std::move(network), std::move(*card), training, digest};
}

}  // namespace croquis::learning
