#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "core/error.h"
#include "jobs/runner.h"
#include "store/store.h"

/// Tells an MLflow tracking server of what was taught and trained, by its REST interface.
namespace croquis::service {

struct MlflowServer {
    std::string url;  ///< "http://127.0.0.1:5000"; empty: there is none
    std::string token;
    std::string username;
    std::string password;
    std::chrono::milliseconds deadline{10'000};         ///< of a request
    std::chrono::milliseconds upload_deadline{60'000};  ///< of a model's
    /// Waits before it is asked again, where it does not answer or cannot now.
    std::vector<std::chrono::milliseconds> waits{std::chrono::seconds(1), std::chrono::seconds(5),
                                                 std::chrono::seconds(25)};
};

/// The server by its URL, with credentials of the environment, as MLflow's own client takes them:
/// MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and _PASSWORD; each secret also from the file
/// that the variable of the same name with _FILE names. Errors: invalid (a file that others can
/// read), not_found.
Result<MlflowServer> mlflow_server(const std::string& url);

/// Thread-safe; all functions block.
class Mlflow {
  public:
    /// `store` must outlive it.
    Mlflow(store::Store& store, MlflowServer server);

    [[nodiscard]] bool is_named() const { return !server_.url.empty(); }

    /// Queues the telling of a job that has ended, where it made a model. What fails here or later
    /// is logged and touches no model.
    void after(const store::Job& ended);

    /// The work of such a job: experiment, run, parameters, metrics and the model. Begun again, it
    /// goes on with the run that is there. Errors: unavailable (the server gives no answer, in the
    /// end), invalid (it takes something not, in its words), those of the store.
    Result<std::string> work(jobs::Task& task);

    /// The same at once, of what was taught without a job: `taught` as to_json(Teaching) has it.
    Result<void> tell(const std::string& model, const boost::json::object& taught,
                      const std::string& project, const store::Author& by, Timestamp began);

  private:
    store::Store& store_;
    const MlflowServer server_;
};

}  // namespace croquis::service
