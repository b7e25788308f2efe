#pragma once

#include <string_view>

#include "core/digest.h"
#include "core/uuid.h"

namespace croquis::service {

/// The digest of drawings and tags that a lineage names, in the order of their ids.
class LearntDigest {
  public:
    void add(const Uuid& drawing, std::string_view tag);
    /// Once, at the end.
    Sha256 finish() { return digest_.finish(); }

  private:
    Sha256Digest digest_;
};

}  // namespace croquis::service
