#pragma once

#include <bit>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "core/bytes.h"
#include "core/time.h"
#include "core/uuid.h"

/// PostgreSQL's binary formats: network byte order, IEEE floats, times in microseconds since 2000.
/// Parameters, results and COPY share them.
namespace croquis::store::postgres {

inline constexpr Timestamp epoch{
    std::chrono::sys_days(std::chrono::year(2000) / std::chrono::January / 1)};

template <class T>
void put(std::string& out, T value) {
    static_assert(std::is_integral_v<T>);
    using Unsigned = std::make_unsigned_t<T>;
    const auto bits = static_cast<Unsigned>(value);
    for (int shift = 8 * (static_cast<int>(sizeof(T)) - 1); shift >= 0; shift -= 8)
        out.push_back(static_cast<char>((bits >> shift) & 0xff));
}

template <class T>
T get(const char* in) {
    static_assert(std::is_unsigned_v<T>);
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i)
        value = static_cast<T>(value << 8 | static_cast<std::uint8_t>(in[i]));
    return value;
}

inline std::uint32_t bits_of(float value) {
    return std::bit_cast<std::uint32_t>(value);
}
inline std::int64_t micros_of(Timestamp time) {
    return (time - epoch).count();
}

/// Rows for COPY … (FORMAT binary): a header, rows of as many fields as each announces, and an end.
class CopyBuffer {
  public:
    void start() {
        text_.append(std::string_view("PGCOPY\n\377\r\n\0", 11));
        put(text_, std::int32_t{0});
        put(text_, std::int32_t{0});
    }
    void row(std::int16_t fields) { put(text_, fields); }
    void end() { put(text_, std::int16_t{-1}); }

    void field(std::string_view bytes) {
        put(text_, static_cast<std::int32_t>(bytes.size()));
        text_.append(bytes);
    }
    void field(BytesView bytes) { field(as_text(bytes)); }
    void field(const Uuid& id) { field(BytesView(id.bytes)); }
    void field_or_null(const std::optional<std::string>& text) {
        text ? field(std::string_view(*text)) : put(text_, std::int32_t{-1});
    }
    void field_or_null(const std::optional<Sha256>& digest) {
        digest ? field(BytesView(*digest)) : put(text_, std::int32_t{-1});
    }
    void field_or_null(const std::optional<Uuid>& id) {
        id ? field(*id) : put(text_, std::int32_t{-1});
    }
    void field(std::int16_t value) {
        put(text_, std::int32_t{2});
        put(text_, value);
    }
    void field(std::int32_t value) {
        put(text_, std::int32_t{4});
        put(text_, value);
    }
    void field(float value) {
        put(text_, std::int32_t{4});
        put(text_, bits_of(value));
    }
    void field(Timestamp time) {
        put(text_, std::int32_t{8});
        put(text_, micros_of(time));
    }

    [[nodiscard]] const std::string& text() const { return text_; }
    void clear() { text_.clear(); }

  private:
    std::string text_;
};

}  // namespace croquis::store::postgres
