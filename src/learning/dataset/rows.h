#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "learning/dataset/reader.h"

namespace croquis::dataset {

/// What a file says of one picture. record.image is empty, unless the file holds the picture too.
struct Row {
    std::string picture;  ///< as the file names it
    Record record;
};

/// Rows by their numbers, from 0. Files may have a million: they are kept packed (DEFLATE), some
/// dozens together, for what makes a row long is the same in most. Not thread-safe.
class Rows {
  public:
    Rows();
    ~Rows();
    Rows(Rows&&) noexcept;
    Rows& operator=(Rows&&) noexcept;
    Rows(const Rows&) = delete;
    Rows& operator=(const Rows&) = delete;

    void add(const Row& row);
    /// Behind those that are there.
    void add(Rows more);
    /// Unpacks those around it, unless they were read last.
    [[nodiscard]] Row read(std::size_t number);

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    /// Bytes of all that are packed.
    [[nodiscard]] std::size_t packed_bytes() const;

  private:
    struct Block {
        std::size_t first;     ///< of its rows
        std::size_t unpacked;  ///< bytes
        Bytes packed;
    };
    /// Rows as bytes one after the other.
    struct Plain {
        std::size_t first = 0;
        std::string bytes;
        std::vector<std::size_t> begins;
    };
    struct Engines;

    void pack();
    void unpack_around(std::size_t number);

    std::unique_ptr<Engines> engines_;
    std::vector<Block> blocks_;
    Plain last_;    ///< not packed yet
    Plain near_;    ///< unpacked last
    Bytes packed_;  ///< room to pack in
    std::size_t size_ = 0;
};

}  // namespace croquis::dataset
