#include "learning/training/preview.h"

#include <opencv2/imgproc.hpp>

#include "core/bytes.h"
#include "drawing/decode.h"
#include "learning/synthesis/augment.h"
#include "learning/synthesis/sketcher.h"
#include "learning/training/card_files.h"

namespace croquis::learning {
Result<void> write_preview(const std::filesystem::path& file, std::uint64_t seed,
                           const Corpus& corpus) {
    constexpr int columns = 20;
    constexpr int cell = 64;
    constexpr int side = drawing::model_side;
    const auto& labels = shape_labels();
    const int rows = static_cast<int>(labels.size()) + (corpus.drawings() > 0 ? 20 : 0);
    drawing::Image sheet{
        columns * cell, rows * cell, 1,
        std::vector<std::uint8_t>(static_cast<std::size_t>(columns * cell * rows * cell), 255)};
    cv::Mat canvas(sheet.height, sheet.width, CV_8UC1, sheet.pixels.data());
    const auto show = [&](int row, int column, const std::uint8_t* input) {
        cv::Mat seen(side, side, CV_8UC1);
        std::copy_n(input, side * side, seen.data);
        cv::resize(255 - seen, canvas(cv::Rect(column * cell, row * cell, cell - 2, cell - 2)),
                   {cell - 2, cell - 2}, 0, 0, cv::INTER_AREA);
    };
    for (int row = 0; row < static_cast<int>(labels.size()); ++row)
        for (int column = 0; column < columns; ++column) {
            Random random(seed * 1000003 + static_cast<std::uint64_t>(row * columns + column));
            const auto input = drawing::normalise(
                picture(sketch(labels[static_cast<std::size_t>(row)], random), random));
            if (input) show(row, column, input->data());
        }
    const auto first = static_cast<int>(labels.size());
    const int count = (rows - first) * columns;
    const auto samples = corpus.make(seed, 0, static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i)
        show(first + i / columns, i % columns, samples.images[static_cast<std::size_t>(i)].data());
    const auto png = drawing::encode_png(sheet);
    if (!png) return png.error();
    return write_file(file, as_text(*png));
}

}  // namespace croquis::learning
