#pragma once

#include <cstddef>
#include <semaphore>
#include <string>
#include <string_view>

#include "core/error.h"

namespace croquis::identity {

/// argon2id (RFC 9106) by libsodium. A hash takes some tenths of a second and all of
/// `memory_bytes`: run it off the network threads. At most `parallel` at once, so that sign-ins
/// cannot take the machine's memory; one more is ErrorKind::unavailable. Thread-safe.
class PasswordHasher {
  public:
    static constexpr std::ptrdiff_t parallel = 4;
    static constexpr std::size_t max_password_bytes = 1024;

    PasswordHasher(unsigned long long operations, std::size_t memory_bytes);

    /// The PHC string form, with a fresh salt.
    Result<std::string> hash(std::string_view password);
    /// Whether `password` is what `phc` was made from; compared in constant time.
    Result<bool> verify(std::string_view password, const std::string& phc);
    /// Costs what verify() does and answers nothing: for a name that does not exist.
    Result<void> pretend(std::string_view password);
    /// Whether `phc` was made with other costs than this hasher's.
    [[nodiscard]] bool outdated(const std::string& phc) const;

  private:
    unsigned long long operations_;
    std::size_t memory_bytes_;
    std::counting_semaphore<parallel> places_{parallel};
};

}  // namespace croquis::identity
