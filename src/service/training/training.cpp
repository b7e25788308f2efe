#include "service/training/training.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <map>
#include <regex>
#include <set>

#include "core/build_info.h"
#include "core/bytes.h"
#include "core/child_process.h"
#include "core/files.h"
#include "core/new_file.h"
#include "learning/adaptation/teaching.h"
#include "recognition/limits.h"
#include "service/jobs/job_queue.h"
#include "service/models/embedded_drawings.h"
#include "service/models/learnt_digest.h"
#include "service/models/registry.h"
#include "service/projects/labels.h"
#include "service/training/retraining.h"
#include "service/training/teaching.h"
#include "service/training/training_jobs.h"
#include "store/asking.h"
#include "store/records.h"

namespace croquis::service {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

/// Of the work: drawings are written, the network trains, then it is judged.
constexpr double written = 0.02;
constexpr double trained = 0.9;
/// Gives way to whatever serves.
constexpr const char* niceness = "15";
constexpr std::chrono::milliseconds look_every{500};
/// Pictures of drawings without strokes are held in memory by the program.
constexpr std::uintmax_t most_drawings_bytes = std::uintmax_t{2} << 30U;

Error broken(const fs::path& file) {
    return {ErrorKind::unavailable, "Cannot write " + file.filename().string() + ".", {}, 5};
}

json::object to_json(const TrainRequest& request) {
    return {{"from", request.from_live ? "live" : "nothing"},
            {"sketches", request.sketches},
            {"steps", request.steps},
            {"quick", request.quick}};
}

/// What this program wrote.
TrainRequest request_of(const std::string& parameters) {
    const auto from = json::parse(parameters);
    return {from.at("from") == "live", from.at("sketches").as_bool(),
            from.at("steps").to_number<std::int64_t>(), from.at("quick").as_bool()};
}

/// What a training is made of, in the order of the drawings' ids: each with its tag.
using Source = std::vector<std::pair<Uuid, std::string>>;

Result<Source> source_of(store::Store& store, int project) {
    const auto names = labels_in_use(store, project);
    if (!names) return names.error();
    Source source;
    std::map<std::string, std::size_t> counts;
    const auto take = [&](const std::vector<store::EmbeddedDrawing>& page) -> Result<bool> {
        for (const auto& drawing : page) {
            if (store::judges(drawing.id) || !names->contains(drawing.tag)) continue;
            source.emplace_back(drawing.id, drawing.tag);
            ++counts[drawing.tag];
        }
        return true;
    };
    if (const auto read = read_reviewed(store, project, {}, take); !read) return read.error();
    std::sort(source.begin(), source.end());
    const auto enough = std::count_if(counts.begin(), counts.end(), [](const auto& one) {
        return one.second >= learning::fewest_examples;
    });
    if (enough < 2) return too_few_labels();
    return source;
}

/// The drawing as croquis-train reads it, by its strokes where it has them; nothing for one that
/// was deleted meanwhile.
Result<std::optional<std::string>> line_of(store::Store& store, const Uuid& id,
                                           const std::string& tag) {
    const auto gone = [](const Error& error) { return error.kind == ErrorKind::not_found; };
    json::object line{{"key_id", to_string(id)}, {"word", tag}};
    const auto strokes = store.strokes(id);
    if (!strokes && gone(strokes.error())) return std::optional<std::string>();
    if (!strokes) return strokes.error();
    if (!strokes->empty()) {
        line["drawing"] = json::parse(*strokes);
        return std::optional(json::serialize(line));
    }
    const auto image = store.image(id);
    if (!image && gone(image.error())) return std::optional<std::string>();
    if (!image) return image.error();
    line["picture"] = to_base64(image->bytes);
    return std::optional(json::serialize(line));
}

/// Returns the digest of what was written, which names the data.
Result<Sha256> write_drawings(store::Store& store, const Source& source, const fs::path& file,
                              const jobs::Task& task) {
    std::ofstream out(file, std::ios::binary);
    LearntDigest learnt;
    std::uintmax_t bytes = 0;
    for (const auto& [id, tag] : source) {
        if (task.is_stopped()) return stopped();
        const auto line = line_of(store, id, tag);
        if (!line) return line.error();
        if (!*line) continue;
        bytes += (*line)->size();
        if (bytes > most_drawings_bytes)
            return Error{ErrorKind::too_large,
                         "The project's drawings are too many to train from at once."};
        out << **line << '\n';
        learnt.add(id, tag);
    }
    out.close();
    if (!out) return broken(file);
    return learnt.finish();
}

/// One that is there is whole.
Result<void> write_file(const fs::path& file, std::string_view bytes) {
    const auto failed = write_whole(file, as_bytes(bytes), NewFile::Readers::owner);
    if (!failed) return {};
    spdlog::warn("cannot write {}: {}", file.string(), failed.message());
    return broken(file);
}

fs::path begun_with_file(const fs::path& folder) {
    return folder / "begin.onnx";
}
fs::path lineage_file(const fs::path& folder) {
    return folder / "lineage.json";
}

/// What the drawings are called to croquis-train: learnt from beside sketches, or alone.
std::string set_name(const TrainRequest& request) {
    return request.sketches ? "project" : "project-alone";
}

/// The network that a training begins with.
Result<void> write_begin(store::Store& store, const std::string& model, const fs::path& folder) {
    const auto onnx = store.model_onnx(model);
    if (!onnx && onnx.error().kind == ErrorKind::not_found)
        return Error{ErrorKind::not_found,
                     "The model " + model + " that it was made from is not in the registry."};
    if (!onnx) return onnx.error();
    return write_file(begun_with_file(folder), as_text(*onnx));
}

/// Returns the digest of the drawings.
Result<Sha256> lay_out(store::Store& store, const Source& source, const TrainRequest& request,
                       const jobs::Task& task, const fs::path& folder) {
    std::error_code failed;
    const auto set = folder / "people" / set_name(request);
    fs::create_directories(set, failed);
    fs::permissions(folder, fs::perms::owner_all, failed);
    if (failed) return broken(folder);
    return write_drawings(store, source, set / "drawings.ndjson", task);
}

json::array tags_in(const Source& source) {
    std::set<std::string> tags;
    for (const auto& [id, tag] : source) tags.insert(tag);
    return json::value_from(tags).as_array();
}

/// Lays out what the program reads. A training that is begun again finds it there, and learns from
/// the same drawings as before.
Result<void> prepare(store::Store& store, const TrainingPlan& plan, const jobs::Task& task,
                     const fs::path& folder) {
    if (fs::exists(lineage_file(folder))) return {};
    const auto& request = plan.request;
    const auto as_of = now();
    const auto source = source_of(store, task.job().project);
    if (!source) return source.error();
    const auto digest = lay_out(store, *source, request, task, folder);
    if (!digest) return digest.error();
    json::object lineage{{"program", std::string("croquis-train ") + version()},
                         {"seed", plan.seed},
                         {"threads", plan.threads},
                         {"steps", request.steps},
                         {"quick", request.quick},
                         {"sketches", request.sketches},
                         {"begun_with", nullptr},
                         {"as_of", to_rfc3339(as_of)},
                         {"drawings", source->size()},
                         {"tags", tags_in(*source)},
                         {"data_sha256", to_hex(*digest)}};
    if (request.from_live) {
        const auto live = answering_model(store, task.job().project);
        if (!live) return live.error();
        if (auto done = write_begin(store, live->id, folder); !done) return done;
        lineage["begun_with"] = live->id;
    }
    return write_file(lineage_file(folder), json::serialize(lineage));
}

/// The same of a training that was done before. Whether its drawings are all there.
Result<bool> prepare_again(store::Store& store, const TrainedLineage& lineage,
                           const FoundAgain& found, const jobs::Task& task,
                           const fs::path& folder) {
    if (fs::exists(lineage_file(folder))) return true;
    if (!found.same) return false;
    Source source;
    for (const auto& drawing : found.drawings) source.emplace_back(drawing.id, drawing.then);
    const auto digest = lay_out(store, source, lineage.plan.request, task, folder);
    if (!digest) return digest.error();
    if (to_hex(*digest) != lineage.learnt.digest) return false;
    if (lineage.begun_with)
        if (const auto done = write_begin(store, *lineage.begun_with, folder); !done)
            return done.error();
    const auto done = write_file(lineage_file(folder), "{}");
    return done ? Result<bool>(true) : done.error();
}

/// Bounded, nice, and killed with this process; each of the wrappers becomes what it runs.
ChildCommand command_of(const TrainProgram& program, const TrainingPlan& plan,
                        const fs::path& folder) {
    const auto& request = plan.request;
    const auto bytes = program.memory_mebibytes * 1024 * 1024;
    ChildCommand command{{"setpriv",
                          "--pdeathsig",
                          "KILL",
                          "prlimit",
                          fmt::format("--data={}", bytes),
                          "nice",
                          "-n",
                          niceness,
                          program.file,
                          "--people",
                          (folder / "people").string(),
                          "--out",
                          (folder / "out").string(),
                          "--checkpoint",
                          (folder / "checkpoint").string(),
                          "--resume",
                          "--seed",
                          std::to_string(plan.seed),
                          "--threads",
                          std::to_string(plan.threads)}};
    auto& words = command.words;
    if (request.from_live)
        words.insert(words.end(), {"--begin-with", begun_with_file(folder).string()});
    words.insert(words.end(), {"--steps", std::to_string(request.steps)});
    if (request.quick) words.emplace_back("--quick");
    return command;
}

/// Shows how the training goes to those who follow the job.
class Curve {
  public:
    /// Begun again, it goes on with what was told before.
    explicit Curve(jobs::Task& task) : task_(task), points_(points_of(task.job())) {}

