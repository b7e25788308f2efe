#include "identity/security_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/identity/log_capture.h"

namespace croquis::identity {
namespace {

using testing::ElementsAre;

TEST(SecurityLog, WritesALineOfNamedFields) {
    LogCapture log;
    tell(Event::sign_in, {"192.0.2.7", "a1-7"}, {{"user", "marie"}, {"role", "admin"}});
    tell(Event::unauthenticated, {"2001:db8::1", "a1-8"}, {{"route", "/api/v1/drawings/{id}"}});
    EXPECT_THAT(
        log.lines(),
        ElementsAre("security: event=sign_in request=a1-7 client=192.0.2.7 user=marie role=admin",
                    "security: event=unauthenticated request=a1-8 client=2001:db8::1 "
                    "route=/api/v1/drawings/{id}"));
}

TEST(SecurityLog, NoValueLooksLikeAnotherFieldOrLine) {
    LogCapture log;
    tell(Event::account_added, {},
         {{"user", "a\nsecurity: event=sign_in user=admin"}, {"role", "x role=admin"}});
    tell(Event::account_added, {}, {{"user", "\x1b[2J\xC2\x9B\xFF"}, {"role", ""}});
    tell(Event::account_added, {}, {{"user", std::string(100'000, 'x')}});
    EXPECT_THAT(log.lines(),
                ElementsAre("security: event=account_added request=- client=local "
                            R"(user="a\nsecurity: event=sign_in user=admin" role="x role=admin")",
                            "security: event=account_added request=- client=local "
                            R"(user="\u001b[2J???" role="")",
                            "security: event=account_added request=- client=local user=" +
                                std::string(200, 'x')));
}

}  // namespace
}  // namespace croquis::identity
