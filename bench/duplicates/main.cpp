// croquis-bench-duplicates: how alike a network sees the same drawing sent twice, and the drawings
// of different people, on drawings that it never learnt from (docs/data.md). What
// service/similarity/duplicates.h takes to be nearly the same rests on it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <functional>
#include <iostream>
#include <random>

#include "learning/adaptation/duplicates.h"
#include "learning/dataset/people.h"
#include "learning/synthesis/random.h"
#include "recognition/quantised.h"
#include "recognition/recognizer.h"

namespace croquis::bench {
namespace {

using drawing::ModelInput;
using drawing::Strokes;
using learning::PersonsDrawing;
using learning::Random;

constexpr std::array thresholds{0.90F, 0.95F, 0.96F, 0.97F, 0.98F, 0.985F, 0.99F, 0.995F, 0.998F};
constexpr std::size_t most_at_once = 128;

/// The same drawing as it may come once more.
struct Again {
    const char* name;
    std::function<drawing::Image(const Strokes&, Random&)> make;
};

drawing::Image with_pen(const Strokes& strokes, int side, float pen) {
    return drawing::rasterise(strokes, side, drawing::Pen{pen}, 10);
}

/// Turned about, stretched and out of place by so much of its size.
Strokes distorted(Strokes strokes, float degrees, float stretch, float jitter, Random& random) {
    float size = 1;
    for (const auto& stroke : strokes)
        for (const auto& point : stroke) size = std::max({size, point.x, point.y});
    const float angle = degrees * 3.14159265F / 180;
    for (auto& stroke : strokes)
        for (auto& point : stroke) {
            const float x = point.x * stretch + random.normal(jitter * size);
            const float y = point.y + random.normal(jitter * size);
            point.x = x * std::cos(angle) - y * std::sin(angle);
            point.y = x * std::sin(angle) + y * std::cos(angle);
        }
    return strokes;
}

const std::vector<Again>& all_again() {
    static const std::vector<Again> all{
        {"pen 3", [](const Strokes& s, Random&) { return with_pen(s, 256, 3); }},
        {"pen 6", [](const Strokes& s, Random&) { return with_pen(s, 256, 6); }},
        {"twice the size", [](const Strokes& s, Random&) { return with_pen(s, 512, 8); }},
        {"70 % of the size", [](const Strokes& s, Random&) { return with_pen(s, 180, 2.8F); }},
        {"half the size", [](const Strokes& s, Random&) { return with_pen(s, 128, 2); }},
        {"a quarter", [](const Strokes& s, Random&) { return with_pen(s, 64, 1.5F); }},
        {"turned by 2 degrees",
         [](const Strokes& s, Random& r) { return with_pen(distorted(s, 2, 1, 0, r), 256, 4); }},
        {"stretched by 3 %",
         [](const Strokes& s, Random& r) {
             return with_pen(distorted(s, 0, 1.03F, 0, r), 256, 4);
         }},
        {"points off by 0.5 %",
         [](const Strokes& s, Random& r) {
             return with_pen(distorted(s, 0, 1, 0.005F, r), 256, 4);
         }},
    };
    return all;
}

/// Drawings that were kept from training, chosen by chance.
std::vector<PersonsDrawing> chosen(learning::People people, std::size_t count, bool shapes) {
    auto& all = people.drawings;
    std::erase_if(all, [&](const PersonsDrawing& drawn) {
        const bool shape = !drawn.label.empty() && drawn.label != recognition::unknown_tag;
        return drawn.strokes.empty() || drawn.use != learning::Use::judge || (shapes && !shape);
    });
    std::mt19937_64 engine(1);
    std::shuffle(all.begin(), all.end(), engine);
    all.resize(std::min(count, all.size()));
    return std::move(all);
}

learning::PackedRows embedded(recognition::Recognizer& model,
                              const std::vector<ModelInput>& inputs) {
    learning::PackedRows rows(model.info().embedding);
    for (std::size_t at = 0; at < inputs.size(); at += most_at_once) {
        const auto some = std::span(inputs).subspan(at, std::min(most_at_once, inputs.size() - at));
        const auto answers = model.recognise(some);
        for (const auto& answer : answers.value())
            rows.add(recognition::quantised(answer.embedding).numbers);
    }
    return rows;
}

/// Drawings as the network sees them, and as pictures are compared.
struct Seen {
    learning::PackedRows rows;
    learning::PackedRows pictures{learning::blurred_size};

