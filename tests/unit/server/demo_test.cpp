#include "server/demo.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace croquis::server {
namespace {

TEST(DemoMode, IsForThisMachineUnlessASecondWordSaysSo) {
    Config config;
    for (const bool demo : {false, true})
        for (const bool anywhere : {false, true})
            for (const char* address :
                 {"127.0.0.1", "127.8.8.8", "::1", "0.0.0.0", "::", "192.0.2.1", "2001:db8::1"}) {
                config.demo = demo;
                config.demo_anywhere = anywhere;
                config.address = address;
                const bool is_here = config.address.starts_with("127.") || config.address == "::1";
                const auto checked = check_demo(config);
                EXPECT_EQ(checked.has_value(), !demo || anywhere || is_here) << address;
                if (checked) continue;
                EXPECT_EQ(checked.error().field, "address");
                EXPECT_THAT(checked.error().detail, testing::HasSubstr("--demo-anywhere"));
            }
}

TEST(DemoMode, KnowsTheNamesOfThisMachine) {
    for (const char* host : {"localhost", "LOCALHOST", "localhost:8000", "localhost.",
                             "localhost.:8000", "a.localhost", "127.0.0.1", "127.0.0.1:8000",
                             "192.0.2.1:80", "[::1]", "[::1]:8000", "[2001:db8::1]:443"})
        EXPECT_TRUE(names_this_machine(host)) << host;
    for (const char* host :
         {"evil.example", "evil.example:8000", "localhost.evil.example", "notlocalhost",
          "127.0.0.1.evil.example", "1.2.3", "[evil.example]", "[", "[]", ":8000", ".", "",
          "local host", "evil.example#localhost", "localhost@evil.example"})
        EXPECT_FALSE(names_this_machine(host)) << host;
}

TEST(DemoMode, RefusesARequestUnderAnotherName) {
    http::Request request;
    EXPECT_TRUE(check_host(request));
    request.headers = {{"host", "localhost:8000"}};
    EXPECT_TRUE(check_host(request));
    request.headers = {{"host", "evil.example"}};
    EXPECT_EQ(check_host(request).error().kind, ErrorKind::forbidden);
    EXPECT_EQ(check_host(request).error().field, "Host");
}

}  // namespace
}  // namespace croquis::server
