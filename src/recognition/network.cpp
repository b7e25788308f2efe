#include "recognition/network.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "recognition/answer.h"
#include "recognition/head.h"

namespace croquis::recognition {
namespace {

constexpr std::size_t group_size = 8;
constexpr std::size_t max_batch = 256;
constexpr std::size_t digest_letters = 8;

std::array<float, 256> scaled_greys(const Scaling& scaling) {
    std::array<float, 256> scaled{};
    for (std::size_t i = 0; i < scaled.size(); ++i)
        scaled[i] = (static_cast<float>(i) - scaling.mean) * scaling.scale;
    return scaled;
}

/// Tells the graph what the card says of its tensors.
Result<void> set_largest(Graph& graph, const std::map<std::string, float>& activations) {
    for (const auto& activation : activations) {
        const std::string& name = activation.first;
        const auto value = std::find_if(graph.values.begin(), graph.values.end(),
                                        [&](const Value& v) { return v.name == name; });
        if (value == graph.values.end())
            return Error{ErrorKind::invalid, fmt::format("The network has no tensor \"{}\".", name),
                         fmt::format("card/activations/{}", name)};
        value->largest = activation.second;
    }
    return {};
}

}  // namespace

NetworkRecognizer::NetworkRecognizer(std::shared_ptr<const Network> network, EngineKind kind,
                                     std::unique_ptr<Engine> one, std::unique_ptr<Engine> group)
    : network_(std::move(network)),
      kind_(kind),
      one_(std::move(one)),
      group_(std::move(group)),
      scaled_(scaled_greys(network_->scaling)),
      pictures_(group_size * std::tuple_size_v<drawing::ModelInput>),
      logits_(group_size * network_->info.labels.size()),
      embeddings_(group_size * network_->info.embedding) {}

Result<std::unique_ptr<NetworkRecognizer>> NetworkRecognizer::make(
    std::shared_ptr<const Network> network, EngineKind kind) {
    auto one = make_engine(kind, network->onnx, network->graph, 1);
    if (!one) return one.error();
    auto group = make_engine(kind, network->onnx, network->graph, group_size);
    if (!group) return group.error();
    return std::unique_ptr<NetworkRecognizer>(
        new NetworkRecognizer(std::move(network), kind, std::move(*one), std::move(*group)));
}

Result<std::unique_ptr<Recognizer>> NetworkRecognizer::clone() const {
    auto other = make(network_, kind_);
    if (!other) return other.error();
    return std::unique_ptr<Recognizer>(std::move(*other));
}

Result<void> NetworkRecognizer::run(Engine& engine, std::span<const drawing::ModelInput> drawings,
                                    std::vector<Prediction>& answers) {
    auto out = pictures_.begin();
    for (const auto& drawing : drawings)
        out = std::transform(drawing.begin(), drawing.end(), out,
                             [this](std::uint8_t grey) { return scaled_[grey]; });
    const std::size_t labels = network_->info.labels.size();
    const std::span<float> logits(logits_.data(), drawings.size() * labels);
    const std::size_t size = network_->info.embedding;
    const std::span<float> embeddings(embeddings_.data(), drawings.size() * size);
    auto done = engine.run({pictures_.begin(), out}, logits, embeddings);
    if (!done) return done;
    const auto is_finite = [](float v) { return std::isfinite(v); };
    if (!std::all_of(embeddings.begin(), embeddings.end(), is_finite))
        return Error{ErrorKind::internal, "The model's embedding has a number that is not finite."};
    for (std::size_t i = 0; i < drawings.size(); ++i) {
        auto answer = to_prediction(logits.subspan(i * labels, labels), network_->info);
        if (!answer) return answer.error();
        const auto embedding = embeddings.subspan(i * size, size);
        answer->embedding.assign(embedding.begin(), embedding.end());
        answers.push_back(std::move(*answer));
    }
    return {};
}

Result<std::vector<Prediction>> NetworkRecognizer::recognise(
    std::span<const drawing::ModelInput> batch) {
    if (batch.empty() || batch.size() > max_batch)
        return Error{ErrorKind::internal,
                     fmt::format("A batch has 1 to {} drawings, not {}.", max_batch, batch.size())};
    std::vector<Prediction> answers;
    answers.reserve(batch.size());
    while (!batch.empty()) {
        const std::size_t size = batch.size() >= group_size ? group_size : 1;
        const auto done = run(size == 1 ? *one_ : *group_, batch.first(size), answers);
        if (!done) return done.error();
        batch = batch.subspan(size);
    }
    return answers;
}

Result<std::shared_ptr<const Network>> read_network(BytesView onnx, std::string_view card) {
    auto read = parse_card(card);
    if (!read) return read.error();
    auto graph = read_graph(onnx, read->info.labels.size());
    if (!graph) return graph.error();
    const auto told = set_largest(*graph, read->activations);
    if (!told) return told.error();
    read->info.embedding = graph->embedding_size();
    if (read->embedding != 0 && read->embedding != read->info.embedding)
        return Error{ErrorKind::invalid,
                     fmt::format("The network's embedding has {} numbers, not {}.",
                                 read->info.embedding, read->embedding),
                     "card/embedding/size"};
    const auto digest = to_hex(sha256(onnx));
    if (!read->sha256.empty() && read->sha256 != digest)
        return Error{ErrorKind::invalid, "The card was written for another ONNX file.",
                     "card/sha256"};
    read->info.trunk = trunk_of(onnx, read->scaling);
    read->info.id = fmt::format("{}-{}", read->info.name, digest.substr(0, digest_letters));
    auto network = std::make_shared<Network>();
    network->onnx.assign(onnx.begin(), onnx.end());
    network->graph = std::move(*graph);
    network->info = std::move(read->info);
    network->scaling = read->scaling;
    return std::shared_ptr<const Network>(std::move(network));
}

}  // namespace croquis::recognition
