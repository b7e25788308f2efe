#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace croquis::cli {

/// Whether to colour what goes to this file descriptor: on a terminal, unless NO_COLOR
/// (no-color.org) is set.
bool colour_on(int descriptor);

/// `text` on one line, which changes nothing of a terminal: control characters and what is not
/// UTF-8 as \\x1b. For names and words that others chose.
std::string printable(std::string_view text);

/// The same of several lines, which stay apart.
std::string printable_lines(std::string_view text);

/// A progress bar on standard error, redrawn in place; nothing where that is no terminal. It is
/// wiped at its end.
class ProgressBar {
  public:
    explicit ProgressBar(std::string what);
    ~ProgressBar();
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    void show(std::size_t done, std::size_t all);
    /// Where nobody knows of how many.
    void show_count(std::size_t done);
    /// The share in percent, and what is said beside it.
    void show_share(std::uint64_t done, std::uint64_t all, const std::string& beside);
    /// Before something else is written there.
    void wipe();

  private:
    void draw(std::uint64_t done, std::uint64_t all, const std::string& said);
    void put(std::string line);

    std::string what_;
    bool on_;
    std::string shown_;
};

}  // namespace croquis::cli
