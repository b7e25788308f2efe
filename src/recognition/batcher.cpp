#include "recognition/batcher.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "core/mutex.h"
#include "core/this_thread.h"
#include "drawing/cost.h"
#include "recognition/waiting_line.h"

namespace croquis::recognition {
namespace {

namespace asio = boost::asio;
using Answer = Result<RecognitionResult>;

Error full() {
    return {ErrorKind::unavailable, "Too many drawings are waiting; try again shortly.", {}, 1};
}

Error too_late() {
    return {ErrorKind::unavailable,
            "The drawing could not be recognised in time; try again shortly.",
            {},
            2};
}

Error hung_up() {
    return {ErrorKind::unavailable, "The client has hung up.", {}, 1};
}

Error stopping() {
    return {ErrorKind::unavailable, "The server is stopping.", {}, 1};
}

Error our_fault(const std::exception& thrown) {
    spdlog::error("recognition threw: {}", thrown.what());
    return {ErrorKind::internal, "The drawing cannot be recognised."};
}

/// A model with an instance for each thread; replaced as a whole by a promotion.
struct ModelReplicas {
    std::shared_ptr<const ModelInfo> info;
    std::vector<std::unique_ptr<Recognizer>> members;
};

Result<std::shared_ptr<ModelReplicas>> make_replicas(std::unique_ptr<Recognizer> model,
                                                     std::size_t threads) {
    auto replicas = std::make_shared<ModelReplicas>();
    replicas->info = std::make_shared<const ModelInfo>(model->info());
    replicas->members.push_back(std::move(model));
    while (replicas->members.size() < threads) {
        auto other = replicas->members.front()->clone();
        if (!other) return other.error();
        replicas->members.push_back(std::move(*other));
    }
    return replicas;
}

struct Gauges {
    explicit Gauges(Metrics& metrics)
        : waiting(metrics.gauge("croquis_recognition_queue", "Drawings waiting to be recognised.")),
          refused(metrics.counter("croquis_recognition_refused_total",
                                  "Drawings refused because the queue was full.")),
          dropped(metrics.counter("croquis_recognition_dropped_total",
                                  "Drawings not begun because their client had hung up.")),
          late(metrics.counter("croquis_recognition_late_total",
                               "Drawings refused because they had waited too long.")),
          batch(metrics.sizes("croquis_recognition_batch_size",
                              "Drawings recognised together in one batch.")),
          decode(stage(metrics, "decode")),
          normalise(stage(metrics, "normalise")),
          infer(stage(metrics, "infer")) {}

    static prometheus::Histogram& stage(Metrics& metrics, const char* name) {
        return metrics.seconds("croquis_recognition_seconds",
                               "Time to decode and normalise a drawing, and to infer a batch.",
                               {{"stage", name}});
    }

    prometheus::Gauge& waiting;
    prometheus::Counter& refused;
    prometheus::Counter& dropped;
    prometheus::Counter& late;
    prometheus::Histogram& batch;
    prometheus::Histogram& decode;
    prometheus::Histogram& normalise;
    prometheus::Histogram& infer;
};

}  // namespace

/// A thread is idle, with its worker_index free, or drains the queue until it is empty. A drawing
/// that finds all threads idle starts at once. While one works, others are woken only for what is
/// worth it: a few small drawings are soon done by the one, and cost less in one batch. What comes
/// while all are busy waits and forms the next batches.
class Batcher::Impl {
  public:
    Impl(std::unique_ptr<Recognizer> model, const BatcherOptions& options, Metrics& metrics)
        : options_(options),
          gauges_(metrics),
          waiting_({options.queue_capacity, options.max_waiting_work, options.heavy_work,
                    std::max<std::size_t>(1, options.shares)}),
          pool_(std::max<std::size_t>(1, options.threads)) {
        options_.threads = std::max<std::size_t>(1, options.threads);
        options_.max_batch = std::clamp<std::size_t>(options.max_batch, 1, 256);
        replicas_ = make_replicas(std::move(model), options_.threads).value();
        for (std::size_t worker_index = 0; worker_index < options_.threads; ++worker_index)
            idle_workers_.push_back(worker_index);
    }

