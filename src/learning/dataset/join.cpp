#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <set>
#include <unordered_map>

#include "core/text.h"
#include "drawing/decode.h"
#include "learning/dataset/readers.h"
#include "learning/dataset/text.h"

namespace croquis::dataset {
namespace {

using Entry = std::uint32_t;  ///< the place of a file in its tree

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

/// Paths with '/' before them, in the order of their letters from the last one on: those that end
/// alike lie together.
class PathTails {
  public:
    void add(Entry entry, std::string_view path) {
        files_.push_back({fmt::format("/{}", path), entry});
    }
    void sort() {
        std::sort(files_.begin(), files_.end(), [](const File& a, const File& b) {
            return std::lexicographical_compare(a.path.rbegin(), a.path.rend(), b.path.rbegin(),
                                                b.path.rend());
        });
    }

    /// The file of this very path.
    [[nodiscard]] std::vector<Entry> exactly(std::string_view path) const {
        const auto wanted = fmt::format("/{}", path);
        std::vector<Entry> found;
        for (auto at = first(wanted); at != files_.end() && at->path == wanted; ++at)
            found.push_back(at->entry);
        return found;
    }
    /// At most `most` of the files whose last parts these are.
    [[nodiscard]] std::vector<Entry> ending(std::string_view parts, std::size_t most) const {
        const auto wanted = fmt::format("/{}", parts);
        std::vector<Entry> found;
        for (auto at = first(wanted);
             at != files_.end() && found.size() < most && at->path.ends_with(wanted); ++at)
            found.push_back(at->entry);
        return found;
    }
    /// The files that `path` or a path below it is, and those that end in it.
    [[nodiscard]] std::vector<Entry> alike(std::string_view path, std::size_t most) const {
        auto found = ending(path, most);
        for (auto slash = path.find('/'); slash != std::string_view::npos && found.size() < most;
             slash = path.find('/')) {
            path.remove_prefix(slash + 1);
            const auto below = exactly(path);
            found.insert(found.end(), below.begin(), below.end());
        }
        return found;
    }

  private:
    struct File {
        std::string path;
        Entry entry;
    };

    [[nodiscard]] std::vector<File>::const_iterator first(const std::string& wanted) const {
        return std::lower_bound(
            files_.begin(), files_.end(), wanted, [](const File& file, const std::string& text) {
                return std::lexicographical_compare(file.path.rbegin(), file.path.rend(),
                                                    text.rbegin(), text.rend());
            });
    }

    std::vector<File> files_;
};

/// Whether a file called so is about what is in this folder: instances_train.json about train/.
bool is_called_after(std::string_view file_stem, std::string_view folder) {
    if (folder.empty() || !file_stem.ends_with(folder)) return false;
    const auto before = file_stem.substr(0, file_stem.size() - folder.size());
    return before.empty() || std::string_view("_-. ").find(before.back()) != std::string_view::npos;
}

/// The pictures of a tree, to be found by what a file calls them. Sort it before looking.
class PictureIndex {
  public:
    void add(Entry entry, const std::string& path) {
        tails_.add(entry, path);
        folded_tails_.add(entry, case_folded(path));
        by_stem_.emplace(case_folded(stem(path)), entry);
        paths_.emplace(entry, path);
    }
    void sort() {
        tails_.sort();
        folded_tails_.sort();
    }

