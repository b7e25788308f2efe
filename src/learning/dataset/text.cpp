#include "learning/dataset/text.h"

#include <iconv.h>
#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <memory>

#include "core/characters.h"
#include "core/text.h"

namespace croquis::dataset {
namespace {

const utf8proc_uint8_t* octets(std::string_view text) {
    return reinterpret_cast<const utf8proc_uint8_t*>(text.data());
}

std::optional<std::string> mapped(std::string_view text, int options) {
    utf8proc_uint8_t* result = nullptr;
    const auto size = utf8proc_map(octets(text), static_cast<utf8proc_ssize_t>(text.size()),
                                   &result, static_cast<utf8proc_option_t>(options));
    const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned(result, std::free);
    if (size < 0) return std::nullopt;
    return std::string(reinterpret_cast<const char*>(result), static_cast<std::size_t>(size));
}

class Converter {
  public:
    explicit Converter(const std::string& from) : handle_(iconv_open("UTF-8", from.c_str())) {}
    ~Converter() {
        if (valid()) iconv_close(handle_);
    }
    Converter(const Converter&) = delete;
    Converter& operator=(const Converter&) = delete;

    [[nodiscard]] bool valid() const {
        return handle_ != reinterpret_cast<iconv_t>(-1);  // NOLINT(performance-no-int-to-ptr)
    }

    /// Puts UTF-8 behind `out`. How much of the text it is: all but what is begun at its end;
    /// nothing where it is not in the charset.
    std::optional<std::size_t> convert(std::string_view text, std::string& out) {
        std::string in(text);
        std::array<char, 512> part{};
        char* from = in.data();
        std::size_t left = in.size();
        while (left > 0) {
            char* to = part.data();
            std::size_t room = part.size();
            const auto done = iconv(handle_, &from, &left, &to, &room);
            out.append(part.data(), part.size() - room);
            if (done != static_cast<std::size_t>(-1) || errno == E2BIG) continue;
            if (errno == EINVAL) break;
            return std::nullopt;
        }
        return text.size() - left;
    }

  private:
    iconv_t handle_;
};

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

std::optional<std::string> to_nfc(std::string_view text) {
    if (is_ascii(text)) return std::string(text);  // most names are, and are what they become
    return mapped(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
}

std::string case_folded(std::string_view text) {
    if (is_ascii(text)) return lower_case(text);
    auto folded = mapped(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
    return folded ? std::move(*folded) : std::string(text);
}

std::optional<std::string> to_utf8(std::string_view text, const std::string& charset) {
    Converter converter(charset);
    if (!converter.valid()) return std::nullopt;
    std::string utf8;
    if (converter.convert(text, utf8) != text.size()) return std::nullopt;
    return utf8;
}

bool to_utf8(std::istream& in, const std::string& charset,
             const std::function<void(std::string_view)>& take) {
    Converter converter(charset);
    if (!converter.valid()) return false;
    std::string part;
    std::string utf8;
    constexpr std::size_t part_bytes = std::size_t{64} << 10U;
    for (;;) {
        const auto begun = part.size();  // at the end of the part before
        part.resize(begun + part_bytes);
        in.read(part.data() + begun, part_bytes);
        part.resize(begun + static_cast<std::size_t>(in.gcount()));
        if (part.size() == begun) return part.empty();
        utf8.clear();
        const auto taken = converter.convert(part, utf8);
        if (!taken) return false;
        take(utf8);
        part.erase(0, *taken);
    }
}

std::optional<std::string> to_label(std::string_view text) {
    return to_nfc(trimmed(text));
}

std::string percent_decoded(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
        const int low = high < 0 ? -1 : hex_value(text[i + 2]);
        if (text[i] != '%' || low < 0) {
            decoded.push_back(text[i]);
            continue;
        }
        decoded.push_back(static_cast<char>(high * 16 + low));
        i += 2;
    }
    return decoded;
}

}  // namespace croquis::dataset