    /// Step, loss and, where the program tells it, accuracy.
    [[nodiscard]] const json::array& points() const { return points_; }

    void show(std::string_view said) {
        bool news = false;
        for (const auto& at : progress_in(said)) {
            if (at.step <= step_) continue;
            step_ = at.step;
            while (!points_.empty() && points_.back().at(0).to_number<std::int64_t>() >= at.step)
                points_.pop_back();
            auto& point = points_.emplace_back(json::array{at.step, at.loss}).as_array();
            if (at.accuracy) point.emplace_back(*at.accuracy);
            last_ = at;
            news = true;
        }
        if (!news || last_.steps <= 0) return;
        task_.progress(written + (trained - written) * static_cast<double>(last_.step) /
                                     static_cast<double>(last_.steps));
        json::object told{{"step", last_.step},
                          {"steps", last_.steps},
                          {"loss", last_.loss},
                          {"samples_per_second", last_.samples_per_second},
                          {"curve", points_}};
        if (last_.accuracy) told["accuracy"] = *last_.accuracy;
        task_.tell(json::serialize(told));
    }

  private:
    static json::array points_of(const store::Job& job) {
        boost::system::error_code failed;
        const auto before = json::parse(job.detail.value_or("{}"), failed);
        if (failed || !before.is_object() || !before.get_object().contains("curve")) return {};
        return before.get_object().at("curve").as_array();
    }

