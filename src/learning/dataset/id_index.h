#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "learning/dataset/picture_index.h"

namespace croquis::dataset {

/// Ids by their numbers, from 0, to be found by what they are; each takes some dozen bytes beside
/// its own.
class IdIndex {
  public:
    void add(std::string_view id) { ids_.add(id); }
    /// Once, when all are added.
    void sort();

    /// Of several alike the first.
    [[nodiscard]] std::optional<std::uint32_t> find(std::string_view id) const;
    [[nodiscard]] std::uint32_t first_alike(std::uint32_t number) const {
        return *find(ids_[number]);
    }
    [[nodiscard]] std::uint32_t size() const { return ids_.size(); }

  private:
    TextList ids_;
    std::vector<std::uint32_t> order_;
};

}  // namespace croquis::dataset
