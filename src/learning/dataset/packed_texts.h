#pragma once

#include <cstddef>
#include <istream>
#include <memory>
#include <streambuf>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"

namespace croquis::dataset {

/// Texts by their numbers, from 0. There may be millions: they are kept packed (DEFLATE), some
/// dozens together, for what makes one long is the same in most. Not thread-safe.
class PackedTexts {
  public:
    PackedTexts();
    ~PackedTexts();
    PackedTexts(PackedTexts&&) noexcept;
    PackedTexts& operator=(PackedTexts&&) noexcept;
    PackedTexts(const PackedTexts&) = delete;
    PackedTexts& operator=(const PackedTexts&) = delete;

    void add(std::string_view text);
    /// Unpacks those around it, unless they were read last. It stays until the next call.
    [[nodiscard]] std::string_view read(std::size_t number);
    /// Gives back what those before it take, as far as they are packed apart; they are not read any
    /// more.
    void forget_before(std::size_t number);

    [[nodiscard]] std::size_t size() const { return size_; }
    /// Bytes of all that are packed.
    [[nodiscard]] std::size_t packed_bytes() const;

  private:
    struct Block {
        std::size_t first;     ///< of its texts
        std::size_t unpacked;  ///< bytes
        Bytes packed;
    };
    /// Texts as bytes one after the other, each behind its length.
    struct Plain {
        std::size_t first = 0;
        std::string bytes;
        std::vector<std::size_t> begins;
    };
    struct Engines;

    void pack();
    void unpack_around(std::size_t number);
    [[nodiscard]] std::vector<Block>::iterator around(std::size_t number);

    std::unique_ptr<Engines> engines_;
    std::vector<Block> blocks_;
    std::size_t forgotten_ = 0;  ///< so many blocks
    Plain last_;                 ///< not packed yet
    Plain near_;                 ///< unpacked last
    Bytes packed_;               ///< room to pack in
    std::size_t size_ = 0;
};

/// Reads texts one after the other as one.
class PackedStream final : private std::streambuf, public std::istream {
  public:
    explicit PackedStream(std::shared_ptr<PackedTexts> parts);

  private:
    std::streambuf::int_type underflow() override;

    std::shared_ptr<PackedTexts> parts_;
    std::size_t next_ = 0;
};

}  // namespace croquis::dataset
