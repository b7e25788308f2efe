#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/error.h"
#include "server/setting_groups.h"

namespace croquis::server {

/// Everything that can be set, with its default. Read from, strongest first: flags, environment
/// (CROQUIS_…), the TOML file named by --config or CROQUIS_CONFIG.
struct Config {
    std::string store = "sqlite:croquis.db";
    std::filesystem::path model;     ///< ONNX, with its card beside it
    std::filesystem::path web_root;  ///< the built page

    std::string address = "127.0.0.1";
    std::uint16_t port = 8000;
    std::uint16_t portal_port = 8501;
    std::uint16_t metrics_port = 0;  ///< 0: no metrics listener
    bool with_portal = false;
    std::string backend_url = "http://127.0.0.1:8000";  ///< of `croquis portal`

    bool no_jobs = false;  ///< leaves jobs to `croquis worker`

    bool demo = false;
    bool demo_anywhere = false;  ///< demo mode also where others can reach it
    std::string secret;
    std::filesystem::path secret_file;
    std::string previous_secret;
    int access_minutes = 15;
    int refresh_days = 14;
    int logins_per_minute = 10;
    int submissions_per_minute = 0;

    std::size_t network_threads = 1;
    std::size_t inference_threads = 2;
    std::size_t workers = 4;
    std::size_t worker_queue = 1024;
    std::size_t max_batch = 32;
    std::size_t inference_queue = 1024;
    std::size_t store_readers = 4;
    std::size_t store_writers = 2;
    std::size_t store_queue = 4096;
    std::size_t max_connections = 4096;
    std::size_t max_connections_per_client = 512;
    std::size_t max_requests = 2048;
    std::size_t max_body_bytes = std::size_t{4} * 1024 * 1024;
    int teach_after = 0;
    std::string train_program;  ///< empty: croquis-train beside this program, where it is there
    std::size_t train_threads = 1;
    std::size_t max_train_mebibytes = 4096;
    std::filesystem::path train_folder;  ///< empty: see trainings_of()
    std::string mlflow;                  ///< the URL of a tracking server; empty: none
    std::size_t max_import_bytes = std::size_t{4} * 1024 * 1024 * 1024;
    std::filesystem::path upload_folder;  ///< empty: see uploads_of()
    std::size_t max_upload_folder_bytes = std::size_t{16} * 1024 * 1024 * 1024;
    std::size_t max_image_bytes = std::size_t{2} * 1024 * 1024;
    int max_image_side = 4096;

    std::string base_path;  ///< "/croquis", or empty
    std::vector<std::string> trusted_proxies;
    std::vector<std::string> allowed_origins;
    std::string log_level = "info";
    std::string log_format = "text";
};

/// Of every HTML answer: the page and Swagger UI, whose style sheet embeds its icons as data: URLs.
/// Nothing comes from elsewhere and no script or style stands in the HTML itself.
inline constexpr auto page_content_security_policy =
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'";

/// The defaults, with the paths that depend on where this program is installed.
Config default_config();

/// Lays the TOML file over `config`: all of it, or in case of an Error nothing. An unknown key, a
/// value of a wrong type or out of its range is invalid, with the key ("server.port") as its field;
/// so is a broken file, and one that holds a secret and is open to others. A file that is not there
/// is not_found.
Result<void> read_config_file(const std::filesystem::path& file, Config& config);

/// Lays the environment over `config` and adds the flags of `settings` to `command`; what they are
/// given lands in `config`, whose present values show in --help as the defaults. A variable that
/// cannot be taken is refused, under its name, once `command` is parsed without its flag. A port's
/// variable that holds an address (CROQUIS_PORT=tcp://10.0.0.1:8000, which Kubernetes sets in every
/// pod beside a service called croquis) is not meant for this program: it is passed over with a
/// warning.
void add_settings(CLI::App& command, Settings settings, Config& config);

/// The configuration in force as a TOML file that read_config_file() takes, and that serve starts
/// with. Secrets and the password in the store's URL are left out; a comment in their place says so
/// and how to give them.
std::string print_config(const Config& config);

/// The secret from --secret, or from --secret-file (its first line). Empty where neither is given,
/// invalid where both are, or where others can read the file.
Result<std::string> read_secret(const Config& config);

/// Where uploads are kept until they are imported: upload_folder, else beside the database's file,
/// else croquis-uploads in the working directory.
std::filesystem::path uploads_of(const Config& config);

/// The program that trains: train_program, else croquis-train beside this one; empty where there is
/// none.
std::string train_program_of(const Config& config);

/// Where trainings keep their drawings and checkpoints: train_folder, else as uploads_of().
std::filesystem::path trainings_of(const Config& config);

/// A store's URL fit for a log: passwords in it replaced by ***.
std::string without_password(const std::string& url);

/// The same with passwords cut out: a URL that still works, where they are given by other means.
std::string url_without_password(const std::string& url);

}  // namespace croquis::server
