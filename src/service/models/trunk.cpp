#include "service/models/trunk.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <iterator>

#include "drawing/decode.h"
#include "drawing/normalise.h"
#include "recognition/card.h"
#include "recognition/quantised.h"
#include "service/models/registry.h"

namespace croquis::service {
namespace {

namespace json = boost::json;

constexpr std::size_t embedding_stretch = 1000;

/// The card of the same network once it has an embedding.
std::string card_with_embedding(const std::string& card, std::size_t size) {
    auto object = json::parse(card).as_object();
    object["embedding"] = {{"size", size}};
    object.erase("sha256");  // of the file without the output
    return json::serialize(object);
}

Result<drawing::ModelInput> input_of(const store::StoredImage& image) {
    const auto decoded = drawing::decode(image.bytes);
    if (!decoded) return decoded.error();
    return drawing::normalise(decoded->image);
}

/// Whether an error is about one picture, and not about the store or this program.
bool is_of_the_picture(const Error& error) {
    return error.kind == ErrorKind::malformed || error.kind == ErrorKind::invalid ||
           error.kind == ErrorKind::too_large || error.kind == ErrorKind::unsupported_media;
}

/// Pictures that could be read, and what could not.
struct Read {
    std::vector<Uuid> ids;
    std::vector<drawing::ModelInput> inputs;
    std::vector<Unreadable> unreadable;
};

Result<Read> read_pictures(store::Store& store, std::span<const Uuid> drawings) {
    Read read;
    for (const auto& id : drawings) {
        const auto image = store.image(id);
        if (!image && image.error().kind == ErrorKind::not_found) continue;
        if (!image) return image.error();
        const auto input = input_of(*image);
        if (input) {
            read.ids.push_back(id);
            read.inputs.push_back(*input);
        } else if (is_of_the_picture(input.error())) {
            read.unreadable.push_back({id, input.error().detail});
        } else {
            return input.error();
        }
    }
    return read;
}

}  // namespace

std::optional<store::Embedding> embedding_of(const recognition::ModelInfo& model,
                                             const recognition::Prediction& prediction) {
    if (prediction.embedding.empty()) return std::nullopt;
    auto packed = recognition::quantised(prediction.embedding);
    return store::Embedding{model.trunk, packed.scale, std::move(packed.numbers)};
}

std::vector<float> numbers_of(const store::Embedding& embedding) {
    std::vector<float> numbers(embedding.numbers.size());
    recognition::unpack(embedding.scale, embedding.numbers, numbers);
    return numbers;
}

store::Prediction to_stored(const std::string& model, recognition::Prediction answer) {
    return {model, std::move(answer.tag), answer.confidence, std::move(answer.probabilities)};
}

Result<Trunk> Trunk::of_live_model(store::Store& store, int project) {
    auto live = answering_model(store, project);
    if (!live) return live.error();
    return of_model(store, std::move(*live));
}

Result<Trunk> Trunk::of_model(store::Store& store, store::Model model) {
    auto onnx = store.model_onnx(model.id);
    if (!onnx) return onnx.error();
    return of_network(std::move(model), std::move(*onnx));
}

Result<Trunk> Trunk::of_network(store::Model model, Bytes onnx) {
    auto trunk = read(std::move(model), std::move(onnx));
    if (!trunk) return trunk;
    if (const auto found = trunk->find_embedding(); !found) return found.error();
    return trunk;
}

Result<Trunk> Trunk::with_or_without_embedding(store::Store& store, store::Model model) {
    auto onnx = store.model_onnx(model.id);
    if (!onnx) return onnx.error();
    auto trunk = read(std::move(model), std::move(*onnx));
    if (!trunk) return trunk;
    const auto found = trunk->find_embedding();
    if (!found && found.error().kind != ErrorKind::invalid) return found.error();
    return trunk;
}

Result<Trunk> Trunk::read(store::Model model, Bytes onnx) {
    auto card = recognition::parse_card(model.card);
    if (!card) return card.error();
    Trunk trunk;
    trunk.onnx_ = std::move(onnx);
    trunk.card_ = model.card;
    trunk.info_ = std::move(card->info);
    trunk.info_.id = model.id;
    trunk.scaling_ = card->scaling;
    trunk.model_ = std::move(model);
    return trunk;
}

/// Changes nothing where it finds none.
Result<void> Trunk::find_embedding() {
    const std::size_t labels = info_.labels.size();
    auto network = recognition::with_embedding(onnx_, labels);
    if (!network) return network.error();
    auto head = recognition::head_of(network->onnx, labels);
    if (!head) return head.error();
    info_.embedding = network->size;
    info_.trunk = recognition::trunk_of(network->onnx, scaling_);
    card_ = card_with_embedding(model_.card, network->size);
    head_ = std::move(*head);
    with_embedding_ = std::move(network->onnx);
    return {};
}

Result<void> Trunk::load() {
    if (recognizer_) return {};
    const auto& network = with_embedding_.empty() ? onnx_ : with_embedding_;
    auto loaded = recognition::load_recognizer(network, card_);
    if (!loaded) return loaded.error();
    recognizer_ = std::move(*loaded);
    return {};
}

Result<std::vector<recognition::Prediction>> Trunk::recognise(
    std::span<const drawing::ModelInput> pictures) {
    if (const auto loaded = load(); !loaded) return loaded.error();
    return recognizer_->recognise(pictures);
}

Result<Looked> look_at(store::Store& store, Trunk& trunk, std::span<const Uuid> drawings) {
    auto read = read_pictures(store, drawings);
    if (!read) return read.error();
    Looked looked;
    looked.unreadable = std::move(read->unreadable);
    if (read->ids.empty()) return looked;
    auto answers = trunk.recognise(read->inputs);
    if (!answers) return answers.error();
    std::vector<store::NewEmbedding> found;
    for (std::size_t i = 0; i < answers->size(); ++i) {
        if (auto embedding = embedding_of(trunk.info(), (*answers)[i]))
            found.push_back({read->ids[i], std::move(*embedding)});
        looked.answers.emplace(read->ids[i], std::move((*answers)[i]));
    }
    if (const auto added = store.add_embeddings(found); !added) return added.error();
    return looked;
}

Result<std::string> trunk_in(store::Store& store, int project) {
    const auto trunk = Trunk::of_live_model(store, project);
    if (!trunk && trunk.error().kind != ErrorKind::malformed) return trunk.error();
    return trunk ? trunk->id() : std::string();
}

Result<void> look_at_all(store::Store& store, Trunk& trunk, std::span<const Uuid> drawings,
                         const LookOptions& options,
                         const std::function<void(Looked& part)>& take) {
    for (std::size_t at = 0; at < drawings.size(); at += most_looked_at) {
        if (options.control.ends()) return stopped();
        if (options.until && std::chrono::steady_clock::now() >= *options.until) break;
        const auto some = drawings.subspan(at, std::min(most_looked_at, drawings.size() - at));
        auto looked = look_at(store, trunk, some);
        if (!looked) return looked.error();
        take(*looked);
        options.control.tell(at + some.size(), drawings.size());
    }
    return {};
}

Error stopped() {
    return {ErrorKind::unavailable, "The work was stopped.", {}, 1};
}

Result<std::size_t> count_drawings(store::Store& store, int project) {
    const auto counts = store.tag_counts(project);
    if (!counts) return counts.error();
    std::size_t all = 0;
    for (const auto& count : *counts) all += static_cast<std::size_t>(count.drawings);
    return all;
}

Result<Embedded> embed_missing(store::Store& store, const EmbedRequest& request) {
    auto trunk = Trunk::of_live_model(store, request.project);
    if (!trunk) return trunk.error();
    const auto all = count_drawings(store, request.project);
    if (!all) return all.error();
    Embedded embedded;
    std::size_t done = 0;
    store::StretchQuery query{trunk->id(), std::nullopt, {}, embedding_stretch, request.project};
    for (;;) {
        const auto stretch = store.stretch(query);
        if (!stretch) return stretch.error();
        std::vector<Uuid> missing;
        for (const auto& drawing : stretch->drawings) missing.push_back(drawing.id);
        embedded.had_one += stretch->looked_at - missing.size();
        done += stretch->looked_at - missing.size();
        const auto tell = [&](std::size_t looked_at, std::size_t) {
            request.control.tell(std::min(done + looked_at, *all), *all);
        };
        const auto looked = look_at_all(
            store, *trunk, missing, {{tell, request.control.is_stopped}}, [&](Looked& part) {
                embedded.added += part.answers.size();
                std::move(part.unreadable.begin(), part.unreadable.end(),
                          std::back_inserter(embedded.unreadable));
            });
        if (!looked) return looked.error();
        done += missing.size();
        if (!stretch->next) return embedded;
        query.after = *stretch->next;
    }
}

}  // namespace croquis::service
