#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "learning/training/model_card.h"

namespace croquis::learning {

/// The card for people, in Markdown. `training` is the JSON card's part of that name, `left_out`
/// what read_left_out() gave.
std::string to_markdown(const ModelCard& card, const boost::json::object& training,
                        const std::vector<boost::json::object>& left_out);

}  // namespace croquis::learning