    jobs::Task& task_;
    std::int64_t step_ = 0;
    TrainingProgress last_;
    json::array points_;
};

/// The program's own word on why it failed: its last line.
std::string why(const std::string& said, int status) {
    auto line = said.substr(said.rfind('\n') + 1);
    constexpr std::string_view prefix = "croquis-train: error: ";
    if (line.starts_with(prefix)) line.erase(0, prefix.size());
    constexpr std::size_t most = 300;
    if (status >= 128)
        return fmt::format("The training was ended by signal {}: {}", status - 128,
                           line.substr(0, most));
    return "The training failed: " + (line.empty() ? "it gave no reason." : line.substr(0, most));
}

Result<TrainedNetwork> read_trained(const fs::path& folder) {
    const auto onnx = read_file(folder / "out" / "shapes.onnx", recognition::max_file_bytes, "");
    if (!onnx) return onnx.error();
    auto card = read_file(folder / "out" / "shapes.json", recognition::max_file_bytes, "");
    if (!card) return card.error();
    const auto lineage = read_file(lineage_file(folder), recognition::max_file_bytes, "");
    if (!lineage) return lineage.error();
    const auto bytes = as_bytes(*onnx);
    return TrainedNetwork{Bytes(bytes.begin(), bytes.end()), std::move(*card),
                          json::parse(*lineage).as_object()};
}

}  // namespace

Error no_training() {
    return {ErrorKind::conflict,
            "This server cannot train: croquis-train is not installed beside it. "
            "./run --with-training builds it.",
            {},
            0,
            "no_training"};
}

std::vector<TrainingProgress> progress_in(std::string_view said) {
    static const std::regex told(
        R"(step (\d{1,9})/(\d{1,9})  loss (\d{1,9}\.\d{1,9})  (?:accuracy (\d{1,3}\.\d) %  )?(\d{1,9})/s)");
    std::vector<TrainingProgress> all;
    while (!said.empty()) {
        const auto end = std::min(said.find('\n'), said.size());
        const std::string line(said.substr(0, end));
        std::smatch found;
        if (std::regex_search(line, found, told)) {
            auto& progress = all.emplace_back();
            progress.step = std::stoll(found[1]);
            progress.steps = std::stoll(found[2]);
            progress.loss = std::stod(found[3]);
            if (found[4].matched) progress.accuracy = std::stod(found[4]) / 100;
            progress.samples_per_second = std::stod(found[5]);
        }
        said.remove_prefix(std::min(end + 1, said.size()));
    }
    return all;
}

Trainings::Trainings(store::Store& store, TrainProgram program)
    : store_(store), program_(std::move(program)) {}

