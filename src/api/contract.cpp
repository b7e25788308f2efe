#include "api/contract.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>

#include "api/codec/request_bodies.h"
#include "api/codec/serialisation.h"
#include "core/number.h"
#include "drawing/strokes.h"

namespace croquis::api {
namespace {

namespace json = boost::json;
using Limits = std::map<std::string, std::uint64_t, std::less<>>;

constexpr std::string_view other_file = "common.yaml#";

/// A scalar by YAML's core schema (YAML 1.2.2 section 10.3); what was quoted is text.
json::value scalar(const YAML::Node& node) {
    const std::string& text = node.Scalar();
    if (node.Tag() == "!") return json::value(text);
    if (text == "null" || text == "~" || text.empty()) return nullptr;
    if (text == "true" || text == "false") return text == "true";
    if (const auto whole = number<std::int64_t>(text)) return *whole;
    if (const auto real = number<double>(text)) return *real;
    return json::value(text);
}

json::value yaml_to_json(const YAML::Node& node) {
    if (node.IsMap()) {
        json::object object;
        for (const auto& member : node) object[member.first.Scalar()] = yaml_to_json(member.second);
        return object;
    }
    if (node.IsSequence()) {
        json::array array;
        for (const auto& element : node) array.push_back(yaml_to_json(element));
        return array;
    }
    return node.IsScalar() ? scalar(node) : json::value(nullptr);
}

Limits limits_in_force(const ApiOptions& options) {
    const drawing::StrokeLimits strokes;
    return {{"max_image_text", max_image_text(options.decode.max_bytes)},
            {"max_strokes", strokes.max_strokes}};
}

/// Replaces the numbers that `x-limit` of a schema names, and takes `x-limit` out.
void apply_limits(json::object& schema, const Limits& limits) {
    const auto* named = schema.if_contains("x-limit");
    if (named == nullptr) return;
    for (const auto& [keyword, limit] : named->as_object())
        schema[keyword] = limits.at(std::string(limit.as_string()));
    schema.erase("x-limit");
}

/// References into common.yaml become references into the document itself.
void make_local(json::object& object) {
    auto* reference = object.if_contains("$ref");
    if (reference == nullptr || !reference->is_string()) return;
    const std::string_view text = reference->get_string();
    if (text.starts_with(other_file))
        *reference = "#" + std::string(text.substr(other_file.size()));
}

void settle(json::value& value, const Limits& limits) {
    if (auto* array = value.if_array())
        for (auto& element : *array) settle(element, limits);
    auto* object = value.if_object();
    if (object == nullptr) return;
    apply_limits(*object, limits);
    make_local(*object);
    for (auto& member : *object) settle(member.value(), limits);
}

/// Every limit in force, as a table of Markdown, folded up so that the operations stand near the
/// top of the documentation page.
std::string limits_table(const ApiOptions& options) {
    const auto& server = options.limits;
    const auto& picture = options.decode;
    const drawing::StrokeLimits strokes;
    const auto rate = options.submissions_per_minute == 0
                          ? std::string("none")
                          : std::to_string(options.submissions_per_minute);
    return fmt::format(
        "\n\n<details><summary>Limits</summary>\n\n| limit | |\n|---|---|\n"
        "| a request's header | {} bytes |\n"
        "| a request's body | {} bytes |\n"
        "| a body without a picture | {} bytes |\n"
        "| what is imported at once | {} bytes |\n"
        "| nesting of JSON | {} levels |\n"
        "| a picture's file | {} bytes |\n"
        "| a picture's sides | {} to {} pixels |\n"
        "| a picture's pixels | {} |\n"
        "| strokes of a drawing | {} |\n"
        "| points of all its strokes | {} |\n"
        "| submissions of a client in a minute | {} |\n"
        "| previews of a client in a minute | {} times as many |\n"
        "| time for a header | {} s |\n"
        "| time for a body | {} s |\n"
        "| requests at work at once | {} |\n"
        "| connections | {} |\n"
        "| connections of a client | {} |\n"
        "| answers above {} bytes that wait for their readers | {} bytes |\n\n</details>\n",
        server.max_header_bytes, server.max_body_bytes, max_small_body, options.max_import_bytes,
        max_json_depth, picture.max_bytes, picture.min_side, picture.max_side, picture.max_pixels,
        strokes.max_strokes, strokes.max_points, rate, previews_per_submission,
        server.header_timeout.count(), server.body_timeout.count(), server.max_requests_in_flight,
        server.max_connections, server.max_connections_per_client, http::small_answer_bytes,
        server.max_held_answer_bytes);
}

json::object& member(json::object& object, std::string_view name) {
    auto& value = object[name];
    if (!value.is_object()) value = json::object();
    return value.get_object();
}

/// Members of `from` that `into` lacks, down to the third level: components/schemas/Tag.
void merge(json::object& into, const json::object& from, int depth) {
    for (const auto& [name, value] : from) {
        auto* there = into.if_contains(name);
        if (there == nullptr)
            into[name] = value;
        else if (depth > 1 && there->is_object() && value.is_object())
            merge(there->get_object(), value.get_object(), depth - 1);
    }
}

/// What any request may be answered, whatever it asks for: `x-responses-of-all` of common.yaml, for
/// each operation that does not say it in words of its own.
void add_common_responses(json::object& document, const json::object& common) {
    const auto& of_all = common.at("x-responses-of-all").as_object();
    for (auto& path : document["paths"].as_object())
        for (auto& operation : path.value().as_object()) {
            auto* object = operation.value().if_object();
            if (object == nullptr || object->if_contains("operationId") == nullptr) continue;
            merge(member(*object, "responses"), of_all, 1);
        }
}

std::string path_in_project(std::string_view path) {
    const auto base = path.starts_with(public_base) ? public_base : annotator_base;
    return std::string(base).append("/projects/{project}").append(path.substr(base.size()));
}

/// The operation as it is under a project's address.
void settle_in_project(json::object& operation) {
    for (const auto& [name, more] :
         {std::pair("operationId", "InProject"), std::pair("summary", ", in a project")})
        operation[name] = std::string(operation[name].as_string()) + more;
}

/// What a project may refuse: that it is not there, or is for those who are signed in.
void add_responses_in_projects(json::object& item, const json::array& statuses,
                               const json::object& common) {
    const auto& all = common.at("x-responses-in-projects").as_object();
    json::object responses;
    for (const auto& status : statuses) responses[status.as_string()] = all.at(status.as_string());
    for (auto& operation : item)
        if (auto* object = operation.value().if_object())
            merge(member(*object, "responses"), responses, 1);
}

/// Repeats under /projects/{project} each path that says `x-in-projects`, without saying it twice.
void add_paths_in_projects(json::object& document, const json::object& common) {
    auto& paths = document["paths"].as_object();
    json::object more;
    for (auto& path : paths) {
        auto& item = path.value().as_object();
        const auto* named = item.if_contains("x-in-projects");
        if (named == nullptr) continue;
        const json::array statuses = named->as_array();
        item.erase("x-in-projects");
        if (path.key().starts_with(public_base)) add_responses_in_projects(item, statuses, common);
        json::object twin = item;
        add_responses_in_projects(twin, statuses, common);
        auto& parameters = twin["parameters"];
        if (!parameters.is_array()) parameters = json::array();
        parameters.as_array().insert(parameters.as_array().begin(),
                                     common.at("x-project-parameter"));
        for (auto& operation : twin)
            if (auto* object = operation.value().if_object()) settle_in_project(*object);
        more[path_in_project(path.key())] = std::move(twin);
    }
    merge(paths, more, 1);
}

json::object surface_document(std::string_view yaml, const json::object& common,
                              const Limits& limits, const std::string& table) {
    json::value document = yaml_to_json(YAML::Load(std::string(yaml)));
    auto& object = document.as_object();
    merge(member(object, "components"), common.at("components").as_object(), 2);
    add_paths_in_projects(object, common);
    add_common_responses(object, common);
    settle(document, limits);
    auto& info = member(object, "info");
    info["description"] = std::string(info["description"].as_string()) + table;
    return std::move(object);
}

/// What a document says of all its operations, said of each of them instead.
void push_down_security(json::object& document) {
    const json::value security = document["security"];
    document.erase("security");
    for (auto& path : document["paths"].as_object())
        for (auto& operation : path.value().as_object())
            if (auto* object = operation.value().if_object())
                if (object->if_contains("operationId") != nullptr &&
                    object->if_contains("security") == nullptr)
                    (*object)["security"] = security;
}

void merge_tags(json::object& into, const json::object& from) {
    auto& tags = into["tags"].as_array();
    for (const auto& tag : from.at("tags").as_array()) {
        const bool there = std::any_of(tags.begin(), tags.end(), [&](const json::value& known) {
            return known.at("name") == tag.at("name");
        });
        if (!there) tags.push_back(tag);
    }
}

json::object join(const json::object& public_api, const json::object& annotator_api) {
    json::object both = public_api;
    json::object other = annotator_api;
    push_down_security(other);
    merge(member(both, "paths"), other["paths"].as_object(), 1);
    merge(member(both, "components"), other["components"].as_object(), 2);
    merge_tags(both, other);
    auto& info = member(both, "info");
    info["title"] = "Croquis API";
    info["summary"] = "Draw, predict, browse without an account; correct tags with one.";
    return both;
}

}  // namespace

Result<Contract> read_contract(const ApiOptions& options) {
    try {
        const json::value common = yaml_to_json(YAML::Load(std::string(common_yaml())));
        const Limits limits = limits_in_force(options);
        const std::string table = limits_table(options);
        Contract contract;
        contract.public_api = surface_document(public_yaml(), common.as_object(), limits, table);
        contract.annotator_api =
            surface_document(annotator_yaml(), common.as_object(), limits, table);
        contract.both = join(contract.public_api, contract.annotator_api);
        if (!options.base_path.empty())
            for (auto* document : {&contract.public_api, &contract.annotator_api, &contract.both})
                (*document)["servers"] = json::array{json::object{{"url", options.base_path}}};
        return contract;
    } catch (const std::exception& thrown) {
        return Error{ErrorKind::internal,
                     std::string("The OpenAPI contract cannot be read: ") + thrown.what()};
    }
}

}  // namespace croquis::api
