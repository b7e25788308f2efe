#include "learning/adaptation/duplicates.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>

namespace croquis::learning {

std::vector<NearlySame> nearly_same(
    const PackedRows& rows, float least,
    const std::function<bool(std::size_t first, const Neighbour& other)>& confirms) {
    std::vector<NearlySame> groups;
    std::vector<bool> taken(rows.size());
    for (std::size_t first = 0; first < rows.size(); ++first) {
        if (taken[first]) continue;
        NearlySame group{first, {}};
        for (std::size_t other = first + 1; other < rows.size(); ++other) {
            if (taken[other]) continue;
            const Neighbour neighbour{other, rows.similarity(first, other)};
            if (neighbour.similarity < least || (confirms && !confirms(first, neighbour))) continue;
            taken[other] = true;
            group.others.push_back(neighbour);
        }
        if (group.others.empty()) continue;
        std::stable_sort(
            group.others.begin(), group.others.end(),
            [](const Neighbour& a, const Neighbour& b) { return a.similarity > b.similarity; });
        groups.push_back(std::move(group));
    }
    return groups;
}

std::vector<std::int8_t> blurred(const drawing::ModelInput& input) {
    constexpr int side = drawing::model_side;
    cv::Mat ink(side, side, CV_8UC1);
    std::copy(input.begin(), input.end(), ink.data);
    cv::Mat means;
    cv::boxFilter(ink, means, -1, {5, 5}, {-1, -1}, true, cv::BORDER_CONSTANT);
    std::vector<std::int8_t> row;
    row.reserve(blurred_size);
    for (int y = 0; y < side; y += 2)
        for (int x = 0; x < side; x += 2)
            row.push_back(static_cast<std::int8_t>(means.at<std::uint8_t>(y, x) / 2));
    return row;
}

}  // namespace croquis::learning
