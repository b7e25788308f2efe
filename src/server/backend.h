#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>

#include "core/error.h"
#include "server/config.h"

namespace croquis::server {

/// The whole backend, wired: store, model, use cases, routes, listeners, and with --portal the page
/// too.
class Backend {
  public:
    /// Opens the store, applies its migrations, loads the model (the registry's live one, else
    /// config.model), and listens. Outside demo mode a default password or secret is an Error.
    static Result<std::unique_ptr<Backend>> start(const Config& config);
    ~Backend();

    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] std::uint16_t portal_port() const;  ///< 0 without a portal
    [[nodiscard]] bool has_users() const;             ///< as it was at the start

    /// Takes up, every few seconds, the model that another process made live. Runs until cancelled.
    boost::asio::awaitable<void> follow_promotions();

    /// Measures how the models do, for the metrics, every few minutes. Runs until cancelled.
    boost::asio::awaitable<void> watch_quality();

    /// Counts the jobs that wait, for the metrics, every few seconds. Runs until cancelled.
    boost::asio::awaitable<void> watch_jobs();

    /// Ends in order: listeners, recognition, store; nothing acknowledged is lost.
    void stop();

  private:
    struct Parts;
    explicit Backend(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace croquis::server
