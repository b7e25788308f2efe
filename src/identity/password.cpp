#include "identity/password.h"

#include <sodium.h>

#include <array>

namespace croquis::identity {
namespace {

using Places = std::counting_semaphore<PasswordHasher::parallel>;

/// One of the places for a hash at work, given back at the end of the scope.
class Place {
  public:
    explicit Place(Places& places) : places_(places), taken_(places.try_acquire()) {}
    ~Place() {
        if (taken_) places_.release();
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    explicit operator bool() const { return taken_; }

  private:
    Places& places_;
    bool taken_;
};

Error busy() {
    return {ErrorKind::unavailable, "Too many sign-ins at this moment; try again shortly.", {}, 1};
}

Error out_of_memory() {
    return {ErrorKind::unavailable, "There is no memory to check a password with.", {}, 5};
}

}  // namespace

PasswordHasher::PasswordHasher(unsigned long long operations, std::size_t memory_bytes)
    : operations_(operations), memory_bytes_(memory_bytes) {
    if (sodium_init() < 0) throw std::runtime_error("libsodium cannot start");
}

Result<std::string> PasswordHasher::hash(std::string_view password) {
    const Place place(places_);
    if (!place) return busy();
    std::array<char, crypto_pwhash_STRBYTES> phc{};
    if (crypto_pwhash_str_alg(phc.data(), password.data(), password.size(), operations_,
                              memory_bytes_, crypto_pwhash_ALG_ARGON2ID13) != 0)
        return out_of_memory();
    return std::string(phc.data());
}

Result<bool> PasswordHasher::verify(std::string_view password, const std::string& phc) {
    const Place place(places_);
    if (!place) return busy();
    return crypto_pwhash_str_verify(phc.c_str(), password.data(), password.size()) == 0;
}

Result<void> PasswordHasher::pretend(std::string_view password) {
    const Place place(places_);
    if (!place) return busy();
    std::array<unsigned char, 32> out{};
    constexpr std::array<unsigned char, crypto_pwhash_SALTBYTES> salt{};
    if (crypto_pwhash(out.data(), out.size(), password.data(), password.size(), salt.data(),
                      operations_, memory_bytes_, crypto_pwhash_ALG_ARGON2ID13) != 0)
        return out_of_memory();
    return {};
}

bool PasswordHasher::outdated(const std::string& phc) const {
    return crypto_pwhash_str_needs_rehash(phc.c_str(), operations_, memory_bytes_) != 0;
}

}  // namespace croquis::identity
