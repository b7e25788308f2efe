#include "identity/password_rule.h"

#include <utf8proc.h>
#include <zxcvbn.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <vector>

#include "core/characters.h"

namespace croquis::identity {
namespace {

/// log2(10^8): what an attacker who is slowed down does not try.
constexpr double least_bits = 26.6;
constexpr std::size_t least_part_of_name = 3;

/// What zxcvbn's English lists lack: this program's own name, and what French speakers choose.
constexpr std::array common_words{
    "croquis",  "azerty",    "azertyuiop", "qsdfghjklm", "wxcvbn",   "motdepasse", "mdp",
    "soleil",   "bonjour",   "doudou",     "loulou",     "chouchou", "marseille",  "jetaime",
    "chocolat", "nounours",  "coucou",     "princesse",  "camille",  "nicolas",    "annotateur",
    "dessin",   "annotator", "drawing",    "connexion",  "bienvenue"};

Error unfit(const char* detail) {
    return {ErrorKind::invalid, detail, "password"};
}

/// Letters, marks, numbers, punctuation, symbols and blanks; not what cannot be seen, has no
/// meaning (yet) or is a letter of Old Hangul (RFC 8264 sections 4.3 and 9).
bool is_allowed(utf8proc_int32_t point) {
    const auto between = [&](utf8proc_int32_t first, utf8proc_int32_t last) {
        return point >= first && point <= last;
    };
    if (between(0x1100, 0x11ff) || between(0xa960, 0xa97f) || between(0xd7b0, 0xd7ff)) return false;
    const auto* property = utf8proc_get_property(point);
    if (property->ignorable) return false;
    switch (property->category) {
        case UTF8PROC_CATEGORY_CN:
        case UTF8PROC_CATEGORY_CC:
        case UTF8PROC_CATEGORY_CF:
        case UTF8PROC_CATEGORY_CS:
        case UTF8PROC_CATEGORY_CO:
        case UTF8PROC_CATEGORY_ZL:
        case UTF8PROC_CATEGORY_ZP:
            return false;
        default:
            return true;
    }
}

void append(std::string& text, utf8proc_int32_t point) {
    std::array<utf8proc_uint8_t, 4> bytes{};
    const auto size = utf8proc_encode_char(point, bytes.data());
    text.append(bytes.begin(), bytes.begin() + size);
}

/// The same with every blank a space.
Result<std::string> checked(std::string_view text) {
    std::string mapped;
    const auto* rest = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
    auto left = static_cast<utf8proc_ssize_t>(text.size());
    while (left > 0) {
        utf8proc_int32_t point = -1;
        const auto size = utf8proc_iterate(rest, left, &point);
        if (size < 1) return unfit("A password is text in UTF-8.");
        if (!is_allowed(point))
            return unfit("A password is made of characters that can be seen, and of spaces.");
        append(mapped, utf8proc_category(point) == UTF8PROC_CATEGORY_ZS ? ' ' : point);
        rest += size;
        left -= size;
    }
    return mapped;
}

Result<std::string> form_c(const std::string& text) {
    utf8proc_uint8_t* made = nullptr;
    const auto size =
        utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                     static_cast<utf8proc_ssize_t>(text.size()), &made,
                     static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned(made, std::free);
    if (size < 0) return unfit("A password is text in UTF-8.");
    return std::string(owned.get(), owned.get() + size);
}

/// As a person counts them: UTF-8 without its continuation bytes.
std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

/// The name and its parts: of "Marie.Dupont@x.org", "marie.dupont@x.org", "marie", "dupont", "org".
std::vector<std::string> words_of(std::string_view name) {
    const std::string whole = lower_case(name);
    std::vector<std::string> words{whole};
    std::string word;
    for (const char c : whole + ".") {
        if (std::string_view("._@+-").find(c) == std::string_view::npos) {
            word += c;
            continue;
        }
        if (word.size() >= least_part_of_name) words.push_back(word);
        word.clear();
    }
    return words;
}

/// log2 of the guesses that find the password.
double bits_of(std::string_view name, const std::string& password) {
    const auto own = words_of(name);
    std::vector<const char*> words(common_words.begin(), common_words.end());
    for (const auto& word : own) words.push_back(word.c_str());
    words.push_back(nullptr);
    return ZxcvbnMatch(password.c_str(), words.data(), nullptr);
}

}  // namespace

Result<std::string> prepare_password(std::string_view text) {
    if (text.empty()) return unfit("A password is not empty.");
    const auto mapped = checked(text);
    if (!mapped) return mapped.error();
    return form_c(*mapped);
}

Result<void> check_new_password(std::string_view name, const std::string& prepared) {
    const auto size = characters(prepared);
    if (size < min_password_characters) return unfit("A password has at least 12 characters.");
    if (size > max_password_characters) return unfit("A password has at most 128 characters.");
    if (lower_case(prepared) == lower_case(name))
        return unfit("A password differs from the user name.");
    if (bits_of(name, prepared) < least_bits)
        return unfit(
            "This password would soon be guessed: common words, names, dates, repetitions and rows "
            "of keys do not count for much. Take several words that have nothing to do with one "
            "another.");
    return {};
}

}  // namespace croquis::identity
