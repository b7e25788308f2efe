#include "identity/identity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "core/bytes.h"
#include "core/metrics.h"
#include "store/store.h"
#include "support/temp_folder.h"
#include "unit/identity/log_capture.h"

namespace croquis::identity {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::string marie_password = "correct horse battery staple";
const std::string other_password = "le cheval mange une pomme";

/// Two processes on one database: each has an Identity and a store of its own. Passwords cost as
/// little as argon2id allows.
class IdentityTest : public testing::Test {
  protected:
    void SetUp() override {
        ASSERT_TRUE(store_->migrate());
        admin_ = added("boss", Role::admin);
        marie_ = added("marie", Role::admin);
        log_.lines();
    }

    std::unique_ptr<store::Store> open() {
        return store::open_store("sqlite:" + (folder_.path() / "store.db").string(), {}, metrics_)
            .value();
    }
    static IdentityOptions options() {
        IdentityOptions options;
        options.secret = "k7Qm2Xv9Lp4Rt8Zw1Bn6Hs3Dy5Gf0Jc+";
        options.hash_operations = 1;
        options.hash_memory_bytes = std::size_t{64} * 1024;
        return options;
    }
    store::User added(const std::string& name, Role role) {
        auto user = here_.add_user(name, marie_password, role, {});
        EXPECT_TRUE(user) << user.error().detail;
        return *user;
    }
    Result<TokenPair> sign_in(const std::string& name, const std::string& password,
                              const Origin& origin = {"192.0.2.1", "r1"}) {
        auto tried = here_.begin_sign_in(name, origin);
        if (!tried) return tried.error();
        return here_.sign_in(std::move(*tried), password);
    }
    Principal signed_in(const std::string& name) {
        const auto pair = sign_in(name, marie_password);
        EXPECT_TRUE(pair);
        return here_.authenticate(pair->access_token, now()).value();
    }
    Actor actor(const store::User& user) { return {user.id, user.name, {"192.0.2.1", "r2"}}; }
    static bool ended(const Result<Principal>& confirmed) {
        return !confirmed && confirmed.error().kind == ErrorKind::unauthenticated;
    }

