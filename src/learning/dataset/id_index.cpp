#include "learning/dataset/id_index.h"

#include <algorithm>
#include <numeric>

namespace croquis::dataset {

void IdIndex::sort() {
    order_.resize(ids_.size());
    std::iota(order_.begin(), order_.end(), 0U);
    std::sort(order_.begin(), order_.end(), [&](auto a, auto b) {
        const int order = ids_[a].compare(ids_[b]);
        return order == 0 ? a < b : order < 0;
    });
}

std::optional<std::uint32_t> IdIndex::find(std::string_view id) const {
    const auto first =
        std::lower_bound(order_.begin(), order_.end(), id,
                         [&](auto number, auto wanted) { return ids_[number] < wanted; });
    if (first == order_.end() || ids_[*first] != id) return std::nullopt;
    return *first;
}

}  // namespace croquis::dataset
