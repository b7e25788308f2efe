#include "server/listeners.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/addresses.h"
#include "server/advice.h"

namespace croquis::server {
namespace {

using testing::ElementsAre;

TEST(Url, OfAListenerIsOneThatThisMachineReaches) {
    EXPECT_EQ(local_url("127.0.0.1", 8000), "http://127.0.0.1:8000");
    EXPECT_EQ(local_url("0.0.0.0", 8000), "http://127.0.0.1:8000");
    EXPECT_EQ(local_url("::", 8000), "http://[::1]:8000");
    EXPECT_EQ(local_url("fd00::7", 8000), "http://[fd00::7]:8000");
    EXPECT_EQ(local_url("10.0.0.7", 8000), "http://10.0.0.7:8000");
}

TEST(Url, ForAPersonIsLocalhostWhereThatWillDo) {
    for (const char* address : {"127.0.0.1", "0.0.0.0", "::1", "::"})
        EXPECT_EQ(shown_url(address, 8501), "http://localhost:8501") << address;
    EXPECT_EQ(shown_url("10.0.0.7", 8501), "http://10.0.0.7:8501");
    EXPECT_EQ(shown_url("fd00::7", 8501), "http://[fd00::7]:8501");
}

TEST(Url, OfEveryAddressAreThoseThatOthersOpen) {
    EXPECT_THAT(shown_urls("127.0.0.1", 8501), ElementsAre("http://localhost:8501"));
    EXPECT_THAT(shown_urls("10.0.0.7", 8501), ElementsAre("http://10.0.0.7:8501"));
    for (const char* address : {"0.0.0.0", "::"}) {
        const auto urls = shown_urls(address, 8501);
        ASSERT_FALSE(urls.empty());
        EXPECT_EQ(urls.front(), "http://localhost:8501");
        for (std::size_t i = 1; i < urls.size(); ++i) {
            EXPECT_THAT(urls[i], testing::EndsWith(":8501"));
            for (const char* of_no_use : {"0.0.0.0", "127.0.0.1", "[::1]", "fe80"})
                EXPECT_THAT(urls[i], testing::Not(testing::HasSubstr(of_no_use)));
        }
    }
}

TEST(Advice, IsACommandThatAShellTakes) {
    Config config;
    EXPECT_THAT(command_on_store(config, "user list"), testing::EndsWith(" user list"));
    config.store = "sqlite:it's mine.db";
    EXPECT_THAT(command_on_store(config, "user list"),
                testing::EndsWith(R"( user list --store 'sqlite:it'\''s mine.db')"));
    config.store = "postgresql://u:topsecret@db/croquis";
    EXPECT_THAT(command_on_store(config, "user list"),
                testing::EndsWith(" --store postgresql://u@db/croquis"));
}

}  // namespace
}  // namespace croquis::server
