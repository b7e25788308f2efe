#pragma once

#include <filesystem>

/// Where and as what this program was built. Defined in one source file, so that no other file has
/// to be compiled again for another source folder.
namespace croquis {

/// The source folder, whose models and page a program that was not installed uses.
[[nodiscard]] std::filesystem::path source_folder();

/// The project's version, "1.2.3".
[[nodiscard]] const char* version();

}  // namespace croquis
