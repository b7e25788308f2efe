#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/text.h"
#include "drawing/decode.h"
#include "learning/dataset/picture_index.h"
#include "learning/dataset/readers.h"
#include "learning/dataset/text.h"

namespace croquis::dataset {
namespace {

/// What several rows say of one picture.
void merge(Record& into, Record&& other) {
    if (into.labels.empty())
        into.labels = std::move(other.labels);
    else if (!other.labels.empty() && other.labels != into.labels) {
        for (const auto& label : other.labels) into.labels.add(label);
        into.disagreed = true;
    }
    into.disagreed = into.disagreed || other.disagreed;
    for (auto& suggestion : other.suggestions) into.suggestions.push_back(std::move(suggestion));
}

/// That a row is about a file.
struct Named {
    Entry entry;
    std::uint32_t row;

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 reads the comparison with 0 so
    auto operator<=>(const Named&) const = default;
};

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
        if (const auto assigned = assign(); !assigned) return assigned.error();
        auto cursor = tree_->open();
        if (!cursor) return cursor.error();
        cursor_ = std::move(*cursor);
        return {};
    }

    Result<std::optional<Item>> next() override {
        if (next_problem_ < table_.problems.size())
            return std::optional(table_.problems.read(next_problem_++));
        if (next_embedded_ < embedded_.size())
            return std::optional<Item>(table_.rows.read(embedded_[next_embedded_++]).record);
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
    Labels labels_without_drawing() const override { return table_.empty_labels; }

  private:
    bool is_candidate(const TreeEntry& entry) const {
        return entry.refused.empty() && !entry.is_folder && !is_litter(entry.path) &&
               !skipped_.contains(entry.path);
    }

    Result<void> assign() {
        PictureIndex index;
        if (const auto listed = list_pictures(index); !listed) return listed.error();
        auto file = table_.files.begin();
        for (std::uint32_t i = 0; i < table_.rows.size(); ++i) {
            while (file != table_.files.end() && i >= file->end) ++file;
            const auto row = table_.rows.read(i);
            if (!row.record.image.empty()) {
                embedded_.push_back(i);
                continue;
            }
            const auto entry =
                index.find(row.picture, file == table_.files.end() ? std::string_view()
                                                                   : std::string_view(file->path));
            if (entry)
                named_.push_back({*entry, i});
            else
                table_.problems.add(Rejected{
                    row.record.place, fmt::format("{}: {}", row.picture, entry.error().detail)});
        }
        std::sort(named_.begin(), named_.end());
        return {};
    }

    Result<void> list_pictures(PictureIndex& index) const {
        auto names = tree_->open();
        if (!names) return names.error();
        for (Entry number = 0;; ++number) {
            const auto entry = (*names)->next();
            if (!entry && entry.error().kind != ErrorKind::malformed) return entry.error();
            if (!entry || !*entry) return {};
            if (is_candidate(**entry)) index.add(number, (*entry)->path);
        }
    }

    std::optional<Item> item_of(const TreeEntry& entry) {
        if (is_litter(entry.path)) {
            ++litter_;
            return std::nullopt;
        }
        if (!entry.refused.empty()) return Rejected{entry.path, entry.refused};
        if (!is_candidate(entry)) return std::nullopt;
        if (auto record = named(number_ - 1)) {
            // An export of Croquis says itself which name a drawing has, or that it has none.
            if (record->file_name.empty() && !record->id) record->file_name = entry.path;
            return picture(*record);
        }
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
            record.labels.add(std::move(label));
        return picture(record);
    }

    /// What the rows say that name this file; nothing where none does. Files are asked for in their
    /// order.
    std::optional<Record> named(Entry entry) {
        while (next_named_ < named_.size() && named_[next_named_].entry < entry) ++next_named_;
        std::optional<Record> record;
        for (; next_named_ < named_.size() && named_[next_named_].entry == entry; ++next_named_) {
            auto row = table_.rows.read(named_[next_named_].row);
            if (record)
                merge(*record, std::move(row.record));
            else
                record = std::move(row.record);
        }
        return record;
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
    std::vector<std::uint32_t> embedded_;  ///< rows with a picture
    std::vector<Named> named_;
    std::size_t next_named_ = 0;
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

}  // namespace croquis::dataset
