#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace croquis::dataset {

using Entry = std::uint32_t;  ///< the place of a file in its tree

/// Texts by their numbers, from 0, kept as bytes one after the other.
class TextList {
  public:
    /// An empty text of the list is the one that `otherwise` has in its place.
    explicit TextList(const TextList* otherwise = nullptr) : otherwise_(otherwise) {}

    void add(std::string_view text);
    [[nodiscard]] std::string_view operator[](std::uint32_t number) const;
    [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(ends_.size()); }

  private:
    const TextList* otherwise_;
    std::string bytes_;
    std::vector<std::uint64_t> ends_;
};

/// Numbers of paths, in the order of their letters from the last one on, with '/' before each path:
/// those that end alike lie together.
class PathTails {
  public:
    using Numbers = std::vector<std::uint32_t>;

    /// `paths` stays while this is used.
    explicit PathTails(const TextList& paths);

    /// Those that are this very path.
    [[nodiscard]] Numbers exactly(std::string_view path) const;
    /// At most `most` of those whose last parts these are.
    [[nodiscard]] Numbers ending(std::string_view parts, std::size_t most) const;
    /// Those that end in `path`, at most `most`, and those that are a path below it.
    [[nodiscard]] Numbers alike(std::string_view path, std::size_t most) const;

  private:
    [[nodiscard]] Numbers::const_iterator first(std::string_view path) const;

    const TextList& paths_;
    Numbers order_;
};

/// The pictures of a tree, to be found by what a file calls them. Of each its path is kept once and
/// its number in an order or, once a name is looked for that no path is exactly, in three. All are
/// added before the first is looked for. Not thread-safe.
class PictureIndex {
  public:
    PictureIndex() = default;
    PictureIndex(const PictureIndex&) = delete;  // its orders refer to its paths
    PictureIndex& operator=(const PictureIndex&) = delete;

    void add(Entry entry, std::string_view path);

    /// `file` is the one that says so, where it is in the tree; else empty. Errors: not_found,
    /// conflict (more than one).
    Result<Entry> find(std::string_view name, std::string_view file);

  private:
    using Numbers = PathTails::Numbers;

    /// Paths without regard to case.
    struct Folded {
        explicit Folded(const TextList& paths);
        [[nodiscard]] Numbers of_stem(std::string_view stem, std::size_t most) const;

        TextList texts;  ///< where they differ from the paths
        PathTails by_tail;
        Numbers by_stem;
    };

    const PathTails& by_tail();
    const Folded& folded();
    Result<Entry> find_path(const std::string& wanted, std::string_view file);
    [[nodiscard]] Numbers hits(const std::string& wanted, std::string_view file);
    [[nodiscard]] Result<Entry> only(const Numbers& hits, const std::string& wanted,
                                     std::string_view file) const;

    TextList paths_;
    std::vector<Entry> entries_;
    std::optional<PathTails> by_tail_;
    std::optional<Folded> folded_;
};

}  // namespace croquis::dataset
