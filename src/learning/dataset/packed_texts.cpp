#include "learning/dataset/packed_texts.h"

#include <libdeflate.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <numeric>
#include <stdexcept>

namespace croquis::dataset {
namespace {

/// Unpacked, of a block: enough of them to look alike, and few enough to unpack for one.
constexpr std::size_t packed_at_once = 16384;
constexpr int quickest = 1;

using TextBytes = std::uint32_t;  ///< how many, before each text

}  // namespace

struct PackedTexts::Engines {
    std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> packer{
        libdeflate_alloc_compressor(quickest), libdeflate_free_compressor};
    std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)> unpacker{
        libdeflate_alloc_decompressor(), libdeflate_free_decompressor};
};

PackedTexts::PackedTexts() = default;
PackedTexts::~PackedTexts() = default;
PackedTexts::PackedTexts(PackedTexts&&) noexcept = default;
PackedTexts& PackedTexts::operator=(PackedTexts&&) noexcept = default;

void PackedTexts::add(std::string_view text) {
    const auto begin = last_.bytes.size();
    const auto bytes = static_cast<TextBytes>(text.size());
    last_.bytes.resize(begin + sizeof bytes);
    std::memcpy(last_.bytes.data() + begin, &bytes, sizeof bytes);
    last_.bytes += text;
    last_.begins.push_back(begin + sizeof bytes);
    ++size_;
    if (last_.bytes.size() >= packed_at_once) pack();
}

std::string_view PackedTexts::read(std::size_t number) {
    const auto* part = &last_;
    if (number < last_.first) {
        unpack_around(number);
        part = &near_;
    }
    const auto begin = part->begins[number - part->first];
    TextBytes bytes = 0;
    std::memcpy(&bytes, part->bytes.data() + begin - sizeof bytes, sizeof bytes);
    return std::string_view(part->bytes).substr(begin, bytes);
}

void PackedTexts::forget_before(std::size_t number) {
    while (forgotten_ + 1 < blocks_.size() && blocks_[forgotten_ + 1].first <= number)
        blocks_[forgotten_++].packed = {};
}

std::size_t PackedTexts::packed_bytes() const {
    return std::accumulate(
        blocks_.begin(), blocks_.end(), std::size_t{0},
        [](std::size_t sum, const Block& block) { return sum + block.packed.size(); });
}

void PackedTexts::pack() {
    if (!engines_) engines_ = std::make_unique<Engines>();
    const auto& bytes = last_.bytes;
    packed_.resize(libdeflate_deflate_compress_bound(engines_->packer.get(), bytes.size()));
    const auto size = libdeflate_deflate_compress(engines_->packer.get(), bytes.data(),
                                                  bytes.size(), packed_.data(), packed_.size());
    const auto end = packed_.begin() + static_cast<std::ptrdiff_t>(size);
    blocks_.push_back({last_.first, bytes.size(), Bytes(packed_.begin(), end)});
    last_.first = size_;
    last_.bytes.clear();
    last_.begins.clear();
}

std::vector<PackedTexts::Block>::iterator PackedTexts::around(std::size_t number) {
    return std::prev(std::upper_bound(
        blocks_.begin(), blocks_.end(), number,
        [](std::size_t wanted, const Block& each) { return wanted < each.first; }));
}

void PackedTexts::unpack_around(std::size_t number) {
    if (number >= near_.first && number - near_.first < near_.begins.size()) return;
    const auto& block = *around(number);
    near_.first = block.first;
    near_.bytes.resize(block.unpacked);
    near_.begins.clear();
    const auto result = libdeflate_deflate_decompress(engines_->unpacker.get(), block.packed.data(),
                                                      block.packed.size(), near_.bytes.data(),
                                                      near_.bytes.size(), nullptr);
    if (result != LIBDEFLATE_SUCCESS) throw std::logic_error("texts that do not unpack");
    for (std::size_t at = 0; at < near_.bytes.size();) {
        TextBytes bytes = 0;
        std::memcpy(&bytes, near_.bytes.data() + at, sizeof bytes);
        at += sizeof bytes;
        near_.begins.push_back(at);
        at += bytes;
    }
}

PackedStream::PackedStream(std::shared_ptr<PackedTexts> parts)
    : std::istream(static_cast<std::streambuf*>(this)), parts_(std::move(parts)) {}

std::streambuf::int_type PackedStream::underflow() {
    while (gptr() == egptr() && next_ < parts_->size()) {
        const auto part = parts_->read(next_++);
        char* const begin = const_cast<char*>(part.data());  // it is only read
        setg(begin, begin, begin + part.size());
    }
    using Traits = std::streambuf::traits_type;
    return gptr() == egptr() ? Traits::eof() : Traits::to_int_type(*gptr());
}

}  // namespace croquis::dataset
