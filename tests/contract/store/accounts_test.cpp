#include "contract/store/fixture.h"

namespace croquis::store {
namespace {

class AccountsContract : public StoreContract {
  protected:
    static Sha256 digest(const std::string& text) { return sha256(as_bytes(text)); }
    RefreshToken add_token(const User& user, const std::string& text, const Uuid& family) {
        const RefreshToken token{digest(text), user.id, family, now() + std::chrono::hours(1)};
        EXPECT_TRUE(succeeded(store_->add_refresh_token(token)));
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
    EXPECT_TRUE(failed_with(store_->delete_user(Uuid::v7()), ErrorKind::not_found));
    User nobody;
    nobody.id = Uuid::v7();
    EXPECT_TRUE(failed_with(store_->update_user(nobody), ErrorKind::not_found));
}

TEST_P(AccountsContract, ANameIsTakenInEveryCase) {
    add_user("Ada");
    const User second{Uuid::v7(), "aDA", "hash", Role::annotator, false, now()};
    EXPECT_TRUE(failed_with(store_->add_user(second), ErrorKind::conflict, "name"));
    EXPECT_EQ(store_->users()->size(), 1u);
}

TEST_P(AccountsContract, ListsUsersByName) {
    EXPECT_TRUE(store_->users()->empty());
    for (const char* name : {"carol", "Bob", "ada"}) add_user(name);
    std::vector<std::string> names;
    for (const auto& user : *store_->users()) names.push_back(user.name);
    EXPECT_EQ(names, (std::vector<std::string>{"ada", "Bob", "carol"}));
}

TEST_P(AccountsContract, UpdatesWhatMayChangeAndNothingElse) {
    const auto before = add_user("ada");
    add_user("bob");
    auto after = before;
    after.password_hash = "another";
    after.role = Role::admin;
    after.disabled = true;
    after.name = "renamed";
    after.created_at += std::chrono::hours(1);
    ASSERT_TRUE(succeeded(store_->update_user(after)));
    after.name = before.name;
    after.created_at = before.created_at;
    expect_same(*store_->user(before.id), after);
    EXPECT_EQ(store_->user_by_name("bob")->role, Role::annotator);
}

TEST_P(AccountsContract, ADeletedUsersTokensEndButTheirTagsStay) {
    const auto ada = add_user("ada");
    add_token(ada, "t1", Uuid::v7());
    const auto sent = make_submission("circle");
    stored(sent);
    ASSERT_TRUE(succeeded(store_->change_tag({sent.id, "star", by_ada, now(), "", 1})));
    ASSERT_TRUE(succeeded(store_->delete_user(ada.id)));
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

TEST_P(AccountsContract, ATokenUsedTwiceEndsItsFamilyAndNoOther) {
    const auto ada = add_user("ada");
    add_token(ada, "t1", Uuid::v7());
    add_token(ada, "other", Uuid::v7());
    ASSERT_TRUE(succeeded(rotate("t1", "t2")));
    EXPECT_TRUE(failed_with(rotate("t1", "stolen"), ErrorKind::unauthenticated));
    EXPECT_TRUE(failed_with(rotate("t2", "t3"), ErrorKind::unauthenticated));
    EXPECT_TRUE(failed_with(rotate("stolen", "t4"), ErrorKind::unauthenticated));
    EXPECT_TRUE(succeeded(rotate("other", "other2")));
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
    EXPECT_TRUE(failed_with(store_->add_refresh_token(orphan), ErrorKind::conflict));
}

}  // namespace
}  // namespace croquis::store
