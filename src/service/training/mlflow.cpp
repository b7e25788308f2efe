#include "service/training/mlflow.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>
#include <cstdlib>
#include <functional>
#include <thread>
#include <tuple>

#include "core/bytes.h"
#include "core/files.h"
#include "core/http_call.h"
#include "core/private_files.h"
#include "service/jobs/job_kinds.h"
#include "service/jobs/job_queue.h"
#include "service/models/trunk.h"
#include "service/training/json_text.h"

namespace croquis::service {
namespace {

namespace json = boost::json;

constexpr std::size_t longest_value = 500;  ///< of a parameter, as MLflow has them at least
constexpr std::size_t metrics_at_once = 1000;
constexpr const char* methods = "/api/2.0/mlflow/";

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

/// From the variable, or the file that NAME_FILE names.
Result<std::string> secret(const std::string& name) {
    auto value = variable(name.c_str());
    const auto file = variable((name + "_FILE").c_str());
    if (file.empty()) return value;
    if (const auto safe = check_secret_file(file, name); !safe) return safe.error();
    auto text = read_file(file, std::uintmax_t{64} * 1024, name);
    if (!text) return text.error();
    text->erase(text->find_last_not_of("\r\n") + 1);
    return std::move(*text);
}

std::int64_t milliseconds(const std::optional<Timestamp>& at) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               at.value_or(now()).time_since_epoch())
        .count();
}

std::string percent_encoded(std::string_view text) {
    std::string coded;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
        coded += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return coded;
}

/// What the server answered: a status, and an object where it sent one.
struct Told {
    int status = 0;
    json::object body;

    [[nodiscard]] std::string text(std::string_view member) const {
        const auto* value = body.if_contains(member);
        return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
    }
};

/// A conversation with the server, each request of which is repeated where it may help.
class Talk {
  public:
    /// `is_stopped` ends it early.
    Talk(const MlflowServer& server, std::function<bool()> is_stopped)
        : server_(server), is_stopped_(std::move(is_stopped)) {}

    /// Errors: unavailable, in the end.
    Result<Told> ask(const std::string& method, const std::string& path, std::string_view body,
                     const char* type, std::chrono::milliseconds deadline) const {
        HttpCall call{method, base() + path, headers(type), body, deadline, is_stopped_};
        for (std::size_t turn = 0;; ++turn) {
            const auto reply = http_call(call);
            const bool again = !reply ? reply.error().kind == ErrorKind::unavailable
                                      : reply->status == 429 || reply->status >= 500;
            if (is_stopped_()) return stopped();
            if (!again || turn == server_.waits.size()) return told(reply);
            if (!rest(server_.waits[turn])) return stopped();
        }
    }

    /// Of MLflow's own methods; invalid where it refuses.
    Result<json::object> post(const std::string& path, const json::object& body) const {
        auto answer = ask("POST", methods + path, json::serialize(body), "application/json",
                          server_.deadline);
        if (!answer) return answer.error();
        if (answer->status != 200) return refused(path, *answer);
        return std::move(answer->body);
    }

    static Error refused(const std::string& what, const Told& answer) {
        const auto why = answer.text("message").substr(0, 300);
        return {answer.status >= 500 ? ErrorKind::unavailable : ErrorKind::invalid,
                fmt::format("MLflow answered {} with {}: {}", what, answer.status,
                            why.empty() ? "it gave no reason." : why)};
    }

    [[nodiscard]] const MlflowServer& server() const { return server_; }

  private:
    [[nodiscard]] std::string base() const {
        auto url = server_.url;
        while (url.ends_with('/')) url.pop_back();
        return url;
    }

    [[nodiscard]] std::vector<std::string> headers(const char* type) const {
        std::vector<std::string> all{std::string("Content-Type: ") + type, "Expect:"};
        if (!server_.token.empty()) {
            all.push_back("Authorization: Bearer " + server_.token);
        } else if (!server_.username.empty()) {
            const auto both = server_.username + ":" + server_.password;
            all.push_back("Authorization: Basic " + to_base64(as_bytes(both)));
        }
        return all;
    }

    static Result<Told> told(const Result<HttpReply>& reply) {
        if (!reply) return reply.error();
        Told answer{reply->status, {}};
        boost::system::error_code failed;
        auto value = json::parse(reply->body, failed);
        if (!failed && value.is_object()) answer.body = std::move(value.get_object());
        return answer;
    }

