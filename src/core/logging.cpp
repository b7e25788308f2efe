#include "core/logging.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace croquis {
namespace {

/// %J: the message as a JSON string, so that a quote or a new line in it cannot break the record.
class JsonMessage final : public spdlog::custom_flag_formatter {
  public:
    void format(const spdlog::details::log_msg& msg, const std::tm&,
                spdlog::memory_buf_t& out) override {
        const std::string text = boost::json::serialize(
            boost::json::value(std::string_view(msg.payload.data(), msg.payload.size())));
        out.append(text.data(), text.data() + text.size());
    }
    [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
        return std::make_unique<JsonMessage>();
    }
};

}  // namespace

void start_logging(const std::string& level, LogFormat format) {
    const auto sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
    auto logger = std::make_shared<spdlog::logger>("croquis", sink);
    auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
    formatter->add_flag<JsonMessage>('J');
    formatter->set_pattern(
        format == LogFormat::json
            ? R"({"time":"%Y-%m-%dT%H:%M:%S.%fZ","level":"%l","thread":%t,"message":%J})"
            : "%Y-%m-%d %H:%M:%S.%e %^%-5l%$ %v");
    logger->set_formatter(std::move(formatter));
    logger->set_level(spdlog::level::from_str(level));
    spdlog::set_default_logger(std::move(logger));
    spdlog::drop("security");
    spdlog::register_logger(std::make_shared<spdlog::logger>("security", sink));
}

}  // namespace croquis
