#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace croquis::http {

/// What one form may hold. A form past any of these is ErrorKind::too_large.
struct MultipartLimits {
    std::size_t max_parts = 16;
    std::size_t max_part_header_bytes = 2048;  ///< of each part
    std::size_t max_part_bytes = std::size_t{4} * 1024 * 1024;
};

/// One field of a form. `content` is a view into the body that was parsed.
struct Part {
    std::string name;
    std::string filename;      ///< empty where the part is no file; never to be used as a path
    std::string content_type;  ///< as sent, "text/plain" where nothing is said
    std::string_view content;
};

/// Reads multipart/form-data (RFC 7578, in the framing of RFC 2046 section 5.1). `content_type` is
/// the request's header with its boundary. What is not a form is ErrorKind::unsupported_media; a
/// form that is cut short, lacks a name or breaks the framing is ErrorKind::malformed. Own code
/// because Debian holds no C++ library for it apart from whole servers. Thread-safe.
Result<std::vector<Part>> parse_multipart(std::string_view content_type, std::string_view body,
                                          const MultipartLimits& limits = {});

/// Reads a form of any length while it comes, in fixed memory. Not thread-safe.
class MultipartReader {
  public:
    /// Where the fields go. What it refuses ends the reading.
    class Sink {
      public:
        Sink() = default;
        Sink(const Sink&) = delete;
        Sink& operator=(const Sink&) = delete;
        virtual ~Sink() = default;

        /// `part` has no content yet; it comes by take(), and end() is the end of it.
        virtual Result<void> begin(const Part& part) = 0;
        virtual Result<void> take(std::string_view bytes) = 0;
        virtual Result<void> end() = 0;
    };

    /// Errors: as parse_multipart(), for the header. `limits.max_part_bytes` is the sink's to
    /// enforce.
    static Result<MultipartReader> make(std::string_view content_type,
                                        const MultipartLimits& limits = {});

    /// The next bytes of the body. Errors: as parse_multipart(), and the sink's.
    Result<void> feed(std::string_view bytes, Sink& sink);
    /// Whether the form was there whole; called at the end of the body.
    [[nodiscard]] Result<void> finish() const;

  private:
    enum class State { preamble, delimiter, header, content, epilogue };

    MultipartReader(std::string delimiter, const MultipartLimits& limits)
        : delimiter_(std::move(delimiter)), limits_(limits) {}
    Result<bool> step(Sink& sink);
    Result<bool> pass_preamble();
    Result<bool> pass_delimiter();
    Result<bool> pass_header(Sink& sink);
    Result<bool> pass_content(Sink& sink);

    std::string delimiter_;
    MultipartLimits limits_;
    State state_ = State::preamble;
    std::string held_ = "\r\n";  ///< not yet understood; a first delimiter may lack its line end
    std::size_t at_ = 0;         ///< what of held_ is done with
    std::size_t parts_ = 0;
};

}  // namespace croquis::http
