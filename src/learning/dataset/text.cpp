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

    std::optional<std::string> convert(std::string_view text) {
        std::string in(text);
        std::string out;
        std::array<char, 512> part{};
        char* from = in.data();
        std::size_t left = in.size();
        while (left > 0) {
            char* to = part.data();
            std::size_t room = part.size();
            const auto done = iconv(handle_, &from, &left, &to, &room);
            out.append(part.data(), part.size() - room);
            if (done == static_cast<std::size_t>(-1) && errno != E2BIG) return std::nullopt;
        }
        return out;
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
    return converter.convert(text);
}

std::optional<std::string> to_label(std::string_view text) {
    return to_nfc(trimmed(text));
}

ViewStream::ViewStream(std::string_view text) : std::istream(static_cast<std::streambuf*>(this)) {
    char* const begin = const_cast<char*>(text.data());  // it is only read
    setg(begin, begin, begin + text.size());
}

BytesStream::BytesStream(Bytes bytes)
    : std::istream(nullptr), bytes_(std::move(bytes)), view_(as_text(bytes_)) {
    rdbuf(view_.rdbuf());
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
