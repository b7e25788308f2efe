#pragma once

#include <fcntl.h>
#include <unistd.h>

namespace croquis::http {

/// A file descriptor kept for the moment when there are no others: given up, it lets one more
/// connection be accepted, answered and closed.
class SpareDescriptor {
  public:
    SpareDescriptor() { take(); }
    ~SpareDescriptor() { give_up(); }
    SpareDescriptor(const SpareDescriptor&) = delete;
    SpareDescriptor& operator=(const SpareDescriptor&) = delete;

    /// Takes it back where it was given up; false where somebody else was quicker.
    bool take() {
        if (descriptor_ < 0) descriptor_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
        return descriptor_ >= 0;
    }
    void give_up() {
        if (descriptor_ >= 0) ::close(descriptor_);
        descriptor_ = -1;
    }

  private:
    int descriptor_ = -1;
};

}  // namespace croquis::http
