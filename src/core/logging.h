#pragma once

#include <string>

namespace croquis {

enum class LogFormat { text, json };

/// Sets up the process's logger (spdlog's default one) on standard error: colour on a terminal
/// alone, or one JSON object a line. Call once, before any thread starts. `level` is spdlog's:
/// trace … off.
void start_logging(const std::string& level, LogFormat format);

}  // namespace croquis
