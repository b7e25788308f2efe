#pragma once

#include <string>

namespace croquis::testing_support {

/// The clone's top folder, without a slash at the end.
std::string source_folder();
/// The folder of the built programs, without a slash at the end.
std::string program_folder();

}  // namespace croquis::testing_support
