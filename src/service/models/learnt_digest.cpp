#include "service/models/learnt_digest.h"

#include <string>

#include "core/bytes.h"

namespace croquis::service {

void LearntDigest::add(const Uuid& drawing, std::string_view tag) {
    digest_.add(as_bytes(to_string(drawing) + " " + std::string(tag) + "\n"));
}

}  // namespace croquis::service
