#include <cmath>

#include "core/bytes.h"
#include "drawing/normalise.h"
#include "drawing/strokes.h"
#include "fuzz/target.h"

/// Strokes as a request brings them: read, drawn, and made a model's input.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace croquis;
    const auto strokes = drawing::parse_strokes(as_text({data, size}));
    if (!strokes) return 0;
    for (const auto& stroke : *strokes) {
        fuzz::require(!stroke.empty(), "a stroke without points");
        for (const auto& point : stroke)
            fuzz::require(std::isfinite(point.x) && std::isfinite(point.y), "a point nowhere");
    }
    const auto image = drawing::on_canvas(*strokes);
    fuzz::require(
        image.width >= 1 && image.width <= 256 && image.height >= 1 && image.height <= 256,
        "a canvas of another size");
    (void)drawing::normalise(image);
    return 0;
}
