#include "store/asking.h"

#include <algorithm>
#include <random>

#include "core/bytes.h"

namespace croquis::store {
namespace {

constexpr float margin_steps = 64;
constexpr std::size_t most_claimed = 50;
constexpr std::size_t most_passed = 200;
constexpr int judging_places = 32768 - first_judging_place;

Sha256 hash_of(const Uuid& drawing) {
    return sha256(as_bytes(to_string(drawing)));
}

bool judges(const Sha256& hash) {
    return hash[0] % 4 == 0;
}

}  // namespace

bool judges(const Uuid& drawing) {
    return judges(hash_of(drawing));
}

float margin_of(const std::vector<float>& probabilities) {
    float best = 0;
    float second = 0;
    for (const float each : probabilities) {
        second = std::max(second, std::min(best, each));
        best = std::max(best, each);
    }
    return std::clamp(best - second, 0.0F, 1.0F);
}

int queue_place(const Uuid& drawing, const std::vector<float>& probabilities) {
    const auto hash = hash_of(drawing);
    if (judges(hash)) return first_judging_place + (hash[1] * 256 + hash[2]) % judging_places;
    return static_cast<int>(margin_of(probabilities) * margin_steps);
}

std::size_t random_questions(std::size_t count, std::uint64_t seed) {
    std::mt19937_64 throws(seed);
    std::size_t random = 0;
    for (std::size_t i = 0; i < count; ++i)
        random += throws() % questions_a_random_one == 0 ? 1 : 0;
    return random;
}

Result<void> check(const ClaimRequest& request) {
    if (request.limit < 1 || request.limit > most_claimed)
        return Error{ErrorKind::invalid, "1 to 50 drawings can be held at once.", "limit"};
    if (request.passed.size() > most_passed)
        return Error{ErrorKind::invalid, "At most 200 drawings can be passed over.", "passed"};
    if (request.first.size() > most_first)
        return Error{ErrorKind::invalid, "At most 50 drawings can be asked about first.", "first"};
    return {};
}

}  // namespace croquis::store
