#include "drawing/strokes.h"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cmath>
#include <cstddef>
#include <optional>

namespace croquis::drawing {
namespace {

namespace json = boost::json;

constexpr double max_coordinate = 1e6;
constexpr double max_time = 1e9;  // milliseconds

Error wrong(ErrorKind kind, std::string detail, std::size_t stroke) {
    return {kind, std::move(detail), fmt::format("strokes/{}", stroke)};
}

Result<Stroke> read_stroke(const json::value& value, std::size_t index) {
    const auto* axes = value.if_array();
    if (axes == nullptr || axes->size() < 2 || axes->size() > 3)
        return wrong(ErrorKind::invalid, "A stroke is [[x…],[y…]] or [[x…],[y…],[t…]].", index);
    const std::size_t count = axes->front().is_array() ? axes->front().get_array().size() : 0;
    Stroke stroke(count);
    for (std::size_t axis = 0; axis < axes->size(); ++axis) {
        const auto* numbers = (*axes)[axis].if_array();
        if (numbers == nullptr || numbers->size() != count || count == 0)
            return wrong(ErrorKind::invalid,
                         "A stroke's x, y and t must be lists of the same length, not empty.",
                         index);
        for (std::size_t i = 0; i < count; ++i) {
            json::error_code failed;
            const auto number = (*numbers)[i].to_number<double>(failed);
            const double limit = axis == 2 ? max_time : max_coordinate;
            if (failed || !std::isfinite(number) || std::abs(number) > limit)
                return wrong(ErrorKind::invalid, "A coordinate must be a number within ±1000000.",
                             index);
            float Point::*const field = axis == 0 ? &Point::x : axis == 1 ? &Point::y : &Point::t;
            stroke[i].*field = static_cast<float>(number);
        }
    }
    return stroke;
}

/// Reads strokes whose numbers are all whole and which have no space between: what Quick, Draw!'s
/// simplified form is, kept. Nothing where anything else is met, or more than is allowed.
class PlainReader {
  public:
    PlainReader(std::string_view text, const StrokeLimits& limits)
        : at_(text.data()), end_(text.data() + text.size()), limits_(limits) {}

    std::optional<Strokes> strokes() {
        Strokes strokes;
        std::size_t points = 0;
        if (!take('[')) return std::nullopt;
        do {
            if (!read_stroke()) return std::nullopt;
            points += stroke_.size();
            if (strokes.size() == limits_.max_strokes || points > limits_.max_points)
                return std::nullopt;
            strokes.push_back(stroke_);
        } while (take(','));
        if (!take(']') || at_ != end_) return std::nullopt;
        return strokes;
    }

  private:
    bool take(char c) {
        if (at_ == end_ || *at_ != c) return false;
        ++at_;
        return true;
    }

    bool read_stroke() {
        stroke_.clear();
        if (!take('[') || !read_axis(&Point::x, max_coordinate)) return false;
        if (!take(',') || !read_axis(&Point::y, max_coordinate)) return false;
        return take(']') || (take(',') && read_axis(&Point::t, max_time) && take(']'));
    }

    /// The first axis makes the stroke's points.
    bool read_axis(float Point::*field, double limit) {
        if (!take('[')) return false;
        std::size_t count = 0;
        do {
            const auto number = read_number();
            if (!number || std::abs(*number) > limit) return false;
            if (field == &Point::x) stroke_.emplace_back();
            if (count == stroke_.size()) return false;
            stroke_[count++].*field = static_cast<float>(*number);
        } while (take(','));
        return take(']') && count == stroke_.size();
    }

    std::optional<double> read_number() {
        constexpr std::ptrdiff_t most_digits = 10;
        const bool is_negative = take('-');
        const char* const first = at_;
        std::int64_t number = 0;
        for (; at_ != end_ && *at_ >= '0' && *at_ <= '9' && at_ - first <= most_digits; ++at_)
            number = 10 * number + (*at_ - '0');
        const auto digits = at_ - first;
        if (digits == 0 || digits > most_digits || (digits > 1 && *first == '0'))
            return std::nullopt;
        return static_cast<double>(is_negative ? -number : number);
    }

    const char* at_;
    const char* end_;
    const StrokeLimits& limits_;
    Stroke stroke_;
};

/// A whole number is written without fraction and exponent, whatever it was given as.
void write_whole_numbers(json::value& value) {
    constexpr double most_exact = 9007199254740992;  // 2^53
    if (auto* list = value.if_array())
        for (auto& each : *list) write_whole_numbers(each);
    else if (const auto* number = value.if_double();
             number != nullptr && std::trunc(*number) == *number && std::abs(*number) <= most_exact)
        value = static_cast<std::int64_t>(*number);
}

}  // namespace

Result<Strokes> strokes_from_json(const json::value& value, const StrokeLimits& limits) {
    const auto* list = value.if_array();
    if (list == nullptr) return Error{ErrorKind::invalid, "The strokes must be a list.", "strokes"};
    if (list->size() > limits.max_strokes)
        return Error{ErrorKind::too_large,
                     fmt::format("A drawing has at most {} strokes.", limits.max_strokes),
                     "strokes"};
    Strokes strokes;
    std::size_t points = 0;
    for (std::size_t i = 0; i < list->size(); ++i) {
        auto stroke = read_stroke((*list)[i], i);
        if (!stroke) return stroke.error();
        points += stroke->size();
        if (points > limits.max_points)
            return Error{ErrorKind::too_large,
                         fmt::format("A drawing has at most {} points.", limits.max_points),
                         "strokes"};
        strokes.push_back(std::move(*stroke));
    }
    return strokes;
}

Result<Strokes> parse_strokes(std::string_view text, const StrokeLimits& limits) {
    if (auto plain = PlainReader(text, limits).strokes()) return std::move(*plain);
    json::parse_options options;
    options.max_depth = 4;
    json::error_code failed;
    const auto value =
        json::parse(json::string_view(text.data(), text.size()), failed, {}, options);
    if (failed) return Error{ErrorKind::malformed, "The strokes are not valid JSON.", "strokes"};
    return strokes_from_json(value, limits);
}

json::value plain_strokes(std::string_view text) {
    json::error_code failed;
    auto strokes = json::parse(json::string_view(text.data(), text.size()), failed);
    if (failed) return {};
    write_whole_numbers(strokes);
    return strokes;
}

}  // namespace croquis::drawing
