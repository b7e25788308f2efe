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
    wipe();
}

void ProgressBar::show(std::size_t done, std::size_t all) {
    draw(done, all, fmt::format("{} of {}", done, all));
}

void ProgressBar::show_count(std::size_t done) {
    put(fmt::format("{} {}", what_, done));
}

void ProgressBar::show_share(std::uint64_t done, std::uint64_t all, const std::string& beside) {
    if (all > 0) draw(done, all, fmt::format("{:3} %, {}", 100 * done / all, beside));
}

void ProgressBar::wipe() {
    if (on_) std::cerr << wipe_line << std::flush;
    shown_.clear();
}

void ProgressBar::draw(std::uint64_t done, std::uint64_t all, const std::string& said) {
    if (!on_ || all == 0) return;
    const auto filled = bar_width * done / all;
    put(fmt::format("{} [{:#>{}}{:.>{}}] {}", what_, "", filled, "", bar_width - filled, said));
}

void ProgressBar::put(std::string line) {
    if (!on_ || line == shown_) return;
    std::cerr << wipe_line << line << std::flush;
    shown_ = std::move(line);
}

}  // namespace croquis::cli