    LogCapture log_;
    testing_support::TempFolder folder_;
    Metrics metrics_;
    std::unique_ptr<store::Store> store_ = open();
    std::unique_ptr<store::Store> store_there_ = open();
    Identity here_{*store_, options()};
    Identity there_{*store_there_, options()};
    store::User admin_;
    store::User marie_;
};

TEST_F(IdentityTest, ATokenSpeaksForTheUserAsTheStoreHasIt) {
    const auto claimed = signed_in("marie");
    EXPECT_EQ(claimed.role, Role::admin);
    for (auto* backend : {&here_, &there_}) {
        const auto present = backend->confirm(claimed);
        ASSERT_TRUE(present);
        EXPECT_EQ(present->user, marie_.id);
        EXPECT_EQ(present->name, "marie");
        EXPECT_EQ(present->role, Role::admin);
    }
    ASSERT_TRUE(here_.change_user(marie_.id, {Role::annotator, {}, {}}, actor(admin_)));
    for (auto* backend : {&here_, &there_})
        EXPECT_EQ(backend->confirm(claimed)->role, Role::annotator);
}

/// Whatever takes authority away, an old token has none of it, in no process.
TEST_F(IdentityTest, AnOldTokenEndsWithWhatItCameFrom) {
    const auto takes = [&](const std::string& what, const auto& change) {
        const auto name = "user" + std::to_string(std::hash<std::string>{}(what));
        const auto user = added(name, Role::admin);
        const auto pair = sign_in(name, marie_password).value();
        const auto claimed = here_.authenticate(pair.access_token, now()).value();
        EXPECT_TRUE(here_.confirm(claimed)) << what;
        EXPECT_TRUE(there_.confirm(claimed)) << what;
        change(user, pair);
        EXPECT_TRUE(ended(here_.confirm(claimed))) << what;
        EXPECT_TRUE(ended(there_.confirm(claimed))) << what;
        EXPECT_FALSE(here_.lately_confirmed(claimed)) << what;
        EXPECT_FALSE(here_.refresh(pair.refresh_token, {})) << what;
    };
    takes("deleted", [&](const auto& user, const auto&) {
        ASSERT_TRUE(here_.delete_user(user.id, actor(admin_)));
    });
    takes("disabled", [&](const auto& user, const auto&) {
        ASSERT_TRUE(here_.change_user(user.id, {{}, true, {}}, actor(admin_)));
    });
    takes("disabled and enabled again", [&](const auto& user, const auto&) {
        ASSERT_TRUE(here_.change_user(user.id, {{}, true, {}}, actor(admin_)));
        ASSERT_TRUE(here_.change_user(user.id, {{}, false, {}}, actor(admin_)));
    });
    takes("a new password", [&](const auto& user, const auto&) {
        ASSERT_TRUE(here_.change_user(user.id, {{}, {}, other_password}, actor(admin_)));
    });
    takes("signed out", [&](const auto&, const auto& pair) {
        ASSERT_TRUE(here_.sign_out(pair.refresh_token, {}));
    });
    takes("made again under the same name", [&](const auto& user, const auto&) {
        ASSERT_TRUE(here_.delete_user(user.id, actor(admin_)));
        added(user.name, Role::admin);
    });
}

TEST_F(IdentityTest, AFormerAdminChangesNothing) {
    const auto former = actor(marie_);
    const auto bob = added("bob", Role::annotator);
    const auto forbidden = [](const auto& result) {
        return !result && result.error().kind == ErrorKind::forbidden;
    };
    const auto can_do_nothing = [&] {
        EXPECT_TRUE(forbidden(here_.add_user("mine", other_password, Role::admin, former)));
        EXPECT_TRUE(forbidden(here_.change_user(marie_.id, {Role::admin, false, {}}, former)));
        EXPECT_TRUE(forbidden(here_.change_user(bob.id, {Role::admin, {}, {}}, former)));
        EXPECT_TRUE(forbidden(here_.change_user(admin_.id, {{}, {}, other_password}, former)));
        EXPECT_TRUE(forbidden(here_.delete_user(admin_.id, former)));
        EXPECT_EQ(store_->user(bob.id)->role, Role::annotator);
        EXPECT_FALSE(store_->user_by_name("mine"));
    };
    ASSERT_TRUE(there_.change_user(marie_.id, {Role::annotator, {}, {}}, actor(admin_)));
    can_do_nothing();
    ASSERT_TRUE(there_.change_user(marie_.id, {Role::admin, true, {}}, actor(admin_)));
    can_do_nothing();
    ASSERT_TRUE(there_.delete_user(marie_.id, actor(admin_)));
    can_do_nothing();
}

TEST_F(IdentityTest, ReadsMayRelyOnAnAnswerOfTwoSecondsAgo) {
    using Clock = std::chrono::steady_clock;
    const auto claimed = signed_in("marie");
    EXPECT_FALSE(here_.lately_confirmed(claimed));
    const auto before = Clock::now();
    ASSERT_TRUE(here_.confirm(claimed));
    const auto after = Clock::now();
    const std::chrono::milliseconds tick{1};
    EXPECT_TRUE(here_.lately_confirmed(claimed, before + Identity::confirmation_lasts - tick));
    EXPECT_FALSE(here_.lately_confirmed(claimed, after + Identity::confirmation_lasts));
    auto another = claimed;
    another.sign_in = Uuid::v7();
    EXPECT_FALSE(here_.lately_confirmed(another));
}

TEST_F(IdentityTest, NamesAreComparedWithoutCaseAndOtherwiseExactly) {
    EXPECT_TRUE(sign_in("marie", marie_password));
    EXPECT_TRUE(sign_in("MARIE", marie_password));
    using namespace std::string_literals;
    for (const auto& name :
         {"marie "s, " marie"s, "marie\t"s, "marie\0"s, "marie\n"s, "mari\xC3\xA9"s,
          "marie\xC2\xA0"s, "%"s, "m%"s, ""s, std::string(65, 'm')}) {
        const auto refused = sign_in(name, marie_password);
        ASSERT_FALSE(refused) << testing::PrintToString(name);
        EXPECT_EQ(refused.error().kind, ErrorKind::unauthenticated);
        const auto added = here_.add_user(name, marie_password, Role::annotator, {});
        ASSERT_FALSE(added) << testing::PrintToString(name);
        EXPECT_EQ(added.error().field, "name");
    }
    const auto taken = here_.add_user("Marie", marie_password, Role::annotator, {});
    EXPECT_EQ(taken.error().kind, ErrorKind::conflict);
}

TEST_F(IdentityTest, APasswordIsTheSameHoweverItsAccentsAreTyped) {
    const std::string composed = "l'\xC3\xA9t\xC3\xA9 au ch\xC3\xA2teau";
    const std::string decomposed = "l'e\xCC\x81te\xCC\x81 au cha\xCC\x82teau";
    ASSERT_TRUE(here_.add_user("jean", composed, Role::annotator, {}));
    ASSERT_TRUE(here_.add_user("jeanne", decomposed, Role::annotator, {}));
    for (const char* name : {"jean", "jeanne"}) {
        EXPECT_TRUE(sign_in(name, composed)) << name;
        EXPECT_TRUE(sign_in(name, decomposed)) << name;
        EXPECT_FALSE(sign_in(name, "l'ete au chateau")) << name;
        EXPECT_FALSE(sign_in(name, composed + " ")) << name;
        EXPECT_FALSE(sign_in(name, composed + '\0')) << name;
    }
}

TEST_F(IdentityTest, AUserChangesTheOwnPassword) {
    const auto pair = sign_in("marie", marie_password).value();
    const auto who = here_.authenticate(pair.access_token, now()).value();
    const auto change = [&](const std::string& present, const std::string& fresh) {
        return here_.change_own_password(here_.begin_sign_in("marie", {"192.0.2.1", "r3"}).value(),
                                         who, present, fresh);
    };
    EXPECT_EQ(change("not it at all", other_password).error().field, "present_password");
    EXPECT_EQ(change(marie_password, "too short").error().field, "password");
    EXPECT_EQ(change(marie_password, "marie1234567").error().field, "password");
    EXPECT_TRUE(here_.confirm(who));
    const auto fresh = change(marie_password, other_password);
    ASSERT_TRUE(fresh);
    EXPECT_TRUE(ended(here_.confirm(who)));
    EXPECT_FALSE(here_.refresh(pair.refresh_token, {}));
    EXPECT_TRUE(here_.confirm(here_.authenticate(fresh->access_token, now()).value()));
    EXPECT_TRUE(here_.refresh(fresh->refresh_token, {}));
    EXPECT_FALSE(sign_in("marie", marie_password));
    EXPECT_TRUE(sign_in("marie", other_password));
}

TEST_F(IdentityTest, GuessesAtThePresentPasswordAreLimitedAsSignInsAre) {
    const auto who = signed_in("marie");
    int guesses = 0;
    for (; guesses < 100; ++guesses) {
        auto tried = here_.begin_sign_in("marie", {"192.0.2.1", "r"});
        if (!tried) break;
        EXPECT_FALSE(here_.change_own_password(std::move(*tried), who, "a guess", other_password));
    }
    EXPECT_EQ(guesses, options().logins_per_minute);
    EXPECT_EQ(sign_in("marie", marie_password).error().kind, ErrorKind::rate_limited);
    EXPECT_TRUE(sign_in("marie", marie_password, {"192.0.2.2", "r"}));
}

TEST_F(IdentityTest, ATryThatIsNeverMadeDoesNotCount) {
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(here_.begin_sign_in("marie", {"192.0.2.1", "r"}));
    EXPECT_TRUE(sign_in("marie", marie_password));
}

TEST_F(IdentityTest, ARefreshAgainAtOnceGivesAnotherPair) {
    const auto first = sign_in("marie", marie_password).value();
    const auto second = here_.refresh(first.refresh_token, {});
    const auto again = there_.refresh(first.refresh_token, {});
    ASSERT_TRUE(second);
    ASSERT_TRUE(again);
    EXPECT_NE(second->refresh_token, again->refresh_token);
    EXPECT_TRUE(here_.refresh(second->refresh_token, {}));
    EXPECT_TRUE(here_.refresh(again->refresh_token, {}));
}

TEST_F(IdentityTest, TheDemosPasswordIsForTheDemoAlone) {
    EXPECT_FALSE(here_.add_user("admin", "admin", Role::admin, {}));
    ASSERT_TRUE(here_.ensure_demo_admin());
    EXPECT_TRUE(sign_in("admin", "admin"));
    EXPECT_FALSE(here_.refuse_defaults());
}

TEST_F(IdentityTest, EachEventIsALineWithItsRequestAndAddress) {
    const Origin from{"192.0.2.7", "req-1"};
    const std::string at = " request=req-1 client=192.0.2.7";
    const auto told = [&](const std::string& event, const std::string& fields) {
        EXPECT_THAT(log_.lines(), ElementsAre("security: event=" + event + at + fields));
    };
    const auto pair = sign_in("Marie", marie_password, from).value();
    told("sign_in", " user=marie role=admin");
    sign_in("marie", "a guess", from);
    told("sign_in_failed", " user=marie reason=password");
    sign_in("nobody", "a guess", from);
    told("sign_in_failed", R"( user="" reason=name)");
    EXPECT_TRUE(here_.refresh(pair.refresh_token, from));
    EXPECT_TRUE(log_.lines().empty());
    EXPECT_FALSE(here_.refresh("unknown", from));
    told("refresh_refused", "");
    EXPECT_TRUE(here_.sign_out(pair.refresh_token, from));
    told("sign_out", "");
    const Actor boss{admin_.id, "boss", from};
    const auto bob = here_.add_user("bob", other_password, Role::annotator, boss).value();
    told("account_added", " by=boss user=bob role=annotator");
    EXPECT_TRUE(here_.change_user(bob.id, {Role::admin, {}, {}}, boss));
    told("account_changed", " by=boss user=bob role=admin disabled=no");
    EXPECT_TRUE(here_.change_user(bob.id, {{}, {}, marie_password}, boss));
    told("password_changed", " by=boss user=bob");
    EXPECT_TRUE(here_.change_user(bob.id, {{}, true, {}}, boss));
    told("account_changed", " by=boss user=bob role=admin disabled=yes");
    sign_in("bob", marie_password, from);
    told("sign_in_failed", " user=bob reason=disabled");
    EXPECT_TRUE(here_.delete_user(bob.id, boss));
    told("account_removed", " by=boss user=bob");
    while (sign_in("marie", "a guess", from).error().kind != ErrorKind::rate_limited) log_.lines();
    told("sign_in_limited", "");
}

/// Someone who types a password into the field for the name has not told the log.
TEST_F(IdentityTest, NoSecretIsInTheLog) {
    sign_in(marie_password, "x");
    sign_in("hunter2hunter2", "x");
    const auto pair = sign_in("marie", marie_password).value();
    const auto next = here_.refresh(pair.refresh_token, {}).value();
    here_.refresh("guessed-refresh-token", {});
    EXPECT_TRUE(here_.change_user(marie_.id, {{}, {}, other_password}, actor(admin_)));
    here_.tell_keys();
    for (const auto& secret :
         {marie_password, other_password, std::string("hunter2"), options().secret,
          pair.access_token, pair.refresh_token, next.access_token, next.refresh_token,
          std::string("guessed-refresh-token"), marie_.password_hash})
        EXPECT_THAT(log_.text(), Not(HasSubstr(secret)));
    EXPECT_THAT(log_.text(), HasSubstr("event=keys_in_use"));
}

}  // namespace
}  // namespace croquis::identity
