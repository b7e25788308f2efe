#include "service/transfer/imports.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <future>
#include <thread>
#include <type_traits>

#include "core/text.h"
#include "core/this_thread.h"
#include "learning/dataset/open_tree.h"
#include "learning/dataset/writer.h"
#include "service/jobs/job_queue.h"
#include "service/jobs/pace.h"
#include "service/models/registry.h"
#include "service/models/trunk.h"
#include "service/reasons.h"
#include "store/records.h"

namespace croquis::service {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

/// Small steps, so that submissions need not wait for an import's transaction, nor for its turn in
/// the batcher; smaller ones while there are any, since on SQLite they wait for the whole of it.
/// Where there are none these would take 1.7 times as long (PostgreSQL).
constexpr std::size_t drawings_at_once = 64;
constexpr std::size_t drawings_at_once_beside_clients = 16;
constexpr std::size_t pictures_in_flight = 8;
/// Of an upload's files, that a job's parameters name.
constexpr std::size_t max_named_files = 100;
/// Of the path of a file that is sent, of each part of it, and of the folders it lies in.
constexpr std::size_t max_path_bytes = 1024;
constexpr std::size_t max_part_bytes = 255;
constexpr std::ptrdiff_t max_folders = 16;
/// An upload without a job may be one whose job is just being added.
constexpr std::chrono::minutes grace{10};

constexpr std::array media_endings{std::pair{"text/csv", ".csv"},
                                   std::pair{"text/tab-separated-values", ".tsv"},
                                   std::pair{"application/json", ".json"},
                                   std::pair{"application/x-ndjson", ".ndjson"},
                                   std::pair{"application/ndjson", ".ndjson"},
                                   std::pair{"application/jsonl", ".ndjson"},
                                   std::pair{"application/xml", ".xml"},
                                   std::pair{"text/xml", ".xml"},
                                   std::pair{"application/zip", ".zip"},
                                   std::pair{"application/gzip", ".tar.gz"},
                                   std::pair{"application/x-gzip", ".tar.gz"},
                                   std::pair{"application/x-tar", ".tar"},
                                   std::pair{"image/png", ".png"},
                                   std::pair{"image/jpeg", ".jpg"},
                                   std::pair{"image/webp", ".webp"}};

Error no_name(const char* why) {
    return {ErrorKind::invalid, why, "file"};
}

/// What a file is kept as: its own path within what is sent, with an ending by which readers know
/// it. Errors: invalid (a path that leads elsewhere, or that no disk takes).
Result<std::string> kept_name_of(const std::string& file_name, const std::string& media_type) {
    auto path = dataset::tree_path(file_name);
    if (!path) return no_name(path.error().detail.c_str());
    if (path->size() > max_path_bytes) return no_name("Its name has more than 1,024 bytes.");
    if (has_control_characters(*path)) return no_name("Its name has control characters.");
    const fs::path folders(dataset::parent_path(*path));
    if (std::distance(folders.begin(), folders.end()) > max_folders)
        return no_name("It lies more than 16 folders deep.");
    if (std::any_of(folders.begin(), folders.end(),
                    [](const auto& part) { return part.string().size() > max_part_bytes; }))
        return no_name("A folder's name has more than 255 bytes.");
    std::string name(dataset::base_name(*path));
    if (name.empty()) name = "upload";
    if (name.size() > max_part_bytes) name = dataset::safe_file_name(name);
    const auto known = std::find_if(media_endings.begin(), media_endings.end(),
                                    [&](const auto& one) { return media_type == one.first; });
    if (dataset::extension(name).empty() && known != media_endings.end()) name += known->second;
    return (folders / name).string();
}

bool has_picture_name(const fs::path& file) {
    const auto ending = dataset::extension(file.filename().string());
    return ending == ".png" || ending == ".jpg" || ending == ".jpeg" || ending == ".webp";
}

/// What the reader is to open, and where the pictures are that it names; empty: beside it.
struct Sources {
    fs::path data;
    fs::path pictures;
};

/// The one file, the file that says what is in the archive beside it, or the folder of all, also of
/// a picture by itself. Errors: invalid (several archives and nothing else).
Result<Sources> sources_in(const fs::path& folder) {
    std::vector<fs::path> archives;
    std::vector<fs::path> others;
    std::error_code failed;
    for (const auto& entry : fs::recursive_directory_iterator(folder, failed)) {
        const auto& file = entry.path();
        if (!entry.is_regular_file(failed) || dataset::is_litter(file.filename().string()))
            continue;
        const bool is_archive = !has_picture_name(file) && dataset::is_archive(file);
        (is_archive ? archives : others).push_back(file);
    }
    if (others.empty() && archives.size() == 1) return Sources{archives.front(), {}};
    if (others.empty() && archives.size() > 1)
        return Error{ErrorKind::invalid, "These are several archives: send one after the other.",
                     "file"};
    if (others.size() != 1 || has_picture_name(others.front()) || archives.size() > 1)
        return Sources{folder, {}};
    return Sources{others.front(), archives.empty() ? fs::path() : archives.front()};
}

std::string_view word_of(LabelsAs labels_as) {
    switch (labels_as) {
        case LabelsAs::reviewed:
            return "reviewed";
        case LabelsAs::suggested:
            return "suggested";
        case LabelsAs::ignored:
            break;
    }
    return "ignore";
}

json::object to_json(const ImportRequest& request) {
    const auto& options = request.options;
    json::object map;
    for (const auto& [from, to] : options.map) map[from] = to;
    return {{"labels_as", word_of(options.labels_as)},
            {"make_labels", options.make_labels},
            {"map", std::move(map)},
            {"pseudonym", options.pseudonym},
            {"names_from_data", options.names_from_data},
            {"dry_run", options.dry_run},
            {"format", request.reading.format ? to_string(*request.reading.format) : ""},
            {"path_column", request.reading.path_column},
            {"label_column", request.reading.label_column},
            {"names_in", request.reading.archive.name_charset}};
}

/// What this program wrote.
ImportRequest request_of(const json::object& from) {
    const auto text = [&](const char* name) { return json::value_to<std::string>(from.at(name)); };
    ImportRequest request;
    request.options.labels_as = labels_as_from(text("labels_as")).value_or(LabelsAs::ignored);
    request.options.make_labels = from.at("make_labels").as_bool();
    for (const auto& [word, label] : from.at("map").as_object())
        request.options.map[std::string(word)] = json::value_to<std::string>(label);
    request.options.pseudonym = text("pseudonym");
    // A job from before there was the question is not asked it.
    const auto* names = from.if_contains("names_from_data");
    request.options.names_from_data = names != nullptr && names->as_bool();
    request.options.dry_run = from.at("dry_run").as_bool();
    request.reading.format = dataset::format_from(text("format"));
    request.reading.path_column = text("path_column");
    request.reading.label_column = text("label_column");
    request.reading.archive.name_charset = text("names_in");
    return request;
}

/// Where the server keeps it is nobody's business.
std::string without_folder(std::string text, const fs::path& folder) {
    for (const auto& hidden : {folder.string() + "/", folder.string()})
        for (auto at = text.find(hidden); at != std::string::npos; at = text.find(hidden))
            text.erase(at, hidden.size());
    return text;
}

/// Readers name what the command line can be told; here it is what a request can.
constexpr std::array command_line_words{
    std::pair{"with --pictures", "in an archive beside it"},
    std::pair{"--path-column", "path_column"}, std::pair{"--label-column", "label_column"},
    std::pair{"--names-in", "names_in"}, std::pair{"--format", "format"}};

std::string in_words_of_requests(std::string text) {
    for (const auto& [option, word] : command_line_words)
        for (auto at = text.find(option); at != std::string::npos; at = text.find(option))
            text.replace(at, std::string_view(option).size(), word);
    return text;
}

Error for_its_sender(Error error, const fs::path& folder) {
    error.detail = in_words_of_requests(without_folder(std::move(error.detail), folder));
    return error;
}

/// Whether the same bytes can only fail again.
bool is_about_what_was_sent(const Error& error) {
    return error.kind == ErrorKind::invalid || error.kind == ErrorKind::malformed ||
           error.kind == ErrorKind::too_large || error.kind == ErrorKind::unsupported_media;
}

/// One that somebody cancelled is not: they do not want it.
bool may_be_retried(const store::Job& ended, Timestamp failed_before) {
    return ended.state == store::JobState::failed && ended.finished_at &&
           *ended.finished_at > failed_before;
}

/// Bad records and remarks by name, as many as a job's result carries.
class Problems {
  public:
    void add(const std::string& place, const std::string& text, bool rejected) {
        // Of what was rejected more is told than of what is merely worth knowing.
        const auto room = rejected ? max_import_problems : max_import_problems / 2;
        if (listed_.size() >= room) {
            ++left_out_;
            return;
        }
        const auto reason = in_words_of_requests(text);
        json::object problem{
            {"place", shortened(place)}, {"reason", shortened(reason)}, {"rejected", rejected}};
        if (const auto known = reason_of(reason)) {
            problem["code"] = known->code;
            problem["parameters"] = parameters_of(*known);
        }
        listed_.push_back(std::move(problem));
    }
    void put_into(json::object& report) {
        report["problems"] = std::move(listed_);
        report["problems_left_out"] = left_out_;
    }

