#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "learning/dataset/id_index.h"
#include "learning/dataset/json_fields.h"
#include "learning/dataset/readers.h"
#include "learning/dataset/text.h"

namespace croquis::dataset {
namespace {

namespace json = boost::json;

/// COCO's objects, with ids that are any integers or texts. What is about a part of a picture
/// (boxes, polygons) counts for the whole of it. The categories are read first, then the images,
/// then the annotations, in whichever order the file has them.
class CocoReader {
  public:
    explicit CocoReader(const JsonMembers& file) : file_(file) { table_.name = file.name(); }

    Result<Table> read() {
        const auto categories = each("categories", &CocoReader::read_category);
        if (!categories) return categories.error();
        const auto images = each("images", &CocoReader::read_image);
        if (!images) return images.error();
        row_of_.sort();
        const auto annotations = each("annotations", &CocoReader::read_annotation);
        if (!annotations) return annotations.error();
        label_rows();
        for (const auto& [id, label] : labels_)
            if (!used_.contains(label)) table_.empty_labels.add(names_[label]);
        return std::move(table_);
    }

  private:
    using Take = void (CocoReader::*)(const json::object& object, const std::string& place);

    Result<void> each(const char* key, Take take) {
        std::size_t number = 0;
        return file_.each(key, [&](const json::value& element) {
            const auto place = fmt::format("{}, {} {}", table_.name, key, ++number);
            if (const auto* object = element.if_object(); object != nullptr)
                (this->*take)(*object, place);
            else
                reject(place, "It is not an object.");
        });
    }

    void read_category(const json::object& category, const std::string& place) {
        const auto label = to_label(text_in(category, "name"));
        if (!label || label->empty()) return reject(place, "The category has no name.");
        const auto [known, is_new] = numbers_.emplace(*label, names_.size());
        if (is_new)
            names_.push_back(*label);
        else
            table_.problems.add(Remark{
                place,
                fmt::format("Two categories are called \"{}\"; they are one label.", *label)});
        labels_[id_in(category, "id")] = known->second;
    }

    void read_image(const json::object& image, const std::string& place) {
        Row row;
        row.picture = text_in(image, "file_name");
        if (row.picture.empty()) row.picture = text_in(image, "coco_url");
        if (row.picture.empty()) return reject(place, "The image names no file.");
        row.record.place = place;
        row.record.created_at = lenient_time(text_in(image, "date_captured"));
        if (const auto* own = object_in(image, "croquis"); own != nullptr)
            read_own_fields(*own, row.record);
        row_of_.add(id_in(image, "id"));
        rows_.add(row);
    }

    void read_annotation(const json::object& annotation, const std::string& place) {
        const auto row = row_of_.find(id_in(annotation, "image_id"));
        if (!row)
            return reject(place,
                          fmt::format("There is no image {}.", shown(annotation, "image_id")));
        const auto label = labels_.find(id_in(annotation, "category_id"));
        if (label == labels_.end())
            return reject(
                place, fmt::format("There is no category {}.", shown(annotation, "category_id")));
        used_.insert(label->second);
        said_.push_back({*row, label->second});
    }

    /// Gives the rows their labels, each in the order of its annotations.
    void label_rows() {
        std::stable_sort(said_.begin(), said_.end(),
                         [](const Said& a, const Said& b) { return a.row < b.row; });
        auto said = said_.begin();
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            auto row = rows_.read(i);
            for (; said != said_.end() && said->row == i; ++said) {
                const auto& label = names_[said->label];
                if (row.record.id)
                    add_label_beside_own(row.record, label);
                else
                    row.record.labels.add(label);
            }
            table_.rows.add(row);
            rows_.forget_before(i);
        }
    }

    static std::string shown(const json::object& object, const char* key) {
        const auto* value = member(object, key);
        return value == nullptr ? "null" : json::serialize(*value).substr(0, 40);
    }

    void reject(const std::string& place, std::string why) {
        table_.problems.add(Rejected{place, std::move(why)});
    }

    /// That an annotation gives a row a label.
    struct Said {
        std::uint32_t row;
        std::uint32_t label;
    };

    const JsonMembers& file_;
    Table table_;
    std::vector<std::string> names_;  ///< labels by their numbers
    std::map<std::string, std::uint32_t> numbers_;
    std::map<std::string, std::uint32_t> labels_;  ///< by the categories' ids
    std::set<std::uint32_t> used_;
    Rows rows_;  ///< until their annotations are read
    IdIndex row_of_;
    std::vector<Said> said_;
};

}  // namespace

Result<Table> read_coco_table(const JsonMembers& file) {
    return CocoReader(file).read();
}

}  // namespace croquis::dataset
