#include "learning/dataset/json_members.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <istream>
#include <optional>
#include <utility>

#include "learning/dataset/json_fields.h"

namespace croquis::dataset {

namespace json = boost::json;

namespace {

/// What a parser tells of, and which of the values it is to make.
struct Wanted {
    /// Hears of each member of the object: its name, cut where it is very long, and what it is.
    std::function<void(const std::string& name, std::size_t number, json::kind kind)> member = {};
    std::optional<std::size_t> number = {};  ///< of the member that is made
    bool elements = false;                   ///< each of a list's alone
    std::function<void(const json::value&)> take = {};
};

/// Hears of values as they are parsed.
class Handler {
  public:
    static constexpr std::size_t max_object_size = json::object::max_size();
    static constexpr std::size_t max_array_size = json::array::max_size();
    static constexpr std::size_t max_key_size = json::string::max_size();
    static constexpr std::size_t max_string_size = json::string::max_size();
    using Code = json::error_code;

    explicit Handler(const Wanted& wanted) : wanted_(wanted) {}

    [[nodiscard]] bool is_object() const { return top_ == json::kind::object; }

    static bool on_document_begin(Code&) { return true; }
    static bool on_document_end(Code&) { return true; }
    bool on_object_begin(Code&) { return open(json::kind::object); }
    bool on_array_begin(Code&) { return open(json::kind::array); }
    bool on_object_end(std::size_t members, Code&) {
        --depth_;
        if (making_) made_.push_object(members);
        return end();
    }
    bool on_array_end(std::size_t elements, Code&) {
        --depth_;
        if (making_) made_.push_array(elements);
        return end();
    }
    bool on_key_part(json::string_view part, std::size_t, Code&) {
        if (making_) made_.push_chars(part);
        return name(part);
    }
    bool on_key(json::string_view part, std::size_t, Code&) {
        if (making_) made_.push_key(part);
        return name(part);
    }
    bool on_string_part(json::string_view part, std::size_t, Code&) {
        begin_string();
        if (making_) made_.push_chars(part);
        return true;
    }
    bool on_string(json::string_view part, std::size_t, Code&) {
        begin_string();
        in_string_ = false;
        if (making_) made_.push_string(part);
        return end();
    }
    static bool on_number_part(json::string_view, Code&) { return true; }
    bool on_int64(std::int64_t number, json::string_view, Code&) {
        begin(json::kind::int64);
        if (making_) made_.push_int64(number);
        return end();
    }
    bool on_uint64(std::uint64_t number, json::string_view, Code&) {
        begin(json::kind::uint64);
        if (making_) made_.push_uint64(number);
        return end();
    }
    bool on_double(double number, json::string_view, Code&) {
        begin(json::kind::double_);
        if (making_) made_.push_double(number);
        return end();
    }
    bool on_bool(bool value, Code&) {
        begin(json::kind::bool_);
        if (making_) made_.push_bool(value);
        return end();
    }
    bool on_null(Code&) {
        begin(json::kind::null);
        if (making_) made_.push_null();
        return end();
    }
    static bool on_comment_part(json::string_view, Code&) { return true; }
    static bool on_comment(json::string_view, Code&) { return true; }

  private:
    bool open(json::kind kind) {
        begin(kind);
        ++depth_;
        return true;
    }

    /// A string comes in parts.
    void begin_string() {
        if (!in_string_) begin(json::kind::string);
        in_string_ = true;
    }

    void begin(json::kind kind) {
        if (depth_ == 0) top_ = kind;
        if (depth_ == 1) begin_member(kind);
        if (making_ || !is_wanted_ || depth_ != made_at()) return;
        making_ = true;
        made_.reset();
    }

    void begin_member(json::kind kind) {
        if (is_object() && wanted_.member) wanted_.member(name_, number_, kind);
        is_wanted_ = wanted_.number == number_ && (!wanted_.elements || kind == json::kind::array);
    }

    bool end() {
        if (making_ && depth_ == made_at()) {
            making_ = false;
            wanted_.take(made_.release());
        }
        if (depth_ == 1) {
            ++number_;
            name_.clear();
        }
        return true;
    }

    bool name(json::string_view part) {
        constexpr std::size_t longest = 64;
        if (depth_ == 1 && name_.size() < longest) name_.append(part.substr(0, longest));
        return true;
    }

    /// How deep the values lie that are made.
    [[nodiscard]] std::size_t made_at() const { return wanted_.elements ? 2 : 1; }

    const Wanted& wanted_;
    json::value_stack made_;
    std::string name_;  ///< of the object's member
    std::size_t number_ = 0;
    std::size_t depth_ = 0;
    std::optional<json::kind> top_;
    bool is_wanted_ = false;  ///< the member, or its elements
    bool making_ = false;
    bool in_string_ = false;
};

Error not_json(const json::error_code& why) {
    return {ErrorKind::malformed, fmt::format("It is not JSON: {}.", why.message())};
}

Result<void> parse(std::istream& in, const Wanted& wanted) {
    begin_of_json(in);
    json::basic_parser<Handler> parser(json::parse_options(), wanted);
    json::error_code failed;
    std::string part(std::size_t{64} << 10U, '\0');
    while (in.read(part.data(), static_cast<std::streamsize>(part.size())), in.gcount() > 0) {
        const auto size = static_cast<std::size_t>(in.gcount());
        const auto taken = parser.write_some(true, part.data(), size, failed);
        if (!failed && taken < size) failed = json::error::extra_data;
        if (failed) return not_json(failed);
    }
    parser.write_some(false, nullptr, 0, failed);
    if (failed) return not_json(failed);
    if (!parser.handler().is_object())
        return Error{ErrorKind::malformed, "It is not a JSON object."};
    return {};
}

}  // namespace

Result<JsonMembers> JsonMembers::of(TextSource text, const std::vector<std::string>& names) {
    JsonMembers members(std::move(text));
    Wanted wanted;
    wanted.member = [&](const std::string& name, std::size_t number, json::kind kind) {
        if (std::find(names.begin(), names.end(), name) != names.end())
            members.members_.insert_or_assign(name, Place{number, kind});
    };
    const auto parsed =
        read_through(members.text_, [&](std::istream& in) { return parse(in, wanted); });
    if (!parsed) return parsed.error();
    return members;
}

bool JsonMembers::has(std::string_view member, json::kind kind) const {
    const auto found = members_.find(member);
    return found != members_.end() && found->second.kind == kind;
}

Result<json::value> JsonMembers::read(std::string_view member) const {
    json::value value;
    const auto found = members_.find(member);
    if (found == members_.end()) return value;
    Wanted wanted;
    wanted.number = found->second.number;
    wanted.take = [&](const json::value& made) { value = made; };
    const auto parsed = read_through(text_, [&](std::istream& in) { return parse(in, wanted); });
    if (!parsed) return parsed.error();
    return value;
}

Result<void> JsonMembers::each(std::string_view member,
                               const std::function<void(const json::value&)>& take) const {
    if (!has_list(member)) return {};
    Wanted wanted;
    wanted.number = members_.find(member)->second.number;
    wanted.elements = true;
    wanted.take = take;
    return read_through(text_, [&](std::istream& in) { return parse(in, wanted); });
}

}  // namespace croquis::dataset
