#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace croquis::cli {

/// Files that Ctrl+C and SIGTERM take away before they end the program, as long as this object
/// lives. There is one at a time.
class GoneIfInterrupted {
  public:
    /// At most eight; they need not be there.
    explicit GoneIfInterrupted(const std::vector<std::filesystem::path>& files);
    ~GoneIfInterrupted();
    GoneIfInterrupted(const GoneIfInterrupted&) = delete;
    GoneIfInterrupted& operator=(const GoneIfInterrupted&) = delete;

  private:
    std::vector<std::string> names_;  // what the signal's handler reads
};

}  // namespace croquis::cli
