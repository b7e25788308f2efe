#pragma once

#include <atomic>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/spool.h"
#include "core/worker_pool.h"
#include "jobs/runner.h"
#include "learning/dataset/reader.h"
#include "recognition/batcher.h"
#include "service/jobs/job_kinds.h"
#include "service/transfer/import.h"
#include "store/store.h"

/// What people upload, brought in by durable jobs.
namespace croquis::service {

/// Of the records that a job's result names as rejected or worth a remark.
inline constexpr std::size_t max_import_problems = 500;
/// How long what an import that failed was to bring in is kept, so that it can be tried again. What
/// is uploaded meanwhile comes first where there is no room for both.
inline constexpr std::chrono::hours upload_kept_for_retry{24};
/// Files of one upload.
inline constexpr std::size_t max_uploaded_files = 10'000;

/// What is asked of an import; `options.by` and the like are those of whoever queues it.
struct ImportRequest {
    ImportOptions options;
    dataset::ReadOptions reading;  ///< without `pictures`: they are in the upload
};

/// "reviewed", "suggested" or "ignore"; nothing for another word.
std::optional<LabelsAs> labels_as_from(std::string_view word);

/// A place for what one client uploads, and in the end a job. What it was given is gone with it
/// unless it was queued. All functions block; not thread-safe.
class Upload {
  public:
    /// `place` counts the uploads that are under way, this one among them. `make_room` removes what
    /// the spool need not keep.
    Upload(std::shared_ptr<Spool> spool, std::shared_ptr<std::atomic<std::size_t>> place,
           std::function<void()> make_room)
        : spool_(std::move(spool)), place_(std::move(place)), make_room_(std::move(make_room)) {}
    ~Upload();
    Upload(const Upload&) = delete;
    Upload& operator=(const Upload&) = delete;

    /// Begins a file. Its name says what it is, as far as its ending is known; else the media type
    /// does. The name may be a path within what is sent. Errors: invalid (too many files, a path
    /// that leads elsewhere), unavailable.
    Result<void> begin(const std::string& file_name, const std::string& media_type);
    Result<void> write(std::string_view bytes);
    /// Ends the file. Errors: invalid (another has its name), unavailable.
    Result<void> end();
    [[nodiscard]] std::size_t files() const { return files_; }

  private:
    friend class Imports;

    std::shared_ptr<Spool> spool_;
    std::shared_ptr<std::atomic<std::size_t>> place_;
    std::function<void()> make_room_;
    const Uuid id_ = Uuid::v7();  ///< of the job, and the name under which the files are kept
    std::optional<SpoolFile> file_;
    std::string name_;
    std::vector<std::string> names_;  ///< of the first of them
    std::size_t files_ = 0;
    std::uint64_t bytes_ = 0;
    bool queued_ = false;
};

/// Uploads and their imports. Thread-safe.
class Imports {
  public:
    static constexpr std::size_t at_once = 4;

    /// `url` is the store's: an import has a connection of its own. `limits` are those of the
    /// pictures, as `batcher` has them.
    Imports(store::Store& store, std::string url, recognition::Batcher& batcher,
            std::shared_ptr<Spool> spool, const drawing::DecodeLimits& limits = {});

    /// Errors: unavailable (as many uploads are under way as may).
    Result<std::shared_ptr<Upload>> begin_upload();
    /// Queues the job that imports what was uploaded. It blocks. Errors: invalid ("file") where
    /// there is none, or nothing in it; unavailable.
    Result<store::Job> queue(Upload& upload, const ImportRequest& request, const store::Author& by);

    /// The work of such a job: what it stores is signed by whoever queued it. Begun again, it
    /// passes over what is stored.
    Result<std::string> work(jobs::Task& task);
    /// Removes the uploads whose jobs have ended, but those that may be tried again, and those that
    /// never had one. It blocks.
    void sweep() { sweep(upload_kept_for_retry); }
    /// Where the uploads are.
    [[nodiscard]] Spool& spool() { return *spool_; }

    /// For what of an upload blocks.
    [[nodiscard]] WorkerPool& workers() { return workers_; }
    /// Joins; call it when nobody uploads any more.
    void stop() { workers_.stop(); }

  private:
    void sweep(std::chrono::seconds kept_where_failed);
    Result<std::string> import_from(jobs::Task& task, const std::filesystem::path& folder);
    Result<std::unique_ptr<recognition::Batcher>> own_model(int project);

    store::Store& store_;
    const std::string url_;
    recognition::Batcher& batcher_;
    Metrics uncounted_;  ///< of projects' own models, not to be mixed with the general one's
    std::shared_ptr<Spool> spool_;
    const drawing::DecodeLimits limits_;
    std::shared_ptr<std::atomic<std::size_t>> uploading_;
    WorkerPool workers_;
    /// For what is written: jobs run on threads that give way to all others, and one that held the
    /// lock by which SQLite is written would let submissions wait until it had its turn again.
    boost::asio::thread_pool writer_{1};
};

}  // namespace croquis::service