  private:
    json::array listed_;
    std::size_t left_out_ = 0;
};

/// A connection whose transactions are on a thread of the pool.
class OnThread final : public store::Transfer {
  public:
    OnThread(boost::asio::thread_pool& pool, store::Transfer& transfer)
        : pool_(pool), transfer_(transfer) {}

    Result<std::vector<std::optional<store::Drawing>>> find(
        const std::vector<store::ImportKey>& keys) override {
        return transfer_.find(keys);
    }
    Result<std::vector<std::optional<std::string>>> strokes(
        const std::vector<Uuid>& drawings) override {
        return transfer_.strokes(drawings);
    }
    Result<std::vector<Result<store::ImportOutcome>>> add(
        const std::vector<store::DrawingImport>& drawings) override {
        return wait_for([&] { return transfer_.add(drawings); });
    }
    Result<void> add_labels(int project, const std::vector<std::string>& names,
                            const store::Author& by) override {
        return wait_for([&] { return transfer_.add_labels(project, names, by); });
    }
    Result<std::vector<std::optional<Content>>> contents(
        const std::vector<Uuid>& drawings) override {
        return transfer_.contents(drawings);
    }

  private:
    template <class Job>
    std::invoke_result_t<Job> wait_for(const Job& job) {
        std::packaged_task<std::invoke_result_t<Job>()> task(job);
        auto done = task.get_future();
        boost::asio::post(pool_, std::move(task));
        return done.get();
    }

