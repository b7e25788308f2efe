#include "learning/dataset/json_elements.h"

#include <fmt/format.h>

namespace croquis::dataset {
namespace {

constexpr int end_of_file = std::istream::traits_type::eof();
constexpr std::size_t max_element_bytes = std::size_t{64} << 20U;

}  // namespace

Result<bool> JsonElements::next(std::string& element) {
    if (state_ == State::before) {
        int c = skip_blanks();
        if (c == 0xef) {  // a byte order mark
            for (int i = 0; i < 3; ++i) in_.get();
            c = skip_blanks();
        }
        if (c != '[' && c != '{') return wrong("a list of objects is expected");
        is_array_ = c == '[';
        if (is_array_) take();
        state_ = State::first;
    }
    if (state_ == State::after_element) {
        const int c = is_array_ ? skip_blanks() : ']';
        if (c != ',' && c != ']') return wrong("a comma or the list's end is expected");
        if (is_array_) take();
        state_ = c == ',' ? State::after_comma : State::done;
    }
    if (state_ == State::first && is_array_ && skip_blanks() == ']') state_ = State::done;
    if (state_ == State::done) return false;
    return read_element(element);
}

Result<bool> JsonElements::read_element(std::string& element) {
    element.clear();
    const int first = skip_blanks();
    if (first == ']' || first == ',' || first == end_of_file) return wrong("an object is expected");
    element_line_ = line_;
    std::size_t depth = 0;
    bool in_string = false;
    for (;;) {
        const int c = in_.peek();
        if (c == end_of_file) return wrong("the list does not end");
        const bool ends_plain = depth == 0 && !in_string && (c == ',' || c == ']' || c == '\n');
        if (ends_plain) break;
        element.push_back(static_cast<char>(take()));
        if (element.size() > max_element_bytes)
            return Error{ErrorKind::too_large,
                         fmt::format("line {}: An object has more than {} bytes.", element_line_,
                                     max_element_bytes)};
        if (in_string) {
            if (c == '\\' && in_.peek() != end_of_file)
                element.push_back(static_cast<char>(take()));
            in_string = c != '"';
            continue;
        }
        in_string = c == '"';
        if (c == '{' || c == '[') ++depth;
        if ((c == '}' || c == ']') && --depth == 0) break;
    }
    state_ = State::after_element;
    ++count_;
    return true;
}

Error JsonElements::wrong(const char* why) const {
    return {ErrorKind::malformed, fmt::format("line {}: {}.", line_, why)};
}

/// The next character that is no blank, which stays there.
int JsonElements::skip_blanks() {
    for (;;) {
        const int c = in_.peek();
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return c;
        take();
    }
}

int JsonElements::take() {
    const int c = in_.get();
    if (c == '\n') ++line_;
    return c;
}

}  // namespace croquis::dataset
