#pragma once

#include <filesystem>
#include <memory>
#include <vector>

namespace croquis::cli {

/// Files that Ctrl+C and SIGTERM take away before they end the program, as long as this object
/// lives. A signal that the program was started to ignore stays ignored.
class GoneIfInterrupted {
  public:
    /// They need not be there.
    explicit GoneIfInterrupted(std::vector<std::filesystem::path> files);
    ~GoneIfInterrupted();
    GoneIfInterrupted(const GoneIfInterrupted&) = delete;
    GoneIfInterrupted& operator=(const GoneIfInterrupted&) = delete;

  private:
    class Watch;
    std::unique_ptr<Watch> watch_;
};

}  // namespace croquis::cli