    boost::asio::thread_pool& pool_;
    store::Transfer& transfer_;
};

void start_upload_thread() {
    name_this_thread("uploads");
    give_way_to_other_threads();
}

}  // namespace

std::optional<LabelsAs> labels_as_from(std::string_view word) {
    for (const auto each : {LabelsAs::reviewed, LabelsAs::suggested, LabelsAs::ignored})
        if (word == word_of(each)) return each;
    return std::nullopt;
}

Upload::~Upload() {
    place_->fetch_sub(1);
    file_.reset();
    if (!queued_) spool_->remove(to_string(id_));
}

Result<void> Upload::begin(const std::string& file_name, const std::string& media_type) {
    if (files_ >= max_uploaded_files)
        return Error{ErrorKind::invalid, "An upload has at most 10,000 files; send an archive.",
                     "file"};
    auto name = kept_name_of(file_name, media_type);
    if (!name) return name.error();
    auto file = spool_->create();
    if (!file) return file.error();
    file_.emplace(std::move(*file));
    name_ = std::move(*name);
    return {};
}

Result<void> Upload::write(std::string_view bytes) {
    auto written = file_->write(bytes);
    if (written || written.error().code != spool_is_full) return written;
    make_room_();
    return file_->write(bytes);
}

Result<void> Upload::end() {
    bytes_ += file_->size();
    const auto kept = file_->keep(to_string(id_), name_);
    file_.reset();
    if (!kept) return kept.error();
    ++files_;
    if (names_.size() < max_named_files) names_.push_back(name_);
    return {};
}

Imports::Imports(store::Store& store, std::string url, recognition::Batcher& batcher,
                 std::shared_ptr<Spool> spool, const drawing::DecodeLimits& limits)
    : store_(store),
      url_(std::move(url)),
      batcher_(batcher),
      spool_(std::move(spool)),
      limits_(limits),
      uploading_(std::make_shared<std::atomic<std::size_t>>(0)),
      workers_(1, 4 * at_once, start_upload_thread) {}

Result<std::shared_ptr<Upload>> Imports::begin_upload() {
    const bool too_many = uploading_->fetch_add(1) >= at_once;
    auto upload = std::make_shared<Upload>(spool_, uploading_,
                                           [this] { sweep(std::chrono::seconds::zero()); });
    if (too_many)
        return Error{ErrorKind::unavailable,
                     "As many uploads are under way as may; try again later.",
                     {},
                     10};
    return upload;
}

