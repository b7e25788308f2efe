#include "load.h"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <cmath>
#include <deque>
#include <memory>
#include <optional>
#include <random>

namespace croquis::bench {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

/// Beast's parser keeping nothing but what is counted: no allocation an answer.
class AnswerParser final : public http::basic_parser<false> {
  public:
    AnswerParser() {
        eager(true);
        body_limit(boost::none);
    }
    [[nodiscard]] unsigned status() const { return status_; }
    [[nodiscard]] bool has_retry_after() const { return retry_after_; }
    [[nodiscard]] const std::string& error_text() const { return error_text_; }

  private:
    using Text = boost::beast::string_view;
    void on_request_impl(http::verb, Text, Text, int, error_code&) override {}
    void on_response_impl(int status, Text reason, int, error_code&) override {
        status_ = static_cast<unsigned>(status);
        if (status_ >= 400) error_text_ = std::to_string(status) + " " + std::string(reason) + ": ";
    }
    void on_field_impl(http::field name, Text, Text, error_code&) override {
        if (name == http::field::retry_after) retry_after_ = true;
    }
    void on_header_impl(error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(Text body, error_code&) override {
        if (status_ >= 400 && error_text_.size() < 400) error_text_ += std::string(body);
        return body.size();
    }
    void on_chunk_header_impl(std::uint64_t, Text, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, Text body, error_code&) override {
        return body.size();
    }
    void on_finish_impl(error_code&) override {}

    unsigned status_ = 0;
    bool retry_after_ = false;
    std::string error_text_;
};

class Generator;

/// One connection: a request at a time, then whatever the generator has next.
class Client {
  public:
    Client(asio::io_context& io, Generator& generator)
        : socket_(io), retry_(io), generator_(generator) {}

    void connect();
    void send(const Request& request, Clock::time_point intended);
    void close() {
        error_code ignored;
        socket_.close(ignored);
        retry_.cancel();
    }

  private:
    void write(const Request& request);
    void read();
    void parse();
    void failed(const error_code& error);

    static constexpr std::chrono::milliseconds pause_before_reconnect{50};

    tcp::socket socket_;
    asio::steady_timer retry_;
    Generator& generator_;
    std::optional<AnswerParser> parser_;
    std::array<char, 64 * 1024> buffer_{};
    std::size_t filled_ = 0;
    std::string key_;
    Clock::time_point intended_;
    bool busy_ = false;
};

class Generator {
  public:
    Generator(const Plan& plan, const std::vector<Request>& requests,
              const std::function<void()>& at_edge)
        : plan_(plan),
          requests_(requests),
          at_edge_(at_edge),
          connecting_(io_),
          arrival_(io_),
          phase_(io_),
          random_(plan.seed),
          gap_(plan.rate > 0 ? plan.rate : 1) {}

    Outcome run();

    void connected(Client& client) { take_next(client); }
    void answered(Client& client, const AnswerParser& answer, Clock::time_point intended);
    void lost(const error_code& error, bool was_busy);
    [[nodiscard]] bool done() const { return done_; }
    [[nodiscard]] const tcp::endpoint& endpoint() const { return endpoint_; }
    std::string next_key();

  private:
    void connect_one_by_one(std::size_t next);
    void take_next(Client& client);
    void start_arrivals();
    void arrive();
    void begin_measuring();
    void end_measuring();
    void finish();
    const Request& any_request() { return requests_[random_() % requests_.size()]; }
    void send(Client& client, Clock::time_point intended) {
        ++in_flight_;
        client.send(any_request(), intended);
    }

