#include "server/advice.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <sstream>

namespace croquis::server {
namespace {

namespace fs = std::filesystem;

bool is_plain(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("_-./:@%+,=").find(c) != std::string_view::npos;
}

std::string shell_word(const std::string& text) {
    if (!text.empty() && std::all_of(text.begin(), text.end(), is_plain)) return text;
    std::string word = "'";
    for (const char c : text) word += c == '\'' ? "'\\''" : std::string(1, c);
    return word + "'";
}

bool is_on_path(const fs::path& program) {
    const char* path = std::getenv("PATH");
    std::istringstream folders(path == nullptr ? "" : path);
    std::error_code failed;
    for (std::string folder; std::getline(folders, folder, ':');)
        if (const auto found = fs::path(folder) / program.filename(); fs::exists(found, failed))
            return fs::equivalent(found, program, failed);
    return false;
}

std::string own_name() {
    std::error_code failed;
    const auto self = fs::read_symlink("/proc/self/exe", failed);
    if (failed || is_on_path(self)) return self.empty() ? "croquis" : self.filename().string();
    const auto near = self.lexically_proximate(fs::current_path(failed)).string();
    return near.starts_with("..") ? self.string() : near;
}

}  // namespace

std::string command_on_store(const Config& config, const std::string& command) {
    auto line = shell_word(own_name()) + " " + command;
    if (config.store != default_config().store)
        line += " --store " + shell_word(url_without_password(config.store));
    return line;
}

Error demo_password_left(const Config& config) {
    return {
        ErrorKind::invalid,
        fmt::format("The user admin still has the demo's password, which everyone knows. Give it "
                    "another:\n  {}\nor, where there is another admin, disable or remove it:\n"
                    "  {}\n  {}\nor go on trying Croquis out, with --demo.",
                    command_on_store(config, "user password admin"),
                    command_on_store(config, "user disable admin"),
                    command_on_store(config, "user remove admin"))};
}

}  // namespace croquis::server