    void submit(BytesView file, Asker asker, Batcher::Handler done) {
        const auto cost = drawing::cost_of(file, options_.limits);
        submit(RecognitionTask(file, std::move(asker), cost, std::move(done)));
    }

    void submit(RecognitionTask task) {
        if (task.asker().hang_up) asked_by_clients_.fetch_add(1, std::memory_order_relaxed);
        std::vector<RecognitionTask> gone;
        MutexLock lock(mutex_);
        bool taken = !stopped_ && waiting_.push(task);
        if (!stopped_ && !taken) {
            gone = waiting_.take_gone();
            taken = waiting_.push(task);
        }
        const bool is_full = !stopped_ && !taken;
        const auto worker_index = taken ? worker_to_wake() : std::nullopt;
        gauges_.waiting.Set(static_cast<double>(waiting_.size()));
        lock.unlock();
        if (is_full) gauges_.refused.Increment();
        if (!taken) task.answer(is_full ? full() : stopping());
        answer_gone(gone);
        if (worker_index) asio::post(pool_, [this, place = *worker_index] { drain(place); });
    }

    std::uint64_t asked_by_clients() const {
        return asked_by_clients_.load(std::memory_order_relaxed);
    }

    std::shared_ptr<const ModelInfo> model() const {
        const MutexLock lock(mutex_);
        return replicas_->info;
    }

    Result<void> promote(std::unique_ptr<Recognizer> model) {
        auto replicas = make_replicas(std::move(model), options_.threads);
        if (!replicas) return replicas.error();
        const MutexLock lock(mutex_);
        replicas_.swap(*replicas);
        return {};
    }

    void stop() {
        std::call_once(stop_once_, [this] {
            std::vector<RecognitionTask> left;
            {
                const MutexLock lock(mutex_);
                stopped_ = true;
                left = waiting_.take_all();
                gauges_.waiting.Set(0);
            }
            for (auto& task : left) task.answer(stopping());
            pool_.join();
        });
    }

  private:
    using Lane = WaitingLine::Lane;

    struct Batch {
        std::vector<RecognitionTask> tasks;
        std::vector<RecognitionTask> gone;  ///< whose clients have hung up
        std::vector<RecognitionTask> late;  ///< that have waited too long
        std::shared_ptr<ModelReplicas> replicas;
        std::size_t decode_bytes = 0;  ///< of the largest: they are decoded one after another
        bool is_heavy = false;
        [[nodiscard]] bool is_empty() const {
            return tasks.empty() && gone.empty() && late.empty();
        }
    };

    /// Whether what waits is not worth another thread.
    [[nodiscard]] bool is_little() const CROQUIS_REQUIRES(mutex_) {
        return waiting_.size(Lane::heavy) == 0 && waiting_.file_bytes() < options_.worth_a_thread;
    }

    /// The thread to wake for what has come, which is then not idle any more.
    std::optional<std::size_t> worker_to_wake() CROQUIS_REQUIRES(mutex_) {
        const bool all_idle = idle_workers_.size() == options_.threads;
        if (idle_workers_.empty() || (!all_idle && is_little())) return std::nullopt;
        const std::size_t worker_index = idle_workers_.back();
        idle_workers_.pop_back();
        return worker_index;
    }

    /// Whether the lane's next drawing may be begun now. Where it may not,
    /// another thread works, which looks again when it is done.
    [[nodiscard]] bool may_begin(Lane lane) const CROQUIS_REQUIRES(mutex_) {
        if (waiting_.size(lane) == 0) return false;
        const auto heavy_threads = std::max<std::size_t>(1, options_.threads - 1);
        if (lane == Lane::heavy && heavy_running_ >= heavy_threads) return false;
        return fits(waiting_.front(lane));
    }

    [[nodiscard]] bool fits(const RecognitionTask& task) const CROQUIS_REQUIRES(mutex_) {
        return decode_bytes_ == 0 || decode_bytes_ + task.cost().bytes <= options_.max_decode_bytes;
    }

