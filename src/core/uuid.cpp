#include "core/uuid.h"

#include <algorithm>
#include <atomic>

#include "core/bytes.h"

namespace croquis {
namespace {

// The 12 bits after the millisecond count sub-millisecond ticks (RFC 9562 section 6.2, method 3),
// and the maximum with the last value keeps them increasing when two ids fall in one tick.
std::uint64_t next_tick() {
    static std::atomic<std::uint64_t> last{0};
    const auto micros = static_cast<std::uint64_t>(now().time_since_epoch().count());
    const std::uint64_t tick = ((micros / 1000) << 12) | ((micros % 1000) * 4096 / 1000);
    std::uint64_t seen = last.load(std::memory_order_relaxed);
    std::uint64_t mine = 0;
    do {
        mine = std::max(tick, seen + 1);
    } while (!last.compare_exchange_weak(seen, mine, std::memory_order_relaxed));
    return mine;
}

}  // namespace

Uuid Uuid::v7() {
    const std::uint64_t tick = next_tick();
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

std::string to_string(const Uuid& id) {
    std::string text = to_hex(id.bytes);
    for (const std::size_t at : {8u, 13u, 18u, 23u}) text.insert(at, 1, '-');
    return text;
}

}  // namespace croquis
