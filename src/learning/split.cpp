#include "learning/split.h"

#include <algorithm>
#include <map>

#include "learning/sketcher.h"

namespace croquis::learning {
namespace {

bool is_shape(const std::string& word) {
    const auto& labels = shape_labels();
    return std::find(labels.begin(), labels.end() - 1, word) != labels.end() - 1;
}

/// The things that are no shape, numbered in the order of their names.
std::map<std::string, std::size_t> kinds_of(const std::vector<Drawn>& drawings) {
    std::map<std::string, std::size_t> kinds;
    for (const auto& drawn : drawings)
        if (!is_shape(drawn.word)) kinds[drawn.word] = 0;
    std::size_t next = 0;
    for (auto& [word, number] : kinds) number = next++;
    return kinds;
}

}  // namespace

std::vector<std::size_t> dealt_out(const std::vector<Drawn>& drawings, std::size_t count) {
    const auto kinds = kinds_of(drawings);
    std::map<std::string, std::size_t> met;  // how many of a label so far
    std::vector<std::size_t> judges;
    for (const auto& drawn : drawings) {
        const auto kind = kinds.find(drawn.word);
        judges.push_back((kind == kinds.end() ? met[drawn.word]++ : kind->second) % count);
    }
    return judges;
}

}  // namespace croquis::learning