    /// What waits, divided among the threads where it is not little, so that no one has a large
    /// batch while another idles; a heavy drawing by itself, in turn with the light ones. An empty
    /// batch frees the worker_index.
    Batch take(std::size_t worker_index) {
        const MutexLock lock(mutex_);
        Batch batch;
        const bool heavy = may_begin(Lane::heavy);
        const bool light = may_begin(Lane::light);
        if (heavy && (!light || heavy_next_))
            take_one(Lane::heavy, batch);
        else if (light)
            take_light(batch);
        batch.is_heavy = heavy && (!light || heavy_next_);
        heavy_next_ = !batch.is_heavy;
        if (batch.is_empty()) idle_workers_.push_back(worker_index);
        batch.replicas = replicas_;
        decode_bytes_ += batch.decode_bytes;
        if (batch.is_heavy) ++heavy_running_;
        gauges_.waiting.Set(static_cast<double>(waiting_.size()));
        return batch;
    }

    void take_light(Batch& batch) CROQUIS_REQUIRES(mutex_) {
        const std::size_t parts = is_little() ? 1 : options_.threads;
        const std::size_t share = (waiting_.size(Lane::light) + parts - 1) / parts;
        std::size_t work = 0;
        for (std::size_t left = std::min(share, options_.max_batch); left > 0; --left) {
            const RecognitionTask& next = waiting_.front(Lane::light);
            work += next.cost().work;
            if (!batch.tasks.empty() && (work > options_.heavy_work || !fits(next))) break;
            take_one(Lane::light, batch);
        }
    }

    void take_one(Lane lane, Batch& batch) CROQUIS_REQUIRES(mutex_) {
        RecognitionTask task = waiting_.pop(lane);
        if (task.asker().has_gone()) {
            batch.gone.push_back(std::move(task));
        } else if (task.waited() > options_.max_wait) {
            batch.late.push_back(std::move(task));
        } else {
            batch.decode_bytes = std::max(batch.decode_bytes, task.cost().bytes);
            batch.tasks.push_back(std::move(task));
        }
    }

    void give_back(const Batch& batch) {
        const MutexLock lock(mutex_);
        decode_bytes_ -= batch.decode_bytes;
        if (batch.is_heavy) --heavy_running_;
    }

    void answer_gone(std::vector<RecognitionTask>& tasks) {
        if (tasks.empty()) return;
        gauges_.dropped.Increment(static_cast<double>(tasks.size()));
        for (auto& task : tasks) task.answer(hung_up());
    }

    void answer_late(std::vector<RecognitionTask>& tasks) {
        if (tasks.empty()) return;
        gauges_.late.Increment(static_cast<double>(tasks.size()));
        for (auto& task : tasks) task.answer(too_late());
    }

    /// Recognition takes nearly all of the processors' time. Did it not give way, the threads that
    /// refuse what is too much would wait for it, and refusals would take seconds.
    static void settle_in() {
        thread_local bool settled = false;
        if (settled) return;
        settled = true;
        name_this_thread("recognition");
        give_way_to_other_threads();
    }

    void drain(std::size_t worker_index) {
        settle_in();
        for (Batch batch = take(worker_index); !batch.is_empty(); batch = take(worker_index)) {
            answer_gone(batch.gone);
            answer_late(batch.late);
            if (!batch.tasks.empty()) {
                gauges_.batch.Observe(static_cast<double>(batch.tasks.size()));
                work(batch, worker_index);
            }
            give_back(batch);
        }
    }

    /// The picture as the model sees it; fills in what is known of it.
    Result<drawing::ModelInput> prepare(const RecognitionTask& task, RecognitionResult& about) {
        if (const auto* prepared = task.prepared()) {
            about.media_type = prepared->media_type;
            about.width = prepared->width;
            about.height = prepared->height;
            about.bare = true;
            return prepared->input;
        }
        return prepare(task.file(), about);
    }

    Result<drawing::ModelInput> prepare(BytesView file, RecognitionResult& about) {
        try {
            Stopwatch watch;
            const auto decoded = drawing::decode(file, options_.limits);
            watch.lap(gauges_.decode);
            if (!decoded) return decoded.error();
            about.media_type = decoded->type;
            about.width = decoded->image.width;
            about.height = decoded->image.height;
            about.bare = decoded->bare;
            auto input = drawing::normalise(decoded->image);
            watch.lap(gauges_.normalise);
            return input;
        } catch (const std::exception& thrown) {
            return our_fault(thrown);
        }
    }