Result<store::Job> Trainings::queue(const TrainRequest& request,
                                    const std::optional<store::Author>& by, int project) {
    if (!may_queue()) return no_training();
    if (request.steps < fewest_training_steps || request.steps > most_training_steps)
        return Error{ErrorKind::invalid,
                     fmt::format("A training has {} to {} steps.", fewest_training_steps,
                                 most_training_steps),
                     "steps"};
    auto job = new_job(train_kind, by, project);
    job.parameters = json::serialize(to_json(request));
    return store_.add_job(job, store::OpenAtOnce::one);
}

Result<json::array> Trainings::train(jobs::Task& task, const TrainingPlan& plan,
                                     const fs::path& folder) {
    auto child = ChildProcess::start(command_of(program_, plan, folder));
    if (!child) return child.error();
    Curve curve(task);
    for (;;) {
        const auto status = child->wait(look_every);
        curve.show(child->said());
        if (status && *status == 0) return curve.points();
        if (status) return Error{ErrorKind::internal, why(child->said(), *status)};
        if (!task.is_stopped()) continue;
        child->terminate();
        // Where it does not end by itself, it is killed with the object.
        child->wait(program_.patience);
        return stopped();
    }
}

Result<std::string> Trainings::work(jobs::Task& task) {
    TrainingPlan plan;
    plan.request = request_of(task.job().parameters);
    plan.threads = program_.threads;
    const auto folder = program_.folder / to_string(task.job().id);
    if (const auto ready = prepare(store_, plan, task, folder); !ready) return ready.error();
    task.progress(written);
    const auto curve = train(task, plan, folder);
    if (!curve) return curve.error();
    auto network = read_trained(folder);
    if (!network) return network.error();
    network->lineage["curve"] = *curve;
    network->lineage["network_sha256"] = to_hex(sha256(network->onnx));
    network->lineage["made"] = making_in(network->card);
    TeachRequest asked;
    asked.project = task.job().project;
    if (task.job().created_by) asked.by = task.job().created_by->name;
    asked.control.is_stopped = [&task] { return task.is_stopped(); };
    asked.control.progress = [&task](std::size_t done, std::size_t all) {
        task.progress(trained + (0.99 - trained) * static_cast<double>(done) /
                                    static_cast<double>(std::max<std::size_t>(all, 1)));
    };
    const auto teaching = teach_trained(store_, *network, asked);
    if (!teaching) return teaching.error();
    auto result = to_json(*teaching);
    result["promoted"] = false;
    return json::serialize(result);
}

Result<store::Job> Trainings::queue_again(const std::optional<store::Author>& by, int project,
                                          const std::string& model) {
    const auto known = model_of(store_, model, project);
    if (!known) return known.error();
    if (known->kind == store::ModelKind::head) return queue_remake(store_, by, project, model);
    if (const auto lineage = lineage_of_trained(*known); !lineage) return lineage.error();
    if (!may_queue()) return no_training();
    return queue_retrain(store_, by, project, model);
}

Result<std::string> Trainings::work_again(jobs::Task& task) {
    const auto model = store_.model(store::parameter_of(task.job(), "model").value_or(""));
    if (!model) return model.error();
    auto lineage = lineage_of_trained(*model);
    if (!lineage) return lineage.error();
    RemakeRequest request;
    request.id = model->id;
    request.is_stopped = [&task] { return task.is_stopped(); };
    auto found = found_again(store_, *lineage, request);
    if (!found) return found.error();
    const auto folder = program_.folder / to_string(task.job().id);
    const auto ready = prepare_again(store_, *lineage, *found, task, folder);
    if (!ready) return ready.error();
    found->same = *ready;
    auto remaking = remaking_of(store_, *model, *lineage, *found);
    if (!remaking) return remaking.error();
    if (!*ready) return json::serialize(to_json(*remaking, most_changed_told));
    task.progress(written);
    lineage->plan.threads = std::min(lineage->plan.threads, program_.threads);
    const auto curve = train(task, lineage->plan, folder);
    if (!curve) return curve.error();
    const auto again = read_trained(folder);
    if (!again) return again.error();
    task.progress(trained);
    const auto compared = compare_trained(store_, *lineage, *again, request, *remaking);
    if (!compared) return compared.error();
    return json::serialize(to_json(*remaking, most_changed_told));
}

void Trainings::sweep() {
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(program_.folder, failed)) {
        const auto id = Uuid::parse(entry.path().filename().string());
        if (!id) continue;
        const auto job = store_.job(*id);
        const bool gone = !job && job.error().kind == ErrorKind::not_found;
        const bool ended = job && store::has_ended(*job);
        if (gone || ended) fs::remove_all(entry.path(), failed);
    }
    if (failed && failed != std::errc::no_such_file_or_directory)
        spdlog::warn("cannot tidy up {}: {}", program_.folder.string(), failed.message());
}

}  // namespace croquis::service
