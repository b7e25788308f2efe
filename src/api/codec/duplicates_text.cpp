#include "api/codec/duplicates_text.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "store/asking.h"

namespace croquis::api {
namespace {

namespace json = boost::json;

/// An object with more members, which are JSON text.
std::string with_members(std::string object, std::string_view more) {
    object.back() = ',';
    return object.append(more).append(1, '}');
}

std::string duplicate_text(const service::Duplicate& duplicate, const ApiSurface& surface) {
    const json::object about{{"similarity", duplicate.similarity},
                             {"judges", store::judges(duplicate.drawing.id)}};
    const auto members = json::serialize(about);
    return with_members(detail_text({duplicate.drawing, {}}, surface),
                        std::string_view(members).substr(1, members.size() - 2));
}

std::string group_text(const service::DuplicateGroup& group, const ApiSurface& surface) {
    json::array tags;
    for (const auto& [tag, drawings] : group.tags)
        tags.push_back(json::object{{"tag", tag}, {"drawings", drawings}});
    const json::object about{{"size", group.size},
                             {"same_picture", group.same_picture},
                             {"contradicts", group.contradicts()},
                             {"tags", std::move(tags)},
                             {"learning", group.learning},
                             {"judging", group.judging}};
    std::string drawings = "\"drawings\":[";
    for (const auto& duplicate : group.drawings) {
        if (drawings.back() != '[') drawings += ',';
        drawings += duplicate_text(duplicate, surface);
    }
    return with_members(json::serialize(about), drawings + ']');
}

}  // namespace

std::string duplicates_text(const service::Duplicates& duplicates, const ApiSurface& surface) {
    const json::object about{{"as_of", to_rfc3339(duplicates.as_of)},
                             {"looked_at", duplicates.looked_at},
                             {"found", duplicates.groups},
                             {"drawings", duplicates.drawings},
                             {"contradicting", duplicates.contradicting},
                             {"crossing", duplicates.crossing},
                             {"judging", duplicates.judging}};
    std::string groups = "\"groups\":[";
    for (const auto& group : duplicates.listed) {
        if (groups.back() != '[') groups += ',';
        groups += group_text(group, surface);
    }
    return with_members(json::serialize(about), groups + ']');
}

}  // namespace croquis::api
