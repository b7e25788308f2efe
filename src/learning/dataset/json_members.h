#pragma once

#include <boost/json/kind.hpp>
#include <boost/json/value.hpp>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "learning/dataset/text_source.h"

namespace croquis::dataset {

/// A text that is one JSON object of any length, of which a member, or an element of one, is held
/// at a time. Of members of one name the last counts. White space and byte order marks before the
/// object are passed over.
class JsonMembers {
  public:
    /// Reads all of the text once, and finds the members of these names. Errors: malformed (no
    /// JSON, no object), those of the source.
    static Result<JsonMembers> of(TextSource text, const std::vector<std::string>& names);

    [[nodiscard]] const std::string& name() const { return text_.name; }
    [[nodiscard]] const TextSource& text() const { return text_; }

    [[nodiscard]] bool has_list(std::string_view member) const {
        return has(member, boost::json::kind::array);
    }
    [[nodiscard]] bool has_object(std::string_view member) const {
        return has(member, boost::json::kind::object);
    }

    /// null where there is none. Errors: those of of().
    [[nodiscard]] Result<boost::json::value> read(std::string_view member) const;

    /// Gives the elements of a list, which is read once more, to `take` one after the other; none
    /// where it is no list. Errors: those of of().
    [[nodiscard]] Result<void> each(
        std::string_view member, const std::function<void(const boost::json::value&)>& take) const;

  private:
    struct Place {
        std::size_t number;  ///< of all members, from 0
        boost::json::kind kind;
    };

    explicit JsonMembers(TextSource text) : text_(std::move(text)) {}
    [[nodiscard]] bool has(std::string_view member, boost::json::kind kind) const;

    TextSource text_;
    std::map<std::string, Place, std::less<>> members_;
};

}  // namespace croquis::dataset
