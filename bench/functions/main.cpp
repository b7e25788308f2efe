// croquis-bench-functions: the functions that every submission goes through, and every drawing that
// is imported as strokes, one by one, on one core, on drawings as people send them. Options are
// Google Benchmark's (--benchmark_filter=infer). Context: the shipped model's arithmetic and the
// measured peaks of a core and of all, of 32-bit floats and of bytes; "times_limit" is how many
// times longer than that arithmetic at the floats' peak something took, "times_byte_limit" (engines
// of 8 bits) at the bytes'. "infer_on_cores" is the one that runs on several threads, each with a
// recogniser of its own.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <boost/json.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <sstream>
#include <thread>
#include <utility>

#include "api/codec/request_bodies.h"
#include "core/bytes.h"
#include "drawing/decode.h"
#include "drawing/normalise.h"
#include "drawing/strokes.h"
#include "learning/dataset/readers.h"
#include "learning/synthesis/sketcher.h"
#include "peak.h"
#include "recognition/network.h"

namespace croquis::bench {
namespace {

namespace json = boost::json;
using recognition::EngineKind;
using recognition::NetworkRecognizer;

enum class Canvas { grey, rgba };

/// What a page's own pictures are (grey), and what any canvas gives (RGBA).
drawing::Image on_canvas(const drawing::Image& ink, Canvas canvas) {
    if (canvas == Canvas::grey) return ink;
    drawing::Image image{ink.width, ink.height, 4, {}};
    image.pixels.reserve(4 * ink.pixels.size());
    for (const std::uint8_t grey : ink.pixels)
        image.pixels.insert(image.pixels.end(), {grey, grey, grey, 255});
    return image;
}

http::Request submission(const std::string& body) {
    http::Request request;
    request.method = http::Method::post;
    request.headers = {{"content-type", "application/json"}};
    request.body = body;
    return request;
}

/// As Quick, Draw! publishes them.
std::string text_of(const drawing::Strokes& strokes) {
    json::array list;
    for (const auto& stroke : strokes) {
        json::array x, y;
        for (const auto& point : stroke) {
            x.emplace_back(std::lround(point.x));
            y.emplace_back(std::lround(point.y));
        }
        list.emplace_back(json::array{std::move(x), std::move(y)});
    }
    return json::serialize(list);
}

struct Drawings {
    std::vector<drawing::Strokes> strokes;
    std::vector<std::string> texts;  ///< of the strokes
    std::vector<drawing::Image> images;
    std::vector<Bytes> files;
    std::vector<std::string> base64;
    std::vector<std::string> bodies;
    std::vector<http::Request> requests;
    std::vector<drawing::ModelInput> inputs;
};

/// Different sketches, so that neither caches nor branch predictors know them by heart.
Drawings make_drawings(Canvas canvas, int side) {
    constexpr int count = 256;
    learning::Random random(1);
    const auto& labels = learning::shape_labels();
    Drawings all;
    for (std::size_t i = 0; i < count; ++i) {
        const auto strokes = learning::sketch(labels[i % labels.size()], random);
        all.strokes.push_back(strokes);
        all.texts.push_back(text_of(strokes));
        const drawing::Pen pen{random.uniform(2, 6)};
        all.images.push_back(on_canvas(drawing::rasterise(strokes, side, pen, 20), canvas));
        all.files.push_back(drawing::encode_png(all.images.back()).value());
        all.base64.push_back(to_base64(all.files.back()));
        all.bodies.push_back(json::serialize(json::object{{"image", all.base64.back()}}));
        all.requests.push_back(submission(all.bodies.back()));
        all.inputs.push_back(drawing::normalise(all.images.back()).value());
    }
    return all;
}

const Drawings& drawings(Canvas canvas) {
    static const Drawings grey = make_drawings(Canvas::grey, 256);
    static const Drawings rgba = make_drawings(Canvas::rgba, 280);
    return canvas == Canvas::grey ? grey : rgba;
}

/// Runs `function` on one of `list` after the other.
template <class List, class Function>
void each(benchmark::State& state, const List& list, Function function) {
    std::size_t i = 0;
    for (auto _ : state) {
        auto result = function(list[i++ % list.size()]);
        benchmark::DoNotOptimize(result);
    }
}

template <class List>
double mean_size(const List& list) {
    std::size_t sum = 0;
    for (const auto& item : list) sum += item.size();
    return static_cast<double>(sum) / static_cast<double>(list.size());
}

template <class List>
void count_bytes(benchmark::State& state, const List& list) {
    const double mean = mean_size(list);
    state.counters["bytes"] = mean;
    state.SetBytesProcessed(
        static_cast<std::int64_t>(mean * static_cast<double>(state.iterations())));
}

void base64_decode(benchmark::State& state) {
    const auto& list = drawings(Canvas::grey).base64;
    each(state, list, [](const std::string& text) { return from_base64(text); });
    count_bytes(state, list);
}

void json_parse(benchmark::State& state) {
    const auto& list = drawings(Canvas::grey).bodies;
    each(state, list, [](const std::string& body) { return json::parse(body); });
    count_bytes(state, list);
}

/// What the public API does with a submission before recognition: JSON in one pass, and base64.
void read_request(benchmark::State& state, Canvas canvas) {
    const drawing::DecodeLimits limits;
    each(state, drawings(canvas).requests, [&](const http::Request& request) {
        return api::read_prediction(request, limits.max_bytes);
    });
}

void digest(benchmark::State& state) {
    const auto& list = drawings(Canvas::grey).files;
    each(state, list, [](const Bytes& file) { return sha256(file); });
    count_bytes(state, list);
}

void png_decode(benchmark::State& state, Canvas canvas) {
    const auto& list = drawings(canvas).files;
    each(state, list, [](const Bytes& file) { return drawing::decode(file); });
    count_bytes(state, list);
}

void png_encode(benchmark::State& state, Canvas canvas) {
    const auto& list = drawings(canvas).images;
    each(state, list, [](const drawing::Image& image) { return drawing::encode_png(image); });
    state.counters["bytes"] = mean_size(drawings(canvas).files);
}

void rasterise(benchmark::State& state) {
    each(state, drawings(Canvas::grey).strokes,
         [](const drawing::Strokes& strokes) { return drawing::on_canvas(strokes); });
}

void parse_strokes(benchmark::State& state) {
    const auto& list = drawings(Canvas::grey).texts;
    each(state, list, [](const std::string& text) { return drawing::parse_strokes(text); });
    count_bytes(state, list);
}

/// A line of Quick, Draw!'s, from the file to a record.
void read_ndjson(benchmark::State& state) {
    const auto& texts = drawings(Canvas::grey).texts;
    std::string lines;
    for (std::size_t i = 0; i < texts.size(); ++i)
        lines +=
            fmt::format("{{\"key_id\":\"{}\",\"word\":\"star\",\"drawing\":{}}}\n", i, texts[i]);
    const auto open = [&]() -> Result<std::unique_ptr<std::istream>> {
        return std::make_unique<std::istringstream>(lines);
    };
    auto reader = dataset::read_quickdraw({{"drawings.ndjson", open}}, 0);
    for (auto _ : state) {
        auto item = reader->next();
        if (item && !*item) {
            reader = dataset::read_quickdraw({{"drawings.ndjson", open}}, 0);
            item = reader->next();
        }
        benchmark::DoNotOptimize(item);
    }
    count_bytes(state, texts);
}

void normalise(benchmark::State& state, Canvas canvas) {
    each(state, drawings(canvas).images,
         [](const drawing::Image& image) { return drawing::normalise(image); });
}

/// Operations a second.
struct Peak {
    double floats;
    double bytes;  ///< 0 where the processor has no such arithmetic
};

struct Limit {
    double operations;  ///< of the network, for one drawing
    Peak core;
    Peak all_cores;
};

/// `per_iteration` drawings were recognised in each.
void count_operations(benchmark::State& state, const Limit& limit, EngineKind kind,
                      std::size_t per_iteration) {
    using benchmark::Counter;
    const auto count = static_cast<double>(per_iteration);
    const auto seconds_for_each = [](double seconds) {
        return Counter(seconds, Counter::kIsIterationInvariantRate | Counter::kInvert);
    };
    state.counters["flops"] = Counter(limit.operations * count, Counter::kIsIterationInvariantRate);
    state.counters["seconds_per_drawing"] = seconds_for_each(count);
    const double operations = count * limit.operations;
    state.counters["times_limit"] = seconds_for_each(operations / limit.core.floats);
    if (kind == EngineKind::onednn_int8 && limit.core.bytes > 0)
        state.counters["times_byte_limit"] = seconds_for_each(operations / limit.core.bytes);
}

void infer(benchmark::State& state, NetworkRecognizer& model, std::size_t batch,
           const Limit& limit) {
    const auto& inputs = drawings(Canvas::grey).inputs;
    std::size_t at = 0;
    for (auto _ : state) {
        auto answers = model.recognise(std::span(inputs).subspan(at, batch));
        benchmark::DoNotOptimize(answers);
        at = at + 2 * batch <= inputs.size() ? at + batch : 0;
    }
    count_operations(state, limit, model.kind(), batch);
}

constexpr std::size_t group = 8;  ///< what the engines run at once

/// Each thread with its own of `copies`, as the batcher's threads have.
void infer_on_cores(benchmark::State& state,
                    const std::vector<std::unique_ptr<recognition::Recognizer>>& copies) {
    auto& model = *copies.at(static_cast<std::size_t>(state.thread_index()));
    const auto& inputs = drawings(Canvas::grey).inputs;
    std::size_t at = 0;
    for (auto _ : state) {
        auto answers = model.recognise(std::span(inputs).subspan(at, group));
        benchmark::DoNotOptimize(answers);
        at = (at + group) % inputs.size();
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(group) * state.iterations());
}

/// One drawing, from the file to the answer.
void predict(benchmark::State& state, NetworkRecognizer& model, Canvas canvas, const Limit& limit) {
    each(state, drawings(canvas).files, [&](const Bytes& file) {
        const auto decoded = drawing::decode(file).value();
        const auto input = drawing::normalise(decoded.image).value();
        return model.recognise({&input, 1});
    });
    count_operations(state, limit, model.kind(), 1);
}

std::string read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::shared_ptr<const recognition::Network> shipped_network() {
    const auto onnx = read(CROQUIS_SOURCE_DIR "/models/shapes.onnx");
    const auto card = read(CROQUIS_SOURCE_DIR "/models/shapes.json");
    return recognition::read_network(as_bytes(onnx), card).value();
}

std::string_view short_name(EngineKind kind) {
    switch (kind) {
        case EngineKind::onednn_int8:
            return "onednn_int8";
        case EngineKind::onednn:
            return "onednn";
        case EngineKind::onnxruntime:
            return "onnxruntime";
        case EngineKind::opencv:
            return "opencv";
    }
    return "opencv";
}

using Models = std::vector<std::unique_ptr<NetworkRecognizer>>;
using Replicas = std::vector<std::unique_ptr<recognition::Recognizer>>;

int cores() {
    return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

Replicas make_replicas(const NetworkRecognizer& model) {
    Replicas copies;
    for (int i = 0; i < cores(); ++i) copies.push_back(model.clone().value());
    return copies;
}

/// Every engine that this processor has.
Models make_models(const std::shared_ptr<const recognition::Network>& network) {
    Models models;
    for (const auto kind : {EngineKind::opencv, EngineKind::onednn, EngineKind::onednn_int8}) {
        auto model = NetworkRecognizer::make(network, kind);
        if (model)
            models.push_back(std::move(*model));
        else
            std::cerr << short_name(kind) << ": " << model.error().detail << '\n';
    }
    return models;
}

/// The replicas must live until the benchmarks have run.
void add_parallel(const Models& models, const std::vector<Replicas>& replicas) {
    for (std::size_t i = 0; i < models.size(); ++i) {
        const auto name = fmt::format("infer_on_cores/{}", short_name(models[i]->kind()));
        for (int threads = 1; threads <= cores(); threads *= 2)
            benchmark::RegisterBenchmark(name.c_str(), infer_on_cores, std::cref(replicas[i]))
                ->Threads(threads)
                ->UseRealTime();
    }
}

void add_benchmarks(const Models& models, const Limit& limit) {
    using benchmark::RegisterBenchmark;
    RegisterBenchmark("base64_decode", base64_decode);
    RegisterBenchmark("json_parse", json_parse);
    RegisterBenchmark("sha256", digest);
    RegisterBenchmark("read_ndjson", read_ndjson);
    RegisterBenchmark("parse_strokes", parse_strokes);
    RegisterBenchmark("rasterise", rasterise);
    const std::map<std::string, Canvas> canvases{{"grey_256", Canvas::grey},
                                                 {"rgba_280", Canvas::rgba}};
    for (const auto& [name, canvas] : canvases) {
        RegisterBenchmark(fmt::format("read_request/{}", name).c_str(), read_request, canvas);
        RegisterBenchmark(fmt::format("png_decode/{}", name).c_str(), png_decode, canvas);
        RegisterBenchmark(fmt::format("png_encode/{}", name).c_str(), png_encode, canvas);
        RegisterBenchmark(fmt::format("normalise/{}", name).c_str(), normalise, canvas);
    }
    for (const auto& model : models) {
        const auto engine = short_name(model->kind());
        for (const std::size_t batch : {1, 8, 32})
            RegisterBenchmark(fmt::format("infer/{}/{}", engine, batch).c_str(), infer,
                              std::ref(*model), batch, limit);
        for (const auto& [name, canvas] : canvases)
            RegisterBenchmark(fmt::format("predict/{}/{}", engine, name).c_str(), predict,
                              std::ref(*model), canvas, limit);
    }
}

int run(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 64;
    const auto network = shipped_network();
    const Limit limit{2.0 * static_cast<double>(network->graph.multiply_accumulates),
                      {measured_peak_flops(1), measured_peak_byte_ops(1)},
                      {measured_peak_flops(cores()), measured_peak_byte_ops(cores())}};
    const auto tell = [](const char* name, double value) {
        benchmark::AddCustomContext(name, fmt::format("{:.4g}", value));
    };
    benchmark::AddCustomContext("model", network->info.id);
    benchmark::AddCustomContext("model_flops", fmt::format("{:.0f}", limit.operations));
    tell("core_peak_flops", limit.core.floats);
    tell("all_cores_peak_flops", limit.all_cores.floats);
    tell("core_peak_byte_ops", limit.core.bytes);
    tell("all_cores_peak_byte_ops", limit.all_cores.bytes);
    tell("limit_us", 1e6 * limit.operations / limit.core.floats);
    if (limit.core.bytes > 0) tell("byte_limit_us", 1e6 * limit.operations / limit.core.bytes);
    const auto models = make_models(network);
    std::vector<Replicas> replicas;
    for (const auto& model : models) replicas.push_back(make_replicas(*model));
    add_benchmarks(models, limit);
    add_parallel(models, replicas);
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}

}  // namespace
}  // namespace croquis::bench

int main(int argc, char** argv) {
    return croquis::bench::run(argc, argv);
}