    Seen(recognition::Recognizer& model, const std::vector<ModelInput>& inputs)
        : rows(embedded(model, inputs)) {
        for (const auto& input : inputs) pictures.add(learning::blurred(input));
    }
};

/// How alike two drawings are to the network, and as pictures.
struct Pair {
    std::size_t a = 0;
    std::size_t b = 0;
    float network = 0;
    float picture = 0;
};
using Is = std::function<bool(const Pair&)>;

float similarity(const learning::PackedRows& rows, std::size_t a,
                 const learning::PackedRows& others, std::size_t b) {
    learning::PackedRows two(rows.width());
    two.add(rows.row(a));
    two.add(others.row(b));
    return two.similarity(0, 1);
}

std::vector<Pair> sent_again(recognition::Recognizer& model, const Again& again,
                             const std::vector<PersonsDrawing>& drawings, const Seen& first) {
    Random random(7);
    std::vector<ModelInput> inputs;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < drawings.size(); ++i) {
        const auto input = drawing::normalise(again.make(drawings[i].strokes, random));
        if (!input) continue;
        inputs.push_back(*input);
        places.push_back(i);
    }
    const Seen seen(model, inputs);
    std::vector<Pair> pairs;
    for (std::size_t i = 0; i < places.size(); ++i)
        pairs.push_back({places[i], i, similarity(first.rows, places[i], seen.rows, i),
                         similarity(first.pictures, places[i], seen.pictures, i)});
    return pairs;
}

/// The pairs of different drawings that the network sees alike.
std::vector<Pair> alike(const Seen& seen) {
    std::vector<Pair> pairs;
    for (std::size_t a = 0; a < seen.rows.size(); ++a)
        for (std::size_t b = 0; b < a; ++b)
            if (const float network = seen.rows.similarity(a, b); network >= thresholds.front())
                pairs.push_back({a, b, network, seen.pictures.similarity(a, b)});
    return pairs;
}

float part_of(const std::vector<Pair>& pairs, const Is& is) {
    return static_cast<float>(std::count_if(pairs.begin(), pairs.end(), is)) /
           static_cast<float>(pairs.size());
}

/// The part of the drawings that some other one is so like.
float part_with_another(const std::vector<Pair>& pairs, std::size_t drawings, const Is& is) {
    std::vector<bool> has(drawings);
    for (const auto& pair : pairs)
        if (is(pair)) has[pair.a] = has[pair.b] = true;
    return static_cast<float>(std::count(has.begin(), has.end(), true)) /
           static_cast<float>(drawings);
}

/// In percent at each threshold.
void print(const std::string& name, const std::function<float(const Is&)>& part) {
    const auto line = [&](const std::string& what, const std::function<Is(float)>& at) {
        std::cout << fmt::format("{:<34}", what);
        for (const float least : thresholds)
            std::cout << fmt::format("{:>8.2f}", 100 * part(at(least)));
        std::cout << '\n';
    };
    line(name + ": network",
         [](float least) { return [least](const Pair& pair) { return pair.network >= least; }; });
    line("  network 0.95, and picture", [](float least) {
        return [least](const Pair& pair) { return pair.network >= 0.95F && pair.picture >= least; };
    });
}

void measure(recognition::Recognizer& model, const std::vector<PersonsDrawing>& people) {
    std::vector<ModelInput> inputs;
    std::vector<PersonsDrawing> drawings;
    for (const auto& drawn : people)
        if (const auto input = learning::to_input(drawn)) {
            inputs.push_back(*input);
            drawings.push_back(drawn);
        }
    const Seen seen(model, inputs);
    std::cout << fmt::format("{:<34}", fmt::format("{} drawings, % from", drawings.size()));
    for (const float least : thresholds) std::cout << fmt::format("{:>8.3f}", least);
    std::cout << '\n';
    for (const auto& again : all_again()) {
        const auto pairs = sent_again(model, again, drawings, seen);
        print(again.name, [&](const Is& is) { return part_of(pairs, is); });
    }
    const auto pairs = alike(seen);
    print("like another one",
          [&](const Is& is) { return part_with_another(pairs, drawings.size(), is); });
}

int run(const std::filesystem::path& folder, const std::filesystem::path& network,
        std::size_t count, bool shapes) {
    const auto model = recognition::load_recognizer(network);
    auto people = learning::read_people(folder);
    if (!model || !people) {
        std::cerr << (model ? people.error() : model.error()).detail << '\n';
        return 1;
    }
    measure(**model, chosen(std::move(*people), count, shapes));
    return 0;
}

}  // namespace
}  // namespace croquis::bench

int main(int argc, char** argv) {
    std::filesystem::path folder;
    std::filesystem::path network;
    std::size_t count = 3'000;
    bool shapes = false;
    CLI::App program("How alike a network sees drawings that are the same, and others");
    program.add_option("--people", folder, "The folder of drawings by people")->required();
    program.add_option("--model", network, "An ONNX file, its card beside it")->required();
    program.add_option("--drawings", count, "At most so many")->capture_default_str();
    program.add_flag("--shapes", shapes, "Of the shapes alone");
    CLI11_PARSE(program, argc, argv);
    return croquis::bench::run(folder, network, count, shapes);
}
