#pragma once

#include <functional>
#include <istream>
#include <optional>
#include <string>
#include <string_view>

/// Text as data sets hold it.
namespace croquis::dataset {

/// The composed form (Unicode NFC) of UTF-8 text; nothing where it is not UTF-8. macOS writes file
/// names decomposed, so names are compared and kept in this form.
std::optional<std::string> to_nfc(std::string_view text);

/// For comparing without regard to case. The text as it is where it is not UTF-8.
std::string case_folded(std::string_view text);

/// `text` in `charset` ("CP437", "GBK") as UTF-8; nothing where it is not text in that charset, or
/// where there is no such charset.
std::optional<std::string> to_utf8(std::string_view text, const std::string& charset);

/// What is left of `in`, which is in `charset`, as UTF-8, part by part; false once it is not.
bool to_utf8(std::istream& in, const std::string& charset,
             const std::function<void(std::string_view)>& take);

/// A label as it is kept: composed, without blanks on either side. Nothing where it is not UTF-8,
/// empty where there is no label.
std::optional<std::string> to_label(std::string_view text);

/// "%C3%A9" becomes "é"; what is no escape stays.
std::string percent_decoded(std::string_view text);

}  // namespace croquis::dataset
