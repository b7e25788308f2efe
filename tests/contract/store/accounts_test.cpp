#include "contract/store/fixture.h"

namespace croquis::store {
namespace {

class AccountsContract : public StoreContract {
  protected:
    static Sha256 digest(const std::string& text) { return sha256(as_bytes(text)); }
    RefreshToken add_token(const User& user, const std::string& text, const Uuid& family) {
        const RefreshToken token{digest(text), user.id, family, now() + std::chrono::hours(1)};
        EXPECT_TRUE(succeeded(store_->add_refresh_token(token, user.password_hash)));
        return token;
    }
    Result<RefreshToken> rotate(const std::string& from, const std::string& to,
                                Timestamp at = now()) {
        RefreshToken next;
        next.digest = digest(to);
        next.expires_at = at + std::chrono::hours(1);
        return store_->rotate_refresh_token(digest(from), next, at);
    }
};
INSTANTIATE_TEST_SUITE_P(Stores, AccountsContract, testing::ValuesIn(kinds()), kind_name);

void expect_same(const User& got, const User& want) {
    EXPECT_EQ(got.id, want.id);
    EXPECT_EQ(got.name, want.name);
    EXPECT_EQ(got.password_hash, want.password_hash);
    EXPECT_EQ(got.role, want.role);
    EXPECT_EQ(got.disabled, want.disabled);
    EXPECT_EQ(got.created_at, want.created_at);
}

TEST_P(AccountsContract, FindsAUserByNameInAnyCaseAndById) {
    const auto ada = add_user("Ada.L", Role::admin);
    for (const auto& found :
         {store_->user_by_name("ada.l"), store_->user_by_name("ADA.L"), store_->user(ada.id)}) {
        ASSERT_TRUE(succeeded(found));
        expect_same(*found, ada);
    }
}

TEST_P(AccountsContract, SaysWhoIsNotThere) {
    EXPECT_TRUE(failed_with(store_->user_by_name("ada"), ErrorKind::not_found));
    EXPECT_TRUE(failed_with(store_->user(Uuid::v7()), ErrorKind::not_found));
    EXPECT_TRUE(failed_with(store_->delete_user(Uuid::v7(), std::nullopt), ErrorKind::not_found));
    EXPECT_TRUE(
        failed_with(store_->change_user(Uuid::v7(), {}, std::nullopt), ErrorKind::not_found));
    EXPECT_TRUE(failed_with(store_->signed_in_user(Uuid::v7(), Uuid::v7()), ErrorKind::not_found));
}

TEST_P(AccountsContract, ANameIsTakenInEveryCase) {
    add_user("Ada");
    const User second{Uuid::v7(), "aDA", "hash", Role::annotator, false, now()};
    EXPECT_TRUE(failed_with(store_->add_user(second, std::nullopt), ErrorKind::conflict, "name"));
    EXPECT_EQ(store_->users()->size(), 1u);
}

TEST_P(AccountsContract, ListsUsersByName) {
    EXPECT_TRUE(store_->users()->empty());
    for (const char* name : {"carol", "Bob", "ada"}) add_user(name);
    std::vector<std::string> names;
    for (const auto& user : *store_->users()) names.push_back(user.name);
    EXPECT_EQ(names, (std::vector<std::string>{"ada", "Bob", "carol"}));
}

TEST_P(AccountsContract, ChangesWhatIsAskedAndNothingElse) {
    auto ada = add_user("ada");
    const auto bob = add_user("bob");
    const auto change = [&](const AccountChange& asked) {
        const auto changed = store_->change_user(ada.id, asked, std::nullopt);
        ASSERT_TRUE(succeeded(changed));
        expect_same(*changed, ada);
        expect_same(*store_->user(ada.id), ada);
    };
    ada.password_hash = "another";
    change({ada.password_hash, {}, {}});
    ada.role = Role::admin;
    change({{}, ada.role, {}});
    add_user("carol", Role::admin);
    ada.disabled = true;
    change({{}, {}, ada.disabled});
    change({});
    expect_same(*store_->user(bob.id), bob);
}

TEST_P(AccountsContract, TheLastEnabledAdminStays) {
    const auto ada = add_user("ada", Role::admin);
    const auto bob = add_user("bob", Role::admin);
    add_user("carol");
    ASSERT_TRUE(succeeded(store_->change_user(bob.id, {{}, {}, true}, std::nullopt)));
    const AccountChange demoted{{}, Role::annotator, {}};
    const AccountChange disabled{{}, {}, true};
    EXPECT_TRUE(
        failed_with(store_->change_user(ada.id, demoted, std::nullopt), ErrorKind::conflict));
    EXPECT_TRUE(
        failed_with(store_->change_user(ada.id, disabled, std::nullopt), ErrorKind::conflict));
    EXPECT_TRUE(failed_with(store_->delete_user(ada.id, std::nullopt), ErrorKind::conflict));
    expect_same(*store_->user(ada.id), ada);
    // A disabled admin is none: to demote or delete it takes nothing away.
    EXPECT_TRUE(succeeded(store_->change_user(bob.id, demoted, std::nullopt)));
    ASSERT_TRUE(succeeded(store_->change_user(bob.id, {{}, Role::admin, false}, std::nullopt)));
    EXPECT_TRUE(succeeded(store_->delete_user(ada.id, std::nullopt)));
    EXPECT_TRUE(failed_with(store_->delete_user(bob.id, std::nullopt), ErrorKind::conflict));
}

/// Whoever is no enabled admin at that moment changes nothing, whatever a token says.
TEST_P(AccountsContract, OnlyAnEnabledAdminChangesAccounts) {
    const auto ada = add_user("ada", Role::admin);
    const auto former = add_user("former", Role::admin);
    const auto disabled = add_user("disabled", Role::admin);
    const auto annotator = add_user("annotator");
    ASSERT_TRUE(succeeded(store_->change_user(former.id, {{}, Role::annotator, {}}, ada.id)));
    ASSERT_TRUE(succeeded(store_->change_user(disabled.id, {{}, {}, true}, ada.id)));
    const auto before = *store_->users();
    for (const auto& by : {former.id, disabled.id, annotator.id, Uuid::v7()}) {
        const User own{Uuid::v7(), "own", "hash", Role::admin, false, now()};
        EXPECT_TRUE(failed_with(store_->add_user(own, by), ErrorKind::forbidden));
        EXPECT_TRUE(failed_with(store_->change_user(by, {{}, Role::admin, false}, by),
                                ErrorKind::forbidden));
        EXPECT_TRUE(
            failed_with(store_->change_user(ada.id, {"theirs", {}, {}}, by), ErrorKind::forbidden));
        EXPECT_TRUE(failed_with(store_->delete_user(ada.id, by), ErrorKind::forbidden));
    }
    const auto after = *store_->users();
    ASSERT_EQ(after.size(), before.size());
    for (std::size_t i = 0; i < after.size(); ++i) expect_same(after[i], before[i]);
    EXPECT_TRUE(succeeded(store_->delete_user(annotator.id, ada.id)));
}

TEST_P(AccountsContract, ANewPasswordAndDisablingEndTheSignInsAndARoleDoesNot) {
    add_user("boss", Role::admin);
    const auto ada = add_user("ada");
    const auto bob = add_user("bob");
    const auto bobs = Uuid::v7();
    add_token(bob, "bob", bobs);
    int count = 0;
    const auto lasts = [&](const AccountChange& change) {
        const auto family = Uuid::v7();
        const auto token = std::to_string(++count);
        add_token(*store_->user(ada.id), token, family);
        EXPECT_TRUE(succeeded(store_->signed_in_user(ada.id, family)));
        EXPECT_TRUE(succeeded(store_->change_user(ada.id, change, std::nullopt)));
        const bool lasting = store_->signed_in_user(ada.id, family).has_value();
        EXPECT_EQ(rotate(token, token + "next").has_value(), lasting);
        return lasting;
    };
    EXPECT_TRUE(lasts({}));
    EXPECT_TRUE(lasts({{}, Role::admin, {}}));
    EXPECT_TRUE(lasts({{}, Role::annotator, false}));
    EXPECT_FALSE(lasts({"another", {}, {}}));
    EXPECT_FALSE(lasts({{}, {}, true}));
    EXPECT_TRUE(succeeded(store_->signed_in_user(bob.id, bobs)));
}

TEST_P(AccountsContract, ASignInLastsAsLongAsItsFamily) {
    const auto ada = add_user("ada");
    const auto bob = add_user("bob");
    const auto family = Uuid::v7();
    add_token(ada, "t1", family);
    expect_same(*store_->signed_in_user(ada.id, family), ada);
    EXPECT_TRUE(failed_with(store_->signed_in_user(bob.id, family), ErrorKind::not_found));
    EXPECT_TRUE(failed_with(store_->signed_in_user(ada.id, Uuid::v7()), ErrorKind::not_found));
    ASSERT_TRUE(succeeded(rotate("t1", "t2")));
    EXPECT_TRUE(succeeded(store_->signed_in_user(ada.id, family)));
    ASSERT_TRUE(succeeded(store_->revoke_refresh_token(digest("t2"))));
    EXPECT_TRUE(failed_with(store_->signed_in_user(ada.id, family), ErrorKind::not_found));
}

/// Between the check of a password and the sign-in, an admin may have changed the account.
TEST_P(AccountsContract, NoSignInBeginsOnAnAccountThatChangedMeanwhile) {
    const auto ada = add_user("ada");
    const RefreshToken token{digest("t"), ada.id, Uuid::v7(), now() + std::chrono::hours(1)};
    EXPECT_TRUE(failed_with(store_->add_refresh_token(token, "an earlier hash"),
                            ErrorKind::unauthenticated));
    ASSERT_TRUE(succeeded(store_->change_user(ada.id, {{}, {}, true}, std::nullopt)));
    EXPECT_TRUE(failed_with(store_->add_refresh_token(token, ada.password_hash),
                            ErrorKind::unauthenticated));
    EXPECT_TRUE(failed_with(store_->renew_password(ada.password_hash, "new", token),
                            ErrorKind::unauthenticated));
    ASSERT_TRUE(succeeded(store_->change_user(ada.id, {{}, {}, false}, std::nullopt)));
    EXPECT_TRUE(succeeded(store_->add_refresh_token(token, ada.password_hash)));
}

TEST_P(AccountsContract, AUsersOwnNewPasswordLeavesTheSignInThatChangedIt) {
    const auto ada = add_user("ada");
    const auto earlier = Uuid::v7();
    add_token(ada, "t1", earlier);
    const RefreshToken fresh{digest("t2"), ada.id, Uuid::v7(), now() + std::chrono::hours(1)};
    EXPECT_TRUE(failed_with(store_->renew_password("not it", "new hash", fresh),
                            ErrorKind::unauthenticated));
    EXPECT_TRUE(succeeded(store_->signed_in_user(ada.id, earlier)));
    ASSERT_TRUE(succeeded(store_->renew_password(ada.password_hash, "new hash", fresh)));
    EXPECT_EQ(store_->user(ada.id)->password_hash, "new hash");
    EXPECT_TRUE(failed_with(store_->signed_in_user(ada.id, earlier), ErrorKind::not_found));
    EXPECT_TRUE(succeeded(store_->signed_in_user(ada.id, fresh.family)));
    EXPECT_TRUE(succeeded(rotate("t2", "t3")));
}

TEST_P(AccountsContract, AHashOfOtherCostsReplacesOnlyTheOneItWasMadeFrom) {
    const auto ada = add_user("ada");
    const auto family = Uuid::v7();
    add_token(ada, "t1", family);
    ASSERT_TRUE(succeeded(store_->rehash_password(ada.id, "not it", "costlier")));
    EXPECT_EQ(store_->user(ada.id)->password_hash, ada.password_hash);
    ASSERT_TRUE(succeeded(store_->rehash_password(ada.id, ada.password_hash, "costlier")));
    EXPECT_EQ(store_->user(ada.id)->password_hash, "costlier");
    EXPECT_TRUE(succeeded(store_->signed_in_user(ada.id, family)));
}

TEST_P(AccountsContract, ADeletedUsersTokensEndButTheirTagsStay) {
    const auto ada = add_user("ada");
    add_token(ada, "t1", Uuid::v7());
    const auto sent = make_submission("circle");
    stored(sent);
    ASSERT_TRUE(succeeded(store_->change_tag({sent.id, "star", by_ada, now(), "", 1})));
    ASSERT_TRUE(succeeded(store_->delete_user(ada.id, std::nullopt)));
    EXPECT_TRUE(failed_with(store_->user(ada.id), ErrorKind::not_found));
    EXPECT_TRUE(failed_with(rotate("t1", "t2"), ErrorKind::unauthenticated));
    EXPECT_EQ(store_->drawing(sent.id)->tagged_by, "ada");
    add_user("ADA");
}

TEST_P(AccountsContract, RotationKeepsUserAndFamily) {
    const auto ada = add_user("ada");
    const auto family = Uuid::v7();
    add_token(ada, "t1", family);
    for (const auto& [from, to] : {std::pair("t1", "t2"), std::pair("t2", "t3")}) {
        const auto at = now();
        const auto next = rotate(from, to, at);
        ASSERT_TRUE(succeeded(next));
        EXPECT_EQ(next->digest, digest(to));
        EXPECT_EQ(next->user, ada.id);
        EXPECT_EQ(next->family, family);
        EXPECT_EQ(next->expires_at, at + std::chrono::hours(1));
    }
}

constexpr std::chrono::microseconds tick{1};

TEST_P(AccountsContract, ATokenUsedAgainLaterEndsItsFamilyAndNoOther) {
    const auto ada = add_user("ada");
    add_token(ada, "t1", Uuid::v7());
    add_token(ada, "other", Uuid::v7());
    const auto at = now();
    ASSERT_TRUE(succeeded(rotate("t1", "t2", at)));
    EXPECT_TRUE(
        failed_with(rotate("t1", "stolen", at + rotation_grace), ErrorKind::unauthenticated));
    EXPECT_TRUE(failed_with(rotate("t2", "t3"), ErrorKind::unauthenticated));
    EXPECT_TRUE(failed_with(rotate("stolen", "t4"), ErrorKind::unauthenticated));
    EXPECT_TRUE(succeeded(rotate("other", "other2")));
}

/// An answer that was lost, or a tab that was duplicated.
TEST_P(AccountsContract, ATokenUsedAgainAtOnceGivesASuccessorEachTime) {
    const auto ada = add_user("ada");
    const auto family = Uuid::v7();
    add_token(ada, "t1", family);
    const auto at = now();
    ASSERT_TRUE(succeeded(rotate("t1", "t2", at)));
    ASSERT_TRUE(succeeded(rotate("t2", "t3", at)));
    for (const auto& [to, when] :
         {std::pair("again", at), std::pair("last", at + rotation_grace - tick)}) {
        const auto next = rotate("t1", to, when);
        ASSERT_TRUE(succeeded(next)) << to;
        EXPECT_EQ(next->family, family);
        EXPECT_EQ(next->user, ada.id);
    }
    // The time counts from the first use, not from the last.
    EXPECT_TRUE(succeeded(rotate("again", "again2", at)));
    EXPECT_TRUE(succeeded(rotate("t3", "t4", at)));
    EXPECT_TRUE(failed_with(rotate("t1", "late", at + rotation_grace), ErrorKind::unauthenticated));
    for (const char* ended : {"t4", "again2", "last"})
        EXPECT_TRUE(failed_with(rotate(ended, "none"), ErrorKind::unauthenticated)) << ended;
}

TEST_P(AccountsContract, TheGraceDoesNotOutliveTheTokenNorItsFamily) {
    const auto ada = add_user("ada");
    const auto token = add_token(ada, "t1", Uuid::v7());
    ASSERT_TRUE(succeeded(rotate("t1", "t2", token.expires_at - tick)));
    EXPECT_TRUE(failed_with(rotate("t1", "t3", token.expires_at), ErrorKind::unauthenticated));
    add_token(ada, "s1", Uuid::v7());
    ASSERT_TRUE(succeeded(rotate("s1", "s2")));
    ASSERT_TRUE(succeeded(store_->revoke_refresh_token(digest("s2"))));
    EXPECT_TRUE(failed_with(rotate("s1", "s3"), ErrorKind::unauthenticated));
}

/// A backend of an earlier version notes that a token was used, but not when.
TEST_P(AccountsContract, ATokenUsedAtAnUnknownTimeHasNoGrace) {
    const auto ada = add_user("ada");
    add_token(ada, "t1", Uuid::v7());
    ASSERT_TRUE(succeeded(rotate("t1", "t2")));
    GetParam().sql(url_, "UPDATE refresh_token SET used_at = NULL");
    EXPECT_TRUE(failed_with(rotate("t1", "t3"), ErrorKind::unauthenticated));
    EXPECT_TRUE(failed_with(rotate("t2", "t4"), ErrorKind::unauthenticated));
}

TEST_P(AccountsContract, UnknownAndExpiredTokensAreUnauthenticated) {
    const auto ada = add_user("ada");
    EXPECT_TRUE(failed_with(rotate("none", "t1"), ErrorKind::unauthenticated));
    const auto token = add_token(ada, "t1", Uuid::v7());
    EXPECT_TRUE(failed_with(rotate("t1", "t2", token.expires_at), ErrorKind::unauthenticated));
    const auto last_moment = token.expires_at - std::chrono::microseconds(1);
    EXPECT_TRUE(succeeded(rotate("t1", "t2", last_moment)));
}

TEST_P(AccountsContract, RevokingATokenEndsItsFamily) {
    const auto ada = add_user("ada");
    add_token(ada, "t1", Uuid::v7());
    add_token(ada, "other", Uuid::v7());
    ASSERT_TRUE(succeeded(rotate("t1", "t2")));
    ASSERT_TRUE(succeeded(store_->revoke_refresh_token(digest("t2"))));
    EXPECT_TRUE(failed_with(rotate("t2", "t3"), ErrorKind::unauthenticated));
    EXPECT_TRUE(succeeded(rotate("other", "other2")));
    EXPECT_TRUE(succeeded(store_->revoke_refresh_token(digest("never there"))));
}

TEST_P(AccountsContract, RevokingAUsersTokensLeavesOtherUsersAlone) {
    const auto ada = add_user("ada");
    const auto bob = add_user("bob");
    add_token(ada, "a1", Uuid::v7());
    add_token(ada, "a2", Uuid::v7());
    add_token(bob, "b1", Uuid::v7());
    ASSERT_TRUE(succeeded(store_->revoke_user_tokens(ada.id)));
    EXPECT_TRUE(failed_with(rotate("a1", "x"), ErrorKind::unauthenticated));
    EXPECT_TRUE(failed_with(rotate("a2", "y"), ErrorKind::unauthenticated));
    EXPECT_TRUE(succeeded(rotate("b1", "b2")));
}

TEST_P(AccountsContract, ATokenNeedsItsUser) {
    const RefreshToken orphan{digest("t"), Uuid::v7(), Uuid::v7(), now() + std::chrono::hours(1)};
    EXPECT_TRUE(failed_with(store_->add_refresh_token(orphan, "hash"), ErrorKind::unauthenticated));
}

}  // namespace
}  // namespace croquis::store