    /// False where the work is to end.
    [[nodiscard]] bool rest(std::chrono::milliseconds how_long) const {
        constexpr std::chrono::milliseconds piece{50};
        for (auto left = how_long; left.count() > 0; left -= piece) {
            if (is_stopped_()) return false;
            std::this_thread::sleep_for(std::min(piece, left));
        }
        return !is_stopped_();
    }

    const MlflowServer& server_;
    std::function<bool()> is_stopped_;
};

std::string text_at(const json::object& object, std::string_view outer, std::string_view inner) {
    const auto* value = object.if_contains(outer);
    if (value == nullptr || !value->is_object()) return {};
    const auto* text = value->get_object().if_contains(inner);
    return text != nullptr && text->is_string() ? std::string(text->get_string()) : std::string();
}

/// The experiment of that name, made where it is not there.
Result<std::string> experiment_of(const Talk& talk, const std::string& name) {
    const auto path =
        std::string(methods) + "experiments/get-by-name?experiment_name=" + percent_encoded(name);
    for (int turn = 0;; ++turn) {
        const auto found = talk.ask("GET", path, {}, "application/json", talk.server().deadline);
        if (!found) return found.error();
        if (found->status == 200) {
            auto id = text_at(found->body, "experiment", "experiment_id");
            if (!id.empty()) return id;
        }
        if (found->text("error_code") != "RESOURCE_DOES_NOT_EXIST" || turn > 0)
            return Talk::refused("experiments/get-by-name", *found);
        const auto made = talk.post("experiments/create", {{"name", name}});
        if (made && made->contains("experiment_id") && made->at("experiment_id").is_string())
            return std::string(made->at("experiment_id").get_string());
        // Another backend may have made it at the same moment: then it is found now.
        if (!made && made.error().kind != ErrorKind::invalid) return made.error();
    }
}

struct Run {
    std::string id;
    std::string artifacts;  ///< where its files are, as the server says
};

Result<Run> run_in(const json::object& run) {
    const auto* info = run.if_contains("info");
    if (info == nullptr || !info->is_object())
        return Error{ErrorKind::invalid, "MLflow answered with no run."};
    const json::object wrapped{{"info", *info}};
    Run found{text_at(wrapped, "info", "run_id"), text_at(wrapped, "info", "artifact_uri")};
    if (found.id.empty()) return Error{ErrorKind::invalid, "MLflow answered with no run."};
    return found;
}

/// What is told of a job: it ended well, and made this model.
struct Subject {
    store::Job job;
    store::Model model;
    json::object result;
    json::object lineage;
};

json::array tags_of(const Subject& subject) {
    const auto tag = [](const char* key, const std::string& value) {
        return json::object{{"key", key}, {"value", value}};
    };
    const auto by = subject.job.created_by ? subject.job.created_by->name : "croquis";
    return {tag("mlflow.runName", subject.model.id),
            tag("mlflow.user", by),
            tag("mlflow.source.name", "croquis " + subject.job.kind),
            tag("croquis.job", to_string(subject.job.id)),
            tag("croquis.project", subject.job.project_slug),
            tag("croquis.model", subject.model.id),
            tag("croquis.parent", subject.model.parent.value_or("")),
            tag("croquis.verdict", text_at(subject.result, "gate", "verdict"))};
}

/// The run of the job: the one that an earlier try began, or a new one.
Result<Run> run_of(const Talk& talk, const std::string& experiment, const Subject& subject) {
    const auto filter = fmt::format("tags.`croquis.job` = '{}'", to_string(subject.job.id));
    const auto found = talk.post(
        "runs/search",
        {{"experiment_ids", json::array{experiment}}, {"filter", filter}, {"max_results", 1}});
    if (!found) return found.error();
    const auto* runs = found->if_contains("runs");
    if (runs != nullptr && runs->is_array() && !runs->get_array().empty() &&
        runs->get_array().front().is_object())
        return run_in(runs->get_array().front().get_object());
    const auto made =
        talk.post("runs/create", {{"experiment_id", experiment},
                                  {"run_name", subject.model.id},
                                  {"start_time", milliseconds(subject.job.started_at)},
                                  {"tags", tags_of(subject)}});
    if (!made) return made.error();
    const auto* run = made->if_contains("run");
    if (run == nullptr || !run->is_object())
        return Error{ErrorKind::invalid, "MLflow answered with no run."};
    return run_in(run->get_object());
}

