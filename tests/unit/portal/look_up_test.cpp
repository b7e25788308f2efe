#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netdb.h>

#include <chrono>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <string_view>

#include "portal/portal.h"
#include "support/served_http.h"
#include "support/temp_folder.h"

namespace {

/// A name server that says nothing until it is let, ten seconds at most.
class NameServer {
  public:
    void wait() {
        std::unique_lock lock(mutex_);
        spoken_.wait_for(lock, std::chrono::seconds(10), [this] { return speaks_; });
    }
    void speak(bool speaks) {
        const std::lock_guard lock(mutex_);
        speaks_ = speaks;
        spoken_.notify_all();
    }

  private:
    std::mutex mutex_;
    std::condition_variable spoken_;
    bool speaks_ = false;
};

NameServer name_server;
constexpr std::string_view silent_name = "backend.silent.test";

}  // namespace

/// The system's, but for one name: that is this machine's, and waits for the server above.
extern "C" int getaddrinfo(const char* name, const char* service, const struct addrinfo* hints,
                           struct addrinfo** found) {
    static const auto system =
        reinterpret_cast<decltype(&getaddrinfo)>(dlsym(RTLD_NEXT, "getaddrinfo"));
    if (name == nullptr || name != silent_name) return system(name, service, hints, found);
    name_server.wait();
    return system("127.0.0.1", service, hints, found);
}

namespace croquis::portal {
namespace {

using http::Method;
using http::Request;
using http::Response;
using testing_support::HttpPeer;
using testing_support::Served;
using testing_support::TempFolder;

TEST(PortalLookUp, HasTheDeadlineOfAConnection) {
    http::Router routes;
    routes.add(Method::get, "/api/x",
               [](Request&) -> boost::asio::awaitable<Response> { co_return http::no_content(); });
    Served backend(std::move(routes));
    TempFolder folder;
    std::ofstream(folder.path() / "index.html") << "the page";
    PortalOptions options;
    options.web_root = folder.path();
    options.backend_url =
        std::string("http://").append(silent_name) + ":" + std::to_string(backend.port());
    options.connect_timeout = std::chrono::milliseconds(200);
    Metrics metrics;
    auto router = portal_router(options, metrics);
    ASSERT_TRUE(router);
    Served portal(std::move(*router));

    const auto began = std::chrono::steady_clock::now();
    // The second waits behind the first, which is still under way.
    for (int i = 0; i < 3; ++i) EXPECT_EQ(HttpPeer(portal.port()).get("/api/x").status, 504);
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(5));

    name_server.speak(true);
    int status = 0;
    for (int tries = 0; tries < 50 && status != 204; ++tries)
        status = HttpPeer(portal.port()).get("/api/x").status;
    EXPECT_EQ(status, 204) << "once names are answered again";
}

}  // namespace
}  // namespace croquis::portal
