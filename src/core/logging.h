#pragma once

#include <string>

namespace croquis {

enum class LogFormat { text, json };

/// Sets up the process's logger (spdlog's default one) on standard error: colour on a terminal
/// alone, or one JSON object a line. Call before any thread starts. `level` is spdlog's: trace …
/// off. The logger "security", for what must not be silenced, writes to the same place at any
/// level.
void start_logging(const std::string& level, LogFormat format);

}  // namespace croquis