    /// `file` is the one that says so, where it is in the tree. Errors: not_found, conflict (more
    /// than one).
    Result<Entry> find(std::string_view name, const std::string& file) const {
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

    [[nodiscard]] const std::string& path(Entry entry) const { return paths_.at(entry); }

  private:
    /// Of files that are called alike so many are compared with the folders of the rows' file: a
    /// data set has few splits.
    static constexpr std::size_t most_alike = 64;

    static Error missing(std::string_view name) {
        if (is_address(name))
            return {ErrorKind::not_found,
                    "The picture stands at an address, and addresses are not fetched; it is not "
                    "among the files either."};
        return {ErrorKind::not_found, "Its picture is not among the files."};
    }

    /// Stops at the first way to compare that finds any.
    Result<Entry> find_path(const std::string& wanted, const std::string& file) const {
        const auto folded = case_folded(wanted);
        const auto folder = parent_path(file);
        const std::array<std::function<std::vector<Entry>()>, 7> ways{
            [&] {
                return folder.empty() ? std::vector<Entry>()
                                      : tails_.exactly(fmt::format("{}/{}", folder, wanted));
            },
            [&] { return tails_.exactly(wanted); },
            [&] { return tails_.alike(wanted, most_alike); },
            [&] { return folded_tails_.alike(folded, most_alike); },
            [&] { return tails_.ending(base_name(wanted), most_alike); },
            [&] { return folded_tails_.ending(base_name(folded), most_alike); },
            [&] { return is_picture_name(wanted) ? std::vector<Entry>() : of_stem(stem(folded)); },
        };
        for (const auto& way : ways)
            if (const auto hits = way(); !hits.empty()) return only(hits, wanted, file);
        return Error{ErrorKind::not_found, {}};
    }

    [[nodiscard]] std::vector<Entry> of_stem(std::string_view wanted) const {
        std::vector<Entry> found;
        const auto [begin, end] = by_stem_.equal_range(std::string(wanted));
        for (auto at = begin; at != end && found.size() < most_alike; ++at)
            found.push_back(at->second);
        return found;
    }

    Result<Entry> only(const std::vector<Entry>& hits, const std::string& wanted,
                       const std::string& file) const {
        if (hits.size() == 1) return hits.front();
        std::vector<Entry> near;
        for (const Entry hit : hits)
            if (is_near(paths_.at(hit), file)) near.push_back(hit);
        if (near.size() == 1 && hits.size() < most_alike) return near.front();
        return Error{ErrorKind::conflict,
                     fmt::format("Several files could be meant by {}: {}, {}.", wanted,
                                 paths_.at(hits[0]), paths_.at(hits[1]))};
    }

    /// Whether a picture is below the folder of a file of rows, or below one it is called after.
    static bool is_near(std::string_view path, const std::string& file) {
        if (file.empty()) return false;
        const auto folder = parent_path(file);
        if (!folder.empty() && path.starts_with(fmt::format("{}/", folder))) return true;
        const auto called = case_folded(stem(file));
        for (auto rest = parent_path(path); !rest.empty(); rest = parent_path(rest))
            if (is_called_after(called, case_folded(base_name(rest)))) return true;
        return false;
    }

    PathTails tails_;
    PathTails folded_tails_;
    std::unordered_multimap<std::string, Entry> by_stem_;
    std::unordered_map<Entry, std::string> paths_;
};

/// What several rows say of one picture.
void merge(Record& into, Record&& other) {
    if (into.labels.empty())
        into.labels = std::move(other.labels);
    else if (!other.labels.empty() && other.labels != into.labels) {
        for (const auto& label : other.labels) add_label(into.labels, label);
        into.disagreed = true;
    }
    into.disagreed = into.disagreed || other.disagreed;
    for (auto& suggestion : other.suggestions) into.suggestions.push_back(std::move(suggestion));
}

class JoinReader final : public RecordReader {
  public:
    JoinReader(Table table, Format format, std::unique_ptr<FileTree> tree,
               const std::vector<std::string>& skipped, const ReadOptions& options)
        : table_(std::move(table)),
          format_(format),
          tree_(std::move(tree)),
          skipped_(skipped.begin(), skipped.end()),
          max_image_bytes_(options.max_image_bytes) {}

    /// Finds out which picture each row means.
    Result<void> begin() {
        auto names = tree_->open();
        if (!names) return names.error();
        PictureIndex index;
        for (Entry number = 0;; ++number) {
            const auto entry = (*names)->next();
            if (!entry && entry.error().kind != ErrorKind::malformed) return entry.error();
            if (!entry || !*entry) break;
            if (is_candidate(**entry)) index.add(number, (*entry)->path);
        }
        index.sort();
        assign(index);
        auto cursor = tree_->open();
        if (!cursor) return cursor.error();
        cursor_ = std::move(*cursor);
        return {};
    }

    Result<std::optional<Item>> next() override {
        if (next_problem_ < table_.problems.size())
            return std::optional(std::move(table_.problems[next_problem_++]));
        while (next_embedded_ < table_.rows.size()) {
            auto& record = table_.rows[next_embedded_++].record;
            if (!record.image.empty()) return std::optional<Item>(std::move(record));
        }
        for (;;) {
            auto entry = cursor_->next();
            if (!entry) return entry.error();
            if (!*entry) return last_words();
            ++number_;
            if (auto item = item_of(**entry)) return item;
        }
    }

    std::string format() const override { return std::string(to_string(format_)); }
    std::uint64_t position() const override { return cursor_->position(); }
    std::uint64_t extent() const override { return tree_->extent(); }
    std::size_t litter() const override { return litter_; }
    std::vector<std::string> labels_without_drawing() const override { return table_.empty_labels; }

