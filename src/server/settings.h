#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "server/setting_groups.h"

/// The table of all settings. Reading the file, adding flags and printing the configuration are
/// three ways through it, so that a setting is named, explained and bounded in one place.
namespace croquis::server {

/// One setting: where it stands in the file, on the command line (--log-level) and in the
/// environment (CROQUIS_LOG_LEVEL), and what it takes.
struct Setting {
    const char* table;
    const char* key;
    const char* help;
    Settings group;
    std::int64_t least = 0;  ///< of a number
    std::int64_t most = 0;
    std::span<const char* const> choices = {};  ///< of a text; empty where any will do
    bool secret = false;

    [[nodiscard]] std::string flag() const;
    [[nodiscard]] std::string variable() const;
    [[nodiscard]] std::string path() const;  ///< "log.log_level"

    [[nodiscard]] constexpr Setting between(std::int64_t low, std::int64_t high) const {
        Setting bounded = *this;
        bounded.least = low;
        bounded.most = high;
        return bounded;
    }
    [[nodiscard]] constexpr Setting one_of(std::span<const char* const> allowed) const {
        Setting bounded = *this;
        bounded.choices = allowed;
        return bounded;
    }
    [[nodiscard]] constexpr Setting hidden() const {
        Setting masked = *this;
        masked.secret = true;
        return masked;
    }
};

inline constexpr std::array log_levels{"trace", "debug", "info", "warn", "error", "off"};
inline constexpr std::array log_formats{"text", "json"};
inline constexpr std::int64_t max_threads = 1024;
inline constexpr std::int64_t max_queue = 1'000'000;
inline constexpr std::int64_t max_port = 65535;
inline constexpr std::int64_t mebibyte = std::int64_t{1024} * 1024;

template <class C, class Visit>
void visit_storage(C& c, Visit visit) {
    constexpr auto both = Settings::serve | Settings::worker;
    visit(Setting{"store", "store",
                  "Where drawings are kept: sqlite:PATH or postgresql://user@host/db (password in "
                  "PGPASSWORD)",
                  Settings::store}
              .hidden(),
          c.store);
    visit(
        Setting{"store", "store_readers", "Database connections for reading", both}.between(1, 256),
        c.store_readers);
    visit(Setting{"store", "store_writers", "PostgreSQL connections that write submissions", both}
              .between(1, 256),
          c.store_writers);
    visit(Setting{"store", "store_queue", "Submissions waiting for a commit; more are answered 503",
                  both}
              .between(1, max_queue),
          c.store_queue);
}

template <class C, class Visit>
void visit_recognition(C& c, Visit visit) {
    constexpr auto both = Settings::serve | Settings::worker;
    visit(Setting{"recognition", "model",
                  "ONNX model, its JSON card beside it; serve prefers the registry's live one",
                  Settings::model},
          c.model);
    visit(Setting{"recognition", "inference_threads", "Threads that decode and recognise", both}
              .between(1, max_threads),
          c.inference_threads);
    visit(Setting{"recognition", "max_batch", "Drawings recognised in one run of the network", both}
              .between(1, 256),
          c.max_batch);
    visit(Setting{"recognition", "inference_queue",
                  "Drawings waiting to be recognised; more are answered 503", both}
              .between(1, max_queue),
          c.inference_queue);
    visit(Setting{"recognition", "teach_after",
                  "Teach a model after so many reviewed drawings, as a candidate; 0 for never",
                  Settings::serve}
              .between(0, max_queue),
          c.teach_after);
    visit(Setting{"recognition", "train_program",
                  "What trains networks; empty: croquis-train beside this program, where it is",
                  both},
          c.train_program);
    visit(Setting{"recognition", "train_threads", "Threads of a training", both}.between(
              1, max_threads),
          c.train_threads);
    visit(Setting{"recognition", "max_train_mebibytes", "Memory of a training", both}.between(
              256, mebibyte),
          c.max_train_mebibytes);
    visit(Setting{"recognition", "train_folder",
                  "Where trainings keep drawings and checkpoints; empty: beside the database's "
                  "file, or croquis-trainings",
                  both},
          c.train_folder);
    visit(Setting{"recognition", "mlflow",
                  "MLflow tracking server that is told of every taught and trained model "
                  "(credentials in MLFLOW_TRACKING_TOKEN, or _USERNAME and _PASSWORD); empty: none",
                  both},
          c.mlflow);
    constexpr auto pictures = both | Settings::pictures;
    visit(Setting{"recognition", "max_image_bytes", "Largest picture file", pictures}.between(
              1024, 256 * mebibyte),
          c.max_image_bytes);
    visit(Setting{"recognition", "max_image_side", "Longest side of a picture, in pixels", pictures}
              .between(8, 16384),
          c.max_image_side);
}

template <class C, class Visit>
void visit_uploads(C& c, Visit visit) {
    constexpr auto working = Settings::serve | Settings::worker;
    visit(
        Setting{"server", "upload_folder",
                "Where uploads wait to be imported; several backends of one store share it. Empty: "
                "beside the database's file, or croquis-uploads",
                working | Settings::uploads},
        c.upload_folder);
    visit(Setting{"server", "max_upload_folder_bytes", "What may wait there; more is answered 503",
                  working}
              .between(1024, mebibyte * 1024 * 1024),
          c.max_upload_folder_bytes);
}

template <class C, class Visit>
void visit_network(C& c, Visit visit) {
    constexpr auto serve = Settings::serve;
    constexpr auto listening = Settings::serve | Settings::portal;
    constexpr auto measured = listening | Settings::worker;
    visit(Setting{"server", "address", "IP address to listen on", measured}, c.address);
    visit(Setting{"server", "port", "Port of the API; 0 takes a free one", serve}.between(0,
                                                                                          max_port),
          c.port);
    visit(Setting{"server", "metrics_port", "Port of /metrics for Prometheus; 0 for none", measured}
              .between(0, max_port),
          c.metrics_port);
    visit(Setting{"server", "network_threads", "Threads that read and write connections", listening}
              .between(1, max_threads),
          c.network_threads);
    visit(Setting{"server", "workers", "Threads for database reads and changes", serve}.between(
              1, max_threads),
          c.workers);
    visit(
        Setting{"server", "worker_queue", "Jobs waiting for a worker; more are answered 503", serve}
            .between(1, max_queue),
        c.worker_queue);
    visit(Setting{"server", "no_jobs",
                  "Leave teaching, imports and all other jobs to `croquis worker` (PostgreSQL)",
                  serve},
          c.no_jobs);
    visit(Setting{"server", "max_connections", "Open connections", listening}.between(1, max_queue),
          c.max_connections);
    visit(Setting{"server", "max_connections_per_client",
                  "Open connections of one client, an IPv4 address or an IPv6 /64", listening}
              .between(1, max_queue),
          c.max_connections_per_client);
    visit(Setting{"server", "base_path",
                  "Path under which a proxy serves all of this, like /croquis", listening},
          c.base_path);
    visit(Setting{"server", "max_requests", "Requests at work at once; more are answered 503",
                  listening}
              .between(1, max_queue),
          c.max_requests);
    visit(Setting{"server", "max_body_bytes", "Largest request body", listening}.between(
              1024, 1024 * mebibyte),
          c.max_body_bytes);
    visit(Setting{"server", "max_import_bytes", "Largest upload to import", listening}.between(
              1024, mebibyte * 1024 * 1024),
          c.max_import_bytes);
    visit_uploads(c, visit);
    visit(Setting{"server", "trusted_proxies", "Addresses whose X-Forwarded-For is believed",
                  listening},
          c.trusted_proxies);
    visit(Setting{"server", "allowed_origins",
                  "Origins of other sites' pages that may call the API (CORS)", serve},
          c.allowed_origins);
}

template <class C, class Visit>
void visit_portal(C& c, Visit visit) {
    constexpr auto both = Settings::serve | Settings::portal;
    visit(Setting{"portal", "portal", "Serve the page too, from the same process", Settings::serve},
          c.with_portal);
    visit(Setting{"portal", "portal_port", "Port of the page; 0 takes a free one", both}.between(
              0, max_port),
          c.portal_port);
    visit(Setting{"portal", "web_root", "Folder of the built page", both}, c.web_root);
    visit(Setting{"portal", "backend_url", "The backend that `croquis portal` forwards to",
                  Settings::portal},
          c.backend_url);
}

template <class C, class Visit>
void visit_identity(C& c, Visit visit) {
    constexpr auto identity = Settings::identity;
    visit(Setting{"identity", "demo",
                  "Demo mode: the account admin/admin, and a secret made at each start", identity},
          c.demo);
    visit(Setting{"identity", "demo_anywhere",
                  "Allow demo mode on an address that others can reach, and under any host name",
                  identity},
          c.demo_anywhere);
    visit(Setting{"identity", "secret",
                  "Key that signs access tokens, 32 bytes or more; better not as a flag, which "
                  "other users can see",
                  identity}
              .hidden(),
          c.secret);
    visit(Setting{"identity", "secret_file",
                  "File whose first line is the secret; its owner's alone to read", identity},
          c.secret_file);
    visit(Setting{"identity", "previous_secret", "Former secret, still accepted while keys rotate",
                  identity}
              .hidden(),
          c.previous_secret);
    visit(
        Setting{"identity", "access_minutes", "Life of an access token", identity}.between(1, 1440),
        c.access_minutes);
    visit(Setting{"identity", "refresh_days", "Life of a refresh token", identity}.between(1, 365),
          c.refresh_days);
    visit(Setting{"identity", "logins_per_minute",
                  "Failed sign-ins a minute of an address at a name, five times as many at all "
                  "names; 0 for no limit",
                  identity}
              .between(0, max_queue),
          c.logins_per_minute);
    visit(Setting{"identity", "submissions_per_minute",
                  "Submissions a minute and address; 0 for no limit", Settings::serve}
              .between(0, max_queue),
          c.submissions_per_minute);
}

/// Calls `visit(setting, value)` with every setting and what stands for it in `c`.
template <class C, class Visit>
void visit_all(C& c, Visit visit) {
    visit_storage(c, visit);
    visit_recognition(c, visit);
    visit_network(c, visit);
    visit_portal(c, visit);
    visit_identity(c, visit);
    visit(Setting{"log", "log_level", "How much is logged", Settings::logging}.one_of(log_levels),
          c.log_level);
    visit(Setting{"log", "log_format", "How it is logged", Settings::logging}.one_of(log_formats),
          c.log_format);
}

}  // namespace croquis::server
