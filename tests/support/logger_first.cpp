/// Makes spdlog's logger before any test starts a thread, as every program does (core/logging.h).
/// Made at its first use on one of two threads it would look like a race to ThreadSanitizer, which
/// does not see into libspdlog.

#include <spdlog/spdlog.h>

#include <memory>

namespace {

[[maybe_unused]] const std::shared_ptr<spdlog::logger> first = spdlog::default_logger();

}  // namespace
