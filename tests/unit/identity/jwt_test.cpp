#include "identity/jwt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sodium.h>

#include <boost/json.hpp>
#include <stdexcept>

#include "core/bytes.h"

namespace croquis::identity {
namespace {

namespace json = boost::json;
using std::chrono::seconds;
using testing::HasSubstr;

const std::string secret = "k7Qm2Xv9Lp4Rt8Zw1Bn6Hs3Dy5Gf0Jc+";
const std::string former = "Wq8Er5Ty2Ui9Op6As3Df0Gh7Jk4Lz1Xc=";
constexpr std::chrono::microseconds tick{1};

Timestamp whole_second() {
    return std::chrono::floor<seconds>(now());
}

Claims claims_of(Timestamp at) {
    Claims claims;
    claims.subject = Uuid::v7();
    claims.sign_in = Uuid::v7();
    claims.name = "ada";
    claims.role = store::Role::admin;
    claims.issued_at = at;
    claims.expires_at = at + seconds(900);
    claims.id = "an id";
    return claims;
}

/// A token that any holder of the secret could make.
class Forge {
  public:
    explicit Forge(Timestamp at)
        : payload_{{"iss", "croquis"},
                   {"sub", to_string(Uuid::v7())},
                   {"name", "ada"},
                   {"role", "annotator"},
                   {"iat", at.time_since_epoch() / seconds(1)},
                   {"exp", at.time_since_epoch() / seconds(1) + 900},
                   {"jti", "1"}} {
        header_["alg"] = "HS256";
        header_["typ"] = "JWT";
        header_["kid"] = Jwt("croquis", secret, "").key_ids().front();
    }
    Forge& head(std::string_view name, const json::value& value) {
        header_[name] = value;
        return *this;
    }
    Forge& say(std::string_view name, const json::value& value) {
        payload_[name] = value;
        return *this;
    }
    Forge& leave_out(std::string_view name) {
        header_.erase(name);
        payload_.erase(name);
        return *this;
    }
    [[nodiscard]] std::string token(const std::string& key = secret) const {
        std::string text = to_base64url(as_bytes(json::serialize(header_))) + "." +
                           to_base64url(as_bytes(json::serialize(payload_)));
        crypto_auth_hmacsha256_state state;
        Bytes signature(crypto_auth_hmacsha256_BYTES);
        crypto_auth_hmacsha256_init(&state, as_bytes(key).data(), key.size());
        crypto_auth_hmacsha256_update(&state, as_bytes(text).data(), text.size());
        crypto_auth_hmacsha256_final(&state, signature.data());
        return text + "." + to_base64url(signature);
    }

  private:
    json::object header_;
    json::object payload_;
};

class JwtTest : public testing::Test {
  protected:
    testing::AssertionResult accepted(const std::string& token, Timestamp at) const {
        const auto claims = jwt_.check(token, at);
        if (claims) return testing::AssertionSuccess();
        return testing::AssertionFailure() << claims.error().detail;
    }
    testing::AssertionResult refused(const std::string& token, Timestamp at) const {
        const auto claims = jwt_.check(token, at);
        if (!claims && claims.error().kind == ErrorKind::unauthenticated)
            return testing::AssertionSuccess() << claims.error().detail;
        return testing::AssertionFailure() << (claims ? "accepted" : claims.error().detail);
    }
    /// Seconds since 1970, from `at`.
    static std::int64_t in(Timestamp at, std::int64_t later) {
        return at.time_since_epoch() / seconds(1) + later;
    }