Result<store::Job> Imports::queue(Upload& upload, const ImportRequest& request,
                                  const store::Author& by) {
    if (upload.files_ == 0) return Error{ErrorKind::invalid, "There is no file to import.", "file"};
    if (upload.bytes_ == 0) return Error{ErrorKind::invalid, "The file is empty.", "file"};
    sweep();
    spool_->sync(to_string(upload.id_));
    auto job = new_job(import_kind, by, request.options.project);
    job.id = upload.id_;
    auto parameters = to_json(request);
    parameters["files"] = json::array(upload.names_.begin(), upload.names_.end());
    job.parameters = json::serialize(parameters);
    auto queued = store_.add_job(job, store::OpenAtOnce::any);
    upload.queued_ = queued.has_value();
    return queued;
}

/// A project's own model, with a thread of its own; null where the general one answers.
Result<std::unique_ptr<recognition::Batcher>> Imports::own_model(int project) {
    const auto answering = answering_model(store_, project);
    if (!answering && answering.error().kind != ErrorKind::not_found) return answering.error();
    if (!answering || answering->id == batcher_.model()->id)
        return std::unique_ptr<recognition::Batcher>();
    auto model = load_registered(store_, *answering);
    if (!model) return model.error();
    recognition::BatcherOptions options;
    options.threads = 1;
    options.max_wait = std::chrono::hours(24);
    options.limits = limits_;
    return std::make_unique<recognition::Batcher>(std::move(*model), options, uncounted_);
}

Result<std::string> Imports::work(jobs::Task& task) {
    const auto id = to_string(task.job().id);
    const auto folder = spool_->find(id);
    if (!folder)
        return Error{ErrorKind::unavailable,
                     "What was uploaded is not on the machine that came to import it: backends of "
                     "one store must share their folder of uploads."};
    auto done = import_from(task, *folder);
    // As it is, it fails again: whoever sent it sends another one.
    if (!done && is_about_what_was_sent(done.error())) spool_->remove(id);
    return done;
}

Result<std::string> Imports::import_from(jobs::Task& task, const fs::path& folder) {
    auto request = request_of(json::parse(task.job().parameters).as_object());
    request.reading.max_image_bytes = limits_.max_bytes;
    request.options.project = task.job().project;
    request.options.asker = "import";
    request.options.job = task.job().id;
    request.options.in_flight = pictures_in_flight;
    if (task.job().created_by) {
        request.options.by = task.job().created_by->name;
        request.options.by_id = task.job().created_by->id;
        request.options.author = *task.job().created_by;
    }
    const auto sources = sources_in(folder);
    if (!sources) return sources.error();
    request.reading.pictures = sources->pictures;
    auto reader = dataset::open_reader(sources->data, request.reading);
    if (!reader) return for_its_sender(reader.error(), folder);
    auto transfer = store::open_transfer(url_);
    if (!transfer) return transfer.error();
    OnThread writing(writer_, **transfer);
    Problems problems;
    std::size_t stored = 0;
    Pace pace([this] { return batcher_.asked_by_clients(); },
              [](Pace::Clock::duration time) { std::this_thread::sleep_for(time); });
    ImportEvents events;
    events.at_once = [&pace] {
        return pace.gives_way() ? drawings_at_once_beside_clients : drawings_at_once;
    };
    events.is_stopped = [&task] { return task.is_stopped(); };
    events.problem = [&](const std::string& place, const std::string& text, bool rejected) {
        problems.add(place, text, rejected);
    };
    events.progress = [&](std::uint64_t position, std::uint64_t extent,
                          const ImportReport& so_far) {
        stored = so_far.stored;
        if (extent > 0)
            task.progress(
                std::min(1.0, static_cast<double>(position) / static_cast<double>(extent)));
        pace.end_step();
    };
    const auto own = own_model(request.options.project);
    if (!own) return own.error();
    const auto done = import_drawings(**reader, store_, writing, *own ? **own : batcher_,
                                      request.options, events);
    if (!done) {
        auto error = for_its_sender(done.error(), folder);
        if (stored > 0 && !request.options.dry_run)
            error.detail +=
                " " + counted(stored, "drawing was", "drawings were") + " stored before.";
        return error;
    }
    auto report = to_json(*done, request.options.dry_run);
    problems.put_into(report);
    return json::serialize(report);
}

void Imports::sweep(std::chrono::seconds kept_where_failed) {
    const auto failed_before = now() - kept_where_failed;
    for (const auto& id : spool_->kept()) {
        const auto uuid = Uuid::parse(id);
        if (!uuid) continue;
        const auto job = store_.job(*uuid);
        const bool never =
            !job && job.error().kind == ErrorKind::not_found && time_of(*uuid) < now() - grace;
        const bool ended = job && store::has_ended(*job) && !may_be_retried(*job, failed_before);
        if (never || ended) spool_->remove(id);
    }
}

}  // namespace croquis::service
