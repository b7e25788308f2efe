#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace croquis {

/// Remembers many hashes in eight bytes each; made for many additions and few questions.
class HashSet {
  public:
    void add(std::uint64_t hash) { hashes_.push_back(hash); }

    [[nodiscard]] bool contains(std::uint64_t hash) {
        if (hashes_.size() - sorted_ > most_unsorted) sort();
        const auto middle = hashes_.begin() + static_cast<std::ptrdiff_t>(sorted_);
        return std::binary_search(hashes_.begin(), middle, hash) ||
               std::find(middle, hashes_.end(), hash) != hashes_.end();
    }

  private:
    static constexpr std::size_t most_unsorted = 4096;

    void sort() {
        const auto middle = hashes_.begin() + static_cast<std::ptrdiff_t>(sorted_);
        std::sort(middle, hashes_.end());
        std::inplace_merge(hashes_.begin(), middle, hashes_.end());
        sorted_ = hashes_.size();
    }

    std::vector<std::uint64_t> hashes_;
    std::size_t sorted_ = 0;  ///< so many of them, from the first on
};

}  // namespace croquis
