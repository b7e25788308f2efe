#include "cli/terminal.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

namespace croquis::cli {
namespace {

constexpr std::size_t bar_width = 30;
constexpr auto wipe_line = "\r\033[K";

}  // namespace

bool colour_on(int descriptor) {
    return isatty(descriptor) != 0 && std::getenv("NO_COLOR") == nullptr;
}

ProgressBar::ProgressBar(std::string what)
    : what_(std::move(what)), on_(isatty(STDERR_FILENO) != 0) {}

ProgressBar::~ProgressBar() {
    if (on_) std::cerr << wipe_line << std::flush;
}

void ProgressBar::show(std::size_t done, std::size_t all) {
    if (!on_ || all == 0) return;
    const std::size_t filled = bar_width * done / all;
    auto line = fmt::format("{} [{:#>{}}{:.>{}}] {} of {}", what_, "", filled, "",
                            bar_width - filled, done, all);
    if (line == shown_) return;
    std::cerr << wipe_line << line << std::flush;
    shown_ = std::move(line);
}

}  // namespace croquis::cli
