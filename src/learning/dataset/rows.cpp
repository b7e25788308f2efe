#include "learning/dataset/rows.h"

#include <libdeflate.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <type_traits>

namespace croquis::dataset {
namespace {

/// Unpacked, of a block: enough of them to look alike, and few enough to unpack for one.
constexpr std::size_t packed_at_once = 16384;
constexpr int quickest = 1;

/// Calls `codec` with each member of a row; what one is missing here does not compile.
template <class Codec, class AnyRow>
void each_member(Codec& codec, AnyRow& row) {
    auto& [picture, record] = row;
    auto& [place, image, strokes, labels, disagreed, suggestions, reviewed, label_then, id,
           external_id, file_name, created_at, pseudonym, source] = record;
    codec(picture);
    codec(place);
    codec(image);
    codec(strokes);
    codec(labels);
    codec(disagreed);
    codec(suggestions);
    codec(reviewed);
    codec(label_then);
    codec(id);
    codec(external_id);
    codec(file_name);
    codec(created_at);
    codec(pseudonym);
    codec(source);
}

template <class Codec, class AnySuggestion>
void each_member_of_suggestion(Codec& codec, AnySuggestion& suggestion) {
    auto& [label, confidence, model] = suggestion;
    codec(label);
    codec(confidence);
    codec(model);
}

template <class Codec, class AnyReviewed>
void each_member_of_reviewed(Codec& codec, AnyReviewed& reviewed) {
    auto& [by, at, kind, bulk] = reviewed;
    codec(by);
    codec(at);
    codec(kind);
    codec(bulk);
}

/// Appends values as bytes, of which RowReader makes the same values again.
class RowWriter {
  public:
    explicit RowWriter(std::string& out) : out_(out) {}

    template <class Value>
    void operator()(const Value& value) {
        static_assert(std::is_trivially_copyable_v<Value>);
        const auto at = out_.size();
        out_.resize(at + sizeof value);
        std::memcpy(out_.data() + at, &value, sizeof value);
    }
    void operator()(const std::string& text) {
        length(text.size());
        out_ += text;
    }
    void operator()(const Bytes& bytes) {
        length(bytes.size());
        out_ += as_text(bytes);
    }
    template <class Value>
    void operator()(const std::vector<Value>& values) {
        length(values.size());
        for (const auto& each : values) (*this)(each);
    }
    template <class Value>
    void operator()(const std::optional<Value>& value) {
        (*this)(value.has_value());
        if (value) (*this)(*value);
    }
    void operator()(const Suggestion& suggestion) { each_member_of_suggestion(*this, suggestion); }
    void operator()(const Reviewed& reviewed) { each_member_of_reviewed(*this, reviewed); }

  private:
    /// Seven bits a byte, the lowest first; the eighth says that there are more.
    void length(std::size_t value) {
        for (; value > 0x7f; value >>= 7U) out_.push_back(static_cast<char>(value | 0x80U));
        out_.push_back(static_cast<char>(value));
    }

    std::string& out_;
};

class RowReader {
  public:
    explicit RowReader(std::string_view in) : in_(in) {}

    template <class Value>
    void operator()(Value& value) {
        static_assert(std::is_trivially_copyable_v<Value>);
        std::memcpy(&value, taken(sizeof value).data(), sizeof value);
    }
    void operator()(std::string& text) { text = taken(length()); }
    void operator()(Bytes& bytes) {
        const auto view = as_bytes(taken(length()));
        bytes.assign(view.begin(), view.end());
    }
    template <class Value>
    void operator()(std::vector<Value>& values) {
        values.resize(length());
        for (auto& each : values) (*this)(each);
    }
    template <class Value>
    void operator()(std::optional<Value>& value) {
        bool there = false;
        (*this)(there);
        if (there) (*this)(value.emplace());
    }
    void operator()(Suggestion& suggestion) { each_member_of_suggestion(*this, suggestion); }
    void operator()(Reviewed& reviewed) { each_member_of_reviewed(*this, reviewed); }

  private:
    std::size_t length() {
        std::size_t value = 0;
        for (unsigned shift = 0;; shift += 7) {
            const auto part = static_cast<std::uint8_t>(taken(1).front());
            value |= static_cast<std::size_t>(part & 0x7fU) << shift;
            if (part < 0x80) return value;
        }
    }
    std::string_view taken(std::size_t bytes) {
        const auto part = in_.substr(0, bytes);
        in_.remove_prefix(bytes);
        return part;
    }

    std::string_view in_;
};

using RowBytes = std::uint32_t;  ///< how many, before each row

}  // namespace

struct Rows::Engines {
    std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> packer{
        libdeflate_alloc_compressor(quickest), libdeflate_free_compressor};
    std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)> unpacker{
        libdeflate_alloc_decompressor(), libdeflate_free_decompressor};
};

Rows::Rows() = default;
Rows::~Rows() = default;
Rows::Rows(Rows&&) noexcept = default;
Rows& Rows::operator=(Rows&&) noexcept = default;

void Rows::add(const Row& row) {
    const auto begin = last_.bytes.size();
    last_.bytes.resize(begin + sizeof(RowBytes));
    RowWriter writer(last_.bytes);
    each_member(writer, row);
    const auto bytes = static_cast<RowBytes>(last_.bytes.size() - begin - sizeof(RowBytes));
    std::memcpy(last_.bytes.data() + begin, &bytes, sizeof bytes);
    last_.begins.push_back(begin + sizeof bytes);
    ++size_;
    if (last_.bytes.size() >= packed_at_once) pack();
}

void Rows::add(Rows more) {
    for (std::size_t i = 0; i < more.size(); ++i) add(more.read(i));
}

Row Rows::read(std::size_t number) {
    const auto* part = &last_;
    if (number < last_.first) {
        unpack_around(number);
        part = &near_;
    }
    RowReader reader(std::string_view(part->bytes).substr(part->begins[number - part->first]));
    Row row;
    each_member(reader, row);
    return row;
}

std::size_t Rows::packed_bytes() const {
    return std::accumulate(
        blocks_.begin(), blocks_.end(), std::size_t{0},
        [](std::size_t sum, const Block& block) { return sum + block.packed.size(); });
}

void Rows::pack() {
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

void Rows::unpack_around(std::size_t number) {
    if (number >= near_.first && number - near_.first < near_.begins.size()) return;
    const auto behind =
        std::upper_bound(blocks_.begin(), blocks_.end(), number,
                         [](std::size_t wanted, const Block& each) { return wanted < each.first; });
    const auto& block = *std::prev(behind);
    near_.first = block.first;
    near_.bytes.resize(block.unpacked);
    near_.begins.clear();
    const auto result = libdeflate_deflate_decompress(engines_->unpacker.get(), block.packed.data(),
                                                      block.packed.size(), near_.bytes.data(),
                                                      near_.bytes.size(), nullptr);
    if (result != LIBDEFLATE_SUCCESS) throw std::logic_error("rows that do not unpack");
    for (std::size_t at = 0; at < near_.bytes.size();) {
        RowBytes bytes = 0;
        std::memcpy(&bytes, near_.bytes.data() + at, sizeof bytes);
        at += sizeof bytes;
        near_.begins.push_back(at);
        at += bytes;
    }
}

}  // namespace croquis::dataset
