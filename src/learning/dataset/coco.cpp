#include <fmt/format.h>

#include <istream>
#include <map>
#include <set>

#include "learning/dataset/json_fields.h"
#include "learning/dataset/readers.h"
#include "learning/dataset/text.h"

namespace croquis::dataset {
namespace {

namespace json = boost::json;

/// COCO's objects, with ids that are any integers or texts. What is about a part of a picture
/// (boxes, polygons) counts for the whole of it.
class CocoReader {
  public:
    explicit CocoReader(std::string name) { table_.name = std::move(name); }

    Table read(const json::object& root) {
        each(root, "categories", [&](const json::object& category, const std::string& place) {
            read_category(category, place);
        });
        each(root, "images", [&](const json::object& image, const std::string& place) {
            read_image(image, place);
        });
        each(root, "annotations", [&](const json::object& annotation, const std::string& place) {
            read_annotation(annotation, place);
        });
        for (const auto& row : rows_) table_.rows.add(row);
        for (const auto& [id, label] : labels_)
            if (!used_.contains(label)) add_label(table_.empty_labels, label);
        return std::move(table_);
    }

  private:
    template <class Read>
    void each(const json::object& root, const char* key, Read read) {
        const auto* list = list_in(root, key);
        if (list == nullptr) return;
        std::size_t number = 0;
        for (const auto& element : *list) {
            const auto place = fmt::format("{}, {} {}", table_.name, key, ++number);
            if (const auto* object = element.if_object(); object != nullptr)
                read(*object, place);
            else
                reject(place, "It is not an object.");
        }
    }

    void read_category(const json::object& category, const std::string& place) {
        const auto label = to_label(text_in(category, "name"));
        if (!label || label->empty()) return reject(place, "The category has no name.");
        for (const auto& [id, known] : labels_)
            if (known == *label) {
                table_.problems.add(
                    Remark{place, fmt::format("Two categories are called \"{}\"; they are one "
                                              "label.",
                                              *label)});
                break;
            }
        labels_[id_in(category, "id")] = *label;
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
        row_of_.emplace(id_in(image, "id"), rows_.size());
        rows_.push_back(std::move(row));
    }

    void read_annotation(const json::object& annotation, const std::string& place) {
        const auto row = row_of_.find(id_in(annotation, "image_id"));
        if (row == row_of_.end())
            return reject(place,
                          fmt::format("There is no image {}.", shown(annotation, "image_id")));
        const auto label = labels_.find(id_in(annotation, "category_id"));
        if (label == labels_.end())
            return reject(
                place, fmt::format("There is no category {}.", shown(annotation, "category_id")));
        used_.insert(label->second);
        auto& record = rows_[row->second].record;
        if (record.id)
            add_label_beside_own(record, label->second);
        else
            add_label(record.labels, label->second);
    }

    static std::string shown(const json::object& object, const char* key) {
        const auto* value = member(object, key);
        return value == nullptr ? "null" : json::serialize(*value).substr(0, 40);
    }

    void reject(const std::string& place, std::string why) {
        table_.problems.add(Rejected{place, std::move(why)});
    }

    Table table_;
    std::vector<Row> rows_;  ///< until their annotations are read
    std::map<std::string, std::string> labels_;
    std::map<std::string, std::size_t> row_of_;
    std::set<std::string> used_;
};

}  // namespace

Result<Table> read_coco_table(const json::object& root, std::string name) {
    return CocoReader(std::move(name)).read(root);
}

}  // namespace croquis::dataset