    const Plan& plan_;
    const std::vector<Request>& requests_;
    const std::function<void()>& at_edge_;
    asio::io_context io_{1};
    asio::steady_timer connecting_;
    asio::steady_timer arrival_;
    asio::steady_timer phase_;
    std::mt19937_64 random_;
    std::exponential_distribution<double> gap_;
    tcp::endpoint endpoint_;
    std::vector<std::unique_ptr<Client>> clients_;
    std::deque<Client*> idle_;
    std::deque<Clock::time_point> waiting_;
    Clock::time_point next_arrival_;
    Clock::time_point measured_from_;
    std::size_t in_flight_ = 0;
    std::uint64_t keys_ = 0;
    bool measuring_ = false;
    bool sending_ = true;
    bool done_ = false;
    Outcome outcome_;
};

void Client::connect() {
    if (generator_.done()) return;
    filled_ = 0;
    socket_.async_connect(generator_.endpoint(), [this](const error_code& error) {
        if (error) return failed(error);
        socket_.set_option(tcp::no_delay(true));
        socket_.non_blocking(true);
        generator_.connected(*this);
    });
}

void Client::send(const Request& request, Clock::time_point intended) {
    intended_ = intended;
    busy_ = true;
    parser_.emplace();
    key_ = generator_.next_key();
    write(request);
}

void Client::write(const Request& request) {
    const std::array<asio::const_buffer, 3> parts{asio::buffer(request.head), asio::buffer(key_),
                                                  asio::buffer(request.rest)};
    asio::async_write(socket_, parts, [this](const error_code& error, std::size_t) {
        if (error) return failed(error);
        read();
    });
}

void Client::read() {
    socket_.async_read_some(asio::buffer(buffer_.data() + filled_, buffer_.size() - filled_),
                            [this](const error_code& error, std::size_t bytes) {
                                if (error) return failed(error);
                                filled_ += bytes;
                                parse();
                            });
}

void Client::parse() {
    error_code error;
    const auto used = parser_->put(asio::buffer(buffer_.data(), filled_), error);
    if (error && error != http::error::need_more) return failed(error);
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(used),
              buffer_.begin() + static_cast<std::ptrdiff_t>(filled_), buffer_.begin());
    filled_ -= used;
    if (!parser_->is_done()) return read();
    busy_ = false;
    const bool stays = parser_->keep_alive();
    if (!stays) close();
    generator_.answered(*this, *parser_, intended_);
    if (!stays) connect();
}

void Client::failed(const error_code& error) {
    if (error == asio::error::operation_aborted) return;
    generator_.lost(error, std::exchange(busy_, false));
    error_code ignored;
    socket_.close(ignored);
    retry_.expires_after(pause_before_reconnect);
    retry_.async_wait([this](const error_code& cancelled) {
        if (!cancelled) connect();
    });
}

std::string Generator::next_key() {
    return plan_.keyed ? "bench-" + std::to_string(plan_.seed) + "-" + std::to_string(++keys_) : "";
}

Outcome Generator::run() {
    const auto places = tcp::resolver(io_).resolve(plan_.target.host, plan_.target.port);
    endpoint_ = places.begin()->endpoint();
    for (std::size_t i = 0; i < plan_.connections; ++i)
        clients_.push_back(std::make_unique<Client>(io_, *this));
    connect_one_by_one(0);
    if (plan_.rate > 0) start_arrivals();
    phase_.expires_after(std::chrono::duration_cast<Clock::duration>(plan_.warm_up));
    phase_.async_wait([this](const error_code&) { begin_measuring(); });
    io_.run();
    return std::move(outcome_);
}

/// Not all at once: of a server's processes that share a listening socket, the one that wakes first
/// would take them all.
void Generator::connect_one_by_one(std::size_t next) {
    if (next == clients_.size() || !sending_) return;
    clients_[next]->connect();
    constexpr Clock::duration most = std::chrono::milliseconds(3);
    const auto share = plan_.warm_up / 2.0 / static_cast<double>(clients_.size());
    connecting_.expires_after(std::min(most, std::chrono::duration_cast<Clock::duration>(share)));
    connecting_.async_wait([this, next](const error_code& cancelled) {
        if (!cancelled) connect_one_by_one(next + 1);
    });
}

void Generator::begin_measuring() {
    at_edge_();
    measuring_ = true;
    measured_from_ = Clock::now();
    phase_.expires_after(std::chrono::duration_cast<Clock::duration>(plan_.measured));
    phase_.async_wait([this](const error_code&) { end_measuring(); });
}

/// What was meant to be sent by now still counts, for its latency; nothing new is sent.
void Generator::end_measuring() {
    outcome_.seconds = std::chrono::duration<double>(Clock::now() - measured_from_).count();
    at_edge_();
    sending_ = false;
    arrival_.cancel();
    if (plan_.rate <= 0) measuring_ = false;
    if (in_flight_ == 0 && waiting_.empty()) return finish();
    phase_.expires_after(std::chrono::duration_cast<Clock::duration>(plan_.patience));
    phase_.async_wait([this](const error_code&) { finish(); });
}

void Generator::finish() {
    if (done_) return;
    done_ = true;
    outcome_.unanswered = in_flight_ + waiting_.size();
    phase_.cancel();
    for (auto& client : clients_) client->close();
}

void Generator::start_arrivals() {
    next_arrival_ = Clock::now();
    arrive();
}

void Generator::arrive() {
    const auto now = Clock::now();
    while (next_arrival_ <= now) {
        if (!idle_.empty()) {
            Client& client = *idle_.front();
            idle_.pop_front();
            send(client, next_arrival_);
        } else if (waiting_.size() < plan_.max_waiting) {
            waiting_.push_back(next_arrival_);
        } else if (measuring_) {
            ++outcome_.unsent;
        }
        next_arrival_ += std::chrono::duration_cast<Clock::duration>(
            std::chrono::duration<double>(gap_(random_)));
    }
    arrival_.expires_at(next_arrival_);
    arrival_.async_wait([this](const error_code& cancelled) {
        if (!cancelled && sending_) arrive();
    });
}

void Generator::take_next(Client& client) {
    if (!waiting_.empty()) {
        const auto intended = waiting_.front();
        waiting_.pop_front();
        return send(client, intended);
    }
    if (!sending_) {
        if (in_flight_ == 0) finish();
        return;
    }
    if (plan_.rate > 0)
        idle_.push_back(&client);
    else
        send(client, Clock::now());
}

void Generator::answered(Client& client, const AnswerParser& answer, Clock::time_point intended) {
    --in_flight_;
    const auto now = Clock::now();
    if (measuring_ && intended >= measured_from_) {
        outcome_.samples.push_back({std::chrono::duration<float>(now - measured_from_).count(),
                                    std::chrono::duration<float>(now - intended).count(),
                                    static_cast<std::uint16_t>(answer.status())});
        if (answer.status() == 503 && !answer.has_retry_after())
            ++outcome_.refusals_without_retry_after;
    }
    if (answer.status() >= 400 && outcome_.first_error.empty())
        outcome_.first_error = answer.error_text();
    if (answer.keep_alive()) return take_next(client);
    if (!sending_ && in_flight_ == 0 && waiting_.empty()) finish();
}

void Generator::lost(const error_code& error, bool was_busy) {
    if (was_busy) --in_flight_;
    if (measuring_) ++outcome_.connection_errors[error.message()];
    if (!sending_ && in_flight_ == 0 && waiting_.empty()) finish();
}

}  // namespace

Outcome run_load(const Plan& plan, const std::vector<Request>& requests,
                 const std::function<void()>& at_edge) {
    return Generator(plan, requests, at_edge).run();
}

}  // namespace croquis::bench
