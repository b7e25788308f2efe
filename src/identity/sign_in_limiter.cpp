#include "identity/sign_in_limiter.h"

#include <algorithm>

namespace croquis::identity {
namespace {

constexpr int most_steps = static_cast<int>(SignInLimiter::longest_wait / SignInLimiter::wait_step);

/// No name has a blank in it, so no two pairs share a key.
std::string pair_of(std::string_view name, const std::string& from) {
    return std::string(name).append(" ").append(from);
}

}  // namespace

SignInLimiter::SignInLimiter(int per_minute, std::size_t max_keys)
    : pairs_(per_minute, max_keys),
      clients_(per_minute * names_an_address, max_keys),
      names_(per_minute * addresses_a_name, max_keys) {}

Result<SignInLimiter::Clock::duration> SignInLimiter::take(std::string_view name,
                                                           std::string_view client,
                                                           Clock::time_point at) {
    const std::string from = client_key(client);
    const std::string pair = pair_of(name, from);
    if (const auto allowed = pairs_.take(pair, at); !allowed) return allowed.error();
    if (const auto allowed = clients_.take(from, at); !allowed) {
        pairs_.give_back(pair);
        return allowed.error();
    }
    return Clock::duration(wait_step * names_.charge(name, most_steps, at));
}

void SignInLimiter::give_back(std::string_view name, std::string_view client) {
    const std::string from = client_key(client);
    pairs_.give_back(pair_of(name, from));
    clients_.give_back(from);
    names_.give_back(name);
}

}  // namespace croquis::identity
