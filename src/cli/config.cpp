#include "cli/config.h"

#include <fmt/format.h>

#include <boost/url.hpp>
#include <fstream>
#include <toml.hpp>

namespace croquis::cli {
namespace {

/// One setting: where it stands in the file, on the command line and in the environment. `visit`
/// calls its argument with one of these and the value it stands for; the three users below share
/// this table.
struct Name {
    const char* table;
    const char* key;
    const char* help;
    Settings group;
    bool secret = false;

    [[nodiscard]] std::string flag() const {
        std::string text = std::string("--") + key;
        std::replace(text.begin(), text.end(), '_', '-');
        return text;
    }
    [[nodiscard]] std::string variable() const {
        std::string text = std::string("CROQUIS_") + key;
        std::transform(text.begin(), text.end(), text.begin(),
                       [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
        return text;
    }
};

template <class C, class Visit>
void visit_storage(C& c, Visit visit) {
    visit(
        Name{"store", "store", "Where drawings are kept: sqlite:PATH or postgresql://user@host/db",
             Settings::store, true},
        c.store);
    visit(Name{"store", "store_readers", "Database connections for reading", Settings::serve},
          c.store_readers);
    visit(Name{"store", "store_writers", "PostgreSQL connections that write submissions",
               Settings::serve},
          c.store_writers);
    visit(Name{"store", "store_queue", "Submissions waiting for a commit; more are answered 503",
               Settings::serve},
          c.store_queue);
}

template <class C, class Visit>
void visit_recognition(C& c, Visit visit) {
    visit(Name{"recognition", "model", "ONNX model, its JSON card beside it", Settings::model},
          c.model);
    visit(Name{"recognition", "inference_threads", "Threads that decode and recognise",
               Settings::serve},
          c.inference_threads);
    visit(Name{"recognition", "max_batch", "Drawings recognised in one run of the network",
               Settings::serve},
          c.max_batch);
    visit(Name{"recognition", "inference_queue",
               "Drawings waiting to be recognised; more are answered 503", Settings::serve},
          c.inference_queue);
    visit(Name{"recognition", "max_image_bytes", "Largest picture file", Settings::serve},
          c.max_image_bytes);
    visit(Name{"recognition", "max_image_side", "Longest side of a picture, in pixels",
               Settings::serve},
          c.max_image_side);
}

template <class C, class Visit>
void visit_network(C& c, Visit visit) {
    visit(Name{"server", "address", "Address to listen on", Settings::serve | Settings::portal},
          c.address);
    visit(Name{"server", "port", "Port of the API; 0 takes a free one", Settings::serve}, c.port);
    visit(Name{"server", "metrics_port", "Port of /metrics for Prometheus; 0 for none",
               Settings::serve},
          c.metrics_port);
    visit(Name{"server", "network_threads", "Threads that read and write connections",
               Settings::serve | Settings::portal},
          c.network_threads);
    visit(Name{"server", "workers", "Threads for database reads and password hashing",
               Settings::serve},
          c.workers);
    visit(Name{"server", "worker_queue", "Jobs waiting for a worker; more are answered 503",
               Settings::serve},
          c.worker_queue);
    visit(Name{"server", "max_connections", "Open connections", Settings::serve | Settings::portal},
          c.max_connections);
    visit(Name{"server", "max_requests", "Requests at work at once; more are answered 503",
               Settings::serve | Settings::portal},
          c.max_requests);
    visit(Name{"server", "max_body_bytes", "Largest request body",
               Settings::serve | Settings::portal},
          c.max_body_bytes);
    visit(Name{"server", "trusted_proxies", "Addresses whose X-Forwarded-For is believed",
               Settings::serve},
          c.trusted_proxies);
    visit(Name{"server", "allowed_origins",
               "Origins of other sites' pages that may call the API (CORS)", Settings::serve},
          c.allowed_origins);
    visit(Name{"portal", "portal_port", "Port of the page; 0 takes a free one",
               Settings::serve | Settings::portal},
          c.portal_port);
    visit(
        Name{"portal", "web_root", "Folder of the built page", Settings::serve | Settings::portal},
        c.web_root);
    visit(Name{"portal", "backend_url", "The backend that `croquis portal` forwards to",
               Settings::portal},
          c.backend_url);
}

template <class C, class Visit>
void visit_identity(C& c, Visit visit) {
    visit(Name{"identity", "demo",
               "Demo mode: the account admin/admin, and a secret made at each start",
               Settings::identity},
          c.demo);
    visit(Name{"identity", "secret", "Key that signs access tokens, 32 bytes or more",
               Settings::identity, true},
          c.secret);
    visit(
        Name{"identity", "secret_file", "File whose first line is the secret", Settings::identity},
        c.secret_file);
    visit(Name{"identity", "previous_secret", "Former secret, still accepted while keys rotate",
               Settings::identity, true},
          c.previous_secret);
    visit(Name{"identity", "access_minutes", "Life of an access token", Settings::identity},
          c.access_minutes);
    visit(Name{"identity", "refresh_days", "Life of a refresh token", Settings::identity},
          c.refresh_days);
    visit(Name{"identity", "logins_per_minute", "Sign-in tries a minute, per name and per address",
               Settings::identity},
          c.logins_per_minute);
    visit(Name{"identity", "submissions_per_minute",
               "Submissions a minute and address; 0 for no limit", Settings::serve},
          c.submissions_per_minute);
}

template <class C, class Visit>
void visit_all(C& c, Visit visit) {
    visit_storage(c, visit);
    visit_recognition(c, visit);
    visit_network(c, visit);
    visit_identity(c, visit);
    visit(Name{"log", "log_level", "trace, debug, info, warn, error or off", Settings::logging},
          c.log_level);
    visit(Name{"log", "log_format", "text or json", Settings::logging}, c.log_format);
}

bool shares(Settings a, Settings b) {
    return (static_cast<unsigned>(a) & static_cast<unsigned>(b)) != 0;
}

template <class T>
void take(const toml::value& value, T& into) {
    if constexpr (std::is_same_v<T, std::filesystem::path>)
        into = toml::get<std::string>(value);
    else
        into = toml::get<T>(value);
}

template <class T>
toml::value give(const T& value) {
    if constexpr (std::is_same_v<T, std::filesystem::path>)
        return toml::value(value.string());
    else if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, std::string>)
        return toml::value(value);
    else if constexpr (std::is_integral_v<T>)
        return toml::value(static_cast<std::int64_t>(value));
    else
        return toml::value(toml::array(value.begin(), value.end()));
}

/// The share folder of an installed program (…/bin/croquis → …/share/croquis); else the source
/// tree.
std::filesystem::path share_folder() {
    std::error_code failed;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", failed);
    const auto installed = self.parent_path().parent_path() / "share" / "croquis";
    return std::filesystem::exists(installed, failed) ? installed : std::filesystem::path();
}

}  // namespace

Config default_config() {
    Config config;
    const auto share = share_folder();
    const std::filesystem::path source = CROQUIS_SOURCE_DIR;
    config.model =
        share.empty() ? source / "models" / "shapes.onnx" : share / "models" / "shapes.onnx";
    config.web_root = share.empty() ? source / "web" / "dist" : share / "web";
    return config;
}

Result<void> read_config_file(const std::filesystem::path& file, Config& config) {
    std::string key;
    try {
        toml::value root = toml::parse(file);
        visit_all(config, [&](const Name& name, auto& value) {
            key = std::string(name.table) + "." + name.key;
            if (!root.contains(name.table)) return;
            auto& table = toml::find(root, name.table).as_table();
            const auto found = table.find(name.key);
            if (found == table.end()) return;
            take(found->second, value);
            table.erase(found);
        });
        for (const auto& [table, rest] : root.as_table()) {
            key = table;
            if (!rest.is_table())
                return Error{ErrorKind::invalid, "The file has an unknown key.", key};
            if (!rest.as_table().empty())
                return Error{ErrorKind::invalid, "The file has an unknown key.",
                             key + "." + rest.as_table().begin()->first};
        }
    } catch (const std::exception& wrong) {
        return Error{ErrorKind::invalid, file.string() + ": " + wrong.what(), key};
    }
    return {};
}

void add_settings(CLI::App& command, Settings settings, Config& config) {
    visit_all(config, [&](const Name& name, auto& value) {
        if (!shares(name.group, settings)) return;
        CLI::Option* option = nullptr;
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, bool>)
            option = command.add_flag(name.flag(), value, name.help);
        else
            option = command.add_option(name.flag(), value, name.help);
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string>) {
            if (name.group == Settings::store) option->default_str(without_password(value));
        }
        if (!name.secret) option->capture_default_str();
        option->envname(name.variable())->group(std::string("Settings: ") + name.table);
    });
    if (shares(settings, Settings::serve))
        command
            .add_flag("--portal", config.with_portal, "Serve the page too, from the same process")
            ->envname("CROQUIS_PORTAL");
}

std::string print_config(const Config& config) {
    toml::table root;
    visit_all(config, [&](const Name& name, const auto& value) {
        auto& table = root.try_emplace(name.table, toml::table()).first->second.as_table();
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string>) {
            if (name.secret)
                table[name.key] = name.group == Settings::store ? without_password(value)
                                  : value.empty()               ? std::string()
                                                                : std::string("***");
            else
                table[name.key] = value;
        } else {
            table[name.key] = give(value);
        }
    });
    return toml::format(toml::value(root), 0);
}

Result<std::string> read_secret(const Config& config) {
    if (config.secret_file.empty()) return config.secret;
    std::ifstream file(config.secret_file);
    std::string line;
    if (!std::getline(file, line))
        return Error{ErrorKind::invalid,
                     "Cannot read the secret file " + config.secret_file.string() + ".",
                     "secret_file"};
    return line;
}

std::string without_password(const std::string& url) {
    auto parsed = boost::urls::parse_uri(url);
    if (!parsed || !parsed->has_password()) return url;
    boost::urls::url shown(*parsed);
    shown.set_password("***");
    return shown.buffer();
}

}  // namespace croquis::cli
