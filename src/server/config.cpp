#include "server/config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <toml.hpp>
#include <vector>

#include "core/build_info.h"
#include "core/private_files.h"
#include "server/settings.h"
#include "store/sqlite_url.h"

namespace croquis::server {
namespace {

template <class T>
constexpr bool is_number = std::is_integral_v<T> && !std::is_same_v<T, bool>;
template <class T>
constexpr bool is_text = std::is_same_v<T, std::string> || std::is_same_v<T, std::filesystem::path>;

Error refused(const Setting& setting, const std::string& must) {
    return {ErrorKind::invalid, setting.path() + " must be " + must + ".", setting.path()};
}

bool is_list_of_texts(const toml::value& value) {
    return value.is_array() && std::all_of(value.as_array().begin(), value.as_array().end(),
                                           [](const auto& item) { return item.is_string(); });
}

template <class T>
Result<void> take(const Setting& setting, const toml::value& value, T& into) {
    if constexpr (std::is_same_v<T, bool>) {
        if (!value.is_boolean()) return refused(setting, "true or false");
        into = value.as_boolean();
    } else if constexpr (is_number<T>) {
        if (!value.is_integer() || value.as_integer() < setting.least ||
            value.as_integer() > setting.most)
            return refused(
                setting, fmt::format("a whole number from {} to {}", setting.least, setting.most));
        into = static_cast<T>(value.as_integer());
    } else if constexpr (is_text<T>) {
        if (!value.is_string()) return refused(setting, "a text in quotes");
        // What as_string() gives differs between toml11 3 and 4.
        const auto text = toml::get<std::string>(value);
        const auto& choices = setting.choices;
        if (!choices.empty() && std::find(choices.begin(), choices.end(), text) == choices.end())
            return refused(setting, fmt::format("one of {}", fmt::join(choices, ", ")));
        into = text;
    } else {
        if (!is_list_of_texts(value)) return refused(setting, "a list of texts in quotes");
        into = toml::get<T>(value);
    }
    return {};
}

template <class T>
toml::value give(const T& value) {
    if constexpr (std::is_same_v<T, std::filesystem::path>)
        return toml::value(value.string());
    else if constexpr (is_number<T>)
        return toml::value(static_cast<std::int64_t>(value));
    else if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, std::string>)
        return toml::value(value);
    else
        return toml::value(toml::array(value.begin(), value.end()));
}

/// A line of the printed configuration.
template <class T>
std::string line(const Setting& setting, const T& value) {
    if constexpr (std::is_same_v<T, std::string>) {
        if (setting.secret && setting.group == Settings::store &&
            url_without_password(value) != value)
            return fmt::format(
                "# The password is left out: give it in PGPASSWORD, or by PGPASSFILE.\n"
                "{} = {}\n",
                setting.key, toml::format(toml::value(url_without_password(value))));
        if (setting.secret && setting.group != Settings::store && !value.empty())
            return fmt::format("# {} is set, and left out: give it in {}.\n", setting.key,
                               setting.variable());
    }
    return fmt::format("{} = {}\n", setting.key, toml::format(give(value)));
}

Error unknown_key(const std::string& key) {
    return {ErrorKind::invalid, "The configuration file has an unknown key, " + key + ".", key};
}

/// Moves what `root` says into `config`, and leaves in `root` what no setting is named by.
Result<void> take_all(toml::value& root, Config& config) {
    Result<void> taken;
    visit_all(config, [&](const Setting& setting, auto& value) {
        if (!taken || !root.contains(setting.table)) return;
        auto& table = root.as_table().at(setting.table);
        if (!table.is_table()) return;
        const auto found = table.as_table().find(setting.key);
        if (found == table.as_table().end()) return;
        taken = take(setting, found->second, value);
        table.as_table().erase(found);
    });
    return taken;
}

Result<void> nothing_left(const toml::value& root) {
    for (const auto& [name, table] : root.as_table()) {
        if (!table.is_table()) return unknown_key(name);
        if (!table.as_table().empty())
            return unknown_key(name + "." + table.as_table().begin()->first);
    }
    return {};
}

/// Called where nothing but the file has been read.
bool holds_secret(const Config& config) {
    return !config.secret.empty() || !config.previous_secret.empty() ||
           without_password(config.store) != config.store;
}

/// The share folder of an installed program (…/bin/croquis → …/share/croquis); else empty.
std::filesystem::path share_folder() {
    std::error_code failed;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", failed);
    const auto installed = self.parent_path().parent_path() / "share" / "croquis";
    return std::filesystem::exists(installed, failed) ? installed : std::filesystem::path();
}

template <class T>
CLI::Option* add_flag_or_option(CLI::App& command, const Setting& setting, T& value) {
    if constexpr (std::is_same_v<T, bool>) {
        return command.add_flag(setting.flag(), value, setting.help);
    } else {
        auto* option = command.add_option(setting.flag(), value, setting.help);
        if constexpr (is_number<T>)
            option->type_name("N")->check(
                CLI::Range(setting.least, setting.most)
                    .description(fmt::format("{}..{}", setting.least, setting.most)));
        else if constexpr (is_text<T>)
            option->type_name("TEXT");
        else
            option->type_name("TEXT,...")->delimiter(',');
        if (const std::vector<std::string> choices(setting.choices.begin(), setting.choices.end());
            !choices.empty())
            option->check(CLI::IsMember(choices));
        if constexpr (is_number<T> || is_text<T>) option->take_last();
        return option;
    }
}

/// A variable of the environment that was not taken. It counts only where no flag overrides it.
struct Refused {
    const CLI::Option* option;
    Error why;
};

/// Kubernetes' and Docker's variables for a service called croquis-portal have names like ours.
bool is_service_link(const Setting& setting, std::string_view text) {
    return std::string_view(setting.key).ends_with("port") &&
           text.find("://") != std::string_view::npos;
}

/// By the same checks as the flag. A service link is not_found: it is no setting at all.
template <class T>
Result<void> take_variable(const Setting& setting, T& value) {
    const auto variable = setting.variable();
    const char* text = std::getenv(variable.c_str());
    if (text == nullptr || *text == '\0') return {};
    if (is_service_link(setting, text))
        return Error{
            ErrorKind::not_found,
            fmt::format("{}={} is the address of a service, not a port, and is passed over "
                        "(in Kubernetes, enableServiceLinks: false keeps it out)",
                        variable, text),
            variable};
    CLI::App alone;
    T given = value;
    add_flag_or_option(alone, setting, given);
    try {
        alone.parse(std::vector<std::string>{setting.flag() + "=" + text});
    } catch (const CLI::ParseError& wrong) {
        const std::string why = wrong.what();
        const auto at = why.find(setting.flag());
        return Error{ErrorKind::invalid,
                     at == std::string::npos
                         ? variable + ": " + why
                         : std::string(why).replace(at, setting.flag().size(), variable),
                     variable};
    }
    value = std::move(given);
    return {};
}

void tell(const Error& why) {
    if (why.kind != ErrorKind::not_found)
        throw CLI::ParseError(why.detail, CLI::ExitCodes::ValidationError);
    spdlog::warn(why.detail);
}

bool shares(Settings a, Settings b) {
    return (static_cast<unsigned>(a) & static_cast<unsigned>(b)) != 0;
}

}  // namespace

