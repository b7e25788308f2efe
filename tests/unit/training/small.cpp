#include "unit/training/small.h"

#include <cmath>
#include <numbers>

#include "learning/synthesis/sketcher.h"

namespace croquis::learning {
namespace {

/// A closed line of so many corners, each drawing another.
drawing::Strokes polygon(int corners, int which) {
    drawing::Stroke stroke;
    for (int i = 0; i <= corners; ++i) {
        const double turn = 2 * std::numbers::pi * i / corners + 0.05 * which;
        const double reach = 80 + (which * 7 + i * 3) % 9;
        stroke.push_back({static_cast<float>(100 + reach * std::cos(turn)),
                          static_cast<float>(100 + reach * std::sin(turn)), 0});
    }
    return {stroke};
}

}  // namespace

Network small_network(std::uint64_t seed, int categories) {
    torch::manual_seed(seed);
    Layout layout;
    layout.stages = {{8, 2}, {12, 2}};
    layout.side = drawing::model_side;
    layout.classes = static_cast<int>(shape_labels().size());
    layout.categories = categories;
    Network network(layout);
    const torch::NoGradGuard no_gradients;
    for (auto& norm : network->normalisations) {
        norm->running_mean.uniform_(-0.2, 0.2);
        norm->running_var.uniform_(0.5, 1.5);
    }
    network->centring->running_mean.uniform_(-0.2, 0.2);
    network->centring->running_var.uniform_(0.5, 1.5);
    network->eval();
    return network;
}

People some_people() {
    People people;
    const std::pair<const char*, int> categories[] = {{"apple", 12}, {"axe", 5}, {"bread", 7}};
    for (const auto& [category, corners] : categories)
        for (int which = 0; which < 12; ++which) {
            PersonsDrawing drawn;
            drawn.id = category + std::to_string(which);
            drawn.source = "quickdraw";
            drawn.category = category;
            drawn.label = shape_labels().back();
            drawn.strokes = polygon(corners, which);
            people.drawings.push_back(drawn);
        }
    return people;
}

torch::Tensor all_numbers(const Network& network) {
    std::vector<torch::Tensor> all;
    for (const auto& each : network->parameters()) all.push_back(each.detach().flatten());
    for (const auto& each : network->buffers())
        all.push_back(each.detach().to(torch::kFloat32).flatten());
    return torch::cat(all);
}

}  // namespace croquis::learning