    const Jwt jwt_{"croquis", secret, ""};
    const Timestamp at_ = whole_second();
};

TEST_F(JwtTest, SaysWhatWasSigned) {
    auto claims = claims_of(at_);
    claims.not_before = at_;
    const auto read = jwt_.check(jwt_.sign(claims), at_);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->subject, claims.subject);
    EXPECT_EQ(read->sign_in, claims.sign_in);
    EXPECT_EQ(read->name, claims.name);
    EXPECT_EQ(read->role, claims.role);
    EXPECT_EQ(read->issued_at, claims.issued_at);
    EXPECT_EQ(read->expires_at, claims.expires_at);
    EXPECT_EQ(read->not_before, claims.not_before);
    EXPECT_EQ(read->id, claims.id);
}

TEST_F(JwtTest, EndsAtItsExpiryWithoutLeeway) {
    const auto token = Forge(at_).say("exp", in(at_, 900)).token();
    EXPECT_TRUE(accepted(token, at_ + seconds(900) - tick));
    EXPECT_TRUE(refused(token, at_ + seconds(900)));
    EXPECT_TRUE(refused(token, at_ + seconds(901)));
}

TEST_F(JwtTest, HonoursNotBeforeWithAMinutesLeeway) {
    const auto from = [&](std::int64_t later) {
        return Forge(at_).say("nbf", in(at_, later)).token();
    };
    EXPECT_TRUE(accepted(from(-10), at_));
    EXPECT_TRUE(accepted(from(60), at_));
    EXPECT_TRUE(refused(from(61), at_));
    EXPECT_TRUE(refused(from(600), at_));
    EXPECT_TRUE(accepted(from(600), at_ + seconds(540)));
    EXPECT_TRUE(refused(from(600), at_ + seconds(540) - tick));
}

TEST_F(JwtTest, IssuedInTheFutureIsRefusedBeyondTheSameLeeway) {
    EXPECT_TRUE(accepted(Forge(at_).say("iat", in(at_, 60)).token(), at_));
    EXPECT_TRUE(refused(Forge(at_).say("iat", in(at_, 61)).token(), at_));
}

TEST_F(JwtTest, ReadsTimesWithAFraction) {
    const double half_past = static_cast<double>(in(at_, 60)) + 0.5;
    EXPECT_TRUE(refused(Forge(at_).say("nbf", half_past).token(), at_));
    EXPECT_TRUE(accepted(Forge(at_).say("nbf", half_past).token(), at_ + seconds(1)));
}

TEST_F(JwtTest, RefusesTimesThatAreNone) {
    for (const char* name : {"exp", "iat"})
        EXPECT_TRUE(refused(Forge(at_).leave_out(name).token(), at_));
    for (const char* name : {"exp", "iat", "nbf"})
        for (const json::value& value :
             {json::value("soon"), json::value(nullptr), json::value(-1), json::value(1e300),
              json::value(true), json::value(json::array{1}),
              json::value(std::numeric_limits<std::uint64_t>::max())})
            EXPECT_TRUE(refused(Forge(at_).say(name, value).token(), at_))
                << name << " " << json::serialize(value);
}

TEST_F(JwtTest, TakesNoOtherAlgorithm) {
    for (const json::value& alg :
         {json::value("none"), json::value("None"), json::value("HS384"), json::value("HS512"),
          json::value("RS256"), json::value("hs256"), json::value(""), json::value(nullptr),
          json::value(json::array{"HS256"})})
        EXPECT_TRUE(refused(Forge(at_).head("alg", alg).token(), at_)) << json::serialize(alg);
    EXPECT_TRUE(refused(Forge(at_).leave_out("alg").token(), at_));
    EXPECT_TRUE(refused(Forge(at_).head("crit", json::array{"exp"}).token(), at_));
    const auto unsigned_token = Forge(at_).head("alg", "none").token();
    EXPECT_TRUE(refused(unsigned_token.substr(0, unsigned_token.rfind('.') + 1), at_));
}

TEST_F(JwtTest, TakesNoOtherType) {
    EXPECT_TRUE(accepted(Forge(at_).head("typ", "jwt").token(), at_));
    for (const json::value& typ : {json::value("at+jwt"), json::value("JWE"), json::value(""),
                                   json::value(nullptr), json::value(1)})
        EXPECT_TRUE(refused(Forge(at_).head("typ", typ).token(), at_)) << json::serialize(typ);
    EXPECT_TRUE(refused(Forge(at_).leave_out("typ").token(), at_));
}

TEST_F(JwtTest, TakesNoOtherSignatureIssuerUserOrKey) {
    EXPECT_TRUE(accepted(Forge(at_).token(), at_));
    EXPECT_TRUE(refused(Forge(at_).token(former), at_));
    EXPECT_TRUE(refused(Forge(at_).head("kid", "another").token(), at_));
    EXPECT_TRUE(refused(Forge(at_).leave_out("kid").token(), at_));
    EXPECT_TRUE(refused(Forge(at_).say("iss", "other").token(), at_));
    EXPECT_TRUE(refused(Forge(at_).say("sub", "ada").token(), at_));
    EXPECT_TRUE(refused(Forge(at_).say("role", "king").token(), at_));
    EXPECT_TRUE(refused(Forge(at_).say("sid", "no id").token(), at_));
    EXPECT_TRUE(refused(Forge(at_).say("sid", 1).token(), at_));
    const auto token = Forge(at_).token();
    for (std::size_t i = 0; i < token.size(); i += 7) {
        auto changed = token;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        EXPECT_TRUE(refused(changed, at_)) << i;
    }
    for (const char* text : {"", ".", "..", "...", "a.b.c", "a.b", " . . "})
        EXPECT_TRUE(refused(text, at_)) << text;
    EXPECT_TRUE(refused(token + ".", at_));
    EXPECT_TRUE(refused(token + std::string(4096, 'A'), at_));
}

TEST_F(JwtTest, AFormerSecretChecksAndDoesNotSign) {
    const Jwt before("croquis", former, "");
    const Jwt during("croquis", secret, former);
    const auto old = before.sign(claims_of(at_));
    const auto fresh = during.sign(claims_of(at_));
    EXPECT_TRUE(during.check(old, at_));
    EXPECT_TRUE(during.check(fresh, at_));
    EXPECT_TRUE(accepted(fresh, at_));
    EXPECT_TRUE(refused(old, at_));
    EXPECT_FALSE(before.check(fresh, at_));
    EXPECT_EQ(during.key_ids(), (std::vector{jwt_.key_ids()[0], before.key_ids()[0]}));
    for (const auto& id : during.key_ids()) {
        EXPECT_THAT(secret, testing::Not(HasSubstr(id)));
        EXPECT_THAT(former, testing::Not(HasSubstr(id)));
    }
}

TEST_F(JwtTest, NeedsASecret) {
    EXPECT_THROW(Jwt("croquis", "", ""), std::invalid_argument);
}

}  // namespace
}  // namespace croquis::identity
