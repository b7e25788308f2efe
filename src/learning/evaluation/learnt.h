#pragma once

#include <cstddef>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>

#include "core/error.h"

namespace croquis::learning {

/// What a model has learnt from, as far as it is known: DatasetOptions::leave_out for an honest
/// evaluation.
struct Learnt {
    std::set<std::string> drawings;  ///< ids of strokes, fingerprint()s of pictures
    std::string remark;              ///< what is not known; empty where all is
};

/// The ids that the JSON card itself lists, by calibration or training. Errors: malformed.
Result<std::set<std::string>> ids_in_card(std::string_view card);

/// Of the JSON card and the list that it names, in `folder`. A card without a list is remarked
/// upon. Errors: malformed (the card), not_found (the list), conflict (the list is another one than
/// the card's SHA-256 says).
Result<Learnt> learnt_by(std::string_view card, const std::filesystem::path& folder);
/// With the list in `file`, whatever its name.
Result<Learnt> learnt_by_list(std::string_view card, const std::filesystem::path& file);

/// How many drawings of an evaluation were left out, and the remark; for a terminal.
std::string said_of_learnt(std::size_t known, std::size_t left_out, const std::string& remark);

}  // namespace croquis::learning
