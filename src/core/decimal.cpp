#include "core/decimal.h"

#include <array>
#include <charconv>

namespace croquis {

double shortest_decimal(float number) {
    std::array<char, 32> text{};  // a float's shortest form has 15 characters at most
    const auto written = std::to_chars(text.data(), text.data() + text.size(), number);
    double decimal = 0;
    std::from_chars(text.data(), written.ptr, decimal);
    return decimal;
}

}  // namespace croquis
