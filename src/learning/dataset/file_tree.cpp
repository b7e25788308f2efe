#include "learning/dataset/file_tree.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/characters.h"
#include "learning/dataset/text.h"

namespace croquis::dataset {
namespace {

constexpr std::size_t max_name_bytes = 4096;

Error bad_name(const char* why) {
    return {ErrorKind::invalid, why};
}

bool has_drive(std::string_view name) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    return name.size() > 1 && letter(name[0]) && name[1] == ':';
}

}  // namespace

Error larger_than(std::size_t max_bytes) {
    return {ErrorKind::too_large, fmt::format("It has more than {} bytes.", max_bytes)};
}

Result<std::string> tree_path(std::string_view name) {
    if (name.size() > max_name_bytes) return bad_name("Its name has more than 4096 bytes.");
    if (name.find('\0') != std::string_view::npos) return bad_name("Its name holds a zero byte.");
    auto composed = to_nfc(name);
    if (!composed) return bad_name("Its name is not UTF-8.");
    std::replace(composed->begin(), composed->end(), '\\', '/');
    if (composed->starts_with('/') || has_drive(*composed))
        return bad_name("Its name is absolute; only names within the data are read.");
    std::string path;
    for (std::string_view rest = *composed; !rest.empty();) {
        const auto part = rest.substr(0, rest.find('/'));
        rest.remove_prefix(std::min(part.size() + 1, rest.size()));
        if (part.empty() || part == ".") continue;
        if (part == "..") return bad_name("Its name leads out of the data (\"..\").");
        if (!path.empty()) path += '/';
        path += part;
    }
    return path;
}

bool is_litter(std::string_view path) {
    while (!path.empty()) {
        const auto part = path.substr(0, path.find('/'));
        path.remove_prefix(std::min(part.size() + 1, path.size()));
        if (part.starts_with("._") || part == "__MACOSX" || part == ".DS_Store" ||
            part == "Thumbs.db" || part == "desktop.ini" || part == ".git")
            return true;
    }
    return false;
}

std::string_view base_name(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

std::string_view parent_path(std::string_view path) {
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string_view stem(std::string_view path) {
    const auto name = base_name(path);
    const auto dot = name.rfind('.');
    return dot == std::string_view::npos || dot == 0 ? name : name.substr(0, dot);
}

std::string extension(std::string_view path) {
    const auto name = base_name(path);
    const auto dot = name.rfind('.');
    if (dot == std::string_view::npos || dot == 0) return {};
    return lower_case(name.substr(dot));
}

}  // namespace croquis::dataset
