#include "core/digest.h"

#include <openssl/evp.h>

#include <new>

namespace croquis {

struct Sha256Digest::State {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    ~State() { EVP_MD_CTX_free(context); }
};

Sha256Digest::Sha256Digest() : state_(std::make_unique<State>()) {
    if (state_->context == nullptr ||
        EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr) != 1)
        throw std::bad_alloc();
}
Sha256Digest::~Sha256Digest() = default;

void Sha256Digest::add(BytesView part) {
    if (EVP_DigestUpdate(state_->context, part.data(), part.size()) != 1) throw std::bad_alloc();
}

Sha256 Sha256Digest::finish() {
    Sha256 digest{};
    if (EVP_DigestFinal_ex(state_->context, digest.data(), nullptr) != 1) throw std::bad_alloc();
    return digest;
}

}  // namespace croquis
