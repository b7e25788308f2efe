#include "recognition/label_name.h"

#include <fmt/format.h>

#include "core/characters.h"
#include "core/text.h"

namespace croquis::recognition {

Result<void> check_label_name(std::string_view name) {
    if (name.empty() || name.size() > max_label_bytes || has_control_characters(name) ||
        trimmed(name) != name || name.find_first_of("/\\:") != std::string_view::npos ||
        name == "." || name == "..")
        return Error{ErrorKind::invalid,
                     fmt::format("A label's name has 1 to {} bytes, without control characters, "
                                 "\"/\", \"\\\" and \":\", and no space at either end.",
                                 max_label_bytes),
                     "name"};
    if (!is_utf8(name)) return Error{ErrorKind::invalid, "This is not valid UTF-8.", "name"};
    return {};
}

}  // namespace croquis::recognition
