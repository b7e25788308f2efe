#pragma once

#include <memory>
#include <string>
#include <vector>

#include "recognition/card.h"
#include "recognition/engine.h"
#include "recognition/recognizer.h"

namespace croquis::recognition {

/// A model's parts, which its clones share; constant once made.
struct Network {
    Bytes onnx;
    Graph graph;
    ModelInfo info;
    Scaling scaling;
};

/// A Network run by one kind of engine: batches of eight, the rest one by one, since a picture
/// costs much the same in both and only these sizes then have to be made ready.
class NetworkRecognizer final : public Recognizer {
  public:
    static Result<std::unique_ptr<NetworkRecognizer>> make(std::shared_ptr<const Network> network,
                                                           EngineKind kind);

    [[nodiscard]] const ModelInfo& info() const override { return network_->info; }
    Result<std::vector<Prediction>> recognise(std::span<const drawing::ModelInput> batch) override;
    [[nodiscard]] Result<std::unique_ptr<Recognizer>> clone() const override;

    [[nodiscard]] EngineKind kind() const { return kind_; }
    [[nodiscard]] const Graph& graph() const { return network_->graph; }

  private:
    NetworkRecognizer(std::shared_ptr<const Network> network, EngineKind kind,
                      std::unique_ptr<Engine> one, std::unique_ptr<Engine> group);
    Result<void> run(Engine& engine, std::span<const drawing::ModelInput> drawings,
                     std::vector<Prediction>& answers);

    std::shared_ptr<const Network> network_;
    EngineKind kind_;
    std::unique_ptr<Engine> one_;
    std::unique_ptr<Engine> group_;
    std::array<float, 256> scaled_;  ///< what each grey becomes
    std::vector<float> pictures_;
    std::vector<float> logits_;
    std::vector<float> embeddings_;
};

/// Reads and checks model and card, without making an engine.
Result<std::shared_ptr<const Network>> read_network(BytesView onnx, std::string_view card);

}  // namespace croquis::recognition
