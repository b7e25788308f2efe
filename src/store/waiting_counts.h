#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "core/rested_by_key.h"
#include "core/uuid.h"
#include "store/tagging.h"

namespace croquis::store {

/// What waits for review in a project, or of what an import brought there.
struct WaitingCounts {
    std::int64_t all = 0;
    std::int64_t disputed = 0;  ///< of those, what nobody is asked about any more
    /// Of the others, by whose opinions stand, as a drawing's column `answered_by` has it.
    std::map<std::string, std::int64_t> answered = {};
    int opinions_wanted = 1;  ///< by the project

    /// A row of waiting_counts_statement().
    void add(const std::string& people, bool is_disputed, std::int64_t drawings, int wanted) {
        if (people.empty()) {
            all = drawings;
            opinions_wanted = wanted;
        } else if (is_disputed) {
            disputed += drawings;
        } else {
            answered[people] += drawings;
        }
    }
    /// What the queue would ask this account about.
    [[nodiscard]] std::int64_t asked_of(const Uuid& account) const {
        auto asked = all - disputed;
        if (opinions_wanted == 1) return asked;
        const auto own = answerer(account);
        for (const auto& [people, drawings] : answered)
            if (people.find(own) != std::string::npos) asked -= drawings;
        return asked;
    }
};

/// Counting reads an index from end to end: the counts of a project, or of what an import brought
/// there, rest where that takes longer than a reader would notice.
struct WaitingCountCache : RestedByKey<std::pair<int, std::optional<Uuid>>, WaitingCounts> {
    WaitingCountCache() : RestedByKey(std::chrono::milliseconds(100)) {}
};

}  // namespace croquis::store