  private:
    bool is_candidate(const TreeEntry& entry) const {
        return entry.refused.empty() && !entry.is_folder && !is_litter(entry.path) &&
               !skipped_.contains(entry.path);
    }

    [[nodiscard]] std::string file_of(const Row& row) const {
        return row.file < table_.files.size() ? table_.files[row.file] : std::string();
    }

    void assign(const PictureIndex& index) {
        for (std::size_t i = 0; i < table_.rows.size(); ++i) {
            auto& row = table_.rows[i];
            if (!row.record.image.empty()) continue;
            const auto entry = index.find(row.picture, file_of(row));
            if (!entry) {
                table_.problems.push_back(Rejected{
                    row.record.place, fmt::format("{}: {}", row.picture, entry.error().detail)});
                continue;
            }
            // An export of Croquis says itself which name a drawing has, or that it has none.
            if (row.record.file_name.empty() && !row.record.id)
                row.record.file_name = index.path(*entry);
            const auto [at, is_new] = row_of_.emplace(*entry, i);
            if (!is_new) merge(table_.rows[at->second].record, std::move(row.record));
        }
    }

    std::optional<Item> item_of(const TreeEntry& entry) {
        if (is_litter(entry.path)) {
            ++litter_;
            return std::nullopt;
        }
        if (!entry.refused.empty()) return Rejected{entry.path, entry.refused};
        if (!is_candidate(entry)) return std::nullopt;
        const auto row = row_of_.find(number_ - 1);
        if (row != row_of_.end()) return picture(table_.rows[row->second].record);
        if (!is_picture_name(entry.path)) return std::nullopt;
        if (table_.only_named) {
            ++unlisted_;
            return std::nullopt;
        }
        Record record;
        record.place = entry.path;
        record.file_name = entry.path;
        auto label = table_.unlisted ? table_.unlisted(entry.path) : std::string();
        if (label.empty())
            ++unlisted_;
        else
            record.labels.push_back(std::move(label));
        return picture(record);
    }

    Item picture(Record& record) {
        auto bytes = cursor_->read(max_image_bytes_);
        if (!bytes) return Rejected{record.place, bytes.error().detail};
        if (!drawing::sniff(*bytes))
            return Rejected{record.place, bytes->empty() ? "Its picture is empty."
                                                         : "It is neither PNG, JPEG nor WebP."};
        record.image = std::move(*bytes);
        return std::move(record);
    }

    std::optional<Item> last_words() {
        if (unlisted_ == 0 || said_) return std::nullopt;
        said_ = true;
        return Remark{table_.name, table_.only_named ? beside() : unlabelled()};
    }

    /// Of pictures that the table does not name: that they stay out, or that they have no label.
    [[nodiscard]] std::string beside() const {
        return counted(
            unlisted_,
            "picture beside it is not named there and stays out; --pictures brings it too.",
            "pictures beside it are not named there and stay out; --pictures brings them too.");
    }
    [[nodiscard]] std::string unlabelled() const {
        return counted(unlisted_, "of the pictures is not named there; it has no label.",
                       "of the pictures are not named there; they have no label.");
    }

    Table table_;
    Format format_;
    std::unique_ptr<FileTree> tree_;
    std::set<std::string> skipped_;
    std::size_t max_image_bytes_;
    std::unordered_map<Entry, std::size_t> row_of_;  ///< the first row of a file
    std::unique_ptr<TreeCursor> cursor_;
    Entry number_ = 0;  ///< of entries passed
    std::size_t next_problem_ = 0;
    std::size_t next_embedded_ = 0;
    std::size_t litter_ = 0;
    std::size_t unlisted_ = 0;
    bool said_ = false;
};

}  // namespace

Result<std::unique_ptr<RecordReader>> join_with_pictures(Table table, Format format,
                                                         std::unique_ptr<FileTree> pictures,
                                                         const std::vector<std::string>& skipped,
                                                         const ReadOptions& options) {
    auto reader = std::make_unique<JoinReader>(std::move(table), format, std::move(pictures),
                                               skipped, options);
    if (const auto begun = reader->begin(); !begun) return begun.error();
    return std::unique_ptr<RecordReader>(std::move(reader));
}

bool is_picture_name(std::string_view path) {
    const auto ending = extension(path);
    return ending == ".png" || ending == ".jpg" || ending == ".jpeg" || ending == ".webp";
}

void add_label(std::vector<std::string>& labels, const std::string& label) {
    if (std::find(labels.begin(), labels.end(), label) == labels.end()) labels.push_back(label);
}

}  // namespace croquis::dataset
