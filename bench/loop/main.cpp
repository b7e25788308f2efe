// croquis-bench-loop: how many answers a model needs, asked for in one order or another. Simulated
// people answer from nothing on sets of drawings whose labels are known; writes JSON.
#include <spdlog/spdlog.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>

#include "simulation.h"

namespace croquis::bench {
namespace {

namespace json = boost::json;

constexpr std::array strategies{Strategy::random, Strategy::least_confident, Strategy::margin,
                                Strategy::queue,  Strategy::typical_first,   Strategy::pages};

struct Plan {
    std::string people;
    std::string model = "models/shapes.onnx";
    std::size_t seeds = 10;
    std::size_t labels = 20;
    std::size_t each = 100;
    std::string only;
};

double mean(const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) sum += value;
    return sum / static_cast<double>(std::max<std::size_t>(1, values.size()));
}

/// Mean, and between what 95 of 100 means over other seeds lie, by bootstrap (Efron 1979).
json::object spread(const std::vector<double>& values) {
    std::mt19937_64 random(1);
    std::vector<double> means(2000);
    for (double& each : means) {
        double sum = 0;
        for (std::size_t i = 0; i < values.size(); ++i) sum += values[random() % values.size()];
        each = sum / static_cast<double>(values.size());
    }
    std::sort(means.begin(), means.end());
    return {{"mean", mean(values)}, {"low", means[50]}, {"high", means[1949]}};
}

json::array curve_of(const std::vector<Run>& runs) {
    json::array points;
    for (std::size_t k = 0; k < runs.front().points.size(); ++k) {
        std::vector<double> accuracy, answers, drawings;
        for (const auto& run : runs) {
            if (k >= run.points.size()) continue;
            accuracy.push_back(run.points[k].accuracy);
            answers.push_back(static_cast<double>(run.points[k].answers));
            drawings.push_back(static_cast<double>(run.points[k].drawings));
        }
        auto point = spread(accuracy);
        point["answers"] = mean(answers);
        point["drawings"] = mean(drawings);
        points.push_back(std::move(point));
    }
    return points;
}

/// Answers until 90 % of what all labels give, beside those that random order needs with the same
/// seed. Some never get there: they count with all the answers that they were given.
json::object goal_of(const std::vector<Run>& runs, const std::vector<Run>& random, bool drawings) {
    std::vector<double> needed, ratios;
    std::size_t reached = 0;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const double target = 0.9 * runs[i].all;
        const auto best = std::max_element(
            runs[i].points.begin(), runs[i].points.end(),
            [](const Point& a, const Point& b) { return a.accuracy < b.accuracy; });
        reached += best->accuracy >= target ? 1 : 0;
        needed.push_back(answers_until(runs[i], target, drawings));
        ratios.push_back(needed.back() / answers_until(random[i], target, false));
    }
    return {{"answers", spread(needed)}, {"of_random", spread(ratios)}, {"reached", reached}};
}

Result<json::object> measured(const LabelledSet& set, const Plan& plan) {
    json::object result{{"set", set.name}, {"labels", set.labels}, {"drawings", set.size()}};
    std::vector<Run> random;
    json::array all;
    for (const auto strategy : strategies) {
        std::vector<Run> runs;
        for (std::size_t seed = 1; seed <= plan.seeds; ++seed) {
            auto run = simulate(set, strategy, seed);
            if (!run) return run.error();
            runs.push_back(std::move(*run));
        }
        if (strategy == Strategy::random) random = runs;
        std::vector<double> ceilings;
        for (const auto& run : runs) ceilings.push_back(run.all);
        result["all_labels"] = spread(ceilings);
        all.push_back(json::object{{"strategy", name_of(strategy)},
                                   {"curve", curve_of(runs)},
                                   {"goal", goal_of(runs, random, false)},
                                   {"goal_by_drawing", goal_of(runs, random, true)}});
        std::cerr << set.name << ", " << name_of(strategy) << "\n";
    }
    result["strategies"] = std::move(all);
    return result;
}

Result<json::object> run(const Plan& plan) {
    auto model = recognition::load_recognizer(plan.model);
    if (!model) return model.error();
    const auto sets = read_sets(plan.people, **model, plan.labels, plan.each, plan.only);
    if (!sets) return sets.error();
    json::array results;
    for (const auto& set : *sets) {
        auto result = measured(set, plan);
        if (!result) return result.error();
        results.push_back(std::move(*result));
    }
    return json::object{{"model", (*model)->info().id},
                        {"embedding", (*model)->info().embedding},
                        {"seeds", plan.seeds},
                        {"sets", std::move(results)}};
}

}  // namespace
}  // namespace croquis::bench

int main(int argc, char** argv) {
    croquis::bench::Plan plan;
    CLI::App app("Answers that a model needs, by the order in which people are asked.");
    app.add_option("--people", plan.people, "the folder of the data sets (docs/data.md)")
        ->required();
    app.add_option("--model", plan.model, "whose embeddings are taught on");
    app.add_option("--seeds", plan.seeds, "runs of each strategy")->check(CLI::Range(2, 1000));
    app.add_option("--labels", plan.labels, "categories of each set")->check(CLI::Range(2, 200));
    app.add_option("--each", plan.each, "drawings of a category, at most");
    app.add_option("--set", plan.only, "one of the sets alone, by its name");
    CLI11_PARSE(app, argc, argv);
    spdlog::set_level(spdlog::level::warn);  // standard output is the result
    const auto result = croquis::bench::run(plan);
    if (!result) {
        std::cerr << result.error().detail << "\n";
        return 1;
    }
    std::cout << boost::json::serialize(*result) << "\n";
}