    Result<std::vector<Prediction>> infer(Recognizer& model,
                                          const std::vector<drawing::ModelInput>& inputs) {
        try {
            Stopwatch watch;
            auto answers = model.recognise(inputs);
            watch.lap(gauges_.infer);
            return answers;
        } catch (const std::exception& thrown) {
            return our_fault(thrown);
        }
    }

    /// Errors are answered at once; the good drawings together.
    void work(Batch& batch, std::size_t worker_index) {
        std::vector<RecognitionTask> good;
        std::vector<RecognitionResult> about;
        std::vector<drawing::ModelInput> inputs;
        for (auto& task : batch.tasks) {
            RecognitionResult known;
            known.model = batch.replicas->info;
            auto input = prepare(task, known);
            if (!input) {
                task.answer(input.error());
                continue;
            }
            good.push_back(std::move(task));
            about.push_back(std::move(known));
            inputs.push_back(*input);
        }
        if (good.empty()) return;
        auto answers = infer(*batch.replicas->members[worker_index], inputs);
        for (std::size_t i = 0; i < good.size(); ++i) {
            if (!answers) {
                good[i].answer(answers.error());
                continue;
            }
            about[i].prediction = std::move((*answers)[i]);
            good[i].answer(std::move(about[i]));
        }
    }

    BatcherOptions options_;
    Gauges gauges_;
    mutable Mutex mutex_;
    std::shared_ptr<ModelReplicas> replicas_ CROQUIS_GUARDED_BY(mutex_);
    WaitingLine waiting_ CROQUIS_GUARDED_BY(mutex_);
    /// Bytes that the batches at work may take for decoding.
    std::size_t decode_bytes_ CROQUIS_GUARDED_BY(mutex_) = 0;
    /// Threads that are at heavy drawings.
    std::size_t heavy_running_ CROQUIS_GUARDED_BY(mutex_) = 0;
    /// Whether a heavy drawing is next, where light ones wait too.
    bool heavy_next_ CROQUIS_GUARDED_BY(mutex_) = true;
    /// Threads that are idle.
    std::vector<std::size_t> idle_workers_ CROQUIS_GUARDED_BY(mutex_);
    std::atomic<std::uint64_t> asked_by_clients_{0};
    bool stopped_ CROQUIS_GUARDED_BY(mutex_) = false;
    std::once_flag stop_once_;
    asio::thread_pool pool_;  ///< last, so that its threads end before what they use
};

Batcher::Batcher(std::unique_ptr<Recognizer> model, const BatcherOptions& options, Metrics& metrics)
    : impl_(std::make_shared<Impl>(std::move(model), options, metrics)) {}

Batcher::~Batcher() {
    stop();
}

void Batcher::recognise(BytesView file, Asker asker, Handler done) {
    impl_->submit(file, std::move(asker), std::move(done));
}

void Batcher::recognise(const PreparedPicture& picture, Asker asker, Handler done) {
    impl_->submit(RecognitionTask(picture, std::move(asker), std::move(done)));
}

asio::awaitable<Result<RecognitionResult>> Batcher::recognise(BytesView file, Asker asker) {
    // The arguments are plain pointers: g++ 12 destroys owning temporaries in a co_await twice.
    Impl* const impl = impl_.get();
    const Asker* const who = &asker;
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(Answer)>(
        [impl, file, who](auto handler) {
            auto back = asio::get_associated_executor(handler);
            impl->submit(file, *who, [back, handler = std::move(handler)](Answer answer) mutable {
                asio::post(back,
                           [handler = std::move(handler), answer = std::move(answer)]() mutable {
                               std::move(handler)(std::move(answer));
                           });
            });
        },
        asio::use_awaitable);
}

asio::awaitable<Result<RecognitionResult>> Batcher::recognise(BytesView file) {
    return recognise(file, Asker());
}

std::shared_ptr<const ModelInfo> Batcher::model() const {
    return impl_->model();
}

std::uint64_t Batcher::asked_by_clients() const {
    return impl_->asked_by_clients();
}

Result<void> Batcher::promote(std::unique_ptr<Recognizer> model) {
    return impl_->promote(std::move(model));
}

void Batcher::stop() {
    impl_->stop();
}

}  // namespace croquis::recognition
