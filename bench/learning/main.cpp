// croquis-bench-learning: what teaching and retagging compute, without the store around them, on
// made-up embeddings of 128 numbers whose labels overlap as those of drawings do. Options are
// Google Benchmark's (--benchmark_filter=teach).
#include <benchmark/benchmark.h>

#include <random>

#include "learning/adaptation/teaching.h"
#include "recognition/head.h"
#include "recognition/quantised.h"

namespace croquis::bench {
namespace {

constexpr std::size_t width = 128;
constexpr std::size_t rows_at_once = 200;  ///< as service::retag reads them

/// Embeddings around a centre for each label, so wide that some one in ten lies nearer another's.
learning::Examples examples_of(std::size_t count, std::size_t labels) {
    std::mt19937 random(1);
    std::normal_distribution<float> normal;
    std::vector<float> centres(labels * width);
    for (float& number : centres) number = normal(random);
    learning::Examples examples;
    examples.width = width;
    examples.label_count = labels;
    examples.embeddings.reserve(count * width);
    std::uniform_int_distribution<std::size_t> any(0, labels - 1);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t label = i < 3 * labels ? i % labels : any(random);
        examples.labels.push_back(static_cast<int>(label));
        for (std::size_t k = 0; k < width; ++k)
            examples.embeddings.push_back(centres[label * width + k] + 4 * normal(random));
    }
    return examples;
}

/// Everything: the choice of strength, the folds, calibration and the head itself.
void teach(benchmark::State& state) {
    const auto examples = examples_of(static_cast<std::size_t>(state.range(0)), 50);
    double accuracy = 0;
    for (auto _ : state) {
        const auto head = learning::teach(examples);
        if (!head) return state.SkipWithError(head.error().detail.c_str());
        accuracy = head->accuracy.part();
    }
    state.counters["accuracy"] = accuracy;
}
BENCHMARK(teach)
    ->Arg(1'000)
    ->Arg(10'000)
    ->Arg(200'000)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

/// From stored bytes to calibrated answers, of so many drawings.
void retag(benchmark::State& state) {
    const auto labels = static_cast<std::size_t>(state.range(1));
    std::mt19937 random(1);
    std::normal_distribution<float> normal;
    recognition::HeadLayer head{labels, width, std::vector<float>(labels * width),
                                std::vector<float>(labels)};
    for (float& weight : head.weights) weight = normal(random);
    recognition::ModelInfo info;
    for (std::size_t i = 0; i < labels; ++i) info.labels.push_back("label " + std::to_string(i));
    std::vector<float> one(width);
    for (float& number : one) number = normal(random);
    const auto packed = recognition::quantised(one);
    std::vector<float> rows(rows_at_once * width);
    for (auto _ : state)
        for (std::int64_t done = 0; done < state.range(0);
             done += static_cast<std::int64_t>(rows_at_once)) {
            for (std::size_t i = 0; i < rows_at_once; ++i)
                recognition::unpack(packed.scale, packed.numbers,
                                    std::span(rows).subspan(i * width, width));
            auto answers = recognition::answers_of(head, info, rows);
            benchmark::DoNotOptimize(answers);
        }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(retag)
    ->Args({1'000'000, 17})
    ->Args({1'000'000, 50})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

/// What a submission's embedding costs, besides what the network and the store do.
void quantise(benchmark::State& state) {
    std::mt19937 random(1);
    std::normal_distribution<float> normal;
    std::vector<float> embedding(static_cast<std::size_t>(state.range(0)));
    for (float& number : embedding) number = normal(random);
    for (auto _ : state) {
        auto packed = recognition::quantised(embedding);
        benchmark::DoNotOptimize(packed);
    }
}
BENCHMARK(quantise)->Arg(128)->Arg(448);

}  // namespace
}  // namespace croquis::bench

BENCHMARK_MAIN();
