#include "learning/adaptation/two_samples.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <opencv2/core.hpp>
#include <random>

namespace croquis::learning {
namespace {

constexpr std::size_t fewest = 10;
constexpr int permutations = 999;

/// Places of at most most_of_sample of the rows from `begin` to `end`.
void spread(std::vector<std::size_t>& places, std::size_t begin, std::size_t end) {
    const std::size_t count = std::min(end - begin, most_of_sample);
    for (std::size_t i = 0; i < count; ++i) places.push_back(begin + i * (end - begin) / count);
}

/// How alike each two rows are, 0…1, row by row.
std::vector<float> kernel_of(const PackedRows& rows, const std::vector<std::size_t>& places) {
    const std::size_t n = places.size();
    std::vector<float> squares(n * n);
    std::vector<float> apart;
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < i; ++j) {
            const float square = std::max(0.0F, 2 - 2 * rows.similarity(places[i], places[j]));
            squares[i * n + j] = squares[j * n + i] = square;
            apart.push_back(square);
        }
    const auto middle = apart.begin() + static_cast<std::ptrdiff_t>(apart.size() / 2);
    std::nth_element(apart.begin(), middle, apart.end());
    const float width = std::max(*middle, 1e-6F);
    for (auto& square : squares) square = std::exp(-square / width);
    return squares;
}

/// The squared discrepancy between the rows that `weights` counts for and against.
double discrepancy(const std::vector<float>& kernel, const std::vector<float>& weights) {
    double sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const float* row = kernel.data() + i * weights.size();
        sum += static_cast<double>(weights[i] *
                                   std::inner_product(weights.begin(), weights.end(), row, 0.0F));
    }
    return sum;
}

}  // namespace

SamplesCompared compare_samples(const PackedRows& rows, std::size_t first) {
    SamplesCompared compared;
    std::vector<std::size_t> places;
    spread(places, 0, std::min(first, rows.size()));
    compared.first = places.size();
    spread(places, std::min(first, rows.size()), rows.size());
    compared.second = places.size() - compared.first;
    if (compared.first < fewest || compared.second < fewest) return compared;
    const auto kernel = kernel_of(rows, places);
    std::vector<float> weights(places.size(), -1 / static_cast<float>(compared.second));
    std::fill_n(weights.begin(), compared.first, 1 / static_cast<float>(compared.first));
    compared.distance = discrepancy(kernel, weights);
    std::mt19937_64 engine(1);
    int as_far = 1;
    for (int i = 0; i < permutations; ++i) {
        std::shuffle(weights.begin(), weights.end(), engine);
        as_far += discrepancy(kernel, weights) >= compared.distance ? 1 : 0;
    }
    compared.p_value = static_cast<double>(as_far) / (permutations + 1);
    return compared;
}

std::vector<PlanePoint> on_plane(const PackedRows& rows) {
    std::vector<PlanePoint> points(rows.size());
    if (rows.size() < 3 || rows.width() < 2) return points;
    cv::Mat directions(static_cast<int>(rows.size()), static_cast<int>(rows.width()), CV_32F);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        auto* direction = directions.ptr<float>(static_cast<int>(i));
        const auto row = rows.row(i);
        for (std::size_t k = 0; k < row.size(); ++k)
            direction[k] = static_cast<float>(row[k]) * rows.inverse_length(i);
    }
    const cv::PCA components(directions, cv::noArray(), cv::PCA::DATA_AS_ROW, 2);
    const cv::Mat projected = components.project(directions);
    double most = 0;
    cv::minMaxLoc(cv::abs(projected.reshape(1, 1)), nullptr, &most);
    const float scale = most > 0 ? static_cast<float>(1 / most) : 0;
    for (std::size_t i = 0; i < points.size(); ++i)
        for (int axis = 0; axis < 2; ++axis)
            points[i][static_cast<std::size_t>(axis)] =
                projected.at<float>(static_cast<int>(i), axis) * scale;
    return points;
}

}  // namespace croquis::learning
