#include "service/drawings/sketches.h"

#include <spdlog/fmt/fmt.h>

#include "drawing/decode.h"
#include "drawing/strokes.h"
#include "learning/synthesis/sketcher.h"

namespace croquis::service {
namespace {

namespace asio = boost::asio;

constexpr std::uint64_t seed = 200;
/// Pixels of the figure's unit, as on a canvas.
constexpr float unit = 100;

/// Quick, Draw!'s form without times, which a sketch has none of.
std::string to_json(const drawing::Strokes& strokes) {
    std::string out = "[";
    for (const auto& stroke : strokes) {
        std::string across;
        std::string down;
        for (const auto& point : stroke) {
            fmt::format_to(std::back_inserter(across), "{}{:.1f}", across.empty() ? "" : ",",
                           point.x * unit);
            fmt::format_to(std::back_inserter(down), "{}{:.1f}", down.empty() ? "" : ",",
                           point.y * unit);
        }
        fmt::format_to(std::back_inserter(out), "{}[[{}],[{}]]", out.size() > 1 ? "," : "", across,
                       down);
    }
    return out + "]";
}

Result<SubmitRequest> sketched(std::size_t number, learning::Random& random) {
    const auto& labels = learning::shape_labels();
    const auto strokes = learning::sketch(labels[number % labels.size()], random);
    auto image = drawing::encode_png(drawing::on_canvas(strokes));
    if (!image) return image.error();
    SubmitRequest request;
    request.image = std::move(*image);
    request.strokes = to_json(strokes);
    request.source = sketcher_source;
    return request;
}

asio::awaitable<Result<bool>> has_drawings(Catalogue& catalogue) {
    store::Query query;
    query.limit = 1;
    query.audience = store::Audience::annotators;
    const auto page = co_await catalogue.list(std::move(query));
    if (!page) co_return page.error();
    co_return !page->drawings.empty();
}

}  // namespace

asio::awaitable<Result<void>> store_sketches(Submissions& submissions, Catalogue& catalogue,
                                             WorkerPool& workers, std::size_t count) {
    const auto filled = co_await has_drawings(catalogue);
    if (!filled) co_return filled.error();
    if (*filled)
        co_return Error{
            ErrorKind::conflict, "There are drawings here already.", {}, 0, "not_empty"};
    learning::Random random(seed);
    for (std::size_t number = 0; number < count; ++number) {
        const auto job = [number, &random] { return sketched(number, random); };
        auto request = co_await workers.run(job);
        if (!request) co_return request.error();
        const auto stored = co_await submissions.submit(std::move(*request));
        if (!stored) co_return stored.error();
    }
    co_return Result<void>();
}

}  // namespace croquis::service
