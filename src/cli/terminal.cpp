#include "cli/terminal.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "core/characters.h"

namespace croquis::cli {
namespace {

constexpr std::size_t bar_width = 30;
constexpr auto wipe_line = "\r\033[K";

}  // namespace

bool colour_on(int descriptor) {
    return isatty(descriptor) != 0 && std::getenv("NO_COLOR") == nullptr;
}

std::string printable(std::string_view text) {
    std::string shown;
    while (!text.empty()) {
        const auto bytes = bytes_of_first(text);
        const auto character = text.substr(0, std::max<std::size_t>(bytes, 1));
        // C1 in UTF-8 is 0xc2 and the byte itself.
        const bool is_c1 = character.size() == 2 && character[0] == '\xc2' &&
                           static_cast<unsigned char>(character[1]) < 0xa0;
        if (bytes > 0 && !is_control(character[0]) && !is_c1)
            shown += character;
        else
            for (const char c : character)
                shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        text.remove_prefix(character.size());
    }
    return shown;
}

std::string printable_lines(std::string_view text) {
    std::string shown;
    for (;;) {
        const auto end = std::min(text.find('\n'), text.size());
        shown += printable(text.substr(0, end));
        if (end == text.size()) return shown;
        shown += '\n';
        text.remove_prefix(end + 1);
    }
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
