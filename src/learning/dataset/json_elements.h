#pragma once

#include <cstddef>
#include <istream>
#include <string>

#include "core/error.h"

namespace croquis::dataset {

/// Cuts a JSON array into the texts of its elements, so that a file of any length is read element
/// by element; an object at the top is an array of itself. Brackets and strings are followed, the
/// elements themselves are for a parser to judge.
class JsonElements {
  public:
    explicit JsonElements(std::istream& in) : in_(in) {}

    /// False at the end. Errors: malformed, where this is no array, it does not end, or commas are
    /// missing or too many; too_large, for an element of more than 64 MiB.
    Result<bool> next(std::string& element);

    /// Elements read so far.
    [[nodiscard]] std::size_t count() const { return count_; }
    /// The line that the last element began in, from 1.
    [[nodiscard]] std::size_t line() const { return element_line_; }

  private:
    enum class State { before, first, after_comma, after_element, done };

    Result<bool> read_element(std::string& element);
    Error wrong(const char* why) const;
    int skip_blanks();
    int take();

    std::istream& in_;
    State state_ = State::before;
    bool is_array_ = false;
    std::size_t line_ = 1;
    std::size_t element_line_ = 1;
    std::size_t count_ = 0;
};

}  // namespace croquis::dataset
