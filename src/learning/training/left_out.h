#pragma once

#include <boost/json/object.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "core/error.h"
#include "learning/evaluation/metrics.h"
#include "learning/training/making.h"

namespace croquis::learning {

/// How a network that was trained without any drawing of a source does on all of that source.
struct LeftOut {
    std::string source;                ///< what was asked about
    std::vector<std::string> without;  ///< the sources of its origin, all of them left out
    Making made;
    Report report;
};

/// Writes it to `folder`/left-out/SOURCE.json, from where read_left_out() takes it.
Result<void> write_left_out(const std::filesystem::path& folder, const LeftOut& left_out);

/// What `folder`/left-out holds, by the names of its files: rows of the card of a model that was
/// made as `training` says (to_json(Making)). "differs" of each lists in words what was otherwise
/// with it; older files do not say, which is in the list too. Errors: malformed.
Result<std::vector<boost::json::object>> read_left_out(const std::filesystem::path& folder,
                                                       const boost::json::object& training);

/// The card's section about these rows, in Markdown; empty where there is none.
std::string left_out_text(const std::vector<boost::json::object>& rows,
                          const boost::json::object& training);

}  // namespace croquis::learning
