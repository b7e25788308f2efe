#include <fmt/format.h>

#include <map>
#include <set>

#include "core/text.h"
#include "learning/dataset/json_fields.h"
#include "learning/dataset/readers.h"
#include "learning/dataset/text.h"

namespace croquis::dataset {
namespace {

namespace json = boost::json;

constexpr std::int64_t picture_media = 2;  ///< Datumaro's media type

const json::object* label_categories(const json::value& categories) {
    const auto* of_kinds = categories.if_object();
    return of_kinds == nullptr ? nullptr : object_in(*of_kinds, "label");
}

std::vector<std::string> labels_of(const json::object* categories) {
    std::vector<std::string> labels;
    const auto* list = categories == nullptr ? nullptr : list_in(*categories, "labels");
    if (list == nullptr) return labels;
    for (const auto& each : *list) {
        const auto* label = each.if_object();
        labels.push_back(label == nullptr ? std::string()
                                          : to_label(text_in(*label, "name")).value_or(""));
    }
    return labels;
}

/// Of each label the groups, by their numbers, of which a picture should have one label.
using Groups = std::map<std::string, std::set<std::size_t>>;

Groups exclusive_groups(const json::object* categories) {
    Groups groups;
    const auto* list = categories == nullptr ? nullptr : list_in(*categories, "label_groups");
    if (list == nullptr) return groups;
    std::size_t number = 0;
    for (const auto& each : *list) {
        const auto* group = each.if_object();
        if (group == nullptr || text_in(*group, "group_type") != "exclusive") continue;
        ++number;
        const auto* names = list_in(*group, "labels");
        if (names == nullptr) continue;
        for (const auto& name : *names)
            if (name.is_string()) groups[std::string(name.get_string())].insert(number);
    }
    return groups;
}

/// CVAT leaves the path empty where it exports no pictures: the id then, which has no ending.
std::string picture_of(const json::object& item) {
    for (const auto* key : {"image", "media"})
        if (const auto* media = object_in(item, key); media != nullptr)
            if (auto path = text_in(*media, "path"); !path.empty()) return path;
    return text_in(item, "id");
}

class DatumaroReader {
  public:
    DatumaroReader(const json::value& categories, std::string name)
        : labels_(labels_of(label_categories(categories))),
          groups_(exclusive_groups(label_categories(categories))) {
        table_.name = std::move(name);
    }

    void add(const json::value& element) {
        const auto place = fmt::format("{}, item {}", table_.name, ++items_);
        const auto* item = element.if_object();
        Row row;
        if (item != nullptr) row.picture = picture_of(*item);
        if (row.picture.empty()) {
            table_.problems.add(Rejected{place, "The item names no picture."});
            return;
        }
        row.record.place = place;
        read_annotations(*item, row.record);
        warn_of_groups(row.record);
        table_.rows.add(row);
    }

    Table end() {
        for (const auto& label : labels_)
            if (!label.empty() && !used_.contains(label)) table_.empty_labels.add(label);
        return std::move(table_);
    }

  private:
    void read_annotations(const json::object& item, Record& record) {
        const auto* annotations = list_in(item, "annotations");
        if (annotations == nullptr) return;
        std::size_t others = 0;
        for (const auto& each : *annotations) {
            const auto* annotation = each.if_object();
            if (annotation == nullptr || text_in(*annotation, "type") != "label") {
                ++others;
                continue;
            }
            const auto* id = member(*annotation, "label_id");
            const bool known = id != nullptr && id->is_int64() && id->get_int64() >= 0 &&
                               static_cast<std::size_t>(id->get_int64()) < labels_.size();
            if (!known) {
                say(record.place, fmt::format("There is no label {}; the drawing comes without it.",
                                              id == nullptr ? "null" : json::serialize(*id)));
                continue;
            }
            const auto& label = labels_[static_cast<std::size_t>(id->get_int64())];
            used_.insert(label);
            record.labels.add(label);
        }
        if (others > 0)
            say(record.place, counted(others, "annotation that is no label was passed over.",
                                      "annotations that are no labels were passed over."));
    }

    void warn_of_groups(const Record& record) {
        std::map<std::size_t, std::size_t> labels_of_group;
        for (const auto& label : record.labels)
            if (const auto found = groups_.find(label); found != groups_.end())
                for (const auto group : found->second)
                    if (++labels_of_group[group] == 2)
                        say(record.place,
                            "It has several labels of a group in which one excludes the others.");
    }

    void say(const std::string& place, std::string text) {
        table_.problems.add(Remark{place, std::move(text)});
    }

    Table table_;
    std::vector<std::string> labels_;  ///< by their position
    Groups groups_;
    std::set<std::string> used_;
    std::size_t items_ = 0;
};

}  // namespace

Result<Table> read_datumaro_table(const JsonMembers& file) {
    const auto media = file.read("media_type");
    if (!media) return media.error();
    if (media->is_int64() && media->get_int64() != picture_media)
        return Error{ErrorKind::unsupported_media,
                     "These are no pictures but another kind of data (media_type)."};
    if (!file.has_list("items")) return Error{ErrorKind::malformed, "There are no items."};
    const auto categories = file.read("categories");
    if (!categories) return categories.error();
    DatumaroReader reader(*categories, file.name());
    const auto read = file.each("items", [&](const json::value& item) { reader.add(item); });
    if (!read) return read.error();
    return reader.end();
}

}  // namespace croquis::dataset
