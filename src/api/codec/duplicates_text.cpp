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
    std::string drawings = "\"drawings\":[";
    for (const auto& duplicate : group.drawings) {
        if (drawings.back() != '[') drawings += ',';
        drawings += duplicate_text(duplicate, surface);
    }
    return with_members(json::serialize(service::summary_of(group)), drawings + ']');
}

}  // namespace

json::object dismissal_json(const store::DuplicateDismissal& dismissal) {
    return {{"id", to_string(dismissal.id)},
            {"at", to_rfc3339(time_of(dismissal.id))},
            {"by", dismissal.by ? json::value(dismissal.by->name) : json::value(nullptr)},
            {"size", dismissal.drawings.size()}};
}

std::string dismissals_text(const std::vector<service::DismissedGroup>& groups,
                            const ApiSurface& surface) {
    std::string dismissals = "{\"dismissals\":[";
    for (const auto& [dismissal, shown] : groups) {
        if (dismissals.back() != '[') dismissals += ',';
        std::string drawings = "\"drawings\":[";
        for (const auto& drawing : shown) {
            if (drawings.back() != '[') drawings += ',';
            drawings += detail_text({drawing, {}}, surface);
        }
        dismissals += with_members(json::serialize(dismissal_json(dismissal)), drawings + ']');
    }
    return dismissals + "]}";
}

std::string duplicates_text(const service::Duplicates& duplicates, const ApiSurface& surface) {
    std::string groups = "\"groups\":[";
    for (const auto& group : duplicates.listed) {
        if (groups.back() != '[') groups += ',';
        groups += group_text(group, surface);
    }
    return with_members(json::serialize(service::summary_of(duplicates)), groups + ']');
}

}  // namespace croquis::api