/// The lineage's plain values: what the model was made of.
json::array parameters_of(const Subject& subject) {
    json::array parameters;
    for (const auto& [name, value] : subject.lineage) {
        if (value.is_structured() || value.is_null()) continue;
        parameters.push_back(
            json::object{{"key", name}, {"value", text_of(value).substr(0, longest_value)}});
    }
    return parameters;
}

class Figures {
  public:
    explicit Figures(std::int64_t at) : at_(at) {}

    void add(const std::string& key, const json::value* value, std::int64_t step = 0) {
        if (value == nullptr || !value->is_number()) return;
        all_.push_back(json::object{{"key", key},
                                    {"value", value->to_number<double>()},
                                    {"timestamp", at_},
                                    {"step", step}});
    }
    void add_share(const std::string& key, const json::object& of) {
        const auto* share = of.if_contains("cross_validated");
        if (share == nullptr || !share->is_object()) return;
        const auto& figures = share->get_object();
        if (figures.at("of").to_number<double>() <= 0) return;
        for (const char* figure : {"accuracy", "low", "high", "of"})
            add(key + "." + figure, figures.if_contains(figure));
    }
    [[nodiscard]] const json::array& all() const { return all_; }

  private:
    std::int64_t at_;
    json::array all_;
};

/// Names of metrics have letters, digits, _ - . / and spaces alone.
std::string metric_name(std::string text) {
    for (auto& c : text)
        if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-' && c != ' ') c = '_';
    return text;
}

json::array metrics_of(const Subject& subject) {
    Figures metrics(milliseconds(subject.job.finished_at));
    metrics.add_share("cross_validated", subject.result);
    if (const auto* gate = subject.result.if_contains("gate"); gate && gate->is_object())
        for (const auto& [name, value] : gate->get_object())
            metrics.add("gate." + std::string(name), &value);
    if (const auto* labels = subject.result.if_contains("labels"); labels && labels->is_array())
        for (const auto& label : labels->get_array()) {
            const auto& object = label.as_object();
            const auto name = "label." + metric_name(text_of(object.at("label")));
            metrics.add(name + ".learnt", object.if_contains("learnt"));
            metrics.add_share(name, object);
        }
    if (const auto* curve = subject.lineage.if_contains("curve"); curve && curve->is_array())
        for (const auto& point : curve->get_array()) {
            const auto step = point.at(0).to_number<std::int64_t>();
            metrics.add("loss", &point.at(1), step);
            if (point.as_array().size() > 2) metrics.add("training_accuracy", &point.at(2), step);
        }
    return metrics.all();
}

Result<void> log_figures(const Talk& talk, const std::string& run, const Subject& subject) {
    const auto parameters = parameters_of(subject);
    const auto metrics = metrics_of(subject);
    for (std::size_t at = 0; at == 0 || at < metrics.size(); at += metrics_at_once) {
        const auto end = std::min(metrics.size(), at + metrics_at_once);
        json::object body{
            {"run_id", run},
            {"metrics", json::array(metrics.begin() + static_cast<std::ptrdiff_t>(at),
                                    metrics.begin() + static_cast<std::ptrdiff_t>(end))}};
        if (at == 0) body["params"] = parameters;
        if (const auto done = talk.post("runs/log-batch", body); !done) return done.error();
    }
    return {};
}

/// Where the server passes files on, the path that it takes them under; nothing for a store that
/// clients are to write to themselves (s3:, file:).
std::optional<std::string> proxied(const std::string& artifacts) {
    constexpr std::string_view scheme = "mlflow-artifacts:";
    if (!artifacts.starts_with(scheme)) return std::nullopt;
    auto path = artifacts.substr(scheme.size());
    if (path.starts_with("//")) path.erase(0, std::min(path.find('/', 2), path.size()));
    while (path.starts_with('/')) path.erase(0, 1);
    return "/api/2.0/mlflow-artifacts/artifacts/" + path;
}

Result<bool> upload(const Talk& talk, const Run& run, const Subject& subject, BytesView onnx) {
    const auto folder = proxied(run.artifacts);
    if (!folder) return false;
    const std::string_view network(reinterpret_cast<const char*>(onnx.data()), onnx.size());
    for (const auto& [name, bytes, type] :
         {std::tuple("model.onnx", network, "application/octet-stream"),
          std::tuple("model.json", std::string_view(subject.model.card), "application/json")}) {
        const auto path = *folder + "/model/" + name;
        const auto put = talk.ask("PUT", path, bytes, type, talk.server().upload_deadline);
        if (!put) return put.error();
        if (put->status / 100 != 2) return Talk::refused(name, *put);
    }
    return true;
}

