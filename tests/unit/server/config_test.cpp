#include "server/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "server/settings.h"
#include "support/temp_folder.h"

namespace croquis::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr auto everything = Settings::store | Settings::model | Settings::serve | Settings::portal |
                            Settings::identity | Settings::logging;

/// An environment variable for as long as the test runs.
class Variable {
  public:
    Variable(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
    ~Variable() { unsetenv(name_); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

  private:
    const char* name_;
};

class ConfigTest : public testing::Test {
  protected:
    std::filesystem::path write(const std::string& toml) {
        const auto file = folder_.path() / "croquis.toml";
        std::ofstream(file) << toml;
        std::filesystem::permissions(file, std::filesystem::perms(0600));
        return file;
    }
    /// What reading `toml` is refused with.
    Error refusal(const std::string& toml) {
        Config config;
        const auto read = read_config_file(write(toml), config);
        EXPECT_FALSE(read) << toml;
        return read ? Error{} : read.error();
    }
    std::filesystem::path secret_file(const std::string& text) {
        const auto file = folder_.path() / "secret";
        std::ofstream(file, std::ios::binary) << text;
        std::filesystem::permissions(file, std::filesystem::perms(0600));
        return file;
    }

    testing_support::TempFolder folder_;
};

/// `config` after the flags of one command, its environment included.
Config parsed(Config config, const std::string& flags) {
    CLI::App command;
    add_settings(command, everything, config);
    command.parse(flags);
    return config;
}

TEST_F(ConfigTest, AFlagOverridesTheEnvironmentWhichOverridesTheFile) {
    Config config;
    ASSERT_TRUE(
        read_config_file(write("[server]\nport = 1\nworkers = 11\nmax_requests = 21\n"), config));
    const Variable port("CROQUIS_PORT", "2");
    const Variable workers("CROQUIS_WORKERS", "12");
    config = parsed(config, "--port 3");
    EXPECT_EQ(config.port, 3);
    EXPECT_EQ(config.workers, 12);
    EXPECT_EQ(config.max_requests, 21);
    EXPECT_EQ(config.max_connections, Config{}.max_connections);
}

TEST_F(ConfigTest, AListOfTheEnvironmentIsSplitAtCommas) {
    Config config;
    config.trusted_proxies = {"10.0.0.9"};
    const Variable proxies("CROQUIS_TRUSTED_PROXIES", "10.0.0.1,10.0.0.2");
    EXPECT_THAT(parsed(config, "").trusted_proxies, ElementsAre("10.0.0.1", "10.0.0.2"));
    EXPECT_THAT(parsed(config, "--trusted-proxies ::1").trusted_proxies, ElementsAre("::1"));
}

TEST_F(ConfigTest, ASwitchOfTheEnvironmentCanBeOnOrOff) {
    Config config;
    {
        const Variable demo("CROQUIS_DEMO", "true");
        EXPECT_TRUE(parsed(config, "").demo);
        EXPECT_FALSE(parsed(config, "--demo=false").demo);
    }
    config.demo = true;
    const Variable demo("CROQUIS_DEMO", "false");
    EXPECT_FALSE(parsed(config, "").demo);
}

TEST_F(ConfigTest, ValuesPastTheirRangeAreRefusedAsFlagsToo) {
    for (const char* flags :
         {"--port 65536", "--port -1", "--workers 0", "--workers -1", "--max-batch 257",
          "--log-level loud", "--log-format xml", "--access-minutes x"})
        EXPECT_THROW(parsed({}, flags), CLI::ParseError) << flags;
    EXPECT_EQ(parsed({}, "--port 65535").port, 65535);
    EXPECT_EQ(parsed({}, "--max-batch 256").max_batch, 256);
}

TEST_F(ConfigTest, WhatIsPrintedReadsBackAsTheSame) {
    Config config;
    config.store = "sqlite:/tmp/mine.db";
    config.model = "/models/mine \"quoted\".onnx";
    config.port = 9000;
    config.with_portal = true;
    config.demo = true;
    config.trusted_proxies = {"10.0.0.1", "::1"};
    config.log_format = "json";
    config.max_image_bytes = 12345;
    Config again;
    const auto read = read_config_file(write(print_config(config)), again);
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(print_config(again), print_config(config));
    EXPECT_EQ(again.store, config.store);
    EXPECT_EQ(again.model, config.model);
    EXPECT_EQ(again.trusted_proxies, config.trusted_proxies);
    EXPECT_TRUE(again.with_portal);
    EXPECT_EQ(again.max_image_bytes, 12345);
}

/// Another value than the default, and one that a careless printer would get wrong.
template <class T>
T unlike(const Setting& setting, const T& value) {
    if constexpr (std::is_same_v<T, bool>) {
        return !value;
    } else if constexpr (std::is_integral_v<T>) {
        return static_cast<T>(static_cast<std::int64_t>(value) == setting.most ? setting.least
                                                                               : setting.most);
    } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
        std::vector<std::string> many;
        for (int i = 0; i < 40; ++i) many.push_back("https://\"a, b\"'#" + std::to_string(i));
        return many;
    } else {
        if (!setting.choices.empty())
            return T(setting.choices.front() == value ? setting.choices.back()
                                                      : setting.choices.front());
        return T(R"(C:\new "quoted" 'folder' # é … )" + std::string(120, 'x'));
    }
}

TEST_F(ConfigTest, EverySettingSurvivesBeingPrintedAndReadWhateverItsValue) {
    Config config;
    visit_all(config, [](const Setting& setting, auto& value) {
        if (!setting.secret) value = unlike(setting, value);
    });
    config.store = "sqlite:/srv/é \"x\"/croquis.db";
    Config again;
    const auto read = read_config_file(write(print_config(config)), again);
    ASSERT_TRUE(read) << read.error().detail << '\n' << print_config(config);
    int settings = 0;
    visit_all(again, [&](const Setting& setting, const auto& value) {
        using T = std::decay_t<decltype(value)>;
        visit_all(config, [&](const Setting& same, const auto& wanted) {
            if constexpr (std::is_same_v<T, std::decay_t<decltype(wanted)>>)
                if (same.path() == setting.path()) {
                    EXPECT_EQ(value, wanted) << setting.path();
                    ++settings;
                }
        });
    });
    EXPECT_GT(settings, 30);
}

TEST_F(ConfigTest, WhatIsLeftOutWhenPrintedIsNotReadAsSomethingElse) {
    Config config;
    config.secret = "topsecret-one";
    config.previous_secret = "topsecret-two";
    config.secret_file = "/run/secrets/token";
    config.store = "postgresql://croquis:topsecret@db:5432/croquis?sslmode=require&password=x";
    Config again;
    ASSERT_TRUE(read_config_file(write(print_config(config)), again));
    EXPECT_EQ(again.secret, "");
    EXPECT_EQ(again.previous_secret, "");
    EXPECT_EQ(again.secret_file, config.secret_file);
    EXPECT_EQ(again.store, "postgresql://croquis@db:5432/croquis?sslmode=require");
}

/// What a command is refused with, as its person reads it; empty where it is not.
std::string refusal_of(const std::string& flags) {
    Config config;
    CLI::App command;
    add_settings(command, everything, config);
    try {
        command.parse(flags);
    } catch (const CLI::ParseError& wrong) {
        return wrong.what();
    }
    return {};
}

TEST_F(ConfigTest, AVariableThatCannotBeTakenIsRefusedUnderItsName) {
    for (const char* name : {"CROQUIS_PORT", "CROQUIS_WORKERS", "CROQUIS_LOG_LEVEL", "CROQUIS_DEMO",
                             "CROQUIS_MAX_IMAGE_SIDE"}) {
        const Variable variable(name, "many");
        const auto refused = refusal_of("");
        EXPECT_THAT(refused, HasSubstr(name));
        EXPECT_THAT(refused, Not(HasSubstr("--")));
    }
    const Variable port("CROQUIS_PORT", "65536");
    EXPECT_THAT(refusal_of(""), HasSubstr("CROQUIS_PORT"));
    EXPECT_EQ(refusal_of("--port 1"), "") << "the flag overrides it";
    EXPECT_THAT(refusal_of("--port 65536"), HasSubstr("--port"));
}

TEST_F(ConfigTest, AnAddressOfAServiceIsNotTakenForAPort) {
    for (const char* name : {"CROQUIS_PORT", "CROQUIS_PORTAL_PORT", "CROQUIS_METRICS_PORT"}) {
        const Variable link(name, "tcp://10.96.0.17:8000");
        EXPECT_EQ(refusal_of(""), "");
        const auto config = parsed({}, "");
        EXPECT_EQ(config.port, Config{}.port);
        EXPECT_EQ(config.portal_port, Config{}.portal_port);
        EXPECT_EQ(config.metrics_port, Config{}.metrics_port);
        EXPECT_EQ(parsed({}, "--port 9").port, 9);
    }
    const Variable workers("CROQUIS_WORKERS", "tcp://10.96.0.17:8000");
    EXPECT_THAT(refusal_of(""), HasSubstr("CROQUIS_WORKERS"));
}

TEST_F(ConfigTest, TheHelpNamesTheVariables) {
    Config config;
    CLI::App command;
    add_settings(command, everything, config);
    EXPECT_THAT(command.help(), HasSubstr("CROQUIS_PORTAL_PORT"));
}

TEST_F(ConfigTest, SecretsAreNeverPrinted) {
    Config config;
    config.secret = "topsecret-one";
    config.previous_secret = "topsecret-two";
    config.store = "postgresql://croquis:topsecret-three@db/croquis";
    const auto text = print_config(config);
    EXPECT_THAT(text, Not(HasSubstr("topsecret")));
    EXPECT_THAT(text, HasSubstr("postgresql://croquis@db/croquis"));
    EXPECT_THAT(text, Not(HasSubstr("***")));
    EXPECT_THAT(text, HasSubstr("CROQUIS_SECRET"));
    EXPECT_THAT(text, HasSubstr("CROQUIS_PREVIOUS_SECRET"));
    EXPECT_THAT(text, HasSubstr("PGPASSWORD"));
    CLI::App command;
    add_settings(command, everything, config);
    EXPECT_THAT(command.help(), Not(HasSubstr("topsecret")));
}

TEST(StoreUrl, PasswordsAreMaskedWhereverLibpqTakesThem) {
    EXPECT_EQ(without_password("sqlite:croquis.db"), "sqlite:croquis.db");
    EXPECT_EQ(without_password("postgresql://db:5432/croquis"), "postgresql://db:5432/croquis");
    EXPECT_EQ(without_password("postgresql://u@db/croquis"), "postgresql://u@db/croquis");
    EXPECT_EQ(without_password("postgres://u:p@db/croquis"), "postgres://u:***@db/croquis");
    EXPECT_EQ(without_password("postgresql://u:p@a:1,b:2/croquis"),
              "postgresql://u:***@a:1,b:2/croquis");
    EXPECT_EQ(without_password("postgresql://u:p@w?d@db/croquis"), "postgresql://u:***@db/croquis");
    EXPECT_EQ(without_password("postgresql:///croquis?password=p&host=/run&sslpassword=q"),
              "postgresql:///croquis?password=***&host=/run&sslpassword=***");
}

TEST_F(ConfigTest, AnUnknownKeyIsRefusedByName) {
    EXPECT_EQ(refusal("[server]\nprot = 1\n").field, "server.prot");
    EXPECT_EQ(refusal("[sever]\nport = 1\n").field, "sever.port");
    EXPECT_EQ(refusal("port = 1\n").field, "port");
    EXPECT_EQ(refusal("server = 1\n").field, "server");
}

TEST_F(ConfigTest, AWrongValueIsRefusedByNameAndSaysWhatIsRight) {
    const auto too_high = refusal("[server]\nport = 65536\n");
    EXPECT_EQ(too_high.field, "server.port");
    EXPECT_THAT(too_high.detail, HasSubstr("from 0 to 65535"));
    for (const char* toml : {"[server]\nport = \"80\"\n", "[server]\nport = -1\n",
                             "[server]\nport = 1.5\n", "[server]\nport = true\n"})
        EXPECT_EQ(refusal(toml).field, "server.port") << toml;
    EXPECT_EQ(refusal("[identity]\ndemo = 1\n").field, "identity.demo");
    EXPECT_EQ(refusal("[store]\nstore = 1\n").field, "store.store");
    EXPECT_EQ(refusal("[recognition]\nmodel = false\n").field, "recognition.model");
    EXPECT_EQ(refusal("[server]\ntrusted_proxies = [1]\n").field, "server.trusted_proxies");
    EXPECT_THAT(refusal("[log]\nlog_level = \"loud\"\n").detail, HasSubstr("warn"));
}

TEST_F(ConfigTest, ABrokenOrMissingFileChangesNothing) {
    for (const char* toml : {"[server\nport = 1\n", "[server]\nport = \n", "\xff\xfe",
                             "[server]\nport = 1\nport = 2\n"})
        EXPECT_EQ(refusal(toml).field, "config") << toml;
    Config config;
    EXPECT_FALSE(read_config_file(write("[server]\nport = 7\nworkers = 0\n"), config));
    EXPECT_EQ(config.port, Config{}.port);
    EXPECT_EQ(read_config_file(folder_.path() / "none.toml", config).error().kind,
              ErrorKind::not_found);
    EXPECT_EQ(read_config_file(folder_.path(), config).error().kind, ErrorKind::not_found);
}

TEST_F(ConfigTest, ASecretComesFromOnePlace) {
    Config config;
    EXPECT_EQ(*read_secret(config), "");
    config.secret_file = secret_file("first line\r\nsecond line\n");
    EXPECT_EQ(*read_secret(config), "first line");
    config.secret = "another";
    EXPECT_EQ(read_secret(config).error().field, "secret_file");
    config.secret_file.clear();
    EXPECT_EQ(*read_secret(config), "another");
    config.secret.clear();
    config.secret_file = folder_.path() / "none";
    EXPECT_EQ(read_secret(config).error().field, "secret_file");
}

TEST_F(ConfigTest, AFileThatHoldsASecretIsItsOwnersAlone) {
    Config config;
    config.secret_file = secret_file("first line\n");
    std::filesystem::permissions(config.secret_file, std::filesystem::perms(0644));
    EXPECT_EQ(read_secret(config).error().field, "secret_file");
    EXPECT_THAT(read_secret(config).error().detail, HasSubstr("chmod 600"));
    for (const char* secret :
         {"[identity]\nsecret = \"x\"\n", "[identity]\nprevious_secret = \"x\"\n",
          "[store]\nstore = \"postgresql://me:word@host/db\"\n"}) {
        const auto file = write(secret);
        Config read;
        EXPECT_TRUE(read_config_file(file, read)) << secret;
        std::filesystem::permissions(file, std::filesystem::perms(0644));
        EXPECT_EQ(read_config_file(file, read).error().field, "config") << secret;
    }
    const auto plain = write("[store]\nstore = \"postgresql://me@host/db\"\n");
    std::filesystem::permissions(plain, std::filesystem::perms(0644));
    EXPECT_TRUE(read_config_file(plain, config));
}

TEST(Defaults, TheShippedModelIsFound) {
    EXPECT_TRUE(std::filesystem::exists(default_config().model)) << default_config().model;
    EXPECT_EQ(default_config().web_root.filename(), "dist");
}

}  // namespace
}  // namespace croquis::server
