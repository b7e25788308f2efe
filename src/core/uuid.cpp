#include "core/uuid.h"

#include <algorithm>

#include "core/bytes.h"

namespace croquis {
namespace {

constexpr std::uint64_t ticks_per_milli = 4096;

// The 12 bits after the millisecond count sub-millisecond ticks (RFC 9562 section 6.2, method 3).
std::uint64_t tick_of(Timestamp at) {
    const auto micros = static_cast<std::uint64_t>(at.time_since_epoch().count());
    return micros / 1000 * ticks_per_milli + micros % 1000 * ticks_per_milli / 1000;
}

UuidTicks& ticks_of_this_process() {
    static UuidTicks ticks;
    return ticks;
}

}  // namespace

std::uint64_t UuidTicks::next(Timestamp at) {
    constexpr auto held =
        static_cast<std::uint64_t>(std::chrono::milliseconds(held_for).count()) * ticks_per_milli;
    const std::uint64_t tick = tick_of(at);
    std::uint64_t seen = last_.load(std::memory_order_relaxed);
    std::uint64_t mine = 0;
    do {
        mine = seen > tick + held ? tick : std::max(tick, seen + 1);
    } while (!last_.compare_exchange_weak(seen, mine, std::memory_order_relaxed));
    return mine;
}

Uuid Uuid::v7() {
    const std::uint64_t tick = ticks_of_this_process().next(now());
    const std::uint64_t millis = tick >> 12;
    Uuid id;
    for (std::size_t i = 0; i < 6; ++i)
        id.bytes[i] = static_cast<std::uint8_t>(millis >> (8 * (5 - i)));
    id.bytes[6] = static_cast<std::uint8_t>(0x70 | ((tick >> 8) & 0x0f));
    id.bytes[7] = static_cast<std::uint8_t>(tick);
    const Bytes noise = random_bytes(8);
    std::copy(noise.begin(), noise.end(), id.bytes.begin() + 8);
    id.bytes[8] = static_cast<std::uint8_t>(0x80 | (id.bytes[8] & 0x3f));
    return id;
}

Result<Uuid> Uuid::parse(std::string_view text) {
    const Error wrong{ErrorKind::invalid, "The id is not a UUID."};
    if (text.size() != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' ||
        text[23] != '-')
        return wrong;
    std::string digits(text);
    std::erase(digits, '-');
    const auto raw = from_hex(digits);
    if (!raw || raw->size() != 16) return wrong;
    Uuid id;
    std::copy(raw->begin(), raw->end(), id.bytes.begin());
    return id;
}

Timestamp time_of(const Uuid& id) {
    std::int64_t millis = 0;
    for (std::size_t i = 0; i < 6; ++i) millis = millis << 8 | id.bytes[i];
    const int ticks = (id.bytes[6] & 0x0f) << 8 | id.bytes[7];
    constexpr int per_milli = ticks_per_milli;
    // Rounded up, which gives back the microsecond that tick_of() rounded down.
    return Timestamp(std::chrono::milliseconds(millis)) +
           std::chrono::microseconds((ticks * 1000 + per_milli - 1) / per_milli);
}

std::string to_string(const Uuid& id) {
    std::string text = to_hex(id.bytes);
    for (const std::size_t at : {8u, 13u, 18u, 23u}) text.insert(at, 1, '-');
    return text;
}

}  // namespace croquis
