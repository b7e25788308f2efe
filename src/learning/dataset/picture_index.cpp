#include "learning/dataset/picture_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "core/text.h"
#include "learning/dataset/file_tree.h"
#include "learning/dataset/readers.h"
#include "learning/dataset/text.h"

namespace croquis::dataset {
namespace {

/// Of files that are called alike so many are compared with the folders of the rows' file: a data
/// set has few splits.
constexpr std::size_t most_alike = 64;

bool is_address(std::string_view name) {
    return name.find("://") != std::string_view::npos;
}

/// The path in what a tool wrote for one: without the host and the query of an address, with the
/// path that Label Studio puts into a query.
std::string path_in(std::string_view name) {
    constexpr std::string_view local = "/data/local-files/?d=";
    if (const auto at = name.find(local); at != std::string_view::npos)
        return percent_decoded(name.substr(at + local.size()));
    if (!is_address(name)) return std::string(name);
    name.remove_prefix(name.find("://") + 3);
    name = name.substr(0, name.find_first_of("?#"));
    const auto slash = name.find('/');
    return slash == std::string_view::npos ? std::string() : std::string(name.substr(slash + 1));
}

/// Without drive and leading separators, so that a path from another machine can be looked for.
std::string relative(std::string_view name) {
    std::string path(name);
    std::replace(path.begin(), path.end(), '\\', '/');
    if (path.size() > 1 && path[1] == ':') path.erase(0, 2);
    std::string kept;
    for (std::string_view rest = path; !rest.empty();) {
        const auto part = rest.substr(0, rest.find('/'));
        rest.remove_prefix(std::min(part.size() + 1, rest.size()));
        if (part.empty() || part == ".") continue;
        if (part == "..") {
            kept.clear();
            continue;
        }
        if (!kept.empty()) kept += '/';
        kept += part;
    }
    const auto composed = to_nfc(kept);
    return composed ? *composed : kept;
}

/// Label Studio puts eight hexadecimal digits and a hyphen before the names of uploads.
std::string_view without_upload_prefix(std::string_view name) {
    constexpr std::size_t digits = 8;
    if (name.size() <= digits + 1 || name[digits] != '-') return name;
    const auto prefix = name.substr(0, digits);
    const bool hex = prefix.find_first_not_of("0123456789abcdef") == std::string_view::npos;
    return hex ? name.substr(digits + 1) : name;
}

/// Whether a file called so is about what is in this folder: instances_train.json about train/.
bool is_called_after(std::string_view file_stem, std::string_view folder) {
    if (folder.empty() || !file_stem.ends_with(folder)) return false;
    const auto before = file_stem.substr(0, file_stem.size() - folder.size());
    return before.empty() || std::string_view("_-. ").find(before.back()) != std::string_view::npos;
}

/// Whether a picture is below the folder of a file of rows, or below one it is called after.
bool is_near(std::string_view path, std::string_view file) {
    if (file.empty()) return false;
    const auto folder = parent_path(file);
    if (!folder.empty() && path.starts_with(fmt::format("{}/", folder))) return true;
    const auto called = case_folded(stem(file));
    for (auto rest = parent_path(path); !rest.empty(); rest = parent_path(rest))
        if (is_called_after(called, case_folded(base_name(rest)))) return true;
    return false;
}

Error missing(std::string_view name) {
    if (is_address(name))
        return {ErrorKind::not_found,
                "The picture stands at an address, and addresses are not fetched; it is not "
                "among the files either."};
    return {ErrorKind::not_found, "Its picture is not among the files."};
}

/// Which of "/a" and "/b" comes first by their letters from the last one on: below, at or above 0.
int compare_tails(std::string_view a, std::string_view b) {
    const auto common = std::min(a.size(), b.size());
    for (std::size_t i = 1; i <= common; ++i) {
        const char of_a = a[a.size() - i];
        const char of_b = b[b.size() - i];
        if (of_a != of_b) return of_a < of_b ? -1 : 1;
    }
    if (a.size() == b.size()) return 0;
    if (a.size() > b.size()) return -compare_tails(b, a);
    return b[b.size() - common - 1] < '/' ? 1 : -1;
}

/// Whether the last parts of a path are these.
bool ends_in(std::string_view path, std::string_view parts) {
    if (!path.ends_with(parts)) return false;
    return path.size() == parts.size() || path[path.size() - parts.size() - 1] == '/';
}

std::vector<std::uint32_t> numbers_up_to(std::uint32_t count) {
    std::vector<std::uint32_t> numbers(count);
    std::iota(numbers.begin(), numbers.end(), 0U);
    return numbers;
}

/// The paths in another case, each where it differs from its path.
TextList folded_texts(const TextList& paths) {
    TextList texts(&paths);
    for (std::uint32_t i = 0; i < paths.size(); ++i) {
        const auto folded = case_folded(paths[i]);
        texts.add(folded == paths[i] ? std::string_view() : std::string_view(folded));
    }
    return texts;
}

}  // namespace

void TextList::add(std::string_view text) {
    bytes_ += text;
    ends_.push_back(bytes_.size());
}

std::string_view TextList::operator[](std::uint32_t number) const {
    const auto begin = number == 0 ? 0 : ends_[number - 1];
    const auto end = ends_[number];
    if (begin == end && otherwise_ != nullptr) return (*otherwise_)[number];
    return std::string_view(bytes_).substr(begin, end - begin);
}

PathTails::PathTails(const TextList& paths) : paths_(paths), order_(numbers_up_to(paths.size())) {
    std::sort(order_.begin(), order_.end(), [&](auto a, auto b) {
        const int order = compare_tails(paths_[a], paths_[b]);
        return order == 0 ? a < b : order < 0;
    });
}

PathTails::Numbers::const_iterator PathTails::first(std::string_view path) const {
    return std::lower_bound(order_.begin(), order_.end(), path, [&](auto number, auto wanted) {
        return compare_tails(paths_[number], wanted) < 0;
    });
}

PathTails::Numbers PathTails::exactly(std::string_view path) const {
    Numbers found;
    for (auto at = first(path); at != order_.end() && paths_[*at] == path; ++at)
        found.push_back(*at);
    return found;
}

PathTails::Numbers PathTails::ending(std::string_view parts, std::size_t most) const {
    Numbers found;
    for (auto at = first(parts);
         at != order_.end() && found.size() < most && ends_in(paths_[*at], parts); ++at)
        found.push_back(*at);
    return found;
}

PathTails::Numbers PathTails::alike(std::string_view path, std::size_t most) const {
    auto found = ending(path, most);
    for (auto slash = path.find('/'); slash != std::string_view::npos && found.size() < most;
         slash = path.find('/')) {
        path.remove_prefix(slash + 1);
        const auto below = exactly(path);
        found.insert(found.end(), below.begin(), below.end());
    }
    return found;
}

PictureIndex::Folded::Folded(const TextList& paths)
    : texts(folded_texts(paths)), by_tail(texts), by_stem(numbers_up_to(paths.size())) {
    std::sort(by_stem.begin(), by_stem.end(), [&](auto a, auto b) {
        const int order = stem(texts[a]).compare(stem(texts[b]));
        return order == 0 ? a < b : order < 0;
    });
}

PictureIndex::Numbers PictureIndex::Folded::of_stem(std::string_view wanted,
                                                    std::size_t most) const {
    const auto first =
        std::lower_bound(by_stem.begin(), by_stem.end(), wanted,
                         [&](auto number, auto text) { return stem(texts[number]) < text; });
    Numbers found;
    for (auto at = first; at != by_stem.end() && found.size() < most && stem(texts[*at]) == wanted;
         ++at)
        found.push_back(*at);
    return found;
}

void PictureIndex::add(Entry entry, std::string_view path) {
    paths_.add(path);
    entries_.push_back(entry);
}

const PathTails& PictureIndex::by_tail() {
    if (!by_tail_) by_tail_.emplace(paths_);
    return *by_tail_;
}

const PictureIndex::Folded& PictureIndex::folded() {
    if (!folded_) folded_.emplace(paths_);
    return *folded_;
}

Result<Entry> PictureIndex::find(std::string_view name, std::string_view file) {
    const std::string as_written = relative(path_in(name));
    if (as_written.empty()) return missing(name);
    auto found = find_path(as_written, file);
    if (!found && found.error().kind == ErrorKind::not_found)
        found = find_path(relative(percent_decoded(as_written)), file);
    const auto bare = without_upload_prefix(base_name(as_written));
    if (!found && found.error().kind == ErrorKind::not_found && bare != base_name(as_written))
        found = find_path(std::string(bare), file);
    if (!found && found.error().kind == ErrorKind::not_found) return missing(name);
    return found;
}

Result<Entry> PictureIndex::find_path(const std::string& wanted, std::string_view file) {
    const auto found = hits(wanted, file);
    if (found.empty()) return Error{ErrorKind::not_found, {}};
    return only(found, wanted, file);
}

/// Those of the first way to compare that finds any.
PictureIndex::Numbers PictureIndex::hits(const std::string& wanted, std::string_view file) {
    Numbers found;
    if (const auto folder = parent_path(file); !folder.empty())
        found = by_tail().exactly(fmt::format("{}/{}", folder, wanted));
    if (found.empty()) found = by_tail().exactly(wanted);
    if (found.empty()) found = by_tail().alike(wanted, most_alike);
    if (!found.empty()) return found;
    const auto in_any_case = case_folded(wanted);
    found = folded().by_tail.alike(in_any_case, most_alike);
    if (found.empty()) found = by_tail().ending(base_name(wanted), most_alike);
    if (found.empty()) found = folded().by_tail.ending(base_name(in_any_case), most_alike);
    if (found.empty() && !is_picture_name(wanted))
        found = folded().of_stem(stem(in_any_case), most_alike);
    return found;
}

Result<Entry> PictureIndex::only(const Numbers& hits, const std::string& wanted,
                                 std::string_view file) const {
    if (hits.size() == 1) return entries_[hits.front()];
    Numbers near;
    for (const auto hit : hits)
        if (is_near(paths_[hit], file)) near.push_back(hit);
    if (near.size() == 1 && hits.size() < most_alike) return entries_[near.front()];
    return Error{ErrorKind::conflict, fmt::format("Several files could be meant by {}: {}, {}.",
                                                  wanted, paths_[hits[0]], paths_[hits[1]])};
}

}  // namespace croquis::dataset
