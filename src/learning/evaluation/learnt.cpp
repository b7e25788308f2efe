#include "learning/evaluation/learnt.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <sstream>

#include "core/bytes.h"
#include "core/files.h"
#include "core/text.h"
#include "learning/dataset/json_fields.h"

namespace croquis::learning {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

using dataset::list_in;
using dataset::object_in;
using dataset::text_in;

constexpr std::uintmax_t max_list_bytes = std::uintmax_t{1} << 30U;

Result<json::object> object_of(std::string_view card) {
    json::error_code failed;
    auto value = json::parse(card, failed);
    if (failed || !value.is_object())
        return Error{ErrorKind::malformed, "The model's card is not a JSON object.", "model"};
    return std::move(value.get_object());
}

const json::object* training_of_card(const json::object& card) {
    return object_in(card, "training");
}

std::size_t count_in(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_int64() && value->get_int64() > 0
               ? static_cast<std::size_t>(value->get_int64())
               : 0;
}

/// How many drawings the card says it has learnt from, over all sources.
std::size_t learnt_in(const json::object& training) {
    const auto* sources = object_in(training, "sources");
    if (sources == nullptr) return 0;
    std::size_t count = 0;
    for (const auto& source : *sources)
        if (const auto* counts = source.value().if_object()) count += count_in(*counts, "learnt");
    return count;
}

void add_ids(const json::object& part, std::set<std::string>& ids) {
    const auto* list = list_in(part, "ids");
    if (list == nullptr) return;
    for (const auto& id : *list)
        if (id.is_string()) ids.emplace(id.get_string());
}

std::set<std::string> listed_in(const json::object& card) {
    std::set<std::string> ids;
    for (const auto* name : {"calibration", "training"})
        if (const auto* part = object_in(card, name)) add_ids(*part, ids);
    return ids;
}

std::string list_file_of(const json::object& card) {
    const auto* training = training_of_card(card);
    if (training == nullptr || count_in(*training, "ids") == 0) return {};
    return fs::path(text_in(*training, "ids_file")).filename().string();
}

Error no_list(const fs::path& file) {
    return {ErrorKind::not_found,
            fmt::format("There is no {}, in which the model's card says it lists what it has "
                        "learnt from: what it knows would be measured as if it were new.",
                        file.string()),
            "model"};
}

Error another_list(const fs::path& file) {
    return {ErrorKind::conflict,
            fmt::format("{} is not the list that the model's card names: its SHA-256 is another.",
                        file.string()),
            "model"};
}

/// What the list lacks. Older ones hold no pictures.
std::string remark_on(const json::object& training, std::size_t listed) {
    const auto learnt = learnt_in(training);
    if (learnt <= listed) return {};
    return fmt::format("{} of {} that the model has learnt from {} too", learnt - listed,
                       counted(learnt, "drawing", "drawings"),
                       learnt - listed == 1
                           ? "is in no list: where the data holds it, it is measured"
                           : "are in no list: where the data holds some, they are measured");
}

Result<Learnt> with_list(const json::object& card, const fs::path& file) {
    const auto& training = *training_of_card(card);
    const auto text = read_file(file, max_list_bytes, "model");
    if (!text) return no_list(file);
    const auto digest = text_in(training, "ids_sha256");
    if (!digest.empty() && digest != to_hex(sha256(as_bytes(*text)))) return another_list(file);
    Learnt learnt{listed_in(card), remark_on(training, count_in(training, "ids"))};
    std::istringstream lines(*text);
    for (std::string id; std::getline(lines, id);)
        if (!id.empty()) learnt.drawings.insert(std::move(id));
    return learnt;
}

/// Of a card that names no list.
Learnt without_list(const json::object& card) {
    Learnt learnt{listed_in(card), {}};
    const auto* training = training_of_card(card);
    if (training != nullptr && training->contains("ids_file"))
        learnt.remark = remark_on(*training, 0);
    else if (learnt.drawings.empty())
        learnt.remark =
            "The model's card does not list what it has learnt from: where the data holds some of "
            "that, it is measured too";
    return learnt;
}

}  // namespace

Result<std::set<std::string>> ids_in_card(std::string_view card) {
    const auto object = object_of(card);
    if (!object) return object.error();
    return listed_in(*object);
}

Result<Learnt> learnt_by(std::string_view card, const fs::path& folder) {
    const auto object = object_of(card);
    if (!object) return object.error();
    const auto name = list_file_of(*object);
    return name.empty() ? Result<Learnt>(without_list(*object)) : with_list(*object, folder / name);
}

Result<Learnt> learnt_by_list(std::string_view card, const fs::path& file) {
    const auto object = object_of(card);
    if (!object) return object.error();
    return list_file_of(*object).empty() ? Result<Learnt>(without_list(*object))
                                         : with_list(*object, file);
}

std::string said_of_learnt(std::size_t known, std::size_t left_out, const std::string& remark) {
    std::string text;
    if (known > 0 || left_out > 0)
        text += counted(left_out, "drawing is left out: the model has learnt from it\n",
                        "drawings are left out: the model has learnt from them\n");
    if (!remark.empty()) text += remark + "\n";
    return text;
}

}  // namespace croquis::learning
