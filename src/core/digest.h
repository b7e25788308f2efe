#pragma once

#include <memory>

#include "core/bytes.h"

namespace croquis {

/// SHA-256 of what comes in parts. Not thread-safe.
class Sha256Digest {
  public:
    Sha256Digest();
    ~Sha256Digest();
    Sha256Digest(const Sha256Digest&) = delete;
    Sha256Digest& operator=(const Sha256Digest&) = delete;

    void add(BytesView part);
    /// Once, at the end.
    Sha256 finish();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace croquis
