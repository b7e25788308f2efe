#pragma once

#include <boost/json/object.hpp>
#include <string_view>

#include "api/api.h"

/// The OpenAPI 3.1 documents, from the YAML files of openapi/, which are the contract.
namespace croquis::api {

/// The files as they stand in the repository; embedded by the build.
std::string_view common_yaml();
std::string_view public_yaml();
std::string_view annotator_yaml();

/// One document an API, and both in one: references within the document alone, the numbers that
/// `x-limit` names replaced by the limits in force, and a table of those limits in the description.
struct Contract {
    boost::json::object public_api;
    boost::json::object annotator_api;
    boost::json::object both;
};

/// Errors: internal, where a file is no YAML or names a limit that does not exist.
Result<Contract> read_contract(const ApiOptions& options);

}  // namespace croquis::api
