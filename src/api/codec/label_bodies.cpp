#include "api/codec/label_bodies.h"

#include <boost/json/object.hpp>

#include "api/codec/request_bodies.h"

namespace croquis::api {
namespace {

namespace json = boost::json;

Result<std::optional<service::Titles>> read_titles(const json::object& body) {
    const auto* value = body.if_contains("titles");
    if (value == nullptr) return std::optional<service::Titles>();
    const Error wrong{ErrorKind::invalid, "This must be an object: language to title.", "titles"};
    if (!value->is_object()) return wrong;
    service::Titles titles;
    for (const auto& [language, title] : value->get_object()) {
        if (title.is_null())
            titles[language] = std::nullopt;
        else if (title.is_string())
            titles[language] = std::string(title.get_string());
        else
            return Error{ErrorKind::invalid, "This must be a string.",
                         "titles/" + std::string(language)};
    }
    return std::optional(std::move(titles));
}

/// Absent, null, or a text.
Result<std::optional<std::optional<std::string>>> read_settable(const json::object& body,
                                                                std::string_view name) {
    using Settable = std::optional<std::optional<std::string>>;
    if (!body.contains(name)) return Settable();
    auto text = optional_text(body, name);
    if (!text) return text.error();
    return Settable(std::move(*text));
}

Result<std::optional<std::optional<Uuid>>> read_example(const json::object& body) {
    using Settable = std::optional<std::optional<Uuid>>;
    const auto text = read_settable(body, "example");
    if (!text) return text.error();
    if (!*text || !**text) return *text ? Settable(std::optional<Uuid>()) : Settable();
    const auto id = Uuid::parse(***text);
    if (!id) return Error{ErrorKind::invalid, "This must be a drawing's id, or null.", "example"};
    return Settable(std::optional<Uuid>(*id));
}

/// What a new label and an edit have in common.
Result<service::LabelEdit> label_edit_in(const json::object& body) {
    auto titles = read_titles(body);
    if (!titles) return titles.error();
    auto colour = read_settable(body, "colour");
    if (!colour) return colour.error();
    auto key = read_settable(body, "key");
    if (!key) return key.error();
    const auto position = optional_size(body, "position");
    if (!position) return position.error();
    return service::LabelEdit{std::move(*titles), std::move(*colour), std::move(*key), *position};
}

}  // namespace

Result<service::NewLabel> read_new_label(const http::Request& request) {
    const auto body = read_object(request);
    if (!body) return body.error();
    auto name = text_member(*body, "name");
    if (!name) return name.error();
    auto edit = label_edit_in(*body);
    if (!edit) return edit.error();
    const auto known = only_members(*body, {"name", "titles", "colour", "key", "position"});
    if (!known) return known.error();
    return service::NewLabel{std::move(*name), edit->titles.value_or(service::Titles{}),
                             edit->colour.value_or(std::nullopt), edit->key.value_or(std::nullopt),
                             edit->position};
}

Result<service::LabelEdit> read_label_edit(const http::Request& request) {
    const auto body = read_object(request);
    if (!body) return body.error();
    auto edit = label_edit_in(*body);
    if (!edit) return edit.error();
    const auto retired = optional_bool(*body, "retired");
    if (!retired) return retired.error();
    edit->retired = *retired;
    const auto example = read_example(*body);
    if (!example) return example.error();
    edit->example = *example;
    const auto known =
        only_members(*body, {"titles", "colour", "key", "position", "retired", "example"});
    if (!known) return known.error();
    return edit;
}

Result<std::string> read_merge(const http::Request& request) {
    const auto body = read_object(request);
    if (!body) return body.error();
    auto into = text_member(*body, "into");
    if (!into) return into.error();
    if (const auto known = only_members(*body, {"into"}); !known) return known.error();
    return into;
}

}  // namespace croquis::api
