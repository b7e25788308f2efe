#pragma once

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace croquis::identity {

/// Takes what goes to the security log, as long as it lives.
class LogCapture {
  public:
    LogCapture() {
        auto logger = std::make_shared<spdlog::logger>(
            "security", std::make_shared<spdlog::sinks::ostream_sink_mt>(text_));
        logger->set_pattern("%v");
        spdlog::drop("security");
        spdlog::register_logger(logger);
    }
    ~LogCapture() { spdlog::drop("security"); }
    LogCapture(const LogCapture&) = delete;
    LogCapture& operator=(const LogCapture&) = delete;

    [[nodiscard]] std::string text() const { return text_.str(); }
    /// The lines since the last call.
    std::vector<std::string> lines() {
        std::istringstream all(text_.str());
        text_.str("");
        std::vector<std::string> lines;
        for (std::string line; std::getline(all, line);) lines.push_back(line);
        return lines;
    }

  private:
    std::ostringstream text_;
};

}  // namespace croquis::identity
