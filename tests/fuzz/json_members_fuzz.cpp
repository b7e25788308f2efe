#include "learning/dataset/json_members.h"

#include <boost/json.hpp>
#include <sstream>
#include <string>

#include "core/bytes.h"
#include "fuzz/target.h"

namespace {

namespace json = boost::json;
using croquis::Result;

/// The input behind so many spaces that a part that is read ends at one of its bytes.
std::string across_parts(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t part = std::size_t{64} << 10U;
    if (size == 0) return {};
    const std::string text(croquis::as_text({data + 1, size - 1}));
    return std::string(part - std::min<std::size_t>(data[0], part), ' ') + text;
}

}  // namespace

/// An object's members read one by one are those of the object read as a whole.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace croquis;
    using dataset::JsonMembers;
    const auto text = across_parts(data, size);
    json::error_code failed;
    const auto whole = json::parse(text, failed);
    const auto members = JsonMembers::of({"fuzz",
                                          [&] {
                                              return Result<std::unique_ptr<std::istream>>(
                                                  std::make_unique<std::istringstream>(text));
                                          }},
                                         {"a", "b", "images"});
    if (failed || !whole.is_object()) {
        // Byte order marks, of which a whole text has none, are passed over.
        fuzz::require(!members || text.find_first_of("\xef\xbb\xbf") != std::string::npos,
                      "what is no object is taken for one");
        return 0;
    }
    fuzz::require(members.has_value(), "an object is refused");
    for (const auto* name : {"a", "b", "images"}) {
        const auto* wanted = whole.get_object().if_contains(name);
        const auto read = members->read(name);
        fuzz::require(read && *read == (wanted == nullptr ? json::value() : *wanted),
                      "a member differs");
        json::array elements;
        const auto given =
            members->each(name, [&](const json::value& element) { elements.push_back(element); });
        const bool is_list = wanted != nullptr && wanted->is_array();
        fuzz::require(given && members->has_list(name) == is_list, "a list is taken for another");
        fuzz::require(elements == (is_list ? wanted->get_array() : json::array()),
                      "an element differs");
    }
    return 0;
}
