#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "api/services.h"
#include "http/server.h"
#include "identity/identity.h"
#include "service/training/training.h"

namespace croquis::api {

struct ApiOptions {
    http::ServerLimits limits;  ///< stated in the OpenAPI documents as served
    drawing::DecodeLimits decode;
    std::uint64_t max_import_bytes = std::uint64_t{4} << 30U;  ///< of one upload
    int submissions_per_minute = 0;  ///< per client address on the public API; 0 for no limit
    std::string version;             ///< of the program
    bool demo = false;               ///< anyone can sign in as admin / admin
    std::string base_path;           ///< "/croquis" where a proxy serves the API under that path
    /// Trains networks; null where none are trained. Must outlive the router.
    service::Trainings* trainings = nullptr;
    /// Called after a job was queued, so that it is begun at once. May be empty.
    std::function<void()> on_job = {};
};

/// What blocks or computes runs on one of these, and network threads only await it.
struct WorkerPools {
    WorkerPool& requests;   ///< what takes milliseconds
    WorkerPool& passwords;  ///< hashing them
    /// What reads and compares thousands of drawings for one answer. Nobody's list or drawing waits
    /// behind it.
    WorkerPool& analyses;
};

/// The public API, mounted at /api/v1/public: predict and store, list and view; never modifies
/// anything. What the handlers refer to must outlive the router.
http::Router public_api(const Services& services, WorkerPool& workers, const ApiOptions& options);

/// The annotator API, mounted at /api/v1: JWT bearer, the same views plus changes.
http::Router annotator_api(const Services& services, identity::Identity& identity,
                           store::Store& store, const WorkerPools& workers,
                           const ApiOptions& options = {});

/// /healthz, /readyz, /problems/{kind}, /docs (Swagger UI from `swagger_folder`; a note where that
/// was not built), /openapi.json (both APIs in one document), /api/v1/public/openapi.json and
/// /api/v1/openapi.json.
Result<http::Router> service_routes(store::Store& store, WorkerPool& workers,
                                    const std::filesystem::path& swagger_folder,
                                    const ApiOptions& options);

/// Tells the security log of an answer of 401, 403 or 429, unless Identity has told of its reason.
void tell_refusal(const http::Request& request, const http::Response& response,
                  std::string_view route);

/// All of the backend's routes.
Result<http::Router> backend_router(const Services& services, identity::Identity& identity,
                                    store::Store& store, const WorkerPools& workers,
                                    const std::filesystem::path& swagger_folder,
                                    const ApiOptions& options);

}  // namespace croquis::api
