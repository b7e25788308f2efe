#include "learning/dataset/text_source.h"

#include <fmt/format.h>

#include <array>
#include <fstream>
#include <utility>

#include "learning/dataset/packed_texts.h"
#include "learning/dataset/text.h"

namespace croquis::dataset {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t part_bytes = std::size_t{64} << 10U;

TextSource source_of(std::shared_ptr<PackedTexts> parts, std::string name) {
    return {std::move(name), [parts = std::move(parts)] {
                return Result<std::unique_ptr<std::istream>>(std::make_unique<PackedStream>(parts));
            }};
}

}  // namespace

Error unreadable(const std::string& name) {
    return {ErrorKind::unavailable, fmt::format("{} cannot be read.", name)};
}

TextSource file_text(const fs::path& file, std::string name) {
    return {std::move(name), [file]() -> Result<std::unique_ptr<std::istream>> {
                auto in = std::make_unique<std::ifstream>(file, std::ios::binary);
                if (!*in) return unreadable(file.string());
                return std::unique_ptr<std::istream>(std::move(in));
            }};
}

TextSource packed_text(std::istream& in, std::string name) {
    auto parts = std::make_shared<PackedTexts>();
    std::string part(part_bytes, '\0');
    while (in.read(part.data(), part_bytes), in.gcount() > 0)
        parts->add(std::string_view(part).substr(0, static_cast<std::size_t>(in.gcount())));
    return source_of(std::move(parts), std::move(name));
}

Result<TextSource> packed_text(TreeCursor& cursor, std::string name, std::size_t max_bytes) {
    auto parts = std::make_shared<PackedTexts>();
    const auto read =
        cursor.read_parts(max_bytes, [&](BytesView part) { parts->add(as_text(part)); });
    if (!read) return read.error();
    return source_of(std::move(parts), std::move(name));
}

Result<TextSource> as_utf8(TextSource source) {
    using namespace std::string_view_literals;
    auto utf8 = std::make_shared<PackedTexts>();
    const auto is_other = read_through(source, [&](std::istream& in) -> Result<bool> {
        std::array<char, 2> mark{};
        in.read(mark.data(), mark.size());
        const std::string_view said(mark.data(), static_cast<std::size_t>(in.gcount()));
        const bool little = said == "\xff\xfe"sv;
        if (!little && said != "\xfe\xff"sv) return false;
        const bool is_text = to_utf8(in, little ? "UTF-16LE" : "UTF-16BE",
                                     [&](std::string_view part) { utf8->add(part); });
        if (is_text) return true;
        return Error{ErrorKind::malformed, "The text is not UTF-16, as it claims to be."};
    });
    if (!is_other) return is_other.error();
    if (!*is_other) return source;
    return source_of(std::move(utf8), std::move(source.name));
}

}  // namespace croquis::dataset
