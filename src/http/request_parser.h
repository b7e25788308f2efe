#pragma once

#include <atomic>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <cstddef>

#include "http/message.h"
#include "http/refusals.h"
#include "http/server_options.h"

namespace croquis::http {

/// The bytes of request bodies held at a time, over all connections of a server. Thread-safe.
class BodyBudget {
  public:
    explicit BodyBudget(std::size_t limit) : limit_(limit) {}

    bool take(std::size_t bytes) {
        if (held_.fetch_add(bytes, std::memory_order_relaxed) + bytes <= limit_) return true;
        give_back(bytes);
        return false;
    }
    void give_back(std::size_t bytes) { held_.fetch_sub(bytes, std::memory_order_relaxed); }

  private:
    std::atomic<std::size_t> held_{0};
    std::size_t limit_;
};

/// Reads one request (RFC 9112) straight into a Request. Stricter than the RFC where leniency has
/// let requests be smuggled: Content-Length once at most and never with Transfer-Encoding, exactly
/// one Host, which names a host, no coding but "chunked", no folded lines, no control characters in
/// a chunk's extensions; trailers are dropped.
class RequestParser : private boost::beast::http::basic_parser<true> {
  public:
    RequestParser(Request& request, const ServerLimits& limits, BodyBudget& budget);
    ~RequestParser() override { budget_.give_back(reserved_); }
    RequestParser(const RequestParser&) = delete;
    RequestParser& operator=(const RequestParser&) = delete;

    enum class Progress {
        need_header,  ///< more bytes are needed for the header
        need_body,    ///< the header is read; more bytes are needed for the body
        done,
        refused,  ///< refusal() is the answer, after which the connection must be closed
    };
    /// Takes what it can of the header from the buffer, and nothing of the body. need_body then
    /// calls for limit_body().
    Progress feed_header(boost::beast::flat_buffer& buffer);
    /// Once, between header and body: refuses a body that is announced, or turns out, to be longer.
    Progress limit_body(std::uint64_t most);
    /// The body is taken away in parts: memory is not set aside for all of it.
    void take_in_parts() { in_parts_ = true; }
    /// Takes what it can of the body from the buffer.
    Progress feed_body(boost::beast::flat_buffer& buffer);
    /// What of the body came since it was last called.
    std::string take_part();

    [[nodiscard]] Response refusal() const;
    [[nodiscard]] Error refusal_error() const { return error_of(*refusal_); }
    [[nodiscard]] bool expects_continue() const { return expects_continue_; }
    [[nodiscard]] bool is_http_1_0() const { return version_ == 10; }
    using basic_parser::content_length;
    using basic_parser::keep_alive;

  private:
    using field = boost::beast::http::field;
    using verb = boost::beast::http::verb;
    using error_code = boost::beast::error_code;
    using string_view = boost::beast::string_view;

    void on_request_impl(verb method, string_view method_text, string_view target, int version,
                         error_code& failed) override;
    void on_response_impl(int, string_view, int, error_code&) override {}
    void on_field_impl(field name, string_view name_text, string_view value,
                       error_code& failed) override;
    void on_header_impl(error_code& failed) override;
    void on_body_init_impl(const boost::optional<std::uint64_t>& length,
                           error_code& failed) override;
    std::size_t on_body_impl(string_view bytes, error_code& failed) override;
    void on_chunk_header_impl(std::uint64_t, string_view extensions, error_code& failed) override;
    std::size_t on_chunk_body_impl(std::uint64_t, string_view bytes, error_code& failed) override;
    void on_finish_impl(error_code&) override {}

    void read_known_field(field name, string_view value, error_code& failed);
    void refuse(const Refusal& refusal, error_code& failed);
    Progress refused_for(const error_code& failed);
    bool reserve(std::size_t bytes, error_code& failed);
    void read_host(string_view value, error_code& failed);
    bool skip_empty_lines(boost::beast::flat_buffer& buffer);

    Request& request_;
    const ServerLimits& limits_;
    BodyBudget& budget_;
    std::size_t reserved_ = 0;
    std::size_t header_bytes_ = 0;
    std::size_t wanted_ = 1;           ///< bytes of the body with which the parser goes on
    std::size_t extension_bytes_ = 0;  ///< of all chunks
    const Refusal* refusal_ = nullptr;
    int version_ = 11;
    int hosts_ = 0;
    int lengths_ = 0;
    bool request_line_read_ = false;
    bool request_line_fits_ = false;  ///< it ends within max_header_bytes
    bool has_transfer_coding_ = false;
    bool expects_continue_ = false;
    bool in_parts_ = false;
};

}  // namespace croquis::http
