#include "api/codec/project_bodies.h"

#include <boost/json/object.hpp>
#include <limits>

#include "api/codec/request_bodies.h"

namespace croquis::api {
namespace {

namespace json = boost::json;

Result<std::optional<int>> optional_int(const json::object& body, std::string_view name) {
    const auto number = optional_size(body, name);
    if (!number) return number.error();
    if (!*number) return std::optional<int>();
    constexpr std::size_t most = std::numeric_limits<int>::max();
    return std::optional(static_cast<int>(std::min(**number, most)));
}

Result<std::optional<store::Access>> optional_access(const json::object& body,
                                                     std::string_view name) {
    const auto text = optional_text(body, name);
    if (!text) return text.error();
    if (!*text) return std::optional<store::Access>();
    const auto access = service::parse_access(**text, name);
    if (!access) return access.error();
    return std::optional(*access);
}

/// All that there is in `body`.
Result<service::ProjectEdit> project_edit_in(const json::object& body) {
    service::ProjectEdit edit;
    auto name = optional_text(body, "name");
    if (!name) return name.error();
    edit.name = std::move(*name);
    auto guidelines = optional_text(body, "guidelines");
    if (!guidelines) return guidelines.error();
    edit.guidelines = std::move(*guidelines);
    for (const auto& [member, into] :
         {std::pair("who_draws", &edit.who_draws), std::pair("who_browses", &edit.who_browses)}) {
        const auto access = optional_access(body, member);
        if (!access) return access.error();
        *into = *access;
    }
    const auto opinions = optional_int(body, "opinions_wanted");
    if (!opinions) return opinions.error();
    edit.opinions_wanted = *opinions;
    const auto days = optional_int(body, "retention_days");
    if (!days) return days.error();
    // A null, as an absent member's value, takes it away.
    if (body.contains("retention_days")) edit.retention_days = *days;
    const auto archived = optional_bool(body, "archived");
    if (!archived) return archived.error();
    edit.archived = *archived;
    const auto rolls_back = optional_bool(body, "rolls_back");
    if (!rolls_back) return rolls_back.error();
    edit.rolls_back = *rolls_back;
    const auto teach_after = optional_int(body, "teach_after");
    if (!teach_after) return teach_after.error();
    if (body.contains("teach_after")) edit.teach_after = *teach_after;
    const auto promotes_better = optional_bool(body, "promotes_better");
    if (!promotes_better) return promotes_better.error();
    edit.promotes_better = *promotes_better;
    const auto known = only_members(
        body, {"name", "guidelines", "who_draws", "who_browses", "opinions_wanted",
               "retention_days", "archived", "rolls_back", "teach_after", "promotes_better"});
    if (!known) return known.error();
    return edit;
}

}  // namespace

Result<NewProject> read_new_project(const http::Request& request) {
    auto body = read_object(request);
    if (!body) return body.error();
    auto slug = text_member(*body, "slug");
    if (!slug) return slug.error();
    body->erase("slug");
    auto rest = project_edit_in(*body);
    if (!rest) return rest.error();
    return NewProject{std::move(*slug), std::move(*rest)};
}

Result<service::ProjectEdit> read_project_edit(const http::Request& request) {
    const auto body = read_object(request);
    if (!body) return body.error();
    return project_edit_in(*body);
}

}  // namespace croquis::api