std::string Setting::flag() const {
    std::string text = std::string("--") + key;
    std::replace(text.begin(), text.end(), '_', '-');
    return text;
}

std::string Setting::variable() const {
    std::string text = std::string("CROQUIS_") + key;
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

std::string Setting::path() const {
    return std::string(table) + "." + key;
}

Config default_config() {
    Config config;
    const auto share = share_folder();
    const auto source = source_folder();
    config.model =
        share.empty() ? source / "models" / "shapes.onnx" : share / "models" / "shapes.onnx";
    config.web_root = share.empty() ? source / "web" / "dist" : share / "web";
    return config;
}

Result<void> read_config_file(const std::filesystem::path& file, Config& config) {
    std::ifstream in(file, std::ios::binary);
    if (!in || std::filesystem::is_directory(file))
        return Error{ErrorKind::not_found,
                     "Cannot read the configuration file " + file.string() + ".", "config"};
    try {
        toml::value root = toml::parse(in, file.string());
        Config read = config;
        if (const auto taken = take_all(root, read); !taken) return taken.error();
        if (const auto known = nothing_left(root); !known) return known.error();
        if (holds_secret(read))
            if (const auto safe = check_secret_file(file, "config"); !safe) return safe.error();
        config = std::move(read);
    } catch (const std::exception& wrong) {
        return Error{ErrorKind::invalid, file.string() + " is not TOML: " + wrong.what(), "config"};
    }
    return {};
}

void add_settings(CLI::App& command, Settings settings, Config& config) {
    std::vector<Refused> refused;
    visit_all(config, [&](const Setting& setting, auto& value) {
        if (!shares(setting.group, settings)) return;
        auto taken = take_variable(setting, value);
        auto* option = add_flag_or_option(command, setting, value);
        option->group(fmt::format("Settings [{}]", setting.table));
        option->description(fmt::format("{} (Env:{})", setting.help, setting.variable()));
        if (!setting.secret) option->capture_default_str();
        if (setting.group == Settings::store) option->default_str(without_password(config.store));
        if (!taken) refused.push_back({option, taken.error()});
    });
    if (refused.empty()) return;
    command.parse_complete_callback([refused] {
        for (const auto& each : refused)
            if (each.option->count() == 0) tell(each.why);
    });
}

std::string print_config(const Config& config) {
    std::string text, table;
    visit_all(config, [&](const Setting& setting, const auto& value) {
        if (table != setting.table)
            text += fmt::format("{}[{}]\n", text.empty() ? "" : "\n", setting.table);
        table = setting.table;
        text += line(setting, value);
    });
    return text;
}

Result<std::string> read_secret(const Config& config) {
    if (config.secret_file.empty()) return config.secret;
    if (!config.secret.empty())
        return Error{ErrorKind::invalid,
                     "Both a secret and a file with the secret are set: keep one of them.",
                     "secret_file"};
    if (const auto safe = check_secret_file(config.secret_file, "secret_file"); !safe)
        return safe.error();
    std::ifstream file(config.secret_file);
    std::string line;
    if (!std::getline(file, line))
        return Error{ErrorKind::invalid,
                     "Cannot read the secret file " + config.secret_file.string() + ".",
                     "secret_file"};
    if (line.ends_with('\r')) line.pop_back();
    return line;
}

namespace {

std::string replace_passwords(const std::string& url, const char* in_authority_by,
                              const char* in_query_by) {
    // By libpq's rules, which are looser than a URL's: several hosts, and characters that a URL
    // would escape. Rather too much is masked than too little.
    static const std::regex in_authority(R"(^(postgres(?:ql)?://[^:/@]*):[^/]*@)");
    static const std::regex in_query(R"(([?&])((?:ssl)?password=)[^&]*)");
    return std::regex_replace(std::regex_replace(url, in_authority, in_authority_by), in_query,
                              in_query_by);
}

}  // namespace

std::filesystem::path uploads_of(const Config& config) {
    if (!config.upload_folder.empty()) return config.upload_folder;
    if (config.store.starts_with(store::sqlite_scheme))
        return config.store.substr(store::sqlite_scheme.size()) + ".uploads";
    return "croquis-uploads";
}

std::string train_program_of(const Config& config) {
    if (!config.train_program.empty()) return config.train_program;
    std::error_code failed;
    const auto own = std::filesystem::read_symlink("/proc/self/exe", failed);
    if (failed) return {};
    const auto beside = own.parent_path() / "croquis-train";
    return std::filesystem::is_regular_file(beside, failed) ? beside.string() : std::string();
}

std::filesystem::path trainings_of(const Config& config) {
    if (!config.train_folder.empty()) return config.train_folder;
    if (config.store.starts_with(store::sqlite_scheme))
        return config.store.substr(store::sqlite_scheme.size()) + ".trainings";
    return "croquis-trainings";
}

std::string without_password(const std::string& url) {
    return replace_passwords(url, "$1:***@", "$1$2***");
}

std::string url_without_password(const std::string& url) {
    // An item of the query that is empty is none to libpq, but the last one may not be.
    auto rest = replace_passwords(url, "$1@", "$1");
    if (rest == url) return url;
    static const std::regex empty_items(R"(([?&])&+)");
    rest = std::regex_replace(rest, empty_items, "$1");
    if (rest.ends_with('?') || rest.ends_with('&')) rest.pop_back();
    return rest;
}

}  // namespace croquis::server
