#include "core/time.h"

#include <spdlog/fmt/fmt.h>

#include <array>
#include <charconv>

namespace croquis {
namespace {

/// Takes exactly `digits` digits off the front of `text`.
bool take_number(std::string_view& text, std::size_t digits, int& value) {
    if (text.size() < digits) return false;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + digits, value);
    if (failed != std::errc{} || end != text.data() + digits || text.front() == '-') return false;
    text.remove_prefix(digits);
    return true;
}

bool take(std::string_view& text, char wanted) {
    if (text.empty() || text.front() != wanted) return false;
    text.remove_prefix(1);
    return true;
}

bool take_fraction(std::string_view& text, std::chrono::microseconds& fraction) {
    if (!take(text, '.')) return true;
    int value = 0;
    int unit = 100'000;
    std::size_t digits = 0;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
        value += (text.front() - '0') * unit;
        unit /= 10;
        ++digits;
        text.remove_prefix(1);
    }
    fraction = std::chrono::microseconds(value);
    return digits >= 1 && digits <= 6;
}

bool take_offset(std::string_view& text, std::chrono::minutes& offset) {
    if (take(text, 'Z') || take(text, 'z')) return true;
    const bool west = !text.empty() && text.front() == '-';
    int hours = 0;
    int minutes = 0;
    if (!take(text, west ? '-' : '+') || !take_number(text, 2, hours) || !take(text, ':') ||
        !take_number(text, 2, minutes) || hours > 23 || minutes > 59)
        return false;
    offset = std::chrono::minutes((west ? -1 : 1) * (hours * 60 + minutes));
    return true;
}

}  // namespace

Timestamp now() {
    return std::chrono::time_point_cast<std::chrono::microseconds>(
        std::chrono::system_clock::now());
}

std::string to_rfc3339(Timestamp time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                       clock.subseconds().count());
}

Result<Timestamp> from_rfc3339(std::string_view text) {
    const Error wrong{ErrorKind::invalid, "The time must be RFC 3339, like 2026-11-24T14:07:00Z."};
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
    std::chrono::microseconds fraction{0};
    std::chrono::minutes offset{0};
    const bool read = take_number(text, 4, year) && take(text, '-') &&
                      take_number(text, 2, month) && take(text, '-') && take_number(text, 2, day) &&
                      (take(text, 'T') || take(text, 't') || take(text, ' ')) &&
                      take_number(text, 2, hour) && take(text, ':') &&
                      take_number(text, 2, minute) && take(text, ':') &&
                      take_number(text, 2, second) && take_fraction(text, fraction) &&
                      take_offset(text, offset) && text.empty();
    const std::chrono::year_month_day date{std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!read || !date.ok() || hour > 23 || minute > 59 || second > 60) return wrong;
    return Timestamp(std::chrono::sys_days(date)) + std::chrono::hours(hour) +
           std::chrono::minutes(minute) + std::chrono::seconds(second) + fraction - offset;
}

}  // namespace croquis
