#include "drawing/parts.h"

#include <cstddef>
#include <opencv2/imgproc.hpp>

namespace croquis::drawing {

Parts parts_of(const cv::Mat& mask) {
    Parts parts;
    cv::Mat stats, centroids;
    const int count = cv::connectedComponentsWithStats(mask, parts.labels, stats, centroids, 8);
    for (int i = 1; i < count; ++i)
        parts.all.push_back(
            {i,
             {stats.at<int>(i, cv::CC_STAT_LEFT), stats.at<int>(i, cv::CC_STAT_TOP),
              stats.at<int>(i, cv::CC_STAT_WIDTH), stats.at<int>(i, cv::CC_STAT_HEIGHT)},
             {centroids.at<double>(i, 0), centroids.at<double>(i, 1)},
             stats.at<int>(i, cv::CC_STAT_AREA)});
    return parts;
}

cv::Mat by_label(const cv::Mat& labels, const std::vector<std::uint8_t>& values) {
    cv::Mat picture(labels.size(), CV_8UC1);
    for (int y = 0; y < labels.rows; ++y)
        for (int x = 0; x < labels.cols; ++x)
            picture.at<std::uint8_t>(y, x) = values[static_cast<std::size_t>(labels.at<int>(y, x))];
    return picture;
}

std::vector<std::uint8_t> all_kept(const Parts& parts) {
    std::vector<std::uint8_t> kept(parts.all.size() + 1, 255);
    kept[0] = 0;
    return kept;
}

}  // namespace croquis::drawing