Result<Subject> subject_of(store::Store& store, const store::Job& telling) {
    const auto id =
        Uuid::parse(json::value_to<std::string>(json::parse(telling.parameters).at("job")));
    if (!id) return id.error();
    auto job = store.job(*id);
    if (!job) return job.error();
    Subject subject;
    subject.job = std::move(*job);
    subject.result = json::parse(subject.job.result.value_or("{}")).as_object();
    auto model = store.model(text_of(subject.result.at("model")));
    if (!model) return model.error();
    subject.model = std::move(*model);
    subject.lineage = json::parse(subject.model.lineage).as_object();
    return subject;
}

/// The conversation; what came of it.
Result<json::object> tell_of(const Talk& talk, const Subject& subject, BytesView onnx,
                             const std::function<void(double)>& progress) {
    const auto experiment = experiment_of(talk, "croquis/" + subject.job.project_slug);
    if (!experiment) return experiment.error();
    const auto run = run_of(talk, *experiment, subject);
    if (!run) return run.error();
    progress(0.3);
    if (const auto logged = log_figures(talk, run->id, subject); !logged) return logged.error();
    progress(0.5);
    const auto uploaded = upload(talk, *run, subject, onnx);
    if (!uploaded) return uploaded.error();
    const auto ended =
        talk.post("runs/update", {{"run_id", run->id},
                                  {"status", "FINISHED"},
                                  {"end_time", milliseconds(subject.job.finished_at)}});
    if (!ended) return ended.error();
    return json::object{{"run", run->id},
                        {"experiment", *experiment},
                        {"model", subject.model.id},
                        {"model_uploaded", *uploaded}};
}

}  // namespace

Result<MlflowServer> mlflow_server(const std::string& url) {
    MlflowServer server;
    server.url = url;
    if (url.empty()) return server;
    auto token = secret("MLFLOW_TRACKING_TOKEN");
    if (!token) return token.error();
    server.token = std::move(*token);
    server.username = variable("MLFLOW_TRACKING_USERNAME");
    auto password = secret("MLFLOW_TRACKING_PASSWORD");
    if (!password) return password.error();
    server.password = std::move(*password);
    return server;
}

Mlflow::Mlflow(store::Store& store, MlflowServer server)
    : store_(store), server_(std::move(server)) {}

void Mlflow::after(const store::Job& ended) {
    if (!is_named() || (ended.kind != teach_kind && ended.kind != train_kind)) return;
    const auto job = store_.job(ended.id);
    if (job && job->state != store::JobState::succeeded) return;
    auto telling = new_job(mlflow_kind, ended.created_by, ended.project);
    telling.parameters = json::serialize(json::object{{"job", to_string(ended.id)}});
    if (const auto queued = store_.add_job(telling, store::OpenAtOnce::any); !queued)
        spdlog::warn("MLflow is not told of job {}: {}", to_string(ended.id),
                     queued.error().detail);
}

Result<std::string> Mlflow::work(jobs::Task& task) {
    const auto subject = subject_of(store_, task.job());
    if (!subject) return subject.error();
    const auto onnx = store_.model_onnx(subject->model.id);
    if (!onnx) return onnx.error();
    const Talk talk(server_, [&task] { return task.is_stopped(); });
    const auto told = tell_of(talk, *subject, *onnx, [&task](double part) { task.progress(part); });
    if (!told) return told.error();
    return json::serialize(*told);
}

Result<void> Mlflow::tell(const std::string& model, const json::object& taught,
                          const std::string& project, const store::Author& by, Timestamp began) {
    auto made = store_.model(model);
    if (!made) return made.error();
    const auto onnx = store_.model_onnx(model);
    if (!onnx) return onnx.error();
    Subject subject;
    subject.job.id = Uuid::v7();
    subject.job.kind = teach_kind;
    subject.job.created_by = by;
    subject.job.project_slug = project;
    subject.job.started_at = began;
    subject.job.finished_at = now();
    subject.model = std::move(*made);
    subject.result = taught;
    subject.lineage = json::parse(subject.model.lineage).as_object();
    const Talk talk(server_, [] { return false; });
    const auto told = tell_of(talk, subject, *onnx, [](double) {});
    return told ? Result<void>() : told.error();
}

}  // namespace croquis::service
