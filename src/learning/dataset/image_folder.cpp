#include <algorithm>
#include <array>
#include <set>

#include "drawing/decode.h"
#include "learning/dataset/readers.h"
#include "learning/dataset/text.h"

namespace croquis::dataset {
namespace {

constexpr std::array splits{"train", "training", "val", "valid", "validation", "test", "testing"};
constexpr std::array no_labels{"no_label", "unlabeled", "unlabelled"};

/// Whatever its case.
template <class List>
bool holds(const List& words, std::string_view word) {
    return std::find(words.begin(), words.end(), case_folded(word)) != words.end();
}

std::string_view first_part(std::string_view path) {
    return path.substr(0, path.find('/'));
}

std::string_view without_first(std::string_view path) {
    const auto slash = path.find('/');
    return slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
}

std::size_t depth(std::string_view path) {
    return static_cast<std::size_t>(std::count(path.begin(), path.end(), '/'));
}

/// What all entries' names together say: how many folders come before the labels.
class Layout {
  public:
    void see(const TreeEntry& entry) {
        if (entry.is_folder || !entry.refused.empty() || is_litter(entry.path)) return;
        if (!is_picture_name(entry.path)) return;
        const auto first = first_part(entry.path);
        if (files_ == 0) first_ = first;
        one_first_ = one_first_ && first == first_;
        ++files_;
        deepest_ = std::max(deepest_, depth(entry.path));
        see_split(top_, entry.path);
        see_split(below_, without_first(entry.path));
    }

    [[nodiscard]] bool has_wrapper() const {
        return files_ > 0 && one_first_ && deepest_ > 1 && !holds(splits, first_);
    }
    /// Whether the folders at the top, or below the wrapper, are splits.
    [[nodiscard]] bool has_splits() const {
        const auto& level = has_wrapper() ? below_ : top_;
        return level.all && level.deep && level.seen;
    }

  private:
    struct Level {
        bool all = true;    ///< every folder is a split
        bool deep = false;  ///< and holds folders
        bool seen = false;
    };

    static void see_split(Level& level, std::string_view path) {
        if (depth(path) == 0) return;
        level.seen = true;
        level.all = level.all && holds(splits, first_part(path));
        level.deep = level.deep || depth(path) > 1;
    }

    std::size_t files_ = 0;
    std::string first_;
    bool one_first_ = true;
    std::size_t deepest_ = 0;
    Level top_;
    Level below_;
};

class ImageFolderReader final : public RecordReader {
  public:
    ImageFolderReader(std::unique_ptr<FileTree> tree, std::unique_ptr<TreeCursor> cursor,
                      const Layout& layout, const ReadOptions& options)
        : tree_(std::move(tree)),
          cursor_(std::move(cursor)),
          leading_((layout.has_wrapper() ? 1 : 0) + (layout.has_splits() ? 1 : 0)),
          max_image_bytes_(options.max_image_bytes) {}

    Result<std::optional<Item>> next() override {
        for (;;) {
            auto entry = cursor_->next();
            if (!entry) return entry.error();
            if (!*entry) return std::optional<Item>();
            if (auto item = item_of(**entry)) return item;
        }
    }

    std::string format() const override { return "imagefolder"; }
    std::uint64_t position() const override { return cursor_->position(); }
    std::uint64_t extent() const override { return tree_->extent(); }
    std::size_t litter() const override { return litter_; }
    Labels labels_without_drawing() const override { return {empty_.begin(), empty_.end()}; }

  private:
    std::optional<Item> item_of(const TreeEntry& entry) {
        if (is_litter(entry.path)) {
            ++litter_;
            return std::nullopt;
        }
        if (!entry.refused.empty()) return Rejected{entry.path, entry.refused};
        const std::string inner = inside(entry.path, entry.is_folder);
        if (entry.is_folder) {
            see_label(inner, false);
            return std::nullopt;
        }
        return picture(entry.path, inner);
    }

    /// Without wrapper and split.
    std::string inside(const std::string& path, bool is_folder) const {
        std::string_view rest = path;
        for (std::size_t i = 0; i < leading_; ++i) {
            if (!is_folder && depth(rest) == 0) break;
            rest = without_first(rest);
        }
        return std::string(rest);
    }

    void see_label(const std::string& inner, bool has_drawing) {
        auto label = to_label(first_part(inner));
        if (!label || label->empty() || holds(no_labels, *label)) return;
        if (has_drawing) {
            empty_.erase(*label);
            full_.insert(std::move(*label));
        } else if (!full_.contains(*label)) {
            empty_.insert(std::move(*label));
        }
    }

    Item picture(const std::string& path, const std::string& inner) {
        auto bytes = cursor_->read(max_image_bytes_);
        if (!bytes) return Rejected{path, bytes.error().detail};
        if (!drawing::sniff(*bytes)) {
            if (is_picture_name(path))
                return Rejected{
                    path, bytes->empty() ? "It is empty." : "It is neither PNG, JPEG nor WebP."};
            return Remark{path, "It is no picture and was passed over."};
        }
        Record record;
        record.place = path;
        record.file_name = inner;
        record.image = std::move(*bytes);
        if (depth(inner) > 0) {
            const auto label = to_label(first_part(inner));
            if (label && !label->empty() && !holds(no_labels, *label)) {
                record.labels.add(*label);
                record.file_name = without_first(inner);
            }
            see_label(inner, true);
        }
        return record;
    }

    std::unique_ptr<FileTree> tree_;
    std::unique_ptr<TreeCursor> cursor_;
    std::size_t leading_;
    std::size_t max_image_bytes_;
    std::size_t litter_ = 0;
    std::set<std::string> full_;   ///< labels with a drawing
    std::set<std::string> empty_;  ///< labels without one so far
};

}  // namespace

bool is_split_name(std::string_view folder) {
    return holds(splits, folder);
}

bool is_no_label(std::string_view folder) {
    return holds(no_labels, folder);
}

Result<std::unique_ptr<RecordReader>> read_image_folder(std::unique_ptr<FileTree> tree,
                                                        const ReadOptions& options) {
    auto first = tree->open();
    if (!first) return first.error();
    Layout layout;
    for (;;) {
        const auto entry = (*first)->next();
        // Of a damaged archive the reader gives what comes before the damage.
        if (!entry && entry.error().kind != ErrorKind::malformed) return entry.error();
        if (!entry || !*entry) break;
        layout.see(**entry);
    }
    auto second = tree->open();
    if (!second) return second.error();
    return std::unique_ptr<RecordReader>(
        std::make_unique<ImageFolderReader>(std::move(tree), std::move(*second), layout, options));
}

}  // namespace croquis::dataset
